//! One GLUE run: a classifier on token ids, looked at after each epoch.

use adapters::MaskStream;
use anyhow::{Result, bail};
use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use models::{Dropouts, EncoderInput, Roberta, SequenceClassifier};
use tasks::batch::{Batch, collate, eval_order, train_order};
use tasks::glue::{GlueTask, POOLED_SPLIT, scores};

use super::encoded::{EncodedSplit, EncodedTask};
use super::section::Own;
use super::tables::MEAN_OF_HALVES_SPLIT;
use crate::experiment::SMOKE_STEPS;
use crate::run::Settings;
use crate::suites::weights::Weights;
use crate::train::loss::cross_entropy;
use crate::train::seeds::{self, Purpose};
use crate::train::{Length, Measure, Task};

/// The name below which the head's parameters lie.
pub const HEAD: &str = "classifier";

/// Learning to classify a task's sentences, or to score them.
#[derive(Clone, Copy)]
pub struct Classification<'a> {
    /// Settings of the run.
    pub settings: &'a Settings<Own>,
    /// Examples to train and evaluate on.
    pub data: &'a EncodedTask,
    /// Where the encoder's weights come from.
    pub source: &'a Weights<Roberta>,
    /// Where the model lives.
    pub device: &'a Device,
    /// Examples a step of evaluation.
    pub eval_batch_size: usize,
}

impl Task for Classification<'_> {
    type Model = SequenceClassifier;
    type Batch = Batch;

    const HEAD: &'static str = HEAD;

    fn model(&self, masks: &MaskStream) -> Result<SequenceClassifier> {
        let settings = self.settings;
        let dropouts = Dropouts {
            hidden: settings.dropout,
            attention: settings.dropout,
            classifier: settings.head_dropout,
        };
        let mut rng = seeds::rng(settings.seed, Purpose::Head);
        let n_outputs = self.data.task.n_outputs();
        self.source
            .classifier(n_outputs, self.device, masks, dropouts, &mut rng)
    }

    fn length(&self) -> Length {
        let n_batches = self.n_batches();
        let steps = n_batches * self.settings.own.epochs;
        Length {
            steps: if self.settings.smoke {
                steps.min(SMOKE_STEPS)
            } else {
                steps
            },
            watch_every: n_batches,
            epochs: self.settings.own.epochs,
        }
    }

    fn batches(&self, from: usize) -> Box<dyn Iterator<Item = Result<Batch>> + '_> {
        let own = &self.settings.own;
        let train = &self.data.train;
        let seed = seeds::number(self.settings.seed, Purpose::Order);
        let n_batches = self.n_batches();
        let orders = (from / n_batches..own.epochs)
            .flat_map(move |epoch| train_order(&train.lengths, own.batch_size, seed, epoch as u64));
        let batches = orders.skip(from % n_batches).map(|rows| {
            Ok(collate(
                &train.examples,
                &train.labels,
                &rows,
                self.data.pad_id,
            ))
        });
        Box::new(batches)
    }

    fn size(&self, batch: &Batch) -> usize {
        batch.batch
    }

    fn loss(&self, model: &SequenceClassifier, batch: &Batch) -> Result<Tensor<1>> {
        let device = self.device.clone().autodiff();
        Ok(self.loss_of(model.forward(&input(batch, &device)), batch))
    }

    fn watch(&self, model: &SequenceClassifier) -> Result<Vec<Measure>> {
        self.measure(|split| self.logits(model, split))
    }
}

impl Classification<'_> {
    fn n_batches(&self) -> usize {
        let n = self.data.train.labels.len();
        n.div_ceil(self.settings.own.batch_size)
    }

    /// Cross-entropy over classes, or, for a score, the squared error of the one output, as
    /// transformers' models have it.
    pub(super) fn loss_of(&self, logits: Tensor<2>, batch: &Batch) -> Tensor<1> {
        if self.data.task.is_regression() {
            let device = logits.device();
            let labels = TensorData::new(batch.labels.clone(), [batch.batch]);
            let labels = Tensor::<1>::from_data(labels, &device);
            (logits.reshape([batch.batch]) - labels).square().mean()
        } else {
            let labels = batch.labels.iter().map(|&label| label as i64).collect();
            cross_entropy(logits, labels)
        }
    }

    /// All measures of a model whose logits `evaluate` gives, the headline first.
    pub(super) fn measure(
        &self,
        evaluate: impl Fn(&EncodedSplit) -> Vec<f32>,
    ) -> Result<Vec<Measure>> {
        let task = self.data.task;
        let splits = self.data.validation.iter();
        let parts: Vec<(&EncodedSplit, Vec<f32>)> =
            splits.map(|split| (split, evaluate(split))).collect();
        for (split, logits) in &parts {
            // An arg max would make a class of it.
            if let Some(value) = logits.iter().find(|value| !value.is_finite()) {
                bail!("a logit on {} is {value}", split.name);
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
            let logits = parts.iter().flat_map(|(_, logits)| logits).copied();
            let labels = parts.iter().flat_map(|(split, _)| &split.labels).copied();
            let (logits, labels): (Vec<f32>, Vec<f32>) = (logits.collect(), labels.collect());
            all.extend(measures(POOLED_SPLIT, &logits, &labels));
        }
        let halves: Vec<Measure> = parts
            .iter()
            .flat_map(|(split, logits)| measures(&split.name, logits, &split.labels))
            .collect();
        if task == GlueTask::Mnli && halves.len() == 2 {
            all.push(Measure {
                split: MEAN_OF_HALVES_SPLIT.into(),
                value: (halves[0].value + halves[1].value) / 2.0,
                n_examples: halves[0].n_examples + halves[1].n_examples,
                ..halves[0].clone()
            });
        }
        all.extend(halves);
        Ok(all)
    }

    /// The logits of a split, row-major in the split's order, of a model that is not training.
    pub fn logits(&self, model: &SequenceClassifier, split: &EncodedSplit) -> Vec<f32> {
        let width = self.data.task.n_outputs();
        let mut logits = vec![0.0; split.labels.len() * width];
        for (rows, input) in self.eval_batches(split) {
            let values = host(model.forward(&input));
            for (row, values) in rows.iter().zip(values.chunks(width)) {
                logits[row * width..(row + 1) * width].copy_from_slice(values);
            }
        }
        logits
    }

    /// The batches of an evaluation: which rows of the split each has, and their tokens.
    pub(super) fn eval_batches<'s>(
        &'s self,
        split: &'s EncodedSplit,
    ) -> impl Iterator<Item = (Vec<usize>, EncoderInput)> + 's {
        eval_order(&split.lengths, self.eval_batch_size)
            .into_iter()
            .map(|rows| {
                let batch = collate(&split.examples, &split.labels, &rows, self.data.pad_id);
                let input = input(&batch, self.device);
                (rows, input)
            })
    }
}

pub(super) fn host(logits: Tensor<2>) -> Vec<f32> {
    logits.into_data().iter::<f32>().collect()
}

fn input(batch: &Batch, device: &Device) -> EncoderInput {
    let shape = [batch.batch, batch.seq];
    let ids = TensorData::new(batch.ids.clone(), shape);
    let mask = TensorData::new(batch.mask.clone(), shape);
    let type_ids = TensorData::new(batch.type_ids.clone(), shape);
    EncoderInput {
        ids: Tensor::<2, Int>::from_data(ids, device),
        mask: Tensor::<2, Bool>::from_data(mask, device),
        type_ids: Some(Tensor::<2, Int>::from_data(type_ids, device)),
    }
}
