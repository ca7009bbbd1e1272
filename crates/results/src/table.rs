//! A table: what it asks for, and its cells once built.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::AVERAGE_LABEL;
use crate::arm::Arm;
use crate::cell::{Cell, CellState, Parameters};
use crate::column::{Column, Split};
use crate::error::ResultsError;
use crate::file::write_file;
use crate::paper::{PaperRow, PaperTable};
use crate::plot::Plot;
use crate::row::Selection;

/// Which rows a table's own numbers are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// This machine's runs, with the published ones beside them.
    #[default]
    Local,
    /// The published runs themselves.
    Published,
}

impl View {
    /// The word in the CSV.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Published => "published",
        }
    }

    /// What the table's own numbers are called in text.
    pub fn owner(self) -> &'static str {
        match self {
            Self::Local => "this machine",
            Self::Published => "ours",
        }
    }
}

/// A row that a table asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArmRow {
    /// The arm.
    pub arm: Arm,
    /// What the table calls it.
    pub label: String,
}

/// What a table is called, what its columns mean and how it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct TableHead {
    /// File stem, such as `table1`.
    pub name: String,
    /// Title, such as `Table 1: adaptation methods on GLUE`.
    pub title: String,
    /// What the suite of experiments is called on a page, such as `GLUE`.
    pub suite: String,
    /// Where the table stands on a page: those of smaller numbers first.
    pub place: u32,
    /// The paper's table number.
    pub paper_number: u8,
    /// Scale of the rows; rows of another scale do not count.
    pub scale: String,
    /// Whose rows the table is made from.
    pub view: View,
    /// Which weights are reported.
    pub selection: Selection,
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// Whether an average follows them.
    pub average: bool,
    /// What a reader must know about the columns, one sentence each.
    pub notes: Vec<String>,
    /// A sentence that stands above the numbers; empty for none.
    pub warning: String,
    /// The plots that show the table.
    pub plots: Vec<Plot>,
    /// The command that trains what is missing and writes the table.
    pub command: String,
}

/// What a table asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct TableSpec {
    /// Names, columns and plots.
    pub head: TableHead,
    /// The rows, in order.
    pub arms: Vec<ArmRow>,
    /// The splits that rows may have, for every task that is named; a row of another split is an error of whoever wrote it.
    pub splits: Vec<Split>,
    /// The paper's numbers.
    pub paper: PaperTable,
}

impl TableSpec {
    /// One row for each row of the paper's table, with its labels.
    pub fn arms_of(paper: &PaperTable) -> Vec<ArmRow> {
        let row = |row: &PaperRow| ArmRow {
            arm: row.arm,
            label: row.label.clone(),
        };
        paper.rows.iter().map(row).collect()
    }

    /// Rows for these arms under a head, and nothing of a paper; any split is allowed.
    pub fn of_arms(head: TableHead, arms: &[Arm]) -> Self {
        let paper = PaperTable {
            number: head.paper_number,
            rows: Vec::new(),
        };
        let mut spec = Self {
            head,
            arms: Vec::new(),
            splits: Vec::new(),
            paper,
        };
        spec.add_arms(arms.iter().copied());
        spec
    }

    /// Adds rows for arms that the table does not have yet under any name, by their own labels.
    pub fn add_arms(&mut self, arms: impl IntoIterator<Item = Arm>) {
        for arm in arms {
            if !self.arms.iter().any(|row| row.arm.is_same_as(arm)) {
                let label = arm.label();
                self.arms.push(ArmRow { arm, label });
            }
        }
    }
}

/// One row of a built table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// The arm.
    pub arm: Arm,
    /// What the table calls it.
    pub label: String,
    /// The parameter share that the paper prints for this arm; empty if it prints none.
    pub params_printed: String,
    /// One cell a column, then the average's if the table has one.
    pub cells: Vec<Cell>,
}

impl TableRow {
    /// The cell of a column or of the average.
    pub fn cell(&self, column: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.column == column)
    }

    /// The counts that most tasks share; heads differ with the number of classes.
    pub fn parameters(&self) -> Option<Parameters> {
        let counts: Vec<Parameters> = self
            .cells
            .iter()
            .filter_map(|cell| cell.parameters)
            .collect();
        let votes =
            |candidate: &Parameters| counts.iter().filter(|&count| count == candidate).count();
        // Ties go to the smaller count, so that the answer does not depend on the order of the tasks.
        counts
            .iter()
            .copied()
            .max_by_key(|candidate| (votes(candidate), std::cmp::Reverse(*candidate)))
    }

    /// The smallest and the largest counts of the row's runs.
    pub fn parameter_range(&self) -> Option<(Parameters, Parameters)> {
        let counts = || self.cells.iter().filter_map(|cell| cell.parameters);
        Some((counts().min()?, counts().max()?))
    }

    /// The learning rates of the row's runs, ascending.
    pub fn lrs(&self) -> Vec<f64> {
        let mut lrs: Vec<f64> = self
            .cells
            .iter()
            .flat_map(|cell| cell.lrs.iter().copied())
            .collect();
        lrs.sort_by(f64::total_cmp);
        lrs.dedup();
        lrs
    }
}

/// Columns of one arm that are missing for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// 0-based row.
    pub row: usize,
    /// The arm's label.
    pub label: String,
    /// Places of the columns among [`TableHead::columns`].
    pub columns: Vec<usize>,
    /// Where their runs stand; never complete.
    pub state: CellState,
}

/// Neighbouring columns under one head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnGroup {
    /// The head, such as `VLCS`.
    pub label: String,
    /// Their places among the row's cells.
    pub columns: Range<usize>,
}

/// A part of a table written as text.
pub(crate) struct Block {
    /// What heads the arms' column instead of its usual head.
    pub head: Option<String>,
    /// The heads of the columns.
    pub labels: Vec<String>,
    /// Their places among the row's cells.
    pub columns: Range<usize>,
}

/// A built table, ready to be written as CSV, Markdown or terminal text.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Names, columns and plots.
    pub head: TableHead,
    /// Seeds of the runs that count, ascending.
    pub seeds: Vec<u64>,
    /// The rows.
    pub rows: Vec<TableRow>,
}

impl Table {
    /// The heads of the columns with their groups', then the average's if there is one.
    pub fn column_labels(&self) -> Vec<String> {
        let labels = self.head.columns.iter().map(Column::full_label);
        labels
            .chain(self.head.average.then(|| AVERAGE_LABEL.to_owned()))
            .collect()
    }

    /// Writes `<name>.csv` and `<name>.md`, each whole or not at all; returns the latter's path.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, ResultsError> {
        let path = |extension: &str| folder.join(format!("{}.{extension}", self.head.name));
        write_file(&path("csv"), self.to_csv())?;
        write_file(&path("md"), self.to_markdown())?;
        Ok(path("md"))
    }

    /// The groups of neighbouring columns that share a head, such as the environments of a data set.
    ///
    /// Empty for a table without groups; otherwise every column is in one.
    pub fn groups(&self) -> Vec<ColumnGroup> {
        let mut groups: Vec<ColumnGroup> = Vec::new();
        for (index, column) in self.head.columns.iter().enumerate() {
            match groups.last_mut() {
                Some(last) if last.label == column.group => last.columns.end = index + 1,
                _ => groups.push(ColumnGroup {
                    label: column.group.clone(),
                    columns: index..index + 1,
                }),
            }
        }
        groups.retain(|group| !group.label.is_empty());
        groups
    }

    /// The parts that the table is written in as text: one, or one a group where all columns side by side are too wide
    /// or there is only one group, whose head then need not be said in each column.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        const MOST_COLUMNS: usize = 8;
        let labels = self.column_labels();
        let groups = self.groups();
        if groups.len() != 1 && (labels.len() <= MOST_COLUMNS || groups.is_empty()) {
            return vec![Block {
                head: None,
                columns: 0..labels.len(),
                labels,
            }];
        }
        let block = |group: ColumnGroup| {
            let columns = &self.head.columns[group.columns.clone()];
            Block {
                labels: columns.iter().map(|column| column.label.clone()).collect(),
                head: Some(group.label),
                columns: group.columns,
            }
        };
        groups.into_iter().map(block).collect()
    }

    /// The row of an arm, by the arm's settings and not its name.
    pub fn row(&self, arm: Arm) -> Option<&TableRow> {
        self.rows.iter().find(|row| row.arm.is_same_as(arm))
    }

    /// Whether any cell has a published number beside its own.
    pub fn has_published(&self) -> bool {
        self.cells().any(|cell| cell.published.is_some())
    }

    /// What is missing, so that an arm that has not run is one entry and not seven.
    pub fn unfinished(&self) -> Vec<Unfinished> {
        let mut entries: Vec<Unfinished> = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            for (column, cell) in row.cells.iter().take(self.head.columns.len()).enumerate() {
                if cell.state == CellState::Complete {
                    continue;
                }
                let known = entries
                    .iter_mut()
                    .find(|entry| entry.row == index && entry.state == cell.state);
                match known {
                    Some(entry) => entry.columns.push(column),
                    None => entries.push(Unfinished {
                        row: index,
                        label: row.label.clone(),
                        columns: vec![column],
                        state: cell.state.clone(),
                    }),
                }
            }
        }
        entries
    }

    /// The columns of an unfinished entry in words: nothing if it is all of them, else ` on CoLA, RTE`.
    ///
    /// A group whose columns are all in it is named once.
    pub fn columns_text(&self, unfinished: &Unfinished) -> String {
        if unfinished.columns.len() == self.head.columns.len() {
            return String::new();
        }
        let groups = self.groups();
        let mut labels: Vec<String> = Vec::new();
        for &column in &unfinished.columns {
            let whole = groups.iter().find(|group| {
                let mut all = group.columns.clone();
                group.columns.contains(&column) && all.all(|one| unfinished.columns.contains(&one))
            });
            let label = whole.map_or_else(
                || self.head.columns[column].full_label(),
                |group| group.label.clone(),
            );
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        format!(" on {}", labels.join(", "))
    }

    /// All cells, row by row.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.rows.iter().flat_map(|row| &row.cells)
    }
}
