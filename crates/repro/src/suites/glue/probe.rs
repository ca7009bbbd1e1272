//! Linear probing on features that are computed once.
//!
//! Equal to training on tokens, up to rounding, where the encoder neither trains nor has dropout.

use std::time::Instant;

use adapters::MaskStream;
use adapters::count::ParamCount;
use anyhow::Result;
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use models::{ClassificationHead, Encoder, SequenceClassifier};
use tasks::batch::Batch;

use super::encoded::EncodedSplit;
use super::task::{Classification, HEAD, host};
use crate::train::{Length, Measure, Outcome, Task};

/// Learning a head on the encoder's first-token states.
pub struct Probe<'a> {
    task: &'a Classification<'a>,
    count: ParamCount,
    /// `[n, d_model]`, in the order of the training data.
    train: Tensor<2>,
    /// The same of each validation split.
    validation: Vec<(&'a str, Tensor<2>)>,
    started: Instant,
}

impl<'a> Probe<'a> {
    /// Computes the features of a task; the head is what trains.
    pub fn new(
        task: &'a Classification<'a>,
        model: SequenceClassifier,
    ) -> (Self, ClassificationHead) {
        let started = Instant::now();
        let count = ParamCount::of(&model, HEAD);
        let encoder = model.encoder.valid();
        let validation = task.data.validation.iter();
        let probe = Self {
            count,
            train: features(task, &encoder, &task.data.train),
            validation: validation
                .map(|split| (split.name.as_str(), features(task, &encoder, split)))
                .collect(),
            task,
            started,
        };
        (probe, model.classifier)
    }

    /// The outcome with the time that the features took.
    pub fn timed(&self, mut outcome: Outcome) -> Outcome {
        outcome.seconds = self.started.elapsed().as_secs_f64();
        let n_examples = self.task.data.train.labels.len() * self.task.settings.own.epochs;
        outcome.examples_per_second = n_examples as f64 / outcome.seconds;
        outcome
    }
}

impl Task for Probe<'_> {
    type Model = ClassificationHead;
    type Batch = Batch;

    const HEAD: &'static str = "";

    fn model(&self, masks: &MaskStream) -> Result<ClassificationHead> {
        Ok(self.task.model(masks)?.classifier)
    }

    fn count(&self, _model: &ClassificationHead) -> ParamCount {
        self.count
    }

    fn length(&self) -> Length {
        self.task.length()
    }

    fn batches(&self, from: usize) -> Box<dyn Iterator<Item = Result<Batch>> + '_> {
        self.task.batches(from)
    }

    fn size(&self, batch: &Batch) -> usize {
        batch.batch
    }

    fn loss(&self, head: &ClassificationHead, batch: &Batch) -> Result<Tensor<1>> {
        let rows = indices(&batch.indices, self.task.device);
        let features = Tensor::from_inner(self.train.clone().select(0, rows));
        let device = self.task.device.clone().autodiff();
        let logits = head.forward(features.to_device(&device));
        Ok(self.task.loss_of(logits, batch))
    }

    fn watch(&self, head: &ClassificationHead) -> Result<Vec<Measure>> {
        self.task.measure(|split| {
            let mut validation = self.validation.iter();
            let (_, features) = validation
                .find(|(name, _)| *name == split.name)
                .expect("features of every split are computed");
            host(head.forward(features.clone()))
        })
    }
}

/// The encoder's first-token states of a split, `[n, d_model]` in the split's order.
fn features(task: &Classification<'_>, encoder: &Encoder, split: &EncodedSplit) -> Tensor<2> {
    let mut parts = Vec::new();
    let mut places = vec![0; split.labels.len()];
    let mut n = 0;
    for (rows, input) in task.eval_batches(split) {
        parts.push(encoder.forward_first(&input));
        for row in rows {
            places[row] = n;
            n += 1;
        }
    }
    Tensor::cat(parts, 0).select(0, indices(&places, task.device))
}

fn indices(rows: &[usize], device: &Device) -> Tensor<1, Int> {
    let rows: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
    let n = rows.len();
    Tensor::from_data(TensorData::new(rows, [n]), device)
}
