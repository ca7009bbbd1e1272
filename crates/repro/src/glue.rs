//! One GLUE run: build the model, train it, evaluate it after each epoch.

use std::time::Instant;

use adapters::count::ParamCount;
use adapters::{MaskStream, cast_frozen};
use anyhow::{Context, Result, bail};
use burn::module::Module;
use burn::tensor::{Bool, Device, FloatDType, Int, Tensor, TensorData};
use models::{ClassificationHead, Dropouts, Encoder, EncoderInput, SequenceClassifier};
use tasks::batch::{Batch, collate, eval_order, train_order};
use tasks::glue::GlueTask;
use tasks::metrics::scores;

use crate::arm::Method;
use crate::encoded::{EncodedSplit, EncodedTask};
use crate::experiment::Precision;
use crate::loss::cross_entropy;
use crate::outcome::{Measure, Outcome, headline};
use crate::progress::RunProgress;
use crate::run::{Run, Settings};
use crate::schedule::LinearSchedule;
use crate::seeds::{self, Purpose};
use crate::smoke;
use crate::source::ModelSource;

/// The name below which the head's parameters lie.
pub const HEAD: &str = "classifier";

/// A model ready to train: the run's adapters are in place, and what should not train is frozen.
///
/// # Errors
/// Weights or adapter settings that do not fit.
pub fn build(
    settings: &Settings,
    source: &ModelSource,
    task: GlueTask,
    device: &Device,
) -> Result<SequenceClassifier> {
    let masks = MaskStream::new(seeds::number(settings.seed, Purpose::Dropout));
    let dropouts = Dropouts {
        hidden: settings.dropout,
        attention: settings.dropout,
        classifier: settings.head_dropout,
    };
    let mut rng = seeds::rng(settings.seed, Purpose::Head);
    let model = source.classifier(task.n_outputs(), device, &masks, dropouts, &mut rng)?;
    let method = &settings.method;
    let model = method.prepare(model, &settings.targets, HEAD, settings.seed, &masks)?;
    Ok(match settings.dtype {
        Precision::F32 => model,
        Precision::Bf16 if device.supports_dtype(FloatDType::BF16) => {
            cast_frozen(model, FloatDType::BF16)
        }
        Precision::Bf16 => bail!("device `{}` cannot compute in bf16", settings.device),
    })
}

/// Builds, trains and evaluates the model of one run.
///
/// # Errors
/// If the model cannot be built, or a loss or logit is not a finite number.
pub fn train(
    run: &Run,
    data: &EncodedTask,
    source: &ModelSource,
    device: &Device,
    eval_batch_size: usize,
    progress: &RunProgress<'_>,
) -> Result<Outcome> {
    let model = build(&run.settings, source, run.task, device)?;
    let trainer = Trainer {
        settings: &run.settings,
        data,
        device,
        eval_batch_size,
        progress,
    };
    Ok(trainer.train(model)?.1)
}

/// Trains models that [`build`] made.
pub struct Trainer<'a> {
    /// Settings of the run.
    pub settings: &'a Settings,
    /// Examples to train and evaluate on.
    pub data: &'a EncodedTask,
    /// Where the model lives.
    pub device: &'a Device,
    /// Examples a step of evaluation.
    pub eval_batch_size: usize,
    /// Where steps are counted.
    pub progress: &'a RunProgress<'a>,
}

impl Trainer<'_> {
    /// Trains a model, the shorter way if there is one.
    ///
    /// # Errors
    /// A loss or logit that is not a finite number.
    pub fn train(&self, model: SequenceClassifier) -> Result<(SequenceClassifier, Outcome)> {
        // Where nothing below the head trains or is random, its input never changes: compute it once.
        if self.settings.method == Method::LinearProbe && self.settings.dropout == Some(0.0) {
            self.train_on_features(model)
        } else {
            self.train_on_tokens(model)
        }
    }

    /// Trains a model whose encoder computes every batch.
    ///
    /// # Errors
    /// As [`Trainer::train`].
    pub fn train_on_tokens(
        &self,
        model: SequenceClassifier,
    ) -> Result<(SequenceClassifier, Outcome)> {
        let count = ParamCount::of(&model, HEAD);
        let device = self.device.clone().autodiff();
        self.fit(
            model,
            count,
            |model, batch| model.forward(&input(batch, &device)),
            |model, split| self.logits(model, split),
        )
    }

    /// Trains a model's head on features that its encoder computes once.
    ///
    /// Equal to [`Trainer::train_on_tokens`], up to rounding, where the encoder neither trains nor
    /// has dropout.
    ///
    /// # Errors
    /// As [`Trainer::train`].
    pub fn train_on_features(
        &self,
        model: SequenceClassifier,
    ) -> Result<(SequenceClassifier, Outcome)> {
        let started = Instant::now();
        let count = ParamCount::of(&model, HEAD);
        let encoder = model.encoder.valid();
        let train = self.features(&encoder, &self.data.train);
        let validation: Vec<(&str, Tensor<2>)> = self
            .data
            .validation
            .iter()
            .map(|split| (split.name.as_str(), self.features(&encoder, split)))
            .collect();
        let device = self.device.clone().autodiff();
        let (classifier, mut outcome) = self.fit(
            model.classifier,
            count,
            |head: &ClassificationHead, batch| {
                let rows = indices(&batch.indices, self.device);
                let features = Tensor::from_inner(train.clone().select(0, rows));
                head.forward(features.to_device(&device))
            },
            |head, split| {
                let (_, features) = validation
                    .iter()
                    .find(|(name, _)| *name == split.name)
                    .expect("features of every split are above");
                host(head.valid().forward(features.clone()))
            },
        )?;
        outcome.seconds = started.elapsed().as_secs_f64();
        outcome.examples_per_second =
            (self.data.train.labels.len() * self.settings.epochs) as f64 / outcome.seconds;
        let encoder = model.encoder;
        Ok((
            SequenceClassifier {
                encoder,
                classifier,
            },
            outcome,
        ))
    }

    /// The loop: `forward` gives the logits of a training batch, `evaluate` those of a whole split.
    fn fit<M: Module>(
        &self,
        mut model: M,
        count: ParamCount,
        forward: impl Fn(&M, &Batch) -> Tensor<2>,
        evaluate: impl Fn(&M, &EncodedSplit) -> Vec<f32>,
    ) -> Result<(M, Outcome)> {
        let settings = self.settings;
        let train = &self.data.train;
        let order_seed = seeds::number(settings.seed, Purpose::Order);
        let n_batches = train.labels.len().div_ceil(settings.batch_size);
        let mut total = n_batches * settings.epochs;
        if settings.smoke {
            total = total.min(smoke::STEPS);
        }
        let schedule = LinearSchedule::new(total, settings.warmup_ratio);
        let mut optimizer = settings.optimizer.init();
        self.progress.set_length(total);

        let started = Instant::now();
        let mut training = 0.0;
        let mut step = 0;
        let mut examples = 0;
        let mut epochs: Vec<Vec<Measure>> = Vec::new();
        for epoch in 0..settings.epochs {
            let epoch_started = Instant::now();
            for rows in train_order(
                &train.lengths,
                settings.batch_size,
                order_seed,
                epoch as u64,
            ) {
                if step == total {
                    break;
                }
                let batch = collate(&train.examples, &train.labels, &rows, self.data.pad_id);
                let loss = self.loss(forward(&model, &batch), &batch);
                let value = loss.clone().into_scalar::<f64>();
                if !value.is_finite() {
                    bail!("the loss is {value} at step {step} of {total}");
                }
                let lr = settings.lr * schedule.factor(step);
                model = optimizer.step(lr, model, loss.backward());
                step += 1;
                examples += rows.len();
                self.progress.step();
            }
            training += epoch_started.elapsed().as_secs_f64();
            epochs.push(self.measure(&model, &evaluate)?);
            if step == total {
                break;
            }
        }
        let last = epochs.last().cloned().context("no epoch was trained")?;
        // The first of equals: later epochs must be better to be the best.
        let best = epochs
            .into_iter()
            .reduce(|best, other| {
                if headline(&other) > headline(&best) {
                    other
                } else {
                    best
                }
            })
            .context("no epoch was trained")?;
        let outcome = Outcome {
            last,
            best,
            count,
            steps: step,
            seconds: started.elapsed().as_secs_f64(),
            examples_per_second: examples as f64 / training,
        };
        Ok((model, outcome))
    }

    /// Cross-entropy over classes, or squared error of the one output (behaviours 3).
    fn loss(&self, logits: Tensor<2>, batch: &Batch) -> Tensor<1> {
        if self.data.task.is_regression() {
            let device = logits.device();
            let labels = Tensor::<1>::from_data(
                TensorData::new(batch.labels.clone(), [batch.batch]),
                &device,
            );
            (logits.reshape([batch.batch]) - labels).square().mean()
        } else {
            let labels = batch.labels.iter().map(|&label| label as i64).collect();
            cross_entropy(logits, labels)
        }
    }

    /// All measures of a model, the headline first.
    fn measure<M>(
        &self,
        model: &M,
        evaluate: &impl Fn(&M, &EncodedSplit) -> Vec<f32>,
    ) -> Result<Vec<Measure>> {
        let task = self.data.task;
        let parts: Vec<(&EncodedSplit, Vec<f32>)> = self
            .data
            .validation
            .iter()
            .map(|split| (split, evaluate(model, split)))
            .collect();
        for (split, logits) in &parts {
            // An arg max would make a class of it.
            if let Some(value) = logits.iter().find(|value| !value.is_finite()) {
                bail!("a logit on {} is {value} after an epoch", split.name);
            }
        }
        let measures = |name: &str, logits: &[f32], labels: &[f32]| -> Vec<Measure> {
            scores(task, logits, labels)
                .into_iter()
                .map(|(metric, value)| Measure {
                    split: name.to_owned(),
                    metric: metric.name(),
                    value,
                    n_examples: labels.len(),
                })
                .collect()
        };
        let mut all = Vec::new();
        if task == GlueTask::Mnli {
            // The table shows the accuracy over both halves pooled (Deviation 5).
            let logits: Vec<f32> = parts
                .iter()
                .flat_map(|(_, logits)| logits)
                .copied()
                .collect();
            let labels: Vec<f32> = parts.iter().flat_map(|(s, _)| &s.labels).copied().collect();
            all.extend(measures("pooled", &logits, &labels));
        }
        let halves: Vec<Measure> = parts
            .iter()
            .flat_map(|(split, logits)| measures(&split.name, logits, &split.labels))
            .collect();
        if task == GlueTask::Mnli && halves.len() == 2 {
            all.push(Measure {
                split: "mean_of_halves".into(),
                value: (halves[0].value + halves[1].value) / 2.0,
                n_examples: halves[0].n_examples + halves[1].n_examples,
                ..halves[0].clone()
            });
        }
        all.extend(halves);
        Ok(all)
    }

    /// The encoder's first-token states of a split, `[n, d_model]` in the split's order.
    fn features(&self, encoder: &Encoder, split: &EncodedSplit) -> Tensor<2> {
        let mut parts = Vec::new();
        let mut places = vec![0; split.labels.len()];
        let mut n = 0;
        for rows in eval_order(&split.lengths, self.eval_batch_size) {
            let batch = collate(&split.examples, &split.labels, &rows, self.data.pad_id);
            parts.push(encoder.forward_first(&input(&batch, self.device)));
            for row in rows {
                places[row] = n;
                n += 1;
            }
        }
        Tensor::cat(parts, 0).select(0, indices(&places, self.device))
    }

    /// The logits of a split, row-major in the split's order, without dropout.
    pub fn logits(&self, model: &SequenceClassifier, split: &EncodedSplit) -> Vec<f32> {
        let model = model.valid();
        let width = self.data.task.n_outputs();
        let mut logits = vec![0.0; split.labels.len() * width];
        for rows in eval_order(&split.lengths, self.eval_batch_size) {
            let batch = collate(&split.examples, &split.labels, &rows, self.data.pad_id);
            let values = host(model.forward(&input(&batch, self.device)));
            for (row, values) in rows.iter().zip(values.chunks(width)) {
                logits[row * width..(row + 1) * width].copy_from_slice(values);
            }
        }
        logits
    }
}

fn host(logits: Tensor<2>) -> Vec<f32> {
    logits.into_data().iter::<f32>().collect()
}

fn indices(rows: &[usize], device: &Device) -> Tensor<1, Int> {
    let rows: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
    let n = rows.len();
    Tensor::from_data(TensorData::new(rows, [n]), device)
}

fn input(batch: &Batch, device: &Device) -> EncoderInput {
    let shape = [batch.batch, batch.seq];
    EncoderInput {
        ids: Tensor::<2, Int>::from_data(TensorData::new(batch.ids.clone(), shape), device),
        mask: Tensor::<2, Bool>::from_data(TensorData::new(batch.mask.clone(), shape), device),
        type_ids: Some(Tensor::<2, Int>::from_data(
            TensorData::new(batch.type_ids.clone(), shape),
            device,
        )),
    }
}
