//! Arms, rows, the run store, the paper's printed numbers, and the tables that set them side by side.
//!
//! A run leaves a few tidy [`Row`]s, one metric a row, and one settings [`Record`] whose hash is its key, in a folder that
//! many processes can share ([`Store`]). A [`Table`] is a pure function of such rows, of the experiment's run keys and of
//! the paper's numbers ([`PaperTable`]): mean and sample standard deviation over seeds, times 100, beside what the paper
//! prints. What its columns mean, which plots show it and what has to be said about it is data ([`TableSpec`]), which the
//! table's CSV carries along: this crate knows no suite of experiments and no table.
//!
//! Nothing here trains, reads a clock or depends on Burn; paths, rows and times are arguments.

#![warn(missing_docs)]
mod arm;
mod build;
mod cell;
mod column;
mod compare;
mod error;
mod file;
pub mod lines;
mod markdown;
mod paper;
mod plot;
mod publish;
mod row;
mod scan;
mod sentences;
pub mod settings;
mod stats;
mod store;
mod table;
mod table_csv;
mod terminal;
mod text;

pub use arm::{Arm, ArmError, ArmKind, Init, Start, Trains};
pub use build::{PlanKeys, build};
pub use cell::{Cell, CellState, Parameters, UnknownState};
pub use column::{Column, Domain, Measure, Split, UnknownMeasure};
pub use compare::{Comparison, Difference, Side, TOLERANCE, compare};
pub use error::{LineProblem, ResultsError, StoreWarning};
pub use file::write_file;
pub use paper::{PaperCell, PaperRow, PaperTable};
pub use plot::{Plot, UnknownPlot};
pub use publish::{Merge, Published, Refusal, RefusalReason, merge, publish};
pub use row::{Row, Selection, UnknownSelection};
pub use settings::Record;
pub use stats::{Stat, mean, sample_std};
pub use store::{Loaded, Store, finished};
pub use table::{ArmRow, ColumnGroup, Table, TableHead, TableRow, TableSpec, Unfinished, View};

/// Key of the average column, after the others, in the tables that have one.
pub const AVERAGE: &str = "avg";

/// What heads the average column.
pub const AVERAGE_LABEL: &str = "Avg.";
