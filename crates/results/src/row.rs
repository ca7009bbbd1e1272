//! One metric of one run: the tidy row that everything else is made from.

use std::fmt;
use std::str::FromStr;

use crate::csv::write_record;
use crate::error::{LineProblem, ResultsError};

/// Which weights a metric was measured on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Selection {
    /// The weights after the last step, as the paper's code reports (behaviours 1.8).
    #[default]
    Last,
    /// The best evaluation of the run, chosen on the reported split itself.
    Best,
}

impl Selection {
    /// The word in the CSV.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Best => "best",
        }
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Selection {
    type Err = UnknownSelection;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "last" => Ok(Self::Last),
            "best" => Ok(Self::Best),
            _ => Err(UnknownSelection),
        }
    }
}

/// The text is neither `last` nor `best`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `last` or `best`")]
pub struct UnknownSelection;

/// One metric of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Suite of experiments, such as `glue`.
    pub suite: String,
    /// `mini`, `small` or `paper`.
    pub scale: String,
    /// Task key, such as `cola`.
    pub task: String,
    /// Arm key, such as `tuneB-Arand-r8`.
    pub arm: String,
    /// Seed of the run.
    pub seed: u64,
    /// Split the metric was measured on, such as `validation`, `validation_matched` or `pooled`.
    pub split: String,
    /// Metric key, such as `accuracy`; `error` in the single row of a failed run.
    pub metric: String,
    /// The metric as its definition gives it (0 to 1 for an accuracy); none only for a failed run.
    pub value: Option<f64>,
    /// Number of examples that the metric was measured on.
    pub n_examples: u64,
    /// Which weights were measured.
    pub selection: Selection,
    /// Parameters that trained, each counted once.
    pub n_trainable: u64,
    /// All parameters of the adapted model.
    pub n_total: u64,
    /// Trainable parameters as the paper's software counted them, the head twice (behaviours 1.6).
    pub paper_count: u64,
    /// Peak learning rate.
    pub lr: f64,
    /// Passes over the training set.
    pub epochs: u64,
    /// Optimiser steps taken.
    pub steps: u64,
    /// Training time, in seconds.
    pub train_s: f64,
    /// Training throughput, in examples a second.
    pub examples_per_s: f64,
    /// Peak memory of the process, in MiB; none where the system does not tell.
    pub peak_mem_mb: Option<f64>,
    /// Device the run was made on.
    pub device: String,
    /// Float type, such as `f32`.
    pub dtype: String,
    /// Burn's version.
    pub burn: String,
    /// Commit of this repository.
    pub git: String,
    /// Whether the working tree had uncommitted changes.
    pub dirty: bool,
    /// Hash of the complete settings record with the data's and the checkpoint's digests.
    pub run_key: String,
    /// How many rows this run wrote, this one included.
    pub run_rows: u64,
    /// Digest of the data.
    pub data_digest: String,
    /// Digest of the checkpoint that the run started from.
    pub checkpoint_digest: String,
    /// When the run ended, RFC 3339, as the caller's clock says.
    pub finished_at: String,
    /// Empty, or why the run failed, on one line.
    pub error: String,
}

impl Row {
    /// The columns of `runs.csv`, in order.
    pub const COLUMNS: [&'static str; 30] = [
        "suite",
        "scale",
        "task",
        "arm",
        "seed",
        "split",
        "metric",
        "value",
        "n_examples",
        "selection",
        "n_trainable",
        "n_total",
        "paper_count",
        "lr",
        "epochs",
        "steps",
        "train_s",
        "examples_per_s",
        "peak_mem_mb",
        "device",
        "dtype",
        "burn",
        "git",
        "dirty",
        "run_key",
        "run_rows",
        "data_digest",
        "checkpoint_digest",
        "finished_at",
        "error",
    ];

    /// Metric key of the row that a failed run leaves.
    pub const ERROR_METRIC: &'static str = "error";

    /// Whether this row says that its run failed.
    pub fn is_failure(&self) -> bool {
        self.metric == Self::ERROR_METRIC
    }

    /// Appends the row as one CSV line.
    pub(crate) fn write(&self, out: &mut String) {
        let optional =
            |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        write_record(
            out,
            [
                self.suite.clone(),
                self.scale.clone(),
                self.task.clone(),
                self.arm.clone(),
                self.seed.to_string(),
                self.split.clone(),
                self.metric.clone(),
                optional(self.value),
                self.n_examples.to_string(),
                self.selection.to_string(),
                self.n_trainable.to_string(),
                self.n_total.to_string(),
                self.paper_count.to_string(),
                self.lr.to_string(),
                self.epochs.to_string(),
                self.steps.to_string(),
                self.train_s.to_string(),
                self.examples_per_s.to_string(),
                optional(self.peak_mem_mb),
                self.device.clone(),
                self.dtype.clone(),
                self.burn.clone(),
                self.git.clone(),
                self.dirty.to_string(),
                self.run_key.clone(),
                self.run_rows.to_string(),
                self.data_digest.clone(),
                self.checkpoint_digest.clone(),
                self.finished_at.clone(),
                self.error.clone(),
            ],
        );
    }

    /// Parses the fields of one line.
    pub(crate) fn read(fields: Vec<String>) -> Result<Self, LineProblem> {
        let found = fields.len();
        let fields: [String; Self::COLUMNS.len()] =
            fields.try_into().map_err(|_| LineProblem::FieldCount {
                expected: Self::COLUMNS.len(),
                found,
            })?;
        let [
            suite,
            scale,
            task,
            arm,
            seed,
            split,
            metric,
            value,
            n_examples,
            selection,
            n_trainable,
            n_total,
            paper_count,
            lr,
            epochs,
            steps,
            train_s,
            examples_per_s,
            peak_mem_mb,
            device,
            dtype,
            burn,
            git,
            dirty,
            run_key,
            run_rows,
            data_digest,
            checkpoint_digest,
            finished_at,
            error,
        ] = fields;
        let row = Self {
            suite,
            scale,
            task,
            arm,
            seed: whole("seed", &seed)?,
            split,
            metric,
            value: optional_number("value", &value)?,
            n_examples: whole("n_examples", &n_examples)?,
            selection: parse("selection", "`last` or `best`", &selection)?,
            n_trainable: whole("n_trainable", &n_trainable)?,
            n_total: whole("n_total", &n_total)?,
            paper_count: whole("paper_count", &paper_count)?,
            lr: number("lr", &lr)?,
            epochs: whole("epochs", &epochs)?,
            steps: whole("steps", &steps)?,
            train_s: number("train_s", &train_s)?,
            examples_per_s: number("examples_per_s", &examples_per_s)?,
            peak_mem_mb: optional_number("peak_mem_mb", &peak_mem_mb)?,
            device,
            dtype,
            burn,
            git,
            dirty: parse("dirty", "`true` or `false`", &dirty)?,
            run_key,
            run_rows: whole("run_rows", &run_rows)?,
            data_digest,
            checkpoint_digest,
            finished_at,
            error,
        };
        if row.run_key.is_empty() {
            return Err(bad("run_key", "a run's key", ""));
        }
        if row.run_rows == 0 {
            return Err(bad("run_rows", "at least 1", "0"));
        }
        if row.value.is_some() == row.is_failure() {
            return Err(bad(
                "value",
                "a number, or nothing if and only if the metric is `error`",
                &value,
            ));
        }
        Ok(row)
    }

    /// Refuses what [`Row::read`] would refuse, before it is written.
    pub(crate) fn validate(&self) -> Result<(), ResultsError> {
        if self.run_key.is_empty() {
            return Err(ResultsError::EmptyRunKey {
                arm: self.arm.clone(),
                task: self.task.clone(),
            });
        }
        let texts = [
            ("suite", &self.suite),
            ("scale", &self.scale),
            ("task", &self.task),
            ("arm", &self.arm),
            ("split", &self.split),
            ("metric", &self.metric),
            ("device", &self.device),
            ("dtype", &self.dtype),
            ("burn", &self.burn),
            ("git", &self.git),
            ("run_key", &self.run_key),
            ("data_digest", &self.data_digest),
            ("checkpoint_digest", &self.checkpoint_digest),
            ("finished_at", &self.finished_at),
            ("error", &self.error),
        ];
        if let Some((column, _)) = texts
            .into_iter()
            .find(|(_, text)| text.contains(['\n', '\r']))
        {
            return Err(ResultsError::LineBreak {
                run_key: self.run_key.clone(),
                column,
            });
        }
        let numbers = [
            ("value", self.value),
            ("lr", Some(self.lr)),
            ("train_s", Some(self.train_s)),
            ("examples_per_s", Some(self.examples_per_s)),
            ("peak_mem_mb", self.peak_mem_mb),
        ];
        for (column, number) in numbers {
            if let Some(value) = number.filter(|number| !number.is_finite()) {
                return Err(ResultsError::NotFinite {
                    run_key: self.run_key.clone(),
                    metric: self.metric.clone(),
                    split: self.split.clone(),
                    column,
                    value,
                });
            }
        }
        if self.value.is_some() == self.is_failure() {
            return Err(ResultsError::ValueMismatch {
                run_key: self.run_key.clone(),
                metric: self.metric.clone(),
            });
        }
        Ok(())
    }
}

fn bad(column: &'static str, expected: &'static str, found: &str) -> LineProblem {
    LineProblem::BadField {
        column,
        expected,
        found: found.to_owned(),
    }
}

pub(crate) fn parse<T: FromStr>(
    column: &'static str,
    expected: &'static str,
    text: &str,
) -> Result<T, LineProblem> {
    text.parse().map_err(|_| bad(column, expected, text))
}

pub(crate) fn whole<T: FromStr>(column: &'static str, text: &str) -> Result<T, LineProblem> {
    parse(column, "a whole number", text)
}

pub(crate) fn number(column: &'static str, text: &str) -> Result<f64, LineProblem> {
    let value: f64 = parse(column, "a number", text)?;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(bad(column, "a finite number", text))
    }
}

pub(crate) fn optional_number(
    column: &'static str,
    text: &str,
) -> Result<Option<f64>, LineProblem> {
    if text.is_empty() {
        return Ok(None);
    }
    number(column, text).map(Some)
}
