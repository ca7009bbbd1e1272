//! What is GLUE's own in an experiment file and in a run's settings.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::check::{check_at_least_1, check_ratio};
use crate::experiment::{self, DataSource};

/// One task of an experiment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskEntry {
    /// Passes over the training data.
    pub epochs: usize,
    /// Examples a step.
    pub batch_size: usize,
    /// Longest input, special tokens included.
    pub max_len: usize,
    /// Base learning rate for arms without one.
    pub lr: Option<f64>,
}

/// Where the examples of an experiment come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataEntry {
    /// `lab` (generated) or `files` (found under `--data`).
    pub source: DataSource,
    /// Seed of the generator, and of the choice of a subset.
    pub seed: u64,
    /// At most so many training examples.
    pub max_train: Option<usize>,
    /// At most so many examples of each validation split.
    pub max_validation: Option<usize>,
    /// Share of the training examples held out and validated on, instead of the validation splits.
    pub holdout: Option<f64>,
}

/// GLUE's share of a run's settings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Own {
    /// Passes over the training data.
    pub epochs: usize,
    /// Examples a step.
    pub batch_size: usize,
    /// Longest input.
    pub max_len: usize,
    /// Source of the examples.
    pub data: DataEntry,
}

impl experiment::TaskEntry for TaskEntry {
    fn lr(&self) -> Option<f64> {
        self.lr
    }

    fn check(&self, name: &str) -> Result<()> {
        for (key, value) in [
            ("epochs", self.epochs),
            ("batch_size", self.batch_size),
            ("max_len", self.max_len),
        ] {
            check_at_least_1(&format!("{name}.{key}"), value)?;
        }
        Ok(())
    }

    /// The steps are cut where they are counted, by epochs.
    fn shrink(&mut self) {
        self.batch_size = self.batch_size.min(8);
    }
}

impl experiment::DataEntry for DataEntry {
    fn check(&self) -> Result<()> {
        for (key, value) in [
            ("max_train", self.max_train),
            ("max_validation", self.max_validation),
        ] {
            check_at_least_1(&format!("data.{key}"), value.unwrap_or(1))?;
        }
        check_ratio("data.holdout", self.holdout)
    }

    fn is_generated(&self) -> bool {
        self.source == DataSource::Lab
    }
}
