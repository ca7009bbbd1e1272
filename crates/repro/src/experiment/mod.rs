//! Experiment files: one TOML a suite and scale, with every number in it.
//!
//! All suites share the keys of [`Experiment`]; what a task's entry and the source of the data look
//! like is the suite's own ([`TaskEntry`], [`DataEntry`]). The file is generic and not flattened, so
//! that an unknown key stays an error.

mod read;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Result, bail};
use results::Arm;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::check::{check_at_least_1, check_rate, check_ratio};
use crate::train::Precision;
use crate::train::optimizer::OptimizerConfig;
use crate::train::schedule::Schedule;

pub use read::parse;

/// An experiment as written down: a plan's arms, tasks and settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment<T, D> {
    /// The suite whose run store its rows go to.
    pub suite: String,
    /// `mini`, `small` or `paper`.
    pub scale: String,
    /// Seeds of the runs.
    pub seeds: Vec<u64>,
    /// Runs at a time, unless `--jobs` says otherwise; 0 stands for one per core.
    pub jobs: usize,
    /// Rows of the table, in order, and the learning rate of each.
    pub arms: BTreeMap<Arm, ArmEntry>,
    /// Tasks and their settings.
    pub tasks: BTreeMap<String, T>,
    /// The pretrained model.
    pub model: ModelEntry,
    /// Where the examples come from.
    pub data: D,
    /// Settings of training shared by all runs.
    pub train: TrainEntry,
    /// Learning rates to try instead of the arms' own, for the tuning suite.
    pub grid: Option<GridEntry>,
}

/// A suite's entry of one task.
pub trait TaskEntry: Clone + fmt::Debug + DeserializeOwned + Sync {
    /// Base learning rate for arms without one.
    fn lr(&self) -> Option<f64> {
        None
    }

    /// Checks the numbers; `name` is the entry's place, such as `tasks.rte`.
    ///
    /// # Errors
    /// A number out of range.
    fn check(&self, name: &str) -> Result<()>;

    /// Makes the entry small for `--smoke`.
    fn shrink(&mut self);
}

/// Steps of a smoke run.
pub const SMOKE_STEPS: usize = 3;

/// The entry of a task that trains for a number of steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepsEntry {
    /// Steps of training.
    pub steps: usize,
    /// Examples a step.
    pub batch_size: usize,
    /// Steps between two looks at what is held out.
    pub watch_every: usize,
}

impl TaskEntry for StepsEntry {
    fn check(&self, name: &str) -> Result<()> {
        for (key, value) in [
            ("steps", self.steps),
            ("batch_size", self.batch_size),
            ("watch_every", self.watch_every),
        ] {
            check_at_least_1(&format!("{name}.{key}"), value)?;
        }
        Ok(())
    }

    fn shrink(&mut self) {
        self.steps = SMOKE_STEPS;
        self.batch_size = self.batch_size.min(4);
    }
}

/// A suite's source of examples.
pub trait DataEntry: Clone + fmt::Debug + Serialize + DeserializeOwned + Sync {
    /// Checks the numbers; nothing by default.
    ///
    /// # Errors
    /// A number out of range.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Whether the program makes the examples itself.
    fn is_generated(&self) -> bool;
}

/// One arm of an experiment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArmEntry {
    /// Position in the table.
    pub row: usize,
    /// Base learning rate; where it is missing, the task's counts.
    pub lr: Option<f64>,
    /// Tasks of this arm; all of the experiment's where it is missing.
    pub tasks: Option<Vec<String>>,
}

/// The pretrained model of an experiment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Hugging Face id or the name of a folder in `pretrained/`.
    pub checkpoint: String,
    /// Names of the layers that low-rank arms adapt.
    pub targets: Vec<String>,
    /// Hidden and attention dropout while training; the checkpoint's own where missing.
    pub dropout: Option<f64>,
    /// Dropout of the head; the checkpoint's own where missing.
    pub head_dropout: Option<f64>,
    /// Dropout on the adapters' input.
    pub adapter_dropout: f64,
    /// Name of the shape that `--smoke` builds two random layers of.
    pub smoke_shape: String,
    /// Number type of what does not train, and of the activations.
    #[serde(default)]
    pub dtype: Precision,
}

/// Kind of a data source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DataSource {
    /// The mini lab's generator.
    Lab,
    /// Files in one of the suite's layouts.
    Files,
}

/// Settings of training shared by all runs of an experiment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainEntry {
    /// How the learning rate changes over the steps.
    pub schedule: Schedule,
    /// AdamW and clipping.
    pub optimizer: OptimizerConfig,
    /// Examples a step of evaluation.
    pub eval_batch_size: usize,
    /// The one rate of the shared-rate table.
    pub shared_lr: Option<f64>,
}

/// Learning rates to choose from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GridEntry {
    /// Candidates, tried for every arm.
    pub lr: Vec<f64>,
}

impl<T: TaskEntry, D: DataEntry> Experiment<T, D> {
    /// Reads `experiments/<scale>/<name>.toml` below `root`; `check` looks at what the suite alone
    /// knows.
    ///
    /// # Errors
    /// An unknown scale, a file that is missing or not as expected, or one that says another scale
    /// or suite than its place does.
    pub fn load(
        root: &Path,
        scale: &str,
        name: &str,
        check: impl Fn(&Self) -> Result<()>,
    ) -> Result<Self> {
        let experiment: Self = read::read(root, scale, name, |experiment: &Self| {
            experiment.check()?;
            check(experiment)
        })?;
        // Rows go where these two say, so a copied file must not fill another one's store.
        for (key, found, expected) in [
            ("scale", &experiment.scale, scale),
            ("suite", &experiment.suite, name),
        ] {
            if found != expected {
                bail!(
                    "{}: {key} must be `{expected}`, as the file's place says, but is `{found}`",
                    read::path(root, scale, name).display()
                );
            }
        }
        Ok(experiment)
    }

    /// The arms in the table's order.
    pub fn arms_by_row(&self) -> Vec<Arm> {
        let mut arms: Vec<(usize, Arm)> = self.arms.iter().map(|(&arm, e)| (e.row, arm)).collect();
        arms.sort();
        arms.into_iter().map(|(_, arm)| arm).collect()
    }

    /// Whether an arm is trained on a task.
    pub fn has(&self, arm: Arm, task: &str) -> bool {
        let tasks = self.arms.get(&arm).and_then(|entry| entry.tasks.as_ref());
        tasks.is_none_or(|tasks| tasks.iter().any(|key| key == task))
    }

    fn check(&self) -> Result<()> {
        let grid = self.grid.as_ref();
        for (name, is_empty) in [
            ("seeds", self.seeds.is_empty()),
            ("arms", self.arms.is_empty()),
            ("tasks", self.tasks.is_empty()),
            ("model.targets", self.model.targets.is_empty()),
            ("grid.lr", grid.is_some_and(|grid| grid.lr.is_empty())),
        ] {
            if is_empty {
                bail!("{name} must have at least one entry");
            }
        }
        for (arm, entry) in &self.arms {
            check_rate(&format!("arms.{arm}.lr"), entry.lr)?;
            for task in entry.tasks.iter().flatten() {
                if !self.tasks.contains_key(task) {
                    bail!("arms.{arm}.tasks has `{task}`, which is not one of this file's tasks");
                }
            }
        }
        for (key, entry) in &self.tasks {
            let name = format!("tasks.{key}");
            check_rate(&format!("{name}.lr"), entry.lr())?;
            entry.check(&name)?;
        }
        self.data.check()?;
        check_at_least_1("train.eval_batch_size", self.train.eval_batch_size)?;
        check_rate("train.shared_lr", self.train.shared_lr)?;
        for &lr in grid.into_iter().flat_map(|grid| &grid.lr) {
            check_rate("grid.lr", Some(lr))?;
        }
        for (name, ratio) in [
            ("model.dropout", self.model.dropout),
            ("model.head_dropout", self.model.head_dropout),
            ("model.adapter_dropout", Some(self.model.adapter_dropout)),
        ] {
            check_ratio(name, ratio)?;
        }
        self.train.schedule.check("train.schedule")?;
        self.train.optimizer.check("train.optimizer")
    }
}
