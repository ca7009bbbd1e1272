//! Columns: which rows of a run a number is made from, and what heads it. All of it is data that a table's CSV carries.

use std::fmt;
use std::str::FromStr;

/// Which rows of a run a column's number is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// The metric on one split.
    Split(String),
    /// The mean of the metric over several splits, whose spread is the mean of theirs ([`crate::Stat::mean_of`]).
    MeanOf(Vec<String>),
    /// The metric on one split minus that on another, of the same weights.
    Gap {
        /// The split whose metric counts in full.
        of: String,
        /// The split whose metric is taken away.
        minus: String,
    },
}

impl Measure {
    /// The splits it needs.
    pub fn splits(&self) -> Vec<&str> {
        match self {
            Self::Split(split) => vec![split],
            Self::MeanOf(splits) => splits.iter().map(String::as_str).collect(),
            Self::Gap { of, minus } => vec![of, minus],
        }
    }
}

/// `split validation`, `mean ood_C ood_S ood_V` or `gap in ood_C`.
impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Self::Split(_) => "split",
            Self::MeanOf(_) => "mean",
            Self::Gap { .. } => "gap",
        };
        write!(f, "{word} {}", self.splits().join(" "))
    }
}

/// The text is no measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `split NAME`, `mean NAME NAME ...` or `gap NAME NAME`")]
pub struct UnknownMeasure;

impl FromStr for Measure {
    type Err = UnknownMeasure;

    fn from_str(text: &str) -> Result<Self, UnknownMeasure> {
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["split", split] => Ok(Self::Split(split.to_owned())),
            ["mean", _, ..] => Ok(Self::MeanOf(words[1..].to_vec())),
            ["gap", of, minus] => Ok(Self::Gap {
                of: of.to_owned(),
                minus: minus.to_owned(),
            }),
            _ => Err(UnknownMeasure),
        }
    }
}

/// Whether a column's examples are like those that the run trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// Of the environment that the run trained on.
    In,
    /// Of another.
    Out,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Key in the tables' and the paper's `task` column, such as `cola` or `vlcs/L`.
    pub key: String,
    /// Task of the rows.
    pub task: String,
    /// Metric of the rows.
    pub metric: String,
    /// Which splits, and how they combine.
    pub measure: Measure,
    /// The head of the column, below its group's.
    pub label: String,
    /// What stands above the heads of several columns, such as a data set's name; empty where each task has one column.
    pub group: String,
    /// In or out of domain; none where the question makes no sense.
    pub domain: Option<Domain>,
}

impl Column {
    /// The column of a task that one split stands for, under the task's key.
    pub fn of_split(task: &str, metric: &str, split: &str, label: &str) -> Self {
        Self {
            key: task.to_owned(),
            task: task.to_owned(),
            metric: metric.to_owned(),
            measure: Measure::Split(split.to_owned()),
            label: label.to_owned(),
            group: String::new(),
            domain: None,
        }
    }

    /// The head with its group, such as `VLCS LabelMe (ID)`.
    pub fn full_label(&self) -> String {
        if self.group.is_empty() {
            self.label.clone()
        } else {
            format!("{} {}", self.group, self.label)
        }
    }
}

/// A split that a task's rows may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The task.
    pub task: String,
    /// The split's name in the rows.
    pub name: String,
    /// What it is called in a sentence, such as `PACS Sketch`.
    pub label: String,
    /// Number of examples that the complete data set has in it; none where there is no such number.
    pub total: Option<u64>,
}
