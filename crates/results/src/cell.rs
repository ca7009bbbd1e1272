//! One cell of a table: three numbers and where the run stands.

use std::fmt;
use std::str::FromStr;

use crate::paper::PaperCell;
use crate::stats::Stat;

/// How far the runs behind a cell have come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellState {
    /// Every expected seed has finished.
    Complete,
    /// Some seeds are still to run.
    Partial {
        /// Seeds that have finished.
        have: usize,
        /// Seeds expected.
        want: usize,
    },
    /// At least one run ended with an error.
    Failed {
        /// The first error.
        message: String,
    },
    /// No seed has run.
    NotRun,
}

impl fmt::Display for CellState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Complete => f.write_str("complete"),
            Self::Partial { have, want } => write!(f, "{have} of {want} seeds"),
            Self::Failed { message } => write!(f, "failed: {message}"),
            Self::NotRun => f.write_str("not run yet"),
        }
    }
}

/// The text is no state of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `complete`, `2 of 3 seeds`, `failed: ...` or `not run yet`")]
pub struct UnknownState;

impl FromStr for CellState {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        match text {
            "complete" => return Ok(Self::Complete),
            "not run yet" => return Ok(Self::NotRun),
            _ => {}
        }
        if let Some(message) = text.strip_prefix("failed: ") {
            let message = message.to_owned();
            return Ok(Self::Failed { message });
        }
        let seeds = text
            .strip_suffix(" seeds")
            .and_then(|text| text.split_once(" of "));
        let (have, want) = seeds.ok_or(UnknownState)?;
        match (have.parse(), want.parse()) {
            (Ok(have), Ok(want)) => Ok(Self::Partial { have, want }),
            _ => Err(UnknownState),
        }
    }
}

/// Parameter counts of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parameters {
    /// Trainable, each counted once.
    pub trainable: u64,
    /// All of the adapted model's.
    pub total: u64,
    /// Trainable as the paper's software counted them, the head twice.
    pub paper_count: u64,
}

impl Parameters {
    /// Trainable parameters, in percent of all.
    pub fn percent(&self) -> f64 {
        100.0 * self.trainable as f64 / self.total as f64
    }

    /// The paper's count, in percent of all plus the second head that it counts.
    pub fn paper_percent(&self) -> f64 {
        let second_head = self.paper_count.saturating_sub(self.trainable);
        100.0 * self.paper_count as f64 / (self.total + second_head) as f64
    }
}

/// One cell: this machine's number, the published one and the paper's.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Key of its column ([`crate::Column`]), or `avg`.
    pub column: String,
    /// The rows the table is made from.
    pub ours: Option<Stat>,
    /// The published rows.
    pub published: Option<Stat>,
    /// What the paper prints.
    pub paper: Option<PaperCell>,
    /// Seeds expected.
    pub expected: usize,
    /// Parameter counts of the runs; none for the average and for cells that have not run.
    pub parameters: Option<Parameters>,
    /// Learning rates of the runs, ascending.
    pub lrs: Vec<f64>,
    /// Where the runs stand.
    pub state: CellState,
}

impl Cell {
    /// Ours minus the paper's.
    pub fn minus_paper(&self) -> Option<f64> {
        Some(self.ours?.mean - self.paper.as_ref()?.mean)
    }

    /// Ours minus the published.
    pub fn minus_published(&self) -> Option<f64> {
        Some(self.ours?.mean - self.published?.mean)
    }
}
