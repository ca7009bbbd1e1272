//! A table: what it asks for, and its cells once built.

use std::ops::Range;

use crate::AVERAGE;
use crate::cell::{Cell, CellState, Parameters};
use crate::column::Column;
use crate::paper::PaperTable;
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
    /// Arm key.
    pub key: String,
    /// The paper's notation.
    pub label: String,
}

/// What a table asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct TableSpec {
    /// File stem, such as `table1`.
    pub name: String,
    /// Title, such as `Table 1: adaptation methods on GLUE`.
    pub title: String,
    /// Scale of the rows; rows of another scale do not count.
    pub scale: String,
    /// Whose rows the table is made from.
    pub view: View,
    /// The rows, in order.
    pub arms: Vec<ArmRow>,
    /// The keys of the columns, in order ([`Column::of_key`]); for GLUE they are the tasks.
    pub tasks: Vec<String>,
    /// Whether an average follows them.
    pub average: bool,
    /// Which weights are reported.
    pub selection: Selection,
    /// The paper's numbers.
    pub paper: PaperTable,
}

impl TableSpec {
    /// One row for each row of the paper's table, with its labels, and the paper's columns.
    pub fn of_paper(name: &str, title: &str, scale: &str, view: View, paper: PaperTable) -> Self {
        let arms = paper
            .rows
            .iter()
            .map(|row| ArmRow {
                key: row.arm.clone(),
                label: row.label.clone(),
            })
            .collect();
        let tasks = paper.rows.first().map_or_else(Vec::new, |row| {
            let tasks = row.cells.iter().filter(|cell| cell.task != AVERAGE);
            tasks.map(|cell| cell.task.clone()).collect()
        });
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            scale: scale.to_owned(),
            view,
            arms,
            tasks,
            average: paper.has_average(),
            selection: Selection::Last,
            paper,
        }
    }
}

/// One row of a built table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// Arm key.
    pub arm: String,
    /// The paper's notation.
    pub label: String,
    /// The parameter share that the paper prints for this arm; empty if it prints none.
    pub params_printed: String,
    /// One cell a column, then the average's if the table has one.
    pub cells: Vec<Cell>,
}

impl TableRow {
    /// The cell of a column or of the average.
    pub fn cell(&self, task: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.task == task)
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
    /// The column keys.
    pub tasks: Vec<String>,
    /// Where their runs stand; never complete.
    pub state: CellState,
}

/// Neighbouring columns under one head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnGroup {
    /// The head, such as `VLCS`.
    pub label: String,
    /// Their places among [`Table::columns`].
    pub columns: Range<usize>,
}

/// A part of a table written as text.
pub(crate) struct Block {
    /// What heads the arms' column instead of its usual head.
    pub head: Option<String>,
    /// The heads of the columns.
    pub labels: Vec<String>,
    /// Their places among [`Table::columns`].
    pub columns: Range<usize>,
}

/// A built table, ready to be written as CSV, Markdown or terminal text.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// File stem, such as `table1`.
    pub name: String,
    /// Title.
    pub title: String,
    /// Scale of the rows.
    pub scale: String,
    /// Whose rows the table is made from.
    pub view: View,
    /// Which weights are reported.
    pub selection: Selection,
    /// The paper's table number.
    pub paper_number: u8,
    /// Seeds of the runs that count, ascending.
    pub seeds: Vec<u64>,
    /// The keys of the columns, without the average.
    pub tasks: Vec<String>,
    /// Whether an average follows them.
    pub average: bool,
    /// The rows.
    pub rows: Vec<TableRow>,
}

impl Table {
    /// Column keys: the tasks, then the average if there is one.
    pub fn columns(&self) -> Vec<String> {
        let mut columns = self.tasks.clone();
        if self.average {
            columns.push(AVERAGE.to_owned());
        }
        columns
    }

    /// The head of a column, as the paper writes it, with its group's.
    pub fn column_label(&self, column: &str) -> String {
        match Column::of_key(column) {
            Some(column) => column.full_label(),
            None if column == AVERAGE => "Avg.".to_owned(),
            None => column.to_owned(),
        }
    }

    /// The groups of neighbouring columns that share a head, such as the environments of a data set.
    ///
    /// Empty for a table without groups; otherwise every column is in one.
    pub fn groups(&self) -> Vec<ColumnGroup> {
        let mut groups: Vec<ColumnGroup> = Vec::new();
        for (index, key) in self.columns().iter().enumerate() {
            let label = Column::of_key(key).map_or("", |column| column.group);
            match groups.last_mut() {
                Some(last) if last.label == label => last.columns.end = index + 1,
                _ => groups.push(ColumnGroup {
                    label: label.to_owned(),
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
        let columns = self.columns();
        let groups = self.groups();
        if groups.len() != 1 && (columns.len() <= MOST_COLUMNS || groups.is_empty()) {
            return vec![Block {
                head: None,
                labels: columns.iter().map(|key| self.column_label(key)).collect(),
                columns: 0..columns.len(),
            }];
        }
        let block = |group: ColumnGroup| {
            let keys = &columns[group.columns.clone()];
            let label = |key: &String| Column::of_key(key).map(|column| column.label);
            Block {
                labels: keys
                    .iter()
                    .map(|key| label(key).unwrap_or_else(|| key.clone()))
                    .collect(),
                head: Some(group.label),
                columns: group.columns,
            }
        };
        groups.into_iter().map(block).collect()
    }

    /// The row of an arm.
    pub fn row(&self, arm: &str) -> Option<&TableRow> {
        self.rows.iter().find(|row| row.arm == arm)
    }

    /// Whether any cell has a published number beside its own.
    pub fn has_published(&self) -> bool {
        self.cells().any(|cell| cell.published.is_some())
    }

    /// What is missing, so that an arm that has not run is one entry and not seven.
    pub fn unfinished(&self) -> Vec<Unfinished> {
        let mut entries: Vec<Unfinished> = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            for cell in row.cells.iter().filter(|cell| cell.task != AVERAGE) {
                if cell.state == CellState::Complete {
                    continue;
                }
                let known = entries
                    .iter_mut()
                    .find(|entry| entry.row == index && entry.state == cell.state);
                match known {
                    Some(entry) => entry.tasks.push(cell.task.clone()),
                    None => entries.push(Unfinished {
                        row: index,
                        label: row.label.clone(),
                        tasks: vec![cell.task.clone()],
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
        if unfinished.tasks.len() == self.tasks.len() {
            return String::new();
        }
        let groups = self.groups();
        let mut labels: Vec<String> = Vec::new();
        for task in &unfinished.tasks {
            let whole = groups.iter().find(|group| {
                let keys = &self.tasks[group.columns.clone()];
                keys.contains(task) && keys.iter().all(|key| unfinished.tasks.contains(key))
            });
            let label = whole.map_or_else(|| self.column_label(task), |group| group.label.clone());
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
