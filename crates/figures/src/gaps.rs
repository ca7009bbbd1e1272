//! The gap bars: training accuracy minus test accuracy, in and out of domain, ours beside the paper's.

use results::{Arm, ArmKind, Table, TableRow, Trains};

use crate::domains::{domains, ours, paper};
use crate::frame::{Axis, Frame, Rows, SIDE, bar_mark};
use crate::scale::Range;
use crate::svg::{Align, Ink, Point, Svg, ink};
use crate::value::{Mark, Value, is_papers_scale, ours_name};

/// One arm in one panel.
#[derive(Debug, Clone, PartialEq)]
pub struct GapRow {
    /// Ours.
    pub ours: Mark,
    /// The paper's.
    pub paper: Option<Value>,
}

/// One group, in or out of domain.
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
    /// The groups: the gap to the held-out images of the environment trained on.
    pub inside: Vec<GapPanel>,
    /// The same groups: the mean gap to the other environments.
    pub outside: Vec<GapPanel>,
}

impl GapFigure {
    /// Takes the figure's numbers out of a table of gaps; none if it has no columns in and out of domain.
    pub fn of(table: &Table) -> Option<Self> {
        let sets = domains(table);
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
        let comparison = if is_papers_scale(table) {
            "Same model and data as the paper's."
        } else {
            "Other model and data than the paper's: compare the order of the arms, not the level."
        };
        Some(Self {
            title: format!(
                "Accuracy lost between training and test images (scale {})",
                table.head.scale
            ),
            subtitle: format!(
                "{}. Training accuracy minus test accuracy, in points: above, to the held-out images of the environment trained on; below, to the other environments (mean). {comparison}",
                table.head.title
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

    /// Draws the whole figure.
    pub fn draw(&self) -> Svg {
        let columns = self.inside.len() as f64;
        let width = 2.0 * SIDE + LABEL_WIDTH + columns * (PANEL_WIDTH + PANEL_GAP) - PANEL_GAP;
        let ours = format!("{}, whiskers are one standard deviation", self.ours_name);
        let legend = [
            (bar_mark(ink::OURS), ours),
            (bar_mark(ink::PAPER), "paper".to_owned()),
        ];
        let frame = Frame::new(width, &self.title, &self.subtitle, legend);
        let band = PANEL_HEAD + self.labels.len() as f64 * ROW_HEIGHT + PANEL_FOOT;
        let mut svg = frame.draw(2.0 * band);
        for (index, panels) in [&self.inside, &self.outside].into_iter().enumerate() {
            let top = frame.top + index as f64 * band;
            let first = SIDE + LABEL_WIDTH;
            let rows = Rows {
                top: top + PANEL_HEAD,
                height: ROW_HEIGHT,
                n: self.labels.len(),
            };
            rows.labels(&mut svg, &self.labels, first);
            for (column, panel) in panels.iter().enumerate() {
                let left = first + column as f64 * (PANEL_WIDTH + PANEL_GAP);
                draw_panel(&mut svg, panel, (left, top), rows);
            }
        }
        svg
    }
}

const LABEL_WIDTH: f64 = 142.0;
const PANEL_WIDTH: f64 = 252.0;
const PANEL_GAP: f64 = 24.0;
const ROW_HEIGHT: f64 = 34.0;
const BAR: f64 = 11.0;
const PANEL_HEAD: f64 = 32.0;
const PANEL_FOOT: f64 = 42.0;

fn draw_panel(svg: &mut Svg, panel: &GapPanel, (left, top): Point, rows: Rows) {
    let right = left + PANEL_WIDTH;
    let axis = Axis {
        from: left,
        to: right,
        range: panel.range,
    };
    svg.bold(
        &panel.heading,
        (left, top + 14.0),
        15.0,
        ink::TEXT,
        Align::Left,
    );
    rows.stripes(svg, left, right);
    let ends = (rows.top, rows.bottom());
    axis.grid_across(svg, ends, 6, ink::FAINT, false);
    let zero = axis.at(0.0);
    for (index, row) in panel.rows.iter().enumerate() {
        let middle = rows.middle(index);
        let (above, below) = (middle - BAR / 2.0 - 0.5, middle + BAR / 2.0 + 0.5);
        let mut bar = |value: Value, y: f64, ink: Ink| {
            let end = axis.at(value.mean);
            svg.block((zero, y - BAR / 2.0), (end, y + BAR / 2.0), ink);
            axis.whisker(svg, value, y, ink::TEXT);
        };
        if let Some(value) = row.ours.value() {
            bar(value, above, ink::OURS);
        }
        if let Some(value) = row.paper {
            bar(value, below, ink::PAPER);
        }
        let note = (zero.max(left) + 4.0, above);
        match row.ours {
            Mark::Failed => svg.text("failed", note, 11.0, ink::FAILED, Align::Left),
            Mark::Missing => svg.text("not run", note, 11.0, ink::FAINT, Align::Left),
            Mark::Whole(_) | Mark::Partial(_) => {}
        }
    }
    svg.line((zero, ends.0), (zero, ends.1), ink::FRAME, 1.5);
}

fn range(rows: &[GapRow]) -> Range {
    const MARGIN: f64 = 1.06;
    let values = rows.iter().flat_map(|row| [row.ours.value(), row.paper]);
    let ends = values.flatten().flat_map(Value::ends);
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

/// How often tuning one factor leaves a smaller gap than another arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SmallerGaps {
    /// Pairs of arm and column that have a number and the other arm's beside it.
    pub cells: usize,
    /// Those where the arm's gap is the smaller.
    pub smaller: usize,
}

impl SmallerGaps {
    /// Counts ours, then the paper's.
    pub fn of(table: &Table, against: Arm) -> [Self; 2] {
        let mut counts = [Self::default(); 2];
        let Some(base) = table.row(against) else {
            return counts;
        };
        let single = |row: &&TableRow| match row.arm.kind() {
            ArmKind::LowRank { trains, .. } => trains != Trains::Both,
            _ => false,
        };
        for row in table.rows.iter().filter(single) {
            for (cell, base) in row.cells.iter().zip(&base.cells) {
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
