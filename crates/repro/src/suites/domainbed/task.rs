//! One DomainBed run: steps on pictures of the source environment, the held-out fifth looked at on
//! the way, everything measured at the end.

use std::sync::Arc;

use adapters::MaskStream;
use anyhow::{Result, bail};
use burn::tensor::{Device, Tensor, TensorData};
use models::{Dropouts, ImageClassifier, Vit};
use tasks::domainbed::{
    EvalOptions, HELD_OUT_SPLIT, ImageSet, Loading, METRIC, OOD_MEAN_SPLIT, PictureSource,
    PictureStream, PixelBatch, Split, TRAIN_SPLIT, TrainOptions, View,
};

use super::data::Pictures;
use super::section::Own;
use tasks::metrics::argmax;

use crate::run::Settings;
use crate::suites::weights::Weights;
use crate::train::loss::cross_entropy;
use crate::train::seeds::{self, Purpose};
use crate::train::{Length, Measure, Task};

/// The name below which the head's parameters lie.
pub const HEAD: &str = "classifier";

/// Learning to classify the pictures of one environment.
pub struct PictureClassification<'a> {
    settings: &'a Settings<Own>,
    pictures: &'a Pictures,
    source: &'a Weights<Vit>,
    device: &'a Device,
    eval_batch_size: usize,
    /// DomainBed's split of the source environment for the run's seed.
    split: Split,
}

/// A part of the data that accuracy is measured on.
struct Part<'a> {
    name: String,
    source: &'a Arc<dyn PictureSource>,
    indices: Vec<usize>,
}

impl<'a> PictureClassification<'a> {
    /// The task of a run.
    pub fn new(
        settings: &'a Settings<Own>,
        pictures: &'a Pictures,
        source: &'a Weights<Vit>,
        device: &'a Device,
        eval_batch_size: usize,
    ) -> Self {
        Self {
            split: pictures.split(settings.seed),
            settings,
            pictures,
            source,
            device,
            eval_batch_size,
        }
    }

    fn loading(&self) -> Loading {
        Loading {
            on_corrupt: self.settings.own.data.on_corrupt,
            ..Loading::default()
        }
    }

    /// A part of the source environment.
    fn own_part(&self, name: &str, indices: &[usize]) -> Part<'_> {
        Part {
            name: name.into(),
            source: &self.pictures.data.domains[ImageSet::SOURCE].pictures,
            indices: indices.to_vec(),
        }
    }

    /// How many of a part's pictures a model has right.
    fn accuracy(&self, model: &ImageClassifier, part: &Part<'_>) -> Result<Measure> {
        let mut stream = PictureStream::evaluate(
            Arc::clone(part.source),
            part.indices.clone(),
            EvalOptions {
                batch: self.eval_batch_size,
                view: View::Plain,
                preprocess: self.settings.own.data.preprocess,
                loading: self.loading(),
            },
        );
        let (mut right, mut n) = (0, 0);
        for batch in stream.by_ref() {
            let batch = batch?;
            right += n_right(model, &batch, self.device, &part.name)?;
            n += batch.len();
        }
        for sentence in stream.skipped().values() {
            self.pictures.tell(sentence);
        }
        if n == 0 {
            bail!("none of the pictures of {} can be used", part.name);
        }
        Ok(Measure::accuracy(&part.name, right, n))
    }
}

impl Task for PictureClassification<'_> {
    type Model = ImageClassifier;
    type Batch = PixelBatch;

    const HEAD: &'static str = HEAD;
    const REPORTS_MORE: bool = true;

    fn model(&self, masks: &MaskStream) -> Result<ImageClassifier> {
        let settings = self.settings;
        let dropouts = Dropouts {
            hidden: settings.dropout,
            attention: settings.dropout,
            classifier: None,
        };
        let mut rng = seeds::rng(settings.seed, Purpose::Head);
        let n_classes = self.pictures.data.classes.len();
        self.source
            .classifier(n_classes, self.device, masks, dropouts, &mut rng)
    }

    fn length(&self) -> Length {
        let own = &self.settings.own;
        Length {
            steps: own.steps,
            watch_every: own.watch_every,
            epochs: (own.steps * own.batch_size).div_ceil(self.split.kept.len().max(1)),
        }
    }

    fn batches(&self, from: usize) -> Box<dyn Iterator<Item = Result<PixelBatch>> + '_> {
        let own = &self.settings.own;
        let stream = PictureStream::train(
            Arc::clone(&self.pictures.data.domains[ImageSet::SOURCE].pictures),
            self.split.kept.clone(),
            TrainOptions {
                batch: own.batch_size,
                steps: own.steps,
                seed: seeds::number(self.settings.seed, Purpose::Order),
                augment: own.data.augment.clone(),
                preprocess: own.data.preprocess,
                loading: self.loading(),
            },
        );
        Box::new(stream.skip(from).map(|batch| Ok(batch?)))
    }

    fn size(&self, batch: &PixelBatch) -> usize {
        batch.len()
    }

    fn loss(&self, model: &ImageClassifier, batch: &PixelBatch) -> Result<Tensor<1>> {
        let device = self.device.clone().autodiff();
        Ok(loss(model.forward(pixels(batch, &device)), batch))
    }

    fn watch(&self, model: &ImageClassifier) -> Result<Vec<Measure>> {
        let held_out = self.own_part(HELD_OUT_SPLIT, &self.split.held_out);
        Ok(vec![self.accuracy(model, &held_out)?])
    }

    /// Accuracy on the source environment's two parts, on each other environment, and the mean of
    /// the latter; the held-out part first.
    fn report(&self, model: &ImageClassifier, watched: Vec<Measure>) -> Result<Vec<Measure>> {
        let mut measures = watched;
        measures.push(self.accuracy(model, &self.own_part(TRAIN_SPLIT, &self.split.kept))?);
        let data = &self.pictures.data;
        let environments = data.set.environments().iter();
        let others: Vec<Measure> = environments
            .zip(&data.domains)
            .filter(|(environment, _)| !environment.is_source())
            .map(|(environment, domain)| {
                let part = Part {
                    name: environment.split.into(),
                    source: &domain.pictures,
                    indices: (0..domain.pictures.len()).collect(),
                };
                self.accuracy(model, &part)
            })
            .collect::<Result<_>>()?;
        let mean = Measure {
            split: OOD_MEAN_SPLIT.into(),
            metric: METRIC,
            value: others.iter().map(|m| m.value).sum::<f64>() / others.len() as f64,
            n_examples: others.iter().map(|m| m.n_examples).sum(),
        };
        measures.extend(others);
        measures.push(mean);
        Ok(measures)
    }
}

/// Mean cross-entropy of a batch of pictures.
pub fn loss(logits: Tensor<2>, batch: &PixelBatch) -> Tensor<1> {
    let labels = batch.labels.iter().map(|&label| label as i64).collect();
    cross_entropy(logits, labels)
}

/// `[batch, 3, side, side]`.
pub fn pixels(batch: &PixelBatch, device: &Device) -> Tensor<4> {
    let shape = [batch.len(), 3, batch.side, batch.side];
    Tensor::from_data(TensorData::new(batch.pixels.clone(), shape), device)
}

/// How many pictures of a batch a model has right; `what` names them.
///
/// # Errors
/// A logit that is not a finite number.
pub fn n_right(
    model: &ImageClassifier,
    batch: &PixelBatch,
    device: &Device,
    what: &str,
) -> Result<usize> {
    let logits = model.forward(pixels(batch, device));
    let width = logits.dims()[1];
    let logits: Vec<f32> = logits.into_data().iter::<f32>().collect();
    // A class would be made of it.
    if let Some(value) = logits.iter().find(|value| !value.is_finite()) {
        bail!("a logit on {what} is {value}");
    }
    let pairs = logits.chunks(width).zip(&batch.labels);
    Ok(pairs.filter(|(row, label)| argmax(row) == **label).count())
}
