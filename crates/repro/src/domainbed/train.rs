//! Training a DomainBed run: one Adam step after the other on pictures of the source environment,
//! the held-out fifth looked at on the way, everything measured at the end.

use std::sync::Arc;
use std::time::Instant;

use adapters::MaskStream;
use adapters::count::ParamCount;
use anyhow::{Context, Result, bail};
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use models::{Dropouts, ImageClassifier};
use results::{HELD_OUT_SPLIT, TRAIN_SPLIT};
use tasks::domainbed::{
    EvalOptions, EvalStream, ImageSet, Loading, PictureSource, PixelBatch, TrainOptions,
    TrainStream, View,
};

use crate::domainbed::run::{Run, Settings};
use crate::domainbed::source::{Pictures, VisionSource};
use crate::loss::cross_entropy;
use crate::outcome::{Measure, Outcome};
use crate::progress::RunProgress;
use crate::seeds::{self, Purpose};

/// The name below which the head's parameters lie.
pub const HEAD: &str = "classifier";

const ACCURACY: &str = "accuracy";

/// A model ready to train: the run's adapters are in place, and what should not train is frozen.
///
/// # Errors
/// Weights or adapter settings that do not fit.
pub fn build(
    settings: &Settings,
    source: &VisionSource,
    n_classes: usize,
    device: &Device,
) -> Result<ImageClassifier> {
    let masks = MaskStream::new(seeds::number(settings.seed, Purpose::Dropout));
    let dropouts = Dropouts {
        hidden: settings.dropout,
        attention: settings.dropout,
        classifier: None,
    };
    let mut rng = seeds::rng(settings.seed, Purpose::Head);
    let model = source.classifier(n_classes, device, &masks, dropouts, &mut rng)?;
    let method = &settings.method;
    method.prepare(model, &settings.targets, HEAD, settings.seed, &masks)
}

/// What a run is trained on and measured on.
pub struct Trainer<'a> {
    /// Settings of the run.
    pub settings: &'a Settings,
    /// The set's pictures.
    pub pictures: &'a Pictures,
    /// Where the model lives.
    pub device: &'a Device,
    /// Pictures a step of evaluation.
    pub eval_batch_size: usize,
    /// Where steps are counted.
    pub progress: &'a RunProgress<'a>,
}

/// The best weights so far.
struct Best {
    step: usize,
    model: ImageClassifier,
    on_held_out: Measure,
}

/// A part of the data that accuracy is measured on.
struct Part {
    name: String,
    source: Arc<dyn PictureSource>,
    indices: Vec<usize>,
}

/// Builds, trains and measures the model of one run.
///
/// # Errors
/// If the model cannot be built, a picture cannot be had, or a loss is not a finite number.
pub fn train(
    run: &Run,
    pictures: &Pictures,
    source: &VisionSource,
    device: &Device,
    eval_batch_size: usize,
    progress: &RunProgress<'_>,
) -> Result<Outcome> {
    let n_classes = pictures.data.classes.len();
    let model = build(&run.settings, source, n_classes, device)?;
    let trainer = Trainer {
        settings: &run.settings,
        pictures,
        device,
        eval_batch_size,
        progress,
    };
    Ok(trainer.train(model)?.1)
}

impl Trainer<'_> {
    /// Trains a model and measures its last and its best weights.
    ///
    /// # Errors
    /// A picture that cannot be had, or a loss or logit that is not a finite number.
    pub fn train(&self, mut model: ImageClassifier) -> Result<(ImageClassifier, Outcome)> {
        let settings = self.settings;
        let started = Instant::now();
        let count = ParamCount::of(&model, HEAD);
        let domain = &self.pictures.data.domains[ImageSet::SOURCE];
        let split = self.pictures.split(settings.seed);
        let held_out = Part {
            name: HELD_OUT_SPLIT.into(),
            source: Arc::clone(&domain.pictures),
            indices: split.held_out,
        };
        let stream = TrainStream::new(
            Arc::clone(&domain.pictures),
            split.kept.clone(),
            TrainOptions {
                batch: settings.batch_size,
                steps: settings.steps,
                seed: seeds::number(settings.seed, Purpose::Order),
                augment: settings.augment.clone(),
                preprocess: settings.data.preprocess,
                loading: self.loading(),
            },
        );
        let device = self.device.clone().autodiff();
        let mut optimizer = settings.optimizer.init();
        self.progress.set_length(settings.steps);
        let mut training = 0.0;
        let mut best: Option<Best> = None;
        let mut last_on_held_out = None;
        let mut since = Instant::now();
        for (step, batch) in stream.enumerate() {
            let batch = batch?;
            let loss = loss(model.forward(pixels(&batch, &device)), &batch);
            let value = loss.clone().into_scalar::<f64>();
            if !value.is_finite() {
                bail!("the loss is {value} at step {step} of {}", settings.steps);
            }
            model = optimizer.step(settings.lr, model, loss.backward());
            self.progress.step();
            let done = step + 1;
            if done.is_multiple_of(settings.checkpoint_every) || done == settings.steps {
                training += since.elapsed().as_secs_f64();
                let on_held_out = self.accuracy(&model.valid(), &held_out)?;
                // The first of equals: later weights must be better to be the best.
                if best
                    .as_ref()
                    .is_none_or(|best| on_held_out.value > best.on_held_out.value)
                {
                    best = Some(Best {
                        step: done,
                        model: model.clone(),
                        on_held_out: on_held_out.clone(),
                    });
                }
                last_on_held_out = Some(on_held_out);
                since = Instant::now();
            }
        }
        let no_step = "no step was taken";
        let (best, last_on_held_out) = (best.context(no_step)?, last_on_held_out.context(no_step)?);
        let measure = |model: &ImageClassifier, on_held_out| {
            self.measure(model, on_held_out, &held_out, &split.kept)
        };
        let last = measure(&model, last_on_held_out)?;
        let best = if best.step == settings.steps {
            last.clone()
        } else {
            measure(&best.model, best.on_held_out)?
        };
        let outcome = Outcome {
            last,
            best,
            count,
            steps: settings.steps,
            seconds: started.elapsed().as_secs_f64(),
            examples_per_second: (settings.steps * settings.batch_size) as f64 / training,
        };
        Ok((model, outcome))
    }

    /// Accuracy on the source environment's two parts, on each other environment, and the mean of
    /// the latter; the held-out part first.
    fn measure(
        &self,
        model: &ImageClassifier,
        on_held_out: Measure,
        held_out: &Part,
        kept: &[usize],
    ) -> Result<Vec<Measure>> {
        let model = model.valid();
        let kept = Part {
            name: TRAIN_SPLIT.into(),
            source: Arc::clone(&held_out.source),
            indices: kept.to_vec(),
        };
        let mut measures = vec![on_held_out, self.accuracy(&model, &kept)?];
        let domains = self.pictures.data.domains.iter().enumerate();
        let others: Vec<Measure> = domains
            .filter(|(index, _)| *index != ImageSet::SOURCE)
            .map(|(_, domain)| {
                let part = Part {
                    name: format!("ood_{}", domain.code),
                    source: Arc::clone(&domain.pictures),
                    indices: (0..domain.pictures.len()).collect(),
                };
                self.accuracy(&model, &part)
            })
            .collect::<Result<_>>()?;
        let mean = Measure {
            split: "ood_mean".into(),
            metric: ACCURACY,
            value: others.iter().map(|m| m.value).sum::<f64>() / others.len() as f64,
            n_examples: others.iter().map(|m| m.n_examples).sum(),
        };
        measures.extend(others);
        measures.push(mean);
        Ok(measures)
    }

    /// How many of a part's pictures a model has right.
    fn accuracy(&self, model: &ImageClassifier, part: &Part) -> Result<Measure> {
        let mut stream = EvalStream::new(
            Arc::clone(&part.source),
            part.indices.clone(),
            EvalOptions {
                batch: self.eval_batch_size,
                view: View::Plain,
                preprocess: self.settings.data.preprocess,
                loading: self.loading(),
            },
        );
        let (mut right, mut n) = (0, 0);
        for batch in stream.by_ref() {
            let batch = batch?;
            let chosen = argmax_rows(model.forward(pixels(&batch, self.device)), &part.name)?;
            right += chosen
                .iter()
                .zip(&batch.labels)
                .filter(|(a, b)| a == b)
                .count();
            n += batch.len();
        }
        for sentence in stream.skipped().values() {
            self.pictures.tell(sentence);
        }
        if n == 0 {
            bail!("none of the pictures of {} can be used", part.name);
        }
        Ok(Measure {
            split: part.name.clone(),
            metric: ACCURACY,
            value: right as f64 / n as f64,
            n_examples: n,
        })
    }

    fn loading(&self) -> Loading {
        Loading {
            on_corrupt: self.settings.data.on_corrupt,
            ..Loading::default()
        }
    }
}

/// Mean cross-entropy of a batch of pictures.
pub(crate) fn loss(logits: Tensor<2>, batch: &PixelBatch) -> Tensor<1> {
    let labels = batch.labels.iter().map(|&label| label as i64).collect();
    cross_entropy(logits, labels)
}

/// `[batch, 3, side, side]`.
pub(crate) fn pixels(batch: &PixelBatch, device: &Device) -> Tensor<4> {
    let shape = [batch.len(), 3, batch.side, batch.side];
    Tensor::from_data(TensorData::new(batch.pixels.clone(), shape), device)
}

/// The class of each row's largest logit, the first of equals as in numpy; `what` names the rows.
///
/// # Errors
/// A logit that is not a finite number.
pub(crate) fn argmax_rows(logits: Tensor<2>, what: &str) -> Result<Vec<usize>> {
    let width = logits.dims()[1];
    let logits: Vec<f32> = logits.into_data().iter::<f32>().collect();
    // A class would be made of it.
    if let Some(value) = logits.iter().find(|value| !value.is_finite()) {
        bail!("a logit on {what} is {value}");
    }
    let first_largest = |row: &[f32]| {
        let mut best = 0;
        for (index, &value) in row.iter().enumerate() {
            if value > row[best] {
                best = index;
            }
        }
        best
    };
    Ok(logits.chunks(width).map(first_largest).collect())
}
