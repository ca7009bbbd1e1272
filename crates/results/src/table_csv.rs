//! A table as tidy CSV, one line a cell, and back: all that text, pages and plots need.
//!
//! | column | meaning |
//! |---|---|
//! | table, title, paper_table | file stem, title, number in the paper |
//! | scale, view, selection, seeds | scale of the runs; `local` or `published`; `last` or `best` weights; seeds that count |
//! | row, arm, label, params_printed | 1-based row, arm key, what the table calls it, the parameter share that the paper prints |
//! | task | key of the column, such as `cola` or `vlcs/L`; `avg` for the plain mean of the columns |
//! | ours_mean, ours_std, ours_seeds, expected_seeds | 100 x metric over seeds, sample standard deviation, seeds finished and expected |
//! | published_mean, published_std, published_seeds | the same of the published rows |
//! | paper_mean, paper_std, paper_printed, paper_flag | the paper's number, its exact text, and what is odd about it |
//! | ours_minus_paper, ours_minus_published | differences of means |
//! | n_trainable, n_total, paper_count | honest and "as the paper counts" parameter counts |
//! | lr | learning rates of the runs, separated by spaces |
//! | state | `complete`, `2 of 3 seeds`, `failed: ...` or `not run yet` |
//! | group, heading, domain | what stands above the column, with its neighbours and alone; `in` or `out` of domain, or nothing |
//! | measured_task, metric, measure | which rows the number is made from: `split NAME`, `mean NAME NAME ...` or `gap NAME NAME` of a metric |
//! | suite, place, plots, command, warning, notes | what a page says about the table, in its first line only; notes are separated by ` \| ` |
//!
//! Means and differences are rounded to four decimals.

use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use crate::arm::Arm;
use crate::cell::{Cell, CellState, Parameters};
use crate::column::{Column, Domain, Measure};
use crate::error::{LineProblem, ResultsError};
use crate::lines::{self, bad_field, plain_or_none, read_record};
use crate::paper::PaperCell;
use crate::plot::Plot;
use crate::row::Selection;
use crate::stats::Stat;
use crate::table::{Table, TableHead, TableRow, View};
use crate::{AVERAGE, AVERAGE_LABEL};

/// One line: its fields are the columns, in order.
#[derive(Serialize, Deserialize)]
struct Line {
    table: String,
    title: String,
    paper_table: u8,
    scale: String,
    view: String,
    selection: String,
    seeds: String,
    row: usize,
    arm: String,
    label: String,
    params_printed: String,
    task: String,
    #[serde(serialize_with = "four_decimals")]
    ours_mean: Option<f64>,
    #[serde(serialize_with = "four_decimals")]
    ours_std: Option<f64>,
    ours_seeds: usize,
    expected_seeds: usize,
    #[serde(serialize_with = "four_decimals")]
    published_mean: Option<f64>,
    #[serde(serialize_with = "four_decimals")]
    published_std: Option<f64>,
    published_seeds: usize,
    #[serde(serialize_with = "plain_or_none")]
    paper_mean: Option<f64>,
    #[serde(serialize_with = "plain_or_none")]
    paper_std: Option<f64>,
    paper_printed: String,
    paper_flag: String,
    #[serde(serialize_with = "four_decimals")]
    ours_minus_paper: Option<f64>,
    #[serde(serialize_with = "four_decimals")]
    ours_minus_published: Option<f64>,
    n_trainable: Option<u64>,
    n_total: Option<u64>,
    paper_count: Option<u64>,
    lr: String,
    state: String,
    group: String,
    heading: String,
    domain: String,
    measured_task: String,
    metric: String,
    measure: String,
    suite: String,
    place: Option<u32>,
    plots: String,
    command: String,
    warning: String,
    notes: String,
}

const BETWEEN_NOTES: &str = " | ";

impl Table {
    /// The table as tidy CSV; the columns are documented at the top of this crate's `table_csv.rs`.
    pub fn to_csv(&self) -> String {
        let mut out = lines::columns::<Line>().join(",") + "\n";
        for (row_index, row) in self.rows.iter().enumerate() {
            for (index, cell) in row.cells.iter().enumerate() {
                let mut line = self.line(row_index, row, cell, self.head.columns.get(index));
                if row_index == 0 && index == 0 {
                    line.suite.clone_from(&self.head.suite);
                    line.place = Some(self.head.place);
                    line.plots = spaced(&self.head.plots);
                    line.command.clone_from(&self.head.command);
                    line.warning.clone_from(&self.head.warning);
                    line.notes = self.head.notes.join(BETWEEN_NOTES);
                }
                out += &lines::write(&line).expect("line breaks are gone and numbers fit");
            }
        }
        out
    }

    fn line(&self, row_index: usize, row: &TableRow, cell: &Cell, column: Option<&Column>) -> Line {
        let head = &self.head;
        let paper = cell.paper.as_ref();
        let count = |count: fn(Parameters) -> u64| cell.parameters.map(count);
        let of_column = |text: fn(&Column) -> String| column.map_or_else(String::new, text);
        Line {
            table: head.name.clone(),
            title: head.title.clone(),
            paper_table: head.paper_number,
            scale: head.scale.clone(),
            view: head.view.as_str().to_owned(),
            selection: head.selection.to_string(),
            seeds: spaced(&self.seeds),
            row: row_index + 1,
            arm: row.arm.to_string(),
            label: row.label.clone(),
            params_printed: row.params_printed.clone(),
            task: cell.column.clone(),
            ours_mean: cell.ours.map(|stat| stat.mean),
            ours_std: cell.ours.and_then(|stat| stat.std),
            ours_seeds: cell.ours.map_or(0, |stat| stat.n),
            expected_seeds: cell.expected,
            published_mean: cell.published.map(|stat| stat.mean),
            published_std: cell.published.and_then(|stat| stat.std),
            published_seeds: cell.published.map_or(0, |stat| stat.n),
            paper_mean: paper.map(|paper| paper.mean),
            paper_std: paper.and_then(|paper| paper.std),
            paper_printed: paper.map_or_else(String::new, |paper| paper.printed.clone()),
            paper_flag: paper.map_or_else(String::new, |paper| paper.flag.clone()),
            ours_minus_paper: cell.minus_paper(),
            ours_minus_published: cell.minus_published(),
            n_trainable: count(|parameters| parameters.trainable),
            n_total: count(|parameters| parameters.total),
            paper_count: count(|parameters| parameters.paper_count),
            lr: spaced(&cell.lrs),
            // A message from elsewhere must not break the one-record-a-line rule.
            state: cell.state.to_string().replace(['\n', '\r'], " "),
            group: of_column(|column| column.group.clone()),
            heading: column.map_or_else(|| AVERAGE_LABEL.to_owned(), |column| column.label.clone()),
            domain: of_column(|column| match column.domain {
                Some(Domain::In) => "in".to_owned(),
                Some(Domain::Out) => "out".to_owned(),
                None => String::new(),
            }),
            measured_task: of_column(|column| column.task.clone()),
            metric: of_column(|column| column.metric.clone()),
            measure: of_column(|column| column.measure.to_string()),
            suite: String::new(),
            place: None,
            plots: String::new(),
            command: String::new(),
            warning: String::new(),
            notes: String::new(),
        }
    }

    /// Reads what [`Table::to_csv`] writes; `path` only names the file in errors.
    ///
    /// # Errors
    /// If the header or a line is not as [`Table::to_csv`] writes it, or the file holds no cell.
    pub fn from_csv(path: &Path, text: &str) -> Result<Self, ResultsError> {
        let mut lines = text.lines();
        lines::check_header(
            path,
            lines::columns::<Line>(),
            lines.next().unwrap_or_default(),
        )?;
        let mut table: Option<Table> = None;
        for (index, line) in lines.enumerate() {
            let line = read_record(line).and_then(|fields| lines::read::<Line>(&fields));
            line.and_then(|line| push(&mut table, line))
                .map_err(|problem| ResultsError::MalformedLine {
                    path: path.to_owned(),
                    line: index + 2,
                    problem,
                })?;
        }
        table.ok_or_else(|| ResultsError::EmptyTable {
            path: path.to_owned(),
        })
    }
}

/// Puts the cell of a line into its place; the first line also begins the table, and those of the first row its columns.
fn push(table: &mut Option<Table>, line: Line) -> Result<(), LineProblem> {
    let arm: Arm = field("arm", &line.arm)?;
    let cell = cell(&line)?;
    if table.is_none() {
        *table = Some(Table {
            head: head(&line)?,
            seeds: each("seeds", &line.seeds)?,
            rows: Vec::new(),
        });
    }
    let Table { head, rows, .. } = table.as_mut().expect("made above");
    if line.row == rows.len() + 1 {
        rows.push(TableRow {
            arm,
            label: line.label.clone(),
            params_printed: line.params_printed.clone(),
            cells: Vec::new(),
        });
    }
    let is_average = line.task == AVERAGE;
    if line.row == 1 && rows.len() == 1 {
        if is_average {
            head.average = true;
        } else {
            head.columns.push(column(&line)?);
        }
    }
    let n_rows = rows.len();
    let n_cells = rows.last().map_or(0, |row| row.cells.len());
    // Every row has the columns of the first, in its order.
    let in_place = match head.columns.get(n_cells) {
        Some(column) => column.key == line.task,
        None => is_average && head.average && n_cells == head.columns.len(),
    };
    match rows.last_mut().filter(|_| line.row == n_rows && in_place) {
        Some(row) => row.cells.push(cell),
        None => {
            return Err(LineProblem::CellOrder {
                arm,
                task: line.task,
            });
        }
    }
    Ok(())
}

fn head(line: &Line) -> Result<TableHead, LineProblem> {
    let notes = line
        .notes
        .split(BETWEEN_NOTES)
        .filter(|note| !note.is_empty());
    Ok(TableHead {
        name: line.table.clone(),
        title: line.title.clone(),
        suite: line.suite.clone(),
        place: line.place.unwrap_or_default(),
        paper_number: line.paper_table,
        scale: line.scale.clone(),
        view: match line.view.as_str() {
            "local" => View::Local,
            "published" => View::Published,
            other => return Err(bad_field("view", "`local` or `published`", other)),
        },
        selection: field::<Selection>("selection", &line.selection)?,
        columns: Vec::new(),
        average: false,
        notes: notes.map(str::to_owned).collect(),
        warning: line.warning.clone(),
        plots: each::<Plot>("plots", &line.plots)?,
        command: line.command.clone(),
    })
}

fn column(line: &Line) -> Result<Column, LineProblem> {
    Ok(Column {
        key: line.task.clone(),
        task: line.measured_task.clone(),
        metric: line.metric.clone(),
        measure: field::<Measure>("measure", &line.measure)?,
        label: line.heading.clone(),
        group: line.group.clone(),
        domain: match line.domain.as_str() {
            "in" => Some(Domain::In),
            "out" => Some(Domain::Out),
            "" => None,
            other => return Err(bad_field("domain", "`in`, `out` or nothing", other)),
        },
    })
}

fn cell(line: &Line) -> Result<Cell, LineProblem> {
    let stat = |mean: Option<f64>, std, n| mean.map(|mean| Stat { mean, std, n });
    let parameters = [line.n_trainable, line.n_total, line.paper_count];
    Ok(Cell {
        column: line.task.clone(),
        ours: stat(line.ours_mean, line.ours_std, line.ours_seeds),
        published: stat(
            line.published_mean,
            line.published_std,
            line.published_seeds,
        ),
        paper: line.paper_mean.map(|mean| PaperCell {
            task: line.task.clone(),
            mean,
            std: line.paper_std,
            printed: line.paper_printed.clone(),
            flag: line.paper_flag.clone(),
        }),
        expected: line.expected_seeds,
        parameters: match parameters {
            [Some(trainable), Some(total), Some(paper_count)] => Some(Parameters {
                trainable,
                total,
                paper_count,
            }),
            _ => None,
        },
        lrs: each("lr", &line.lr)?,
        state: field::<CellState>("state", &line.state)?,
    })
}

fn field<T: FromStr<Err: Display>>(column: &str, text: &str) -> Result<T, LineProblem> {
    text.parse().map_err(|error| {
        LineProblem::Unreadable(format!("column `{column}`: {error}, found `{text}`"))
    })
}

/// The items of a field, separated by spaces.
fn each<T: FromStr<Err: Display>>(column: &str, text: &str) -> Result<Vec<T>, LineProblem> {
    text.split_whitespace()
        .map(|item| field(column, item))
        .collect()
}

fn spaced<T: Display>(items: &[T]) -> String {
    let texts: Vec<String> = items.iter().map(T::to_string).collect();
    texts.join(" ")
}

fn four_decimals<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value.map(|value| format!("{value:.4}")).as_deref() {
        None => serializer.serialize_none(),
        Some("-0.0000") => serializer.serialize_str("0.0000"),
        Some(text) => serializer.serialize_str(text),
    }
}
