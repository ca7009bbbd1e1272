//! Columns: which rows of a run a number is made from, and what heads it.

use crate::aggregate::headline;
use crate::domainbed;

/// Which rows of a run a column's number is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// The metric on one split.
    Split(&'static str),
    /// The mean of the metric over several splits, whose spread is the mean of theirs ([`crate::Stat::mean_of`]).
    MeanOf(Vec<&'static str>),
    /// The metric on one split minus that on another, of the same weights.
    Gap {
        /// The split whose metric counts in full.
        of: &'static str,
        /// The split whose metric is taken away.
        minus: &'static str,
    },
}

/// Whether a column's images are of the environment that the run trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// Of the source environment.
    In,
    /// Of another.
    Out,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Key in the tables' `task` column: a GLUE task such as `cola`, or an image column such as `vlcs/L`.
    pub key: String,
    /// Task of the rows.
    pub task: String,
    /// Metric of the rows.
    pub metric: &'static str,
    /// Which splits, and how they combine.
    pub measure: Measure,
    /// The head of the column, below its group's.
    pub label: String,
    /// What stands above the heads of several columns: a data set's name; empty where each task has one column.
    pub group: &'static str,
    /// In or out of domain; none where the question makes no sense.
    pub domain: Option<Domain>,
}

impl Column {
    /// The column of a key; none for a key that no table has.
    pub fn of_key(key: &str) -> Option<Self> {
        let glue = headline(key).map(|headline| Self {
            key: key.to_owned(),
            task: key.to_owned(),
            metric: headline.metric,
            measure: Measure::Split(headline.split),
            label: headline.label.to_owned(),
            group: "",
            domain: None,
        });
        glue.or_else(|| domainbed::column(key))
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
