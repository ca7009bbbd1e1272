//! One metric of one run: the tidy row that everything else is made from.

use std::fmt;
use std::str::FromStr;

use csv::StringRecord;
use serde::{Deserialize, Deserializer, Serialize};

use crate::arm::Arm;
use crate::error::LineProblem;
use crate::lines::{self, bad_field, parsed, plain, plain_or_none};

/// Which weights a metric was measured on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Selection {
    /// The weights after the last step, as the paper's code reports.
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

/// One metric of one run. Its fields are the columns of `runs.csv`, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Suite of experiments, such as `glue`.
    pub suite: String,
    /// `mini`, `small` or `paper`.
    pub scale: String,
    /// Task key, such as `cola`.
    pub task: String,
    /// The arm, by the name it was asked for.
    #[serde(deserialize_with = "arm")]
    pub arm: Arm,
    /// Seed of the run.
    pub seed: u64,
    /// Split the metric was measured on, such as `validation`, `validation_matched` or `pooled`.
    pub split: String,
    /// Metric key, such as `accuracy`; `error` in the single row of a failed run.
    pub metric: String,
    /// The metric as its definition gives it (0 to 1 for an accuracy); none only for a failed run.
    #[serde(serialize_with = "plain_or_none")]
    pub value: Option<f64>,
    /// Number of examples that the metric was measured on.
    pub n_examples: u64,
    /// Which weights were measured.
    #[serde(deserialize_with = "selection")]
    pub selection: Selection,
    /// Parameters that trained, each counted once.
    pub n_trainable: u64,
    /// All parameters of the adapted model.
    pub n_total: u64,
    /// Trainable parameters as the paper's software counted them, the head twice.
    pub paper_count: u64,
    /// Peak learning rate.
    #[serde(serialize_with = "plain")]
    pub lr: f64,
    /// Passes over the training set.
    pub epochs: u64,
    /// Optimiser steps taken.
    pub steps: u64,
    /// Seconds from the run's first step to its last number: training with the evaluations in between and at the end.
    #[serde(serialize_with = "plain")]
    pub wall_s: f64,
    /// Training throughput, in examples a second.
    #[serde(serialize_with = "plain")]
    pub examples_per_s: f64,
    /// Peak memory of the process, in MiB; none where the system does not tell.
    #[serde(serialize_with = "plain_or_none")]
    pub peak_mem_mb: Option<f64>,
    /// Device the run was made on.
    pub device: String,
    /// Kind of processor, as the system names it; empty where it is not known. On one kind, equal settings give equal bits.
    pub processor: String,
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
    /// Metric key of the row that a failed run leaves.
    pub const ERROR_METRIC: &'static str = "error";

    /// Columns of stores from before they named the processor; their time was called as if it were of training alone.
    const FORMER_TIME: &'static str = "train_s";

    /// The columns of `runs.csv`, in order.
    pub fn columns() -> &'static [&'static str] {
        lines::columns::<Self>()
    }

    /// The columns that `runs.csv` had before, which are read too.
    pub(crate) fn former_columns() -> Vec<&'static str> {
        let columns = Self::columns().iter().copied();
        let columns = columns.filter(|&column| column != "processor");
        columns
            .map(|column| match column {
                "wall_s" => Self::FORMER_TIME,
                other => other,
            })
            .collect()
    }

    /// Whether this row says that its run failed.
    pub fn is_failure(&self) -> bool {
        self.metric == Self::ERROR_METRIC
    }

    /// Parses the fields of one line, of a store with the former columns if `former`.
    pub(crate) fn read(fields: &StringRecord, former: bool) -> Result<Self, LineProblem> {
        let columns = Self::columns();
        let row: Self = if former && fields.len() + 1 == columns.len() {
            let at = columns.iter().position(|&column| column == "processor");
            let mut fields: Vec<&str> = fields.iter().collect();
            fields.insert(at.expect("a column of this name"), "");
            lines::read(&StringRecord::from(fields))?
        } else if former {
            return Err(LineProblem::FieldCount {
                expected: columns.len() - 1,
                found: fields.len(),
            });
        } else {
            lines::read(fields)?
        };
        row.check()?;
        Ok(row)
    }

    /// The row as one line, with its newline, if [`Row::read`] would take it.
    pub(crate) fn line(&self) -> Result<String, LineProblem> {
        self.check()?;
        lines::write(self)
    }

    /// What the types of the columns do not say.
    fn check(&self) -> Result<(), LineProblem> {
        if self.run_key.is_empty() {
            return Err(bad_field("run_key", "a run's key", ""));
        }
        if self.run_rows == 0 {
            return Err(bad_field("run_rows", "at least 1", "0"));
        }
        let numbers = [
            ("value", self.value),
            ("lr", Some(self.lr)),
            ("wall_s", Some(self.wall_s)),
            ("examples_per_s", Some(self.examples_per_s)),
            ("peak_mem_mb", self.peak_mem_mb),
        ];
        for (column, number) in numbers {
            if let Some(number) = number.filter(|number| !number.is_finite()) {
                let expected = "a finite number (a run without one is stored as failed)";
                return Err(bad_field(column, expected, &number.to_string()));
            }
        }
        if self.value.is_some() == self.is_failure() {
            let found = self
                .value
                .map_or_else(String::new, |value| value.to_string());
            let expected = "a number, or nothing if and only if the metric is `error`";
            return Err(bad_field("value", expected, &found));
        }
        Ok(())
    }
}

fn arm<'de, D: Deserializer<'de>>(field: D) -> Result<Arm, D::Error> {
    parsed("arm", field)
}

fn selection<'de, D: Deserializer<'de>>(field: D) -> Result<Selection, D::Error> {
    parsed("selection", field)
}
