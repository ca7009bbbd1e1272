//! The claims plot's data: each arm's difference to LoRA, ours beside the paper's.
//!
//! The levels at scales `mini` and `small` are of other models and data, but what the paper *claims* are differences between arms:
//! that tuning B alone keeps up with LoRA and that tuning A alone does not. Those can be set side by side.

use results::{Cell, Table, canonical_arm};

use crate::dots::{Value, ours_name};
use crate::scale::Range;

/// One task (or the average) of one arm.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimRow {
    /// Column head.
    pub heading: String,
    /// Our arm minus our LoRA, in points; the spread combines both, as of independent runs.
    pub ours: Option<Value>,
    /// The paper's arm minus the paper's LoRA, likewise.
    pub paper: Option<Value>,
}

impl ClaimRow {
    /// Whether ours and the paper's have the same sign; none if one is missing or zero.
    pub fn same_sign(&self) -> Option<bool> {
        let (ours, paper) = (self.ours?.mean, self.paper?.mean);
        // The paper prints one decimal, so 0.05 is its zero.
        (ours != 0.0 && paper.abs() > 0.049).then_some((ours > 0.0) == (paper > 0.0))
    }
}

/// One arm.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimPanel {
    /// The arm's label.
    pub label: String,
    /// The columns, then the average if the table has one.
    pub rows: Vec<ClaimRow>,
}

/// The whole figure.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimFigure {
    /// First line.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// What our numbers are called.
    pub ours_name: String,
    /// One panel an arm that has numbers of ours.
    pub panels: Vec<ClaimPanel>,
    /// The axis all panels share, symmetric around zero.
    pub range: Range,
    /// Whether the last row of each panel is the average.
    pub average: bool,
}

impl ClaimFigure {
    /// Takes the differences out of a table; none if it has no LoRA row with numbers of ours, or no other arm has any.
    pub fn of(table: &Table) -> Option<Self> {
        let is_lora = |arm: &str| canonical_arm(arm).starts_with("tuneAB-Akm-r");
        let lora = table.rows.iter().find(|row| is_lora(&row.arm))?;
        let panels: Vec<ClaimPanel> = table
            .rows
            .iter()
            .filter(|row| !is_lora(&row.arm))
            .map(|row| ClaimPanel {
                label: row.label.clone(),
                rows: row
                    .cells
                    .iter()
                    .zip(&lora.cells)
                    .map(|(cell, base)| claim_row(table.column_label(&cell.task), cell, base))
                    .collect(),
            })
            .filter(|panel| panel.rows.iter().any(|row| row.ours.is_some()))
            .collect();
        let reach = panels
            .iter()
            .flat_map(|panel| &panel.rows)
            .flat_map(|row| [row.ours, row.paper])
            .flatten()
            .map(|value| value.mean.abs() + value.std.unwrap_or(0.0))
            .reduce(f64::max)?;
        let reach = 1.06 * reach.max(0.5);
        Some(Self {
            title: format!("Difference to LoRA (scale {})", table.scale),
            subtitle: "Points gained or lost against LoRA of the same source; marks on one side of zero agree on the direction.".to_owned(),
            ours_name: ours_name(table),
            panels,
            range: Range { low: -reach, high: reach },
            average: table.average,
        })
    }

    /// How often ours has the paper's sign, over the tasks without the average.
    pub fn agreement(&self) -> Agreement {
        let tasks =
            |panel: &'_ ClaimPanel| panel.rows.len().saturating_sub(usize::from(self.average));
        let rows = self
            .panels
            .iter()
            .flat_map(|panel| &panel.rows[..tasks(panel)]);
        let mut agreement = Agreement::default();
        for row in rows {
            let Some(same) = row.same_sign() else {
                continue;
            };
            agreement.cells += 1;
            agreement.same += usize::from(same);
            if row.paper.is_some_and(Value::exceeds_its_spread) {
                agreement.clear_cells += 1;
                agreement.clear_same += usize::from(same);
            }
        }
        agreement
    }
}

/// Counts of cells (arm and task) where ours and the paper's difference to LoRA have the same sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Agreement {
    /// Cells where both have a sign.
    pub cells: usize,
    /// Those of `cells` with the same sign.
    pub same: usize,
    /// Those of `cells` where the paper's difference exceeds its own spread.
    pub clear_cells: usize,
    /// Those of `clear_cells` with the same sign.
    pub clear_same: usize,
}

fn claim_row(heading: String, cell: &Cell, base: &Cell) -> ClaimRow {
    let difference = |a: Value, b: Value| Value {
        mean: a.mean - b.mean,
        std: match (a.std, b.std) {
            (Some(a), Some(b)) => Some(a.hypot(b)),
            _ => None,
        },
    };
    let ours = |cell: &Cell| {
        cell.ours.map(|stat| Value {
            mean: stat.mean,
            std: stat.std,
        })
    };
    let paper = |cell: &Cell| {
        cell.paper.as_ref().map(|paper| Value {
            mean: paper.mean,
            std: paper.std,
        })
    };
    ClaimRow {
        heading,
        ours: ours(cell).zip(ours(base)).map(|(a, b)| difference(a, b)),
        paper: paper(cell).zip(paper(base)).map(|(a, b)| difference(a, b)),
    }
}
