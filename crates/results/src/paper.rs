//! The numbers that the paper prints, transcribed under `paper/`, one file a table.
//!
//! The paper's own slips are flagged in the transcription and never repaired.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::AVERAGE;
use crate::arm::Arm;
use crate::error::{LineProblem, ResultsError};
use crate::lines::{self, bad_field, parsed, read_record};

/// One line of a transcription: a cell and the row it is in.
#[derive(Serialize, Deserialize)]
struct Line {
    row: usize,
    #[serde(deserialize_with = "arm")]
    arm: Arm,
    label: String,
    params_printed: String,
    task: String,
    mean: f64,
    std: Option<f64>,
    printed: String,
    flag: String,
}

fn arm<'de, D: serde::Deserializer<'de>>(field: D) -> Result<Arm, D::Error> {
    parsed("arm", field)
}

/// One printed number.
#[derive(Debug, Clone, PartialEq)]
pub struct PaperCell {
    /// Column key, such as `cola` or `vlcs/L`, or `avg`.
    pub task: String,
    /// The mean, times 100 as printed.
    pub mean: f64,
    /// The printed spread; none in the average column.
    pub std: Option<f64>,
    /// The exact text, such as `90.3±.07`.
    pub printed: String,
    /// Empty, or what does not fit about the number.
    pub flag: String,
}

/// One printed row.
#[derive(Debug, Clone, PartialEq)]
pub struct PaperRow {
    /// The arm.
    pub arm: Arm,
    /// The paper's notation, such as `B̂₀A_rand (r = 8)`.
    pub label: String,
    /// The column "# Trainable Parameters" as printed, such as `0.8%`.
    pub params_printed: String,
    /// The cells, in the paper's column order.
    pub cells: Vec<PaperCell>,
}

impl PaperRow {
    /// The cell of a task or of the average.
    pub fn cell(&self, task: &str) -> Option<&PaperCell> {
        self.cells.iter().find(|cell| cell.task == task)
    }
}

/// One printed table.
#[derive(Debug, Clone, PartialEq)]
pub struct PaperTable {
    /// The table's number in the paper.
    pub number: u8,
    /// Its rows, in the paper's order.
    pub rows: Vec<PaperRow>,
}

impl PaperTable {
    /// Parses a transcription: one line a cell, the cells of a row together; `path` only names the file in errors.
    ///
    /// # Errors
    /// If the header or a line is not as the transcriptions have it.
    pub fn parse(number: u8, path: impl AsRef<Path>, text: &str) -> Result<Self, ResultsError> {
        let path = path.as_ref();
        let mut rows: Vec<PaperRow> = Vec::new();
        let mut lines = text.lines();
        lines::check_header(
            path,
            lines::columns::<Line>(),
            lines.next().unwrap_or_default(),
        )?;
        for (index, line) in lines.enumerate() {
            let line = read_record(line).and_then(|fields| lines::read(&fields));
            line.and_then(|line| push(&mut rows, line))
                .map_err(|problem| ResultsError::MalformedLine {
                    path: path.to_owned(),
                    line: index + 2,
                    problem,
                })?;
        }
        Ok(Self { number, rows })
    }

    /// Whether the table has an average column.
    pub fn has_average(&self) -> bool {
        self.rows.iter().any(|row| row.cell(AVERAGE).is_some())
    }

    /// The keys of its columns, in order, without the average.
    pub fn columns(&self) -> Vec<&str> {
        let cells = self.rows.first().map_or(&[][..], |row| &row.cells);
        let keys = cells.iter().map(|cell| cell.task.as_str());
        keys.filter(|&key| key != AVERAGE).collect()
    }

    /// The row of an arm, by the arm's settings and not its name.
    pub fn row(&self, arm: Arm) -> Option<&PaperRow> {
        self.rows.iter().find(|row| row.arm.is_same_as(arm))
    }
}

/// Puts a cell into its row, which the first of its cells begins.
fn push(rows: &mut Vec<PaperRow>, line: Line) -> Result<(), LineProblem> {
    if [Some(line.mean), line.std]
        .into_iter()
        .flatten()
        .any(|number| !number.is_finite())
    {
        return Err(bad_field(
            "mean",
            "a finite number, as `std`",
            &line.mean.to_string(),
        ));
    }
    if line.row == rows.len() + 1 {
        rows.push(PaperRow {
            arm: line.arm,
            label: line.label,
            params_printed: line.params_printed,
            cells: Vec::new(),
        });
    }
    let n_rows = rows.len();
    let Some(row) = rows.last_mut().filter(|_| line.row == n_rows) else {
        return Err(LineProblem::CellOrder {
            arm: line.arm,
            task: line.task,
        });
    };
    row.cells.push(PaperCell {
        task: line.task,
        mean: line.mean,
        std: line.std,
        printed: line.printed,
        flag: line.flag,
    });
    Ok(())
}
