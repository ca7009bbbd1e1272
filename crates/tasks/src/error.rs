//! What can go wrong when a data set or a tokenizer is read.

use std::fmt;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;

use crate::glue::GlueTask;
use crate::metrics::Metric;

/// Where in a file a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// Line of a text file, counted from 1 (a header is line 1).
    Line(usize),
    /// Row of a parquet file, counted from 1 (the header is no row).
    Row(usize),
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Position::Line(n) => write!(f, "line {n}"),
            Position::Row(n) => write!(f, "row {n}"),
        }
    }
}

/// The errors of this crate: each names the file and the place, and says what was expected.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A task key that is none of the seven.
    #[error("unknown GLUE task `{key}`: expected one of {}", GlueTask::ALL.map(GlueTask::key).join(", "))]
    UnknownTask {
        /// The key as given.
        key: String,
    },

    /// A metric name that is none of the five.
    #[error("unknown metric `{name}`: expected one of {}", Metric::ALL.map(Metric::name).join(", "))]
    UnknownMetric {
        /// The name as given.
        name: String,
    },

    /// No file of a split was found.
    #[error("{task}: no file of the {split} split, tried {}", list(tried))]
    MissingSplit {
        /// The task that was asked for.
        task: GlueTask,
        /// The split that is missing.
        split: &'static str,
        /// Every path that was tried, in order; a `*` stands for the parts of a sharded file.
        tried: Vec<PathBuf>,
    },

    /// A split without a single example.
    #[error("{}: the {split} split of {task} is empty, expected at least one example", path.display())]
    EmptySplit {
        /// The file read.
        path: PathBuf,
        /// The task that was asked for.
        task: GlueTask,
        /// The split that is empty.
        split: &'static str,
    },

    /// A file that cannot be read.
    #[error("{}: cannot be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },

    /// Bytes that are not UTF-8.
    #[error("{}, line {line}: invalid UTF-8 at byte {byte} of the line, expected UTF-8 text", path.display())]
    InvalidUtf8 {
        /// The file.
        path: PathBuf,
        /// Line, counted from 1.
        line: usize,
        /// First bad byte of that line, counted from 1.
        byte: usize,
    },

    /// A TSV row with too few or too many columns.
    #[error("{}, line {line}: {found} tab-separated columns, expected {expected}", path.display())]
    ColumnCount {
        /// The file.
        path: PathBuf,
        /// Line, counted from 1.
        line: usize,
        /// Columns of the header (or of the fixed layout, for CoLA).
        expected: usize,
        /// Columns of the row.
        found: usize,
    },

    /// A table without a column that the task needs.
    #[error("{}: no column {}, found {}", path.display(), alternatives(expected), found.join(", "))]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The names that would do.
        expected: &'static [&'static str],
        /// The names of the columns that are there.
        found: Vec<String>,
    },

    /// A record whose field is absent or is not text.
    #[error("{}, {at}: no text in column `{column}`, expected a string", path.display())]
    MissingText {
        /// The file.
        path: PathBuf,
        /// The record.
        at: Position,
        /// The field.
        column: String,
    },

    /// A JSON-lines record without a field that the task needs.
    #[error("{}, line {line}: no field {}, expected one", path.display(), alternatives(expected))]
    MissingField {
        /// The file.
        path: PathBuf,
        /// Line, counted from 1.
        line: usize,
        /// The names that would do.
        expected: &'static [&'static str],
    },

    /// A label that is not of the task.
    #[error("{}, {at}: label `{found}`, expected {}", path.display(), task.label_range())]
    Label {
        /// The file.
        path: PathBuf,
        /// The record.
        at: Position,
        /// The label as it stands in the file.
        found: String,
        /// The task, which knows its labels.
        task: GlueTask,
    },

    /// A line that is not a JSON object.
    #[error("{}, line {line}: not a JSON object ({source})", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Line, counted from 1.
        line: usize,
        /// What the parser said.
        #[source]
        source: serde_json::Error,
    },

    /// A parquet file that cannot be read.
    #[error("{}: not a readable parquet table ({source})", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the parquet library said.
        #[source]
        source: ParquetError,
    },

    /// A `tokenizer.json` that cannot be used.
    #[error("{}: not a usable tokenizer.json ({source})", path.display())]
    Tokenizer {
        /// The file, or `<bytes>`.
        path: PathBuf,
        /// What the tokenizer library said.
        #[source]
        source: tokenizers::Error,
    },

    /// A text that the tokenizer refused.
    #[error("the tokenizer refused the text `{text}` ({source})")]
    Encode {
        /// The beginning of the text.
        text: String,
        /// What the tokenizer library said.
        #[source]
        source: tokenizers::Error,
    },

    /// A length limit that leaves no room for text.
    #[error(
        "maximum length {max_len} leaves no room for text, expected more than the {n_special} special tokens"
    )]
    MaxLength {
        /// The limit in tokens, special tokens included.
        max_len: usize,
        /// Special tokens of this layout.
        n_special: usize,
    },
}

impl Error {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.to_path_buf();
        move |source| Error::Io { path, source }
    }
}

fn list(paths: &[PathBuf]) -> String {
    let shown: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    shown.join(", ")
}

fn alternatives(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(" or ")
}
