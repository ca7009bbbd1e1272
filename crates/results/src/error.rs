//! What can go wrong in a store or a table, and what only deserves a warning.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::arm::Arm;

/// Why a store, a table or a publication could not be read, written or built.
#[derive(Debug, Error)]
pub enum ResultsError {
    /// The results folder does not exist and cannot be made, or files cannot be made in it.
    #[error("cannot write results into {}: {source}", dir.display())]
    NotWritable {
        /// The folder that was asked for.
        dir: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// A file could not be written; what it held before is untouched.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The header line names other columns than this version writes.
    #[error("{}: column {position} of the header should be `{expected}`, found `{found}`", path.display())]
    WrongHeader {
        /// The file.
        path: PathBuf,
        /// 1-based position of the first column that differs.
        position: usize,
        /// The column this version expects there (empty: no further column).
        expected: &'static str,
        /// The column that the file has there (empty: the header ends before it).
        found: String,
    },
    /// A line that no crash of ours can have left.
    #[error("{}, line {line}: {problem}", path.display())]
    MalformedLine {
        /// The file.
        path: PathBuf,
        /// 1-based line number, the header being line 1.
        line: usize,
        /// What is wrong with the line.
        #[source]
        problem: LineProblem,
    },
    /// A line of `settings.jsonl` is not a settings record.
    #[error("{}, line {line}: expected `{{\"run_key\":...,\"settings\":{{...}}}}` as the store writes it", path.display())]
    MalformedSettings {
        /// The file.
        path: PathBuf,
        /// 1-based line number.
        line: usize,
    },
    /// The rows handed to one `append` are not the whole of one run.
    #[error(
        "the rows to append must be one whole run: row {index} has run key `{found}` and run_rows {run_rows}, expected `{expected}` and {rows}"
    )]
    NotOneRun {
        /// 0-based index of the first row that does not fit.
        index: usize,
        /// Run key of the first row.
        expected: String,
        /// Run key of the row at `index`.
        found: String,
        /// The `run_rows` of the row at `index`.
        run_rows: u64,
        /// How many rows were handed over.
        rows: usize,
    },
    /// A row that could not be read again, or says something that no run can.
    #[error("run `{run_key}`, `{metric}` on `{split}`: {problem}")]
    BadRow {
        /// The run.
        run_key: String,
        /// The row's metric.
        metric: String,
        /// The row's split.
        split: String,
        /// What is wrong with it.
        #[source]
        problem: Box<LineProblem>,
    },
    /// Settings cannot be written as JSON.
    #[error("the settings are not plain data: {0}")]
    Settings(#[source] serde_json::Error),
    /// Settings without names.
    #[error("a settings record has named members, found {text}")]
    NotARecord {
        /// The settings as JSON.
        text: String,
    },
    /// A settings record of another run.
    #[error("run `{run_key}`: its settings record hashes to `{key}`, so it is not the run's")]
    WrongKey {
        /// The run.
        run_key: String,
        /// The key of the settings.
        key: String,
    },
    /// Only rows of a clean tree are published.
    #[error(
        "the working tree has uncommitted changes: commit them and run again before publishing"
    )]
    DirtyTree,
    /// A table's file holds no cell.
    #[error("{}: expected at least one cell below the header", path.display())]
    EmptyTable {
        /// The file.
        path: PathBuf,
    },
    /// A row's split is none of its task's.
    #[error("run `{run_key}`: task `{task}` has no split `{split}`, expected one of {expected}")]
    UnknownSplit {
        /// The run.
        run_key: String,
        /// The row's task.
        task: String,
        /// The row's split.
        split: String,
        /// The splits of the task, separated by commas.
        expected: String,
    },
    /// Two runs with different settings claim the same cell and seed.
    #[error(
        "runs `{first}` and `{second}` both give arm `{arm}` on task `{task}` at seed {seed}: pass the experiment's run keys to choose one"
    )]
    AmbiguousRuns {
        /// The arm.
        arm: Arm,
        /// The task.
        task: String,
        /// The seed.
        seed: u64,
        /// Run key of one of them.
        first: String,
        /// Run key of the other.
        second: String,
    },
}

/// What is wrong with one line of a CSV file.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum LineProblem {
    /// The line is not UTF-8.
    #[error("the line is not UTF-8")]
    NotUtf8,
    /// Too few or too many fields.
    #[error("expected {expected} fields, found {found}")]
    FieldCount {
        /// Number of columns in the header.
        expected: usize,
        /// Number of fields on the line.
        found: usize,
    },
    /// A quotation mark that does not close, or stands where none is allowed.
    #[error("field {field} has a quotation mark where none is allowed")]
    Quotes {
        /// 1-based field number.
        field: usize,
    },
    /// A field holds a line break, which the one-record-a-line file cannot hold.
    #[error("a field holds a line break: {0:?}")]
    LineBreak(String),
    /// A field that says itself what was expected.
    #[error("{0}")]
    Unreadable(String),
    /// A record that CSV cannot hold.
    #[error("{0}")]
    Unwritable(String),
    /// A field does not parse as its column's type.
    #[error("column `{column}` should be {expected}, found `{found}`")]
    BadField {
        /// The column.
        column: &'static str,
        /// What was expected, in words.
        expected: &'static str,
        /// The text found.
        found: String,
    },
    /// A run ends before all of its rows have come.
    #[error("run `{run_key}` declares {expected} rows, but another run begins after {found}")]
    RunCutShort {
        /// The run that is incomplete.
        run_key: String,
        /// Rows it declares.
        expected: u64,
        /// Rows it has.
        found: u64,
    },
    /// The same row and column key appears where a table needs distinct ones, or cells are out of order.
    #[error(
        "the cell of arm `{arm}` and task `{task}` does not follow the order of the rows before it"
    )]
    CellOrder {
        /// The arm.
        arm: Arm,
        /// The task or average column.
        task: String,
    },
}

/// Something a store repaired or will repair; the caller decides how to show it.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum StoreWarning {
    /// A process died while it wrote: the tail from `line` on does not count and the next append removes it.
    #[error("{}: the run written from line {line} on is incomplete ({bytes} bytes, as after a killed process) and is dropped", path.display())]
    TornTail {
        /// The file.
        path: PathBuf,
        /// 1-based number of the first line that does not count.
        line: usize,
        /// Length of the tail.
        bytes: u64,
    },
    /// Two finished runs have the same key (two processes raced); the first counts.
    #[error("{}: run `{run_key}` is stored more than once; the first counts", path.display())]
    Duplicate {
        /// The file.
        path: PathBuf,
        /// The run.
        run_key: String,
    },
    /// An append found its run stored already and wrote nothing.
    #[error("{}: run `{run_key}` was stored by another process in the meantime; this one's rows are dropped", path.display())]
    AlreadyStored {
        /// The file.
        path: PathBuf,
        /// The run.
        run_key: String,
    },
}
