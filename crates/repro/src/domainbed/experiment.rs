//! Experiment files of the DomainBed suite.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use tasks::domainbed::{Augment, ImageSet, OnCorrupt, Preprocess};

use crate::arm::Arm;
use crate::experiment::{
    ArmEntry, DataSource, GridEntry, check_place, check_rate, check_ratio, read, sorted_by_row,
};
use crate::optimizer::OptimizerConfig;

/// A DomainBed experiment as written down.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// The suite whose run store its rows go to.
    pub suite: String,
    /// `mini`, `small` or `paper`.
    pub scale: String,
    /// Seeds of the runs; each is DomainBed's `trial_seed` too, which splits the pictures.
    pub seeds: Vec<u64>,
    /// Runs at a time, unless `--jobs` says otherwise; 0 stands for one per core.
    pub jobs: usize,
    /// Rows of the tables, in order, and the learning rate of each.
    pub arms: BTreeMap<String, ArmEntry>,
    /// Data sets and their settings.
    pub sets: BTreeMap<String, SetEntry>,
    /// The pretrained model.
    pub model: ModelEntry,
    /// Where the pictures come from.
    pub data: DataEntry,
    /// Settings of training shared by all runs.
    pub train: TrainEntry,
    /// Learning rates to try instead of the arms' own, for the tuning suite.
    pub grid: Option<GridEntry>,
}

/// One data set of an experiment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetEntry {
    /// Steps of training.
    pub steps: usize,
}

/// The pretrained model of an experiment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Hugging Face id or the name of a folder in `pretrained/`.
    pub checkpoint: String,
    /// Names of the layers that low-rank arms adapt.
    pub targets: Vec<String>,
    /// Dropout of the backbone while training; the checkpoint's own where missing.
    pub dropout: Option<f64>,
    /// Dropout on the adapters' input.
    pub adapter_dropout: f64,
}

/// Where the pictures of an experiment come from, and how they reach the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataEntry {
    /// `lab` (drawn by the program) or `files` (folders found under `--data`).
    pub source: DataSource,
    /// Seed of the drawings, and of the choice of a subset.
    pub seed: u64,
    /// Pictures that the lab draws for each environment; of files, at most so many are used.
    pub per_environment: Option<usize>,
    /// What every picture goes through.
    pub preprocess: Preprocess,
    /// What happens when a file turns out to be no picture.
    pub on_corrupt: OnCorrupt,
}

/// Settings of training shared by all runs of an experiment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainEntry {
    /// Pictures a step, drawn with replacement.
    pub batch_size: usize,
    /// Steps between two looks at the held-out part of the source environment.
    pub checkpoint_every: usize,
    /// What is done to training pictures by chance; DomainBed's numbers where they are missing.
    #[serde(default)]
    pub augment: Augment,
    /// Adam; DomainBed does not clip.
    pub optimizer: OptimizerConfig,
    /// Pictures a step of evaluation.
    pub eval_batch_size: usize,
}

impl Experiment {
    /// Reads `experiments/<scale>/<name>.toml` below `root`.
    ///
    /// # Errors
    /// An unknown scale, a file that is missing or not as expected.
    pub fn load(root: &Path, scale: &str, name: &str) -> Result<Self> {
        let experiment: Self = read(root, scale, name, Self::validate)?;
        check_place(root, scale, name, &experiment.scale, &experiment.suite)?;
        Ok(experiment)
    }

    fn validate(&self) -> Result<()> {
        for (name, is_empty) in [
            ("seeds", self.seeds.is_empty()),
            ("arms", self.arms.is_empty()),
            ("sets", self.sets.is_empty()),
            ("model.targets", self.model.targets.is_empty()),
            (
                "grid.lr",
                self.grid.as_ref().is_some_and(|grid| grid.lr.is_empty()),
            ),
        ] {
            if is_empty {
                bail!("{name} must have at least one entry");
            }
        }
        for (key, entry) in &self.arms {
            self.arm(key)?;
            check_rate(&format!("arms.{key}.lr"), entry.lr)?;
            for set in entry.tasks.iter().flatten() {
                if !self.sets.contains_key(set) {
                    bail!("arms.{key}.tasks has `{set}`, which is not one of this file's sets");
                }
            }
        }
        for (key, entry) in &self.sets {
            key.parse::<ImageSet>()?;
            if entry.steps == 0 {
                bail!("sets.{key}.steps must be at least 1, but is 0");
            }
        }
        for (name, value) in [
            ("train.batch_size", self.train.batch_size),
            ("train.checkpoint_every", self.train.checkpoint_every),
            ("train.eval_batch_size", self.train.eval_batch_size),
            ("data.preprocess.side", self.data.preprocess.side),
            (
                "data.per_environment",
                self.data.per_environment.unwrap_or(1),
            ),
        ] {
            if value == 0 {
                bail!("{name} must be at least 1, but is 0");
            }
        }
        if self.data.source == DataSource::Lab && self.data.per_environment.is_none() {
            bail!("data.per_environment must say how many pictures the lab draws");
        }
        for &lr in self.grid.iter().flat_map(|grid| &grid.lr) {
            check_rate("grid.lr", Some(lr))?;
        }
        check_ratio("model.dropout", self.model.dropout)?;
        check_ratio("model.adapter_dropout", Some(self.model.adapter_dropout))?;
        self.train.optimizer.validate("train.optimizer")
    }

    /// The arm called `key`, with this experiment's adapter dropout.
    ///
    /// # Errors
    /// An unknown key.
    pub fn arm(&self, key: &str) -> Result<Arm> {
        Arm::parse(key, self.model.adapter_dropout)
    }

    /// The arms in the tables' order.
    pub fn arm_keys(&self) -> Vec<String> {
        sorted_by_row(&self.arms)
    }
}
