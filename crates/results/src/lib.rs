//! Rows, the run store, aggregation, the paper's printed numbers, and the tables that set them side by side.
//!
//! A run leaves a few tidy [`Row`]s, one metric a row, in an append-only `runs.csv` guarded by a file lock ([`Store`]).
//! A [`Table`] is a pure function of such rows, of the experiment's run keys and of the paper's numbers ([`PaperTable`]):
//! mean and sample standard deviation over seeds, times 100, beside what the paper prints.
//!
//! Nothing here trains, reads a clock or depends on Burn; paths, rows and times are arguments.
//!
//! The CSV reader is this crate's own ([`csv`]) and not polars: a store must name the line of every defect,
//! and polars 0.55 fills a row that is too short with nulls and reports one that is too long without its line.

mod aggregate;
mod arm;
mod arms;
mod build;
mod cell;
mod column;
mod compare;
pub mod csv;
mod domainbed;
mod error;
mod markdown;
mod paper;
mod publish;
mod row;
mod scan;
mod sentences;
mod store;
mod table;
mod table_csv;
mod terminal;

pub use aggregate::{Headline, Stat, headline, mean, sample_std};
pub use arm::{Arm, ArmError, ArmKind, Init, Start, Trains};
pub use arms::canonical_arm;
pub use build::{PlanKeys, build};
pub use cell::{Cell, CellState, Parameters};
pub use column::{Column, Domain, Measure};
pub use compare::{Comparison, Difference, compare};
pub use domainbed::{
    DATA_SETS, DOMAINBED, DataSet, Environment, HELD_OUT_SPLIT, TRAIN_SPLIT, table_specs,
};
pub use error::{LineProblem, ResultsError, StoreWarning};
pub use paper::{PaperCell, PaperRow, PaperTable};
pub use publish::{Merge, Published, Refusal, RefusalReason, merge, publish};
pub use row::{Row, Selection, UnknownSelection};
pub use store::{Loaded, Store, finished};
pub use table::{ArmRow, ColumnGroup, Table, TableRow, TableSpec, Unfinished, View};

/// Key of the average column, after the tasks, in the tables that have one.
pub const AVERAGE: &str = "avg";
