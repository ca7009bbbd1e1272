//! A table as tidy CSV, one line a cell, and back.
//!
//! | column | meaning |
//! |---|---|
//! | table, title, paper_table | file stem, title, number in the paper |
//! | scale, view, selection, seeds | scale of the runs; `local` or `published`; `last` or `best` weights; seeds that count |
//! | row, arm, label, params_printed | 1-based row, arm key, the paper's notation and printed parameter share |
//! | task | column key: a GLUE task, `avg` for the plain mean of the task means, or an image column such as `vlcs/L` |
//! | ours_mean, ours_std, ours_seeds, expected_seeds | 100 x metric over seeds, sample standard deviation, seeds finished and expected |
//! | published_mean, published_std, published_seeds | the same of the published rows |
//! | paper_mean, paper_std, paper_printed, paper_flag | the paper's number, its exact text, and what is odd about it |
//! | ours_minus_paper, ours_minus_published | differences of means |
//! | n_trainable, n_total, paper_count | honest and "as the paper counts" parameter counts |
//! | lr | learning rates of the runs, separated by spaces |
//! | state | `complete`, `2 of 3 seeds`, `failed: ...` or `not run yet` |
//!
//! Means and differences are rounded to four decimals.

use std::path::Path;

use crate::AVERAGE;
use crate::aggregate::Stat;
use crate::cell::{Cell, CellState, Parameters};
use crate::csv::{read_record, write_record};
use crate::error::{LineProblem, ResultsError};
use crate::paper::PaperCell;
use crate::row::{number, optional_number, parse, whole};
use crate::table::{Table, TableRow, View};

const COLUMNS: [&str; 30] = [
    "table",
    "title",
    "paper_table",
    "scale",
    "view",
    "selection",
    "seeds",
    "row",
    "arm",
    "label",
    "params_printed",
    "task",
    "ours_mean",
    "ours_std",
    "ours_seeds",
    "expected_seeds",
    "published_mean",
    "published_std",
    "published_seeds",
    "paper_mean",
    "paper_std",
    "paper_printed",
    "paper_flag",
    "ours_minus_paper",
    "ours_minus_published",
    "n_trainable",
    "n_total",
    "paper_count",
    "lr",
    "state",
];

impl Table {
    /// The table as tidy CSV; the columns are documented at the top of this crate's `table_csv.rs`.
    pub fn to_csv(&self) -> String {
        let mut out = String::new();
        write_record(&mut out, COLUMNS);
        let seeds: Vec<String> = self.seeds.iter().map(u64::to_string).collect();
        for (index, row) in self.rows.iter().enumerate() {
            for cell in &row.cells {
                let mut fields = vec![
                    self.name.clone(),
                    self.title.clone(),
                    self.paper_number.to_string(),
                    self.scale.clone(),
                    self.view.as_str().to_owned(),
                    self.selection.to_string(),
                    seeds.join(" "),
                    (index + 1).to_string(),
                    row.arm.clone(),
                    row.label.clone(),
                    row.params_printed.clone(),
                    cell.task.clone(),
                ];
                fields.extend(cell_fields(cell));
                // A message from elsewhere must not break the one-record-a-line rule.
                write_record(
                    &mut out,
                    fields.iter().map(|field| field.replace(['\n', '\r'], " ")),
                );
            }
        }
        out
    }

    /// Reads what [`Table::to_csv`] writes; `path` only names the file in errors.
    ///
    /// # Errors
    /// If the header or a line is not as [`Table::to_csv`] writes it, or the file holds no cell.
    pub fn from_csv(path: &Path, text: &str) -> Result<Self, ResultsError> {
        let mut table: Option<Table> = None;
        let mut lines = text.lines().enumerate();
        let header = lines
            .next()
            .map_or(Ok(Vec::new()), |(_, line)| read_record(line));
        let malformed = |line: usize, problem| ResultsError::MalformedLine {
            path: path.to_owned(),
            line,
            problem,
        };
        let header = header.map_err(|problem| malformed(1, problem))?;
        for position in 0..COLUMNS.len().max(header.len()) {
            let expected = COLUMNS.get(position).copied().unwrap_or("");
            let found = header.get(position).map_or("", String::as_str);
            if expected != found {
                return Err(ResultsError::WrongHeader {
                    path: path.to_owned(),
                    position: position + 1,
                    expected,
                    found: found.to_owned(),
                });
            }
        }
        for (index, line) in lines {
            let fields = read_record(line).map_err(|problem| malformed(index + 1, problem))?;
            push_cell(&mut table, fields).map_err(|problem| malformed(index + 1, problem))?;
        }
        let mut table = table.ok_or_else(|| ResultsError::EmptyTable {
            path: path.to_owned(),
        })?;
        table.tasks = table.rows.first().map_or_else(Vec::new, |row| {
            let tasks = row.cells.iter().filter(|cell| cell.task != AVERAGE);
            tasks.map(|cell| cell.task.clone()).collect()
        });
        let first = table.rows.first();
        table.average = first.is_some_and(|row| row.cell(AVERAGE).is_some());
        Ok(table)
    }
}

fn cell_fields(cell: &Cell) -> Vec<String> {
    let rounded = |value: Option<f64>| value.map_or_else(String::new, four_decimals);
    let mut fields = Vec::new();
    let stat = |fields: &mut Vec<String>, stat: Option<Stat>| {
        fields.push(rounded(stat.map(|stat| stat.mean)));
        fields.push(rounded(stat.and_then(|stat| stat.std)));
        fields.push(stat.map_or(0, |stat| stat.n).to_string());
    };
    stat(&mut fields, cell.ours);
    fields.push(cell.expected.to_string());
    stat(&mut fields, cell.published);
    let exact = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let paper = cell.paper.as_ref();
    fields.push(exact(paper.map(|paper| paper.mean)));
    fields.push(exact(paper.and_then(|paper| paper.std)));
    fields.push(paper.map_or_else(String::new, |paper| paper.printed.clone()));
    fields.push(paper.map_or_else(String::new, |paper| paper.flag.clone()));
    fields.push(rounded(cell.minus_paper()));
    fields.push(rounded(cell.minus_published()));
    for count in [
        cell.parameters.map(|parameters| parameters.trainable),
        cell.parameters.map(|parameters| parameters.total),
        cell.parameters.map(|parameters| parameters.paper_count),
    ] {
        fields.push(count.map_or_else(String::new, |count| count.to_string()));
    }
    let lrs: Vec<String> = cell.lrs.iter().map(f64::to_string).collect();
    fields.push(lrs.join(" "));
    fields.push(cell.state.to_string());
    fields
}

fn four_decimals(value: f64) -> String {
    let text = format!("{value:.4}");
    if text == "-0.0000" {
        "0.0000".to_owned()
    } else {
        text
    }
}

fn push_cell(table: &mut Option<Table>, fields: Vec<String>) -> Result<(), LineProblem> {
    let found = fields.len();
    let fields: [String; COLUMNS.len()] =
        fields.try_into().map_err(|_| LineProblem::FieldCount {
            expected: COLUMNS.len(),
            found,
        })?;
    let [
        name,
        title,
        paper_table,
        scale,
        view,
        selection,
        seeds,
        row,
        arm,
        label,
        params_printed,
        task,
        ours_mean,
        ours_std,
        ours_seeds,
        expected_seeds,
        published_mean,
        published_std,
        published_seeds,
        paper_mean,
        paper_std,
        paper_printed,
        paper_flag,
        _minus_paper,
        _minus_published,
        n_trainable,
        n_total,
        paper_count,
        lr,
        state,
    ] = fields;
    let cell = Cell {
        task: task.clone(),
        ours: read_stat(
            ["ours_mean", "ours_std", "ours_seeds"],
            [&ours_mean, &ours_std, &ours_seeds],
        )?,
        published: read_stat(
            ["published_mean", "published_std", "published_seeds"],
            [&published_mean, &published_std, &published_seeds],
        )?,
        paper: match optional_number("paper_mean", &paper_mean)? {
            None => None,
            Some(mean) => Some(PaperCell {
                task: task.clone(),
                mean,
                std: optional_number("paper_std", &paper_std)?,
                printed: paper_printed,
                flag: paper_flag,
            }),
        },
        expected: whole("expected_seeds", &expected_seeds)?,
        parameters: if n_trainable.is_empty() {
            None
        } else {
            Some(Parameters {
                trainable: whole("n_trainable", &n_trainable)?,
                total: whole("n_total", &n_total)?,
                paper_count: whole("paper_count", &paper_count)?,
            })
        },
        lrs: lr
            .split_whitespace()
            .map(|lr| number("lr", lr))
            .collect::<Result<_, _>>()?,
        state: CellState::parse(&state).ok_or_else(|| LineProblem::BadField {
            column: "state",
            expected: "a cell's state",
            found: state.clone(),
        })?,
    };
    if table.is_none() {
        *table = Some(Table {
            name,
            title,
            scale,
            view: match view.as_str() {
                "local" => View::Local,
                "published" => View::Published,
                _ => {
                    return Err(LineProblem::BadField {
                        column: "view",
                        expected: "`local` or `published`",
                        found: view,
                    });
                }
            },
            selection: parse("selection", "`last` or `best`", &selection)?,
            paper_number: whole("paper_table", &paper_table)?,
            seeds: seeds
                .split_whitespace()
                .map(|seed| whole("seeds", seed))
                .collect::<Result<_, _>>()?,
            tasks: Vec::new(),
            average: false,
            rows: Vec::new(),
        });
    }
    let row_number: usize = whole("row", &row)?;
    let rows = table
        .as_mut()
        .map(|table| &mut table.rows)
        .expect("made above");
    if row_number == rows.len() + 1 {
        rows.push(TableRow {
            arm: arm.clone(),
            label,
            params_printed,
            cells: Vec::new(),
        });
    }
    let out_of_order = || LineProblem::CellOrder {
        arm: arm.clone(),
        task: task.clone(),
    };
    let n_rows = rows.len();
    // Every row has the columns of the first, in its order.
    let expected_task = if row_number == n_rows && n_rows > 1 {
        let position = rows[n_rows - 1].cells.len();
        Some(
            rows[0]
                .cells
                .get(position)
                .map(|cell| cell.task.clone())
                .ok_or_else(out_of_order)?,
        )
    } else {
        None
    };
    if row_number != n_rows || expected_task.is_some_and(|expected| expected != task) {
        return Err(out_of_order());
    }
    rows[n_rows - 1].cells.push(cell);
    Ok(())
}

fn read_stat(columns: [&'static str; 3], fields: [&str; 3]) -> Result<Option<Stat>, LineProblem> {
    let Some(mean) = optional_number(columns[0], fields[0])? else {
        return Ok(None);
    };
    Ok(Some(Stat {
        mean,
        std: optional_number(columns[1], fields[1])?,
        n: whole(columns[2], fields[2])?,
    }))
}
