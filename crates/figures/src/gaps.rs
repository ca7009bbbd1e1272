//! The gap bars' data: training accuracy minus test accuracy, in and out of domain, ours beside the paper's.

use results::{Table, canonical_arm};

use crate::domains::{data_sets, ours, paper};
use crate::dots::{Mark, Value, ours_name};
use crate::scale::Range;

/// One arm in one panel.
#[derive(Debug, Clone, PartialEq)]
pub struct GapRow {
    /// Ours.
    pub ours: Mark,
    /// The paper's.
    pub paper: Option<Value>,
}

/// One data set, in or out of domain.
#[derive(Debug, Clone, PartialEq)]
pub struct GapPanel {
    /// What the gap is to.
    pub heading: String,
    /// One row an arm.
    pub rows: Vec<GapRow>,
    /// The axis, with zero on it.
    pub range: Range,
}

/// The whole figure.
#[derive(Debug, Clone, PartialEq)]
pub struct GapFigure {
    /// First line.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// What our numbers are called.
    pub ours_name: String,
    /// Arm labels, top to bottom.
    pub labels: Vec<String>,
    /// The data sets: the gap to the held-out images of the environment trained on.
    pub inside: Vec<GapPanel>,
    /// The same data sets: the mean gap to the other environments.
    pub outside: Vec<GapPanel>,
}

impl GapFigure {
    /// Takes the figure's numbers out of a table of gaps; none if it has no data sets.
    pub fn of(table: &Table) -> Option<Self> {
        let sets = data_sets(table);
        if sets.is_empty() {
            return None;
        }
        let panel = |heading: String, columns: &[usize]| {
            let rows: Vec<GapRow> = table
                .rows
                .iter()
                .map(|row| GapRow {
                    ours: ours(row, columns),
                    paper: paper(row, columns),
                })
                .collect();
            GapPanel {
                heading,
                range: range(&rows),
                rows,
            }
        };
        let comparison = if table.scale == "paper" {
            "Same model and data as the paper's."
        } else {
            "Other model and data than the paper's: compare the order of the arms, not the level."
        };
        Some(Self {
            title: format!(
                "Accuracy lost between training and test images (scale {})",
                table.scale
            ),
            subtitle: format!(
                "Training accuracy minus test accuracy, in points: above, to the held-out images of the environment trained on; below, to the other environments (mean). {comparison}"
            ),
            ours_name: ours_name(table),
            labels: table.rows.iter().map(|row| row.label.clone()).collect(),
            inside: sets
                .iter()
                .map(|set| panel(format!("{} {}", set.label, set.source), &set.inside))
                .collect(),
            outside: sets
                .iter()
                .map(|set| panel(format!("{} OOD", set.label), &set.outside))
                .collect(),
        })
    }
}

fn range(rows: &[GapRow]) -> Range {
    const MARGIN: f64 = 1.06;
    let values = rows.iter().flat_map(|row| {
        let own = match row.ours {
            Mark::Whole(value) | Mark::Partial(value) => Some(value),
            Mark::Failed | Mark::Missing => None,
        };
        [own, row.paper]
    });
    let ends = values.flatten().flat_map(|value| {
        let std = value.std.unwrap_or(0.0);
        [value.mean - std, value.mean + std]
    });
    let Range { low, high } = Range::over(ends.chain([0.0, 1.0])).unwrap_or(Range {
        low: 0.0,
        high: 1.0,
    });
    // A bar starts at the frame unless some are negative.
    Range {
        low: MARGIN * low,
        high: MARGIN * high,
    }
}

/// How often tuning one factor leaves a smaller gap than LoRA, as the paper's Appendix F finds it generally does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SmallerGaps {
    /// Pairs of arm and column that have a number and LoRA's beside it.
    pub cells: usize,
    /// Those where the arm's gap is the smaller.
    pub smaller: usize,
}

impl SmallerGaps {
    /// Counts ours, then the paper's.
    pub fn of(table: &Table) -> [Self; 2] {
        let is = |prefix: &'static str| {
            move |row: &&results::TableRow| canonical_arm(&row.arm).starts_with(prefix)
        };
        let Some(lora) = table.rows.iter().find(is("tuneAB-Akm-r")) else {
            return [Self::default(); 2];
        };
        let mut counts = [Self::default(); 2];
        let single = |row: &&results::TableRow| is("tuneA-")(row) || is("tuneB-")(row);
        for row in table.rows.iter().filter(single) {
            for (cell, base) in row.cells.iter().zip(&lora.cells) {
                let ours = cell.ours.zip(base.ours).map(|(a, b)| a.mean < b.mean);
                let papers = cell.paper.as_ref().zip(base.paper.as_ref());
                let papers = papers.map(|(a, b)| a.mean < b.mean);
                for (count, smaller) in counts.iter_mut().zip([ours, papers]) {
                    count.cells += usize::from(smaller.is_some());
                    count.smaller += usize::from(smaller == Some(true));
                }
            }
        }
        counts
    }
}
