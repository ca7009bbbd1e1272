//! GLUE's metrics, equal to scikit-learn's and scipy's.
//!
//! | task | metrics | undefined cases |
//! |---|---|---|
//! | cola | Matthews correlation | 0 when a single class is predicted or present (scikit-learn's convention) |
//! | stsb | Pearson, Spearman | `None` when either side is constant (scipy returns NaN and warns) |
//! | mrpc | accuracy, F1 of class 1 | F1 is 0 without a positive prediction or label (scikit-learn's `zero_division`) |
//! | others | accuracy | |
//!
//! [`scores`](crate::glue::scores) reports an undefined correlation as 0: a constant prediction says nothing about the order of the labels, and
//! 0 is what Matthews reports for the same failure on CoLA, so one collapsed seed counts as 0 in every average, as in the
//! paper's tables (of three seeds, only 60.6, 60.6 and 0 give CoLA's 40.4 ± 35). [`constant_prediction`](crate::glue::constant_prediction) and
//! [`equals_constant`](crate::glue::equals_constant) say that it happened.

mod class;
mod correlation;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use class::{accuracy, argmax, f1, matthews};
pub use correlation::{pearson, spearman};

/// A GLUE metric. All are fractions, not percentages: accuracy and F1 from 0 to 1, the correlations from -1 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Metric {
    /// Share of right predictions.
    Accuracy,
    /// Harmonic mean of precision and recall of class 1.
    F1,
    /// Matthews correlation coefficient.
    Matthews,
    /// Pearson correlation.
    Pearson,
    /// Spearman rank correlation, ties at their average rank.
    Spearman,
}

impl Metric {
    /// All five.
    pub const ALL: [Metric; 5] = [
        Metric::Accuracy,
        Metric::F1,
        Metric::Matthews,
        Metric::Pearson,
        Metric::Spearman,
    ];

    /// The name in rows: `accuracy`, `f1`, `matthews`, `pearson`, `spearman`.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Accuracy => "accuracy",
            Metric::F1 => "f1",
            Metric::Matthews => "matthews",
            Metric::Pearson => "pearson",
            Metric::Spearman => "spearman",
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Metric {
    type Err = crate::Error;

    fn from_str(name: &str) -> Result<Self, crate::Error> {
        Metric::ALL
            .into_iter()
            .find(|metric| metric.name() == name)
            .ok_or_else(|| crate::Error::UnknownMetric {
                name: name.to_owned(),
            })
    }
}
