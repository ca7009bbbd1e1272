//! The one training loop.

use std::time::Instant;

use adapters::{MaskStream, cast_frozen};
use anyhow::{Context, Result, bail};
use burn::module::Module;
use burn::tensor::{Device, FloatDType};

use super::method::Method;
use super::optimizer::OptimizerConfig;
use super::outcome::{Measure, Outcome, headline};
use super::precision::Precision;
use super::progress::RunProgress;
use super::resume::StateFolder;
use super::schedule::Schedule;
use super::seeds::{self, Purpose};
use super::task::{Length, Task};

/// How a model is made ready to train.
pub struct Recipe<'a> {
    /// How the run fine-tunes.
    pub method: &'a Method,
    /// Names of the adapted layers.
    pub targets: &'a [String],
    /// Seed of the run.
    pub seed: u64,
    /// Number type of frozen weights and activations.
    pub dtype: Precision,
    /// Where the model lives.
    pub device: &'a Device,
}

/// How a task is trained.
pub struct Fit<'a> {
    /// How the run fine-tunes.
    pub method: &'a Method,
    /// Base learning rate.
    pub lr: f64,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// AdamW and clipping.
    pub optimizer: &'a OptimizerConfig,
    /// Where steps are counted.
    pub progress: &'a RunProgress<'a>,
    /// Where the state is saved on the way, and gone on from.
    pub state: Option<&'a StateFolder>,
}

/// A task's model ready to train: its weights are loaded, the adapters are in place, and what should
/// not train is frozen.
///
/// # Errors
/// Weights or adapter settings that do not fit, or a number type that the device lacks.
pub fn build<T: Task>(task: &T, recipe: &Recipe<'_>) -> Result<T::Model> {
    let seed = recipe.seed;
    let masks = MaskStream::new(seeds::number(seed, Purpose::Dropout));
    let model = task.model(&masks)?;
    let method = recipe.method;
    let model = method.prepare(model, recipe.targets, T::HEAD, seed, &masks)?;
    Ok(match recipe.dtype {
        Precision::F32 => model,
        Precision::Bf16 if recipe.device.supports_dtype(FloatDType::BF16) => {
            cast_frozen(model, FloatDType::BF16)
        }
        Precision::Bf16 => bail!("the device cannot compute in bf16"),
    })
}

/// The best weights so far.
struct Best<M> {
    step: usize,
    watched: Vec<Measure>,
    /// Kept where the task measures more of them at the end.
    model: Option<M>,
}

/// Trains a model that [`build`] made, from the saved state if there is one.
///
/// # Errors
/// Batches that cannot be had, a loss, gradient or output that is not a finite number, or a state
/// that cannot be written.
pub fn fit<T: Task>(task: &T, mut model: T::Model, fit: &Fit<'_>) -> Result<(T::Model, Outcome)> {
    let Length {
        steps,
        watch_every,
        epochs,
    } = task.length();
    let count = task.count(&model);
    let mut optimizer = fit.method.optimizer(fit.optimizer);
    let mut step = 0;
    if let Some(state) = fit.state {
        step = state.resume(&mut model, &mut optimizer)?;
    }
    fit.progress.start(step, steps);

    let started = Instant::now();
    let (mut training, mut examples) = (0.0, 0);
    let mut watched = None;
    let mut best: Option<Best<T::Model>> = None;
    let mut since = Instant::now();
    let mut batches = task.batches(step);
    while step < steps {
        let batch = batches
            .next()
            .with_context(|| format!("there is no batch for step {step} of {steps}"))??;
        let loss = task.loss(&model, &batch)?;
        let value = loss.clone().into_scalar::<f64>();
        if !value.is_finite() {
            bail!("the loss is {value} at step {step} of {steps}");
        }
        let lr = fit.lr * fit.schedule.factor(step, steps);
        model = optimizer
            .step(lr, model, loss.backward())
            .with_context(|| format!("step {step} of {steps}"))?;
        step += 1;
        examples += task.size(&batch);
        fit.progress.step(value);
        if step == steps || step.is_multiple_of(watch_every) {
            training += since.elapsed().as_secs_f64();
            let now = task
                .watch(&model.valid())
                .with_context(|| format!("after step {step} of {steps}"))?;
            // The first of equals: later weights must be better to be the best.
            let is_better = |best: &Best<_>| headline(&now) > headline(&best.watched);
            if best.as_ref().is_none_or(is_better) {
                best = Some(Best {
                    step,
                    watched: now.clone(),
                    model: T::REPORTS_MORE.then(|| model.clone()),
                });
            }
            watched = Some(now);
            since = Instant::now();
        }
        if let Some(state) = fit.state
            && state.is_due(step)
            && step < steps
        {
            state.save(step, &model, &optimizer)?;
        }
    }
    drop(batches);

    let watched = match watched {
        Some(watched) => watched,
        // No step was taken: the base model's own numbers.
        None => task.watch(&model.valid())?,
    };
    let last = task.report(&model.valid(), watched)?;
    let best = match best {
        Some(best) if best.step < steps => match &best.model {
            Some(model) => task.report(&model.valid(), best.watched)?,
            None => best.watched,
        },
        _ => last.clone(),
    };
    let outcome = Outcome {
        last,
        best,
        count,
        epochs,
        steps: step,
        seconds: started.elapsed().as_secs_f64(),
        examples_per_second: examples as f64 / training,
    };
    Ok((model, outcome))
}
