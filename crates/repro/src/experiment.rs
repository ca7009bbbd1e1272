//! Experiment files: one TOML a suite and scale, with every number in it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::arm::Arm;
use crate::optimizer::OptimizerConfig;
use crate::smoke::SmokeShape;

/// A GLUE experiment as written down.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// The suite whose run store its rows go to.
    pub suite: String,
    /// `mini`, `small` or `paper`.
    pub scale: String,
    /// Seeds of the runs.
    pub seeds: Vec<u64>,
    /// Runs at a time, unless `--jobs` says otherwise; 0 stands for one per core.
    pub jobs: usize,
    /// Rows of the table, in order, and the learning rate of each.
    pub arms: BTreeMap<String, ArmEntry>,
    /// Columns of the table and their settings.
    pub tasks: BTreeMap<String, TaskEntry>,
    /// The pretrained model.
    pub model: ModelEntry,
    /// Where the examples come from.
    pub data: DataEntry,
    /// Settings of training shared by all runs.
    pub train: TrainEntry,
    /// Learning rates to try instead of the arms' own, for the tuning suite.
    pub grid: Option<GridEntry>,
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

/// The pretrained model of an experiment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Hugging Face id or the name of a folder in `pretrained/`.
    pub checkpoint: String,
    /// Names of the layers that low-rank arms adapt.
    pub targets: Vec<String>,
    /// Hidden and attention dropout of the encoder while training; the checkpoint's own where missing.
    pub dropout: Option<f64>,
    /// Dropout of the head; the checkpoint's own where missing.
    pub head_dropout: Option<f64>,
    /// Dropout on the adapters' input.
    pub adapter_dropout: f64,
    /// Shape that `--smoke` builds two random layers of.
    pub smoke_shape: SmokeShape,
    /// Number type of what does not train, and of the activations.
    #[serde(default)]
    pub dtype: Precision,
}

/// The number type of frozen weights and activations; what trains is always f32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Single precision.
    #[default]
    F32,
    /// Brain floating point: half the memory of the frozen weights, where the device has it.
    Bf16,
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
        })
    }
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

/// Kind of a data source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DataSource {
    /// The mini lab's generator.
    Lab,
    /// Files in one of GLUE's layouts.
    Files,
}

/// Settings of training shared by all runs of an experiment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainEntry {
    /// Share of the steps in which the learning rate rises.
    pub warmup_ratio: f64,
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

impl Experiment {
    /// Reads `experiments/<scale>/<name>.toml` below `root`.
    ///
    /// # Errors
    /// An unknown scale, a file that is missing or not as expected.
    pub fn load(root: &Path, scale: &str, name: &str) -> Result<Self> {
        let experiment: Self = read(root, scale, name, Self::validate)?;
        // Rows go where these two say, so a copied file must not fill another one's store.
        check_place(root, scale, name, &experiment.scale, &experiment.suite)?;
        Ok(experiment)
    }

    /// Reads the text of an experiment file.
    ///
    /// # Errors
    /// Unknown or missing keys, unknown arms and tasks, numbers out of range.
    pub fn parse(text: &str) -> Result<Self> {
        parse(text, Self::validate)
    }

    fn validate(&self) -> Result<()> {
        for (name, is_empty) in [
            ("seeds", self.seeds.is_empty()),
            ("arms", self.arms.is_empty()),
            ("tasks", self.tasks.is_empty()),
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
            for task in entry.tasks.iter().flatten() {
                if !self.tasks.contains_key(task) {
                    bail!("arms.{key}.tasks has `{task}`, which is not one of this file's tasks");
                }
            }
        }
        for (key, entry) in &self.tasks {
            key.parse::<tasks::glue::GlueTask>()?;
            check_rate(&format!("tasks.{key}.lr"), entry.lr)?;
            for (name, value) in [
                ("epochs", entry.epochs),
                ("batch_size", entry.batch_size),
                ("max_len", entry.max_len),
            ] {
                if value == 0 {
                    bail!("tasks.{key}.{name} must be at least 1, but is 0");
                }
            }
        }
        for (name, value) in [
            ("train.eval_batch_size", Some(self.train.eval_batch_size)),
            ("data.max_train", self.data.max_train),
            ("data.max_validation", self.data.max_validation),
        ] {
            if value == Some(0) {
                bail!("{name} must be at least 1, but is 0");
            }
        }
        check_rate("train.shared_lr", self.train.shared_lr)?;
        for &lr in self.grid.iter().flat_map(|grid| &grid.lr) {
            check_rate("grid.lr", Some(lr))?;
        }
        for (name, ratio) in [
            ("train.warmup_ratio", Some(self.train.warmup_ratio)),
            ("data.holdout", self.data.holdout),
            ("model.dropout", self.model.dropout),
            ("model.head_dropout", self.model.head_dropout),
            ("model.adapter_dropout", Some(self.model.adapter_dropout)),
        ] {
            check_ratio(name, ratio)?;
        }
        self.train.optimizer.validate("train.optimizer")
    }

    /// The arm called `key`, with this experiment's adapter dropout.
    ///
    /// # Errors
    /// An unknown key.
    pub fn arm(&self, key: &str) -> Result<Arm> {
        Arm::parse(key, self.model.adapter_dropout)
    }

    /// The arms in the table's order.
    pub fn arm_keys(&self) -> Vec<String> {
        sorted_by_row(&self.arms)
    }
}

/// Reads and checks `experiments/<scale>/<name>.toml` below `root`.
///
/// # Errors
/// An unknown scale, a file that is missing or not as expected.
pub(crate) fn read<T: DeserializeOwned>(
    root: &Path,
    scale: &str,
    name: &str,
    validate: impl Fn(&T) -> Result<()>,
) -> Result<T> {
    let path = path(root, scale, name);
    if !path.is_file() {
        let folder = root.join("experiments");
        let scales = scales(&folder, name);
        bail!(
            "unknown scale `{scale}`: {} is missing; scales with a {name} suite: {}",
            path.display(),
            scales.join(", ")
        );
    }
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    parse(&text, validate).with_context(|| path.display().to_string())
}

/// Reads and checks the text of an experiment file.
///
/// # Errors
/// Unknown or missing keys, and what `validate` finds.
pub(crate) fn parse<T: DeserializeOwned>(
    text: &str,
    validate: impl Fn(&T) -> Result<()>,
) -> Result<T> {
    let experiment: T = toml::from_str(text).map_err(|error| on_one_line(text, &error))?;
    validate(&experiment)?;
    Ok(experiment)
}

/// Checks that an experiment file says the scale and suite that its place says.
///
/// # Errors
/// If it does not.
pub(crate) fn check_place(
    root: &Path,
    scale: &str,
    name: &str,
    own_scale: &str,
    own_suite: &str,
) -> Result<()> {
    for (key, found, expected) in [("scale", own_scale, scale), ("suite", own_suite, name)] {
        if found != expected {
            bail!(
                "{}: {key} must be `{expected}`, as the file's place says, but is `{found}`",
                path(root, scale, name).display()
            );
        }
    }
    Ok(())
}

/// The keys of arms in the table's order.
pub(crate) fn sorted_by_row(arms: &BTreeMap<String, ArmEntry>) -> Vec<String> {
    let mut keys: Vec<(usize, &String)> =
        arms.iter().map(|(key, entry)| (entry.row, key)).collect();
    keys.sort();
    keys.into_iter().map(|(_, key)| key.clone()).collect()
}

pub(crate) fn check_ratio(name: &str, ratio: Option<f64>) -> Result<()> {
    match ratio {
        Some(ratio) if !(0.0..1.0).contains(&ratio) => {
            bail!("{name} must be at least 0 and below 1, but is {ratio}")
        }
        _ => Ok(()),
    }
}

pub(crate) fn check_rate(name: &str, lr: Option<f64>) -> Result<()> {
    match lr {
        Some(lr) if !(lr > 0.0 && lr.is_finite()) => {
            bail!("{name} must be a positive number, but is {lr}")
        }
        _ => Ok(()),
    }
}

/// A parser's message with the line it is about; its own drawing of that line takes several.
fn on_one_line(text: &str, error: &toml::de::Error) -> anyhow::Error {
    let message = error.message().replace('\n', ", ");
    let Some(span) = error.span() else {
        return anyhow!("{message}");
    };
    let start = span.start.min(text.len());
    let number = text[..start].matches('\n').count() + 1;
    match text.lines().nth(number - 1) {
        Some(line) if !line.trim().is_empty() => {
            anyhow!("line {number} (`{}`): {message}", line.trim())
        }
        _ => anyhow!("line {number}: {message}"),
    }
}

fn path(root: &Path, scale: &str, name: &str) -> PathBuf {
    root.join("experiments")
        .join(scale)
        .join(format!("{name}.toml"))
}

/// Scales that have an experiment of this name.
fn scales(folder: &Path, name: &str) -> Vec<String> {
    let mut scales: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join(format!("{name}.toml")).is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    scales.sort();
    scales
}
