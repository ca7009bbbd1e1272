//! A run: one arm on one task with one seed, resolved to every setting that can change its result.

use std::collections::BTreeMap;

use adapters::Trains;
use adapters::count::ParamCount;
use anyhow::{Result, bail};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tasks::glue::GlueTask;

use crate::arm::{Arm, Method};
use crate::experiment::{ArmEntry, DataEntry, Experiment, Precision, sorted_by_row};
use crate::optimizer::OptimizerConfig;

/// Raised whenever a change of the code changes the numbers of an unchanged experiment.
const REVISION: u32 = 1;

/// Which learning rates a plan uses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rates {
    /// Each arm's own.
    PerArm,
    /// One for all arms.
    Shared(f64),
}

/// What is asked of an experiment, narrowed by the command line.
#[derive(Clone, Debug)]
pub struct Request {
    /// Arms, in table order.
    pub arms: Vec<String>,
    /// Task keys.
    pub tasks: Vec<String>,
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Learning rates.
    pub rates: Rates,
}

impl Request {
    /// All of an experiment, narrowed to what the command line names.
    ///
    /// # Errors
    /// Arms or tasks that do not exist.
    pub fn new(
        experiment: &Experiment,
        arms: &[String],
        tasks: &[String],
        seeds: &[u64],
        rates: Rates,
    ) -> Result<Self> {
        for key in arms {
            experiment.arm(key)?;
        }
        for key in tasks {
            key.parse::<GlueTask>()?;
        }
        let all = Self {
            arms: experiment.arm_keys(),
            tasks: experiment.tasks.keys().cloned().collect(),
            seeds: experiment.seeds.clone(),
            rates,
        };
        all.narrow(arms, tasks, seeds)
    }

    /// What of this the command line names; an empty list stands for all. Arms may be others.
    ///
    /// # Errors
    /// A task that is not in this.
    pub fn narrow(self, arms: &[String], tasks: &[String], seeds: &[u64]) -> Result<Self> {
        if let Some(key) = tasks.iter().find(|key| !self.tasks.contains(key)) {
            bail!(
                "task `{key}` is not in this experiment, which has {}",
                self.tasks.join(", ")
            );
        }
        let or_all = |asked: &[String], all: Vec<String>| match asked {
            [] => all,
            asked => asked.to_vec(),
        };
        Ok(Self {
            arms: or_all(arms, self.arms),
            tasks: or_all(tasks, self.tasks),
            seeds: if seeds.is_empty() {
                self.seeds
            } else {
                seeds.to_vec()
            },
            rates: self.rates,
        })
    }
}

/// Every setting that can change a run's result; its hash is the run's key.
#[derive(Clone, Debug, Serialize)]
pub struct Settings {
    /// See [`REVISION`].
    pub revision: u32,
    /// Suite whose store has the run.
    pub suite: String,
    /// Scale of the experiment.
    pub scale: String,
    /// Task key.
    pub task: String,
    /// Resolved method.
    pub method: Method,
    /// Names of the adapted layers.
    pub targets: Vec<String>,
    /// Seed of the run.
    pub seed: u64,
    /// Base learning rate.
    pub lr: f64,
    /// Passes over the training data.
    pub epochs: usize,
    /// Examples a step.
    pub batch_size: usize,
    /// Longest input.
    pub max_len: usize,
    /// Share of warm-up steps.
    pub warmup_ratio: f64,
    /// AdamW and clipping.
    pub optimizer: OptimizerConfig,
    /// Encoder dropout, where it is not the checkpoint's.
    pub dropout: Option<f64>,
    /// Head dropout, where it is not the checkpoint's.
    pub head_dropout: Option<f64>,
    /// Source of the examples.
    pub data: DataEntry,
    /// Digest of the examples.
    pub data_digest: String,
    /// Name of the pretrained model.
    pub checkpoint: String,
    /// Digest of its weights.
    pub checkpoint_digest: String,
    /// Device kind.
    pub device: String,
    /// Number type of weights and activations.
    pub dtype: Precision,
    /// Whether it is three steps on random weights.
    pub smoke: bool,
}

/// One run of a plan.
#[derive(Clone, Debug)]
pub struct Run {
    /// The arm's name in this plan.
    pub arm: Arm,
    /// The task.
    pub task: GlueTask,
    /// Everything that can change the result.
    pub settings: Settings,
    /// Hex SHA-256 of the settings.
    pub key: String,
}

/// What every run has, whatever its suite: enough for its rows and its place in a store.
pub trait PlannedRun: Sync {
    /// Hex SHA-256 of the settings.
    fn key(&self) -> &str;

    /// What its rows say about it.
    fn head(&self) -> RunHead;

    /// Every setting that can change the result.
    ///
    /// # Errors
    /// If they cannot be written as JSON.
    fn settings_record(&self) -> serde_json::Result<Value>;

    /// The way it fine-tunes.
    fn method(&self) -> &Method;

    /// The trainable parameters as the paper counts them: PEFT's number for arms that go through
    /// PEFT, the plain one for the others.
    fn paper_count(&self, count: &ParamCount) -> usize {
        match self.method() {
            Method::Full | Method::LinearProbe => count.trainable,
            _ => count.paper_trainable(),
        }
    }
}

/// The part of a run's settings that its rows repeat.
#[derive(Clone, Debug)]
pub struct RunHead {
    /// Suite whose store has the run.
    pub suite: String,
    /// Scale of the experiment.
    pub scale: String,
    /// Task key.
    pub task: String,
    /// The arm's name in this plan.
    pub arm: String,
    /// Seed of the run.
    pub seed: u64,
    /// Base learning rate.
    pub lr: f64,
    /// Passes over the training data, the last one perhaps in part.
    pub epochs: usize,
    /// Device kind.
    pub device: String,
    /// Number type of weights and activations.
    pub dtype: String,
    /// Digest of the examples.
    pub data_digest: String,
    /// Digest of the pretrained weights.
    pub checkpoint_digest: String,
}

impl PlannedRun for Run {
    fn key(&self) -> &str {
        &self.key
    }

    fn head(&self) -> RunHead {
        let settings = self.settings.clone();
        RunHead {
            suite: settings.suite,
            scale: settings.scale,
            task: settings.task,
            arm: self.arm.key.clone(),
            seed: settings.seed,
            lr: settings.lr,
            epochs: settings.epochs,
            device: settings.device,
            dtype: settings.dtype.to_string(),
            data_digest: settings.data_digest,
            checkpoint_digest: settings.checkpoint_digest,
        }
    }

    fn settings_record(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.settings)
    }

    fn method(&self) -> &Method {
        &self.settings.method
    }
}

/// Where a run's weights and examples come from.
#[derive(Clone, Debug)]
pub struct Sources {
    /// Digest of the checkpoint's weights.
    pub checkpoint_digest: String,
    /// Device kind.
    pub device: String,
    /// Whether this is a smoke run.
    pub smoke: bool,
}

/// Resolves a selection; `data_digest` gives the digest of a task's examples.
///
/// # Errors
/// An arm without a learning rate.
pub fn plan(
    experiment: &Experiment,
    selection: &Request,
    sources: &Sources,
    data_digest: impl Fn(GlueTask) -> String,
) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    // Seeds outermost: a sweep that is stopped early has whole columns for its first seeds.
    for &seed in &selection.seeds {
        for task_key in &selection.tasks {
            let task: GlueTask = task_key.parse()?;
            let entry = &experiment.tasks[task_key];
            for arm_key in &selection.arms {
                let arm = experiment.arm(arm_key)?;
                let arm_entry = experiment.arms.get(arm_key);
                let skipped = arm_entry
                    .and_then(|entry| entry.tasks.as_ref())
                    .is_some_and(|tasks| !tasks.contains(task_key));
                if skipped || !arm.method.can_run() {
                    continue;
                }
                for lr in rates(experiment, selection.rates, &arm, task_key)? {
                    let settings = Settings {
                        revision: REVISION,
                        suite: experiment.suite.clone(),
                        scale: experiment.scale.clone(),
                        task: task_key.clone(),
                        method: arm.method.clone(),
                        targets: experiment.model.targets.clone(),
                        seed,
                        lr,
                        epochs: entry.epochs,
                        batch_size: entry.batch_size,
                        max_len: entry.max_len,
                        warmup_ratio: experiment.train.warmup_ratio,
                        optimizer: experiment.train.optimizer.clone(),
                        dropout: experiment.model.dropout,
                        head_dropout: experiment.model.head_dropout,
                        data: experiment.data.clone(),
                        data_digest: data_digest(task),
                        checkpoint: experiment.model.checkpoint.clone(),
                        checkpoint_digest: sources.checkpoint_digest.clone(),
                        device: sources.device.clone(),
                        dtype: experiment.model.dtype,
                        smoke: sources.smoke,
                    };
                    let key = key(&settings);
                    // Arms of equal settings are one run, whatever they are called.
                    if runs
                        .iter()
                        .all(|run: &Run| run.key != key || run.arm != arm)
                    {
                        runs.push(Run {
                            arm: arm.clone(),
                            task,
                            settings,
                            key,
                        });
                    }
                }
            }
        }
    }
    Ok(runs)
}

fn rates(experiment: &Experiment, rates: Rates, arm: &Arm, task: &str) -> Result<Vec<f64>> {
    if let Rates::Shared(lr) = rates {
        return Ok(vec![lr]);
    }
    if let Some(grid) = &experiment.grid {
        return Ok(grid.lr.clone());
    }
    let of_task = experiment.tasks[task].lr;
    let lr = own_rate(&experiment.arms, arm, of_task, |key| experiment.arm(key))?;
    Ok(vec![lr])
}

/// The learning rate of an arm: its own, else the task's, else that of the first arm of its kind.
///
/// # Errors
/// If there is none.
pub fn own_rate(
    arms: &BTreeMap<String, ArmEntry>,
    arm: &Arm,
    of_task: Option<f64>,
    parse: impl Fn(&str) -> Result<Arm>,
) -> Result<f64> {
    let own = arms.get(&arm.key).and_then(|entry| entry.lr);
    let sibling = || {
        arms.iter()
            .filter_map(|(key, entry)| Some((parse(key).ok()?, entry.lr?)))
            .find(|(other, _)| kind(&other.method) == kind(&arm.method))
            .map(|(_, lr)| lr)
    };
    match own.or(of_task).or_else(sibling) {
        Some(lr) => Ok(lr),
        None => bail!(
            "arm `{arm}` has no learning rate in this experiment; add [arms.{arm}] with `lr`, \
             or name one of {}",
            sorted_by_row(arms).join(", ")
        ),
    }
}

/// Methods that share a learning rate when one of them has none of its own.
fn kind(method: &Method) -> (u8, Option<Trains>) {
    match method {
        Method::LowRank(config) => (0, Some(config.trains)),
        Method::Full => (1, None),
        Method::LinearProbe => (2, None),
        Method::AdaLora => (3, None),
        Method::Ia3 => (4, None),
    }
}

/// Hex SHA-256 of the settings as JSON with sorted keys.
///
/// # Panics
/// If they are not plain data: a map whose keys are no strings.
pub fn key(settings: &impl Serialize) -> String {
    // serde_json's map sorts its keys, so the text does not depend on the order of the fields.
    let value = serde_json::to_value(settings).expect("settings are plain data");
    hex(&Sha256::digest(value.to_string().as_bytes()))
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
