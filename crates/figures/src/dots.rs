//! The dot plot: every arm and column, ours beside the paper's.

use results::{Stat, Table, TableRow};

use crate::frame::{Axis, DIAMOND, DOT, DrawMark, Frame, Rows, SIDE, SMALL, ours_mark, paper_mark};
use crate::scale::Range;
use crate::svg::{Align, Point, Svg, ink};
use crate::value::{Mark, Value, is_papers_scale, ours_name};

/// One arm in one panel.
#[derive(Debug, Clone, PartialEq)]
pub struct DotRow {
    /// Ours.
    pub ours: Mark,
    /// The published mean, in a local view.
    pub published: Option<f64>,
    /// The paper's.
    pub paper: Option<Value>,
}

/// One column, or the average.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Column head.
    pub heading: String,
    /// One row an arm, in the figure's order.
    pub rows: Vec<DotRow>,
    /// Range of our axis.
    pub ours_range: Range,
    /// Range of the paper's axis: the same width, so that distances can be compared.
    pub paper_range: Range,
}

/// The whole figure.
#[derive(Debug, Clone, PartialEq)]
pub struct DotFigure {
    /// First line.
    pub title: String,
    /// Second line: what is shown.
    pub subtitle: String,
    /// What our numbers are called.
    pub ours_name: String,
    /// Arm labels, top to bottom.
    pub labels: Vec<String>,
    /// Whether ours and the paper's have an axis each.
    ///
    /// Only at scale `paper` are they numbers of the same models and data, and only there do they share one.
    pub split: bool,
    /// The columns and the average.
    pub panels: Vec<Panel>,
}

impl DotFigure {
    /// Takes the figure's numbers out of a table.
    pub fn of(table: &Table) -> Self {
        let split = !is_papers_scale(table);
        let labels = table.column_labels().into_iter().enumerate();
        let comparison = if split {
            "Other model and data than the paper's: compare the pattern of the arms, not the level. Both axes of a panel span equally many points."
        } else {
            "Same model and data as the paper's, on one axis."
        };
        Self {
            title: format!("{} (scale {})", table.head.title, table.head.scale),
            subtitle: comparison.to_owned(),
            ours_name: ours_name(table),
            labels: table.rows.iter().map(|row| row.label.clone()).collect(),
            split,
            panels: labels
                .map(|(column, heading)| panel(table, heading, column, split))
                .collect(),
        }
    }

    /// Draws the whole figure.
    pub fn draw(&self) -> Svg {
        let columns = COLUMNS as f64;
        let width = 2.0 * SIDE + LABEL_WIDTH + columns * (PANEL_WIDTH + PANEL_GAP) - PANEL_GAP;
        let frame = Frame::new(width, &self.title, &self.subtitle, self.legend());
        let band = PANEL_HEAD + self.labels.len() as f64 * ROW_HEIGHT + PANEL_FOOT;
        let n_bands = self.panels.len().div_ceil(COLUMNS);
        let mut svg = frame.draw(n_bands as f64 * band);
        for (index, panel) in self.panels.iter().enumerate() {
            let left = SIDE + LABEL_WIDTH + (index % COLUMNS) as f64 * (PANEL_WIDTH + PANEL_GAP);
            let top = frame.top + (index / COLUMNS) as f64 * band;
            let rows = Rows {
                top: top + PANEL_HEAD,
                height: ROW_HEIGHT,
                n: panel.rows.len(),
            };
            if index % COLUMNS == 0 {
                rows.labels(&mut svg, &self.labels, left);
            }
            self.draw_panel(&mut svg, panel, (left, top), rows);
        }
        svg
    }

    fn legend(&self) -> Vec<(DrawMark, String)> {
        let rows = || self.panels.iter().flat_map(|panel| &panel.rows);
        let ours = format!("{}, mean ± sample std over seeds", self.ours_name);
        let mut entries = vec![(ours_mark(), ours)];
        if rows().any(|row| matches!(row.ours, Mark::Partial(_))) {
            let ring: DrawMark = Box::new(|svg, at| svg.ring(at, DOT, ink::OURS));
            entries.push((ring, "some seeds missing".to_owned()));
        }
        if rows().any(|row| row.published.is_some()) {
            entries.push((Box::new(published), "published".to_owned()));
        }
        entries.push((paper_mark(), "paper, mean ± std".to_owned()));
        entries
    }

    fn draw_panel(&self, svg: &mut Svg, panel: &Panel, (left, top): Point, rows: Rows) {
        svg.bold(
            &panel.heading,
            (left, top + 10.0),
            16.0,
            ink::TEXT,
            Align::Left,
        );
        let right = left + PANEL_WIDTH;
        let width = if self.split {
            (PANEL_WIDTH - HALF_GAP) / 2.0
        } else {
            PANEL_WIDTH
        };
        let ours = Axis {
            from: left,
            to: left + width,
            range: panel.ours_range,
        };
        let paper = Axis {
            from: right - width,
            to: right,
            range: panel.paper_range,
        };
        rows.stripes(svg, left, right);
        let ends = (rows.top, rows.bottom());
        let mut axis = |axis: Axis, most: usize, name: &str, ink| {
            axis.grid_across(svg, ends, most, ink, false);
            svg.line((axis.from, ends.1), (axis.to, ends.1), ink::FRAME, 1.0);
            svg.text(name, (axis.from, top + 33.0), SMALL, ink, Align::Left);
        };
        if self.split {
            axis(ours, 5, &self.ours_name, ink::OURS);
            axis(paper, 5, "paper", ink::PAPER);
        } else {
            axis(ours, 8, "", ink::FAINT);
        }
        // On a shared axis the two sit a little above and below the middle of their row.
        let shift = if self.split { 0.0 } else { 4.5 };
        for (index, row) in panel.rows.iter().enumerate() {
            let y = rows.middle(index);
            draw_ours(svg, ours, row, y - shift);
            if let Some(value) = row.paper {
                paper.whisker(svg, value, y + shift, ink::PAPER);
                svg.diamond((paper.at(value.mean), y + shift), DIAMOND, ink::PAPER);
            }
        }
    }
}

const COLUMNS: usize = 4;
const LABEL_WIDTH: f64 = 158.0;
const PANEL_WIDTH: f64 = 276.0;
const PANEL_GAP: f64 = 22.0;
const HALF_GAP: f64 = 14.0;
const ROW_HEIGHT: f64 = 24.0;
const PANEL_HEAD: f64 = 46.0;
const PANEL_FOOT: f64 = 40.0;

fn draw_ours(svg: &mut Svg, axis: Axis, row: &DotRow, y: f64) {
    if let Some(mean) = row.published {
        published(svg, (axis.at(mean), y));
    }
    match row.ours {
        Mark::Whole(value) => {
            axis.whisker(svg, value, y, ink::OURS);
            svg.dot((axis.at(value.mean), y), DOT, ink::OURS);
        }
        Mark::Partial(value) => {
            axis.whisker(svg, value, y, ink::OURS);
            svg.ring((axis.at(value.mean), y), DOT, ink::OURS);
        }
        Mark::Failed => svg.text(
            "failed",
            (axis.from + 4.0, y),
            12.0,
            ink::FAILED,
            Align::Left,
        ),
        Mark::Missing => svg.text(
            "not run",
            (axis.from + 4.0, y),
            12.0,
            ink::FAINT,
            Align::Left,
        ),
    }
}

fn published(svg: &mut Svg, (x, y): Point) {
    svg.line((x, y - 9.0), (x, y + 9.0), ink::PUBLISHED, 2.0);
}

fn panel(table: &Table, heading: String, column: usize, split: bool) -> Panel {
    let row = |row: &TableRow| {
        let cell = &row.cells[column];
        DotRow {
            ours: Mark::of([cell].into_iter()),
            published: cell.published.map(|Stat { mean, .. }| mean),
            paper: Value::of_paper(cell),
        }
    };
    let rows: Vec<DotRow> = table.rows.iter().map(row).collect();
    let ours = Range::over(rows.iter().flat_map(|row| {
        let own = row.ours.value().map(Value::ends);
        own.into_iter().flatten().chain(row.published)
    }));
    let paper = Range::over(
        rows.iter()
            .filter_map(|row| row.paper)
            .flat_map(Value::ends),
    );
    let (ours_range, paper_range) = ranges(ours, paper, split);
    Panel {
        heading,
        rows,
        ours_range,
        paper_range,
    }
}

/// Ranges with a margin: one shared, or two of the same width.
fn ranges(ours: Option<Range>, paper: Option<Range>, split: bool) -> (Range, Range) {
    const NOTHING: Range = Range {
        low: 0.0,
        high: 100.0,
    };
    const LEAST_SPAN: f64 = 1.0;
    const MARGIN: f64 = 1.16;
    let padded = |range: Range, span: f64| range.widened_to(MARGIN * span.max(LEAST_SPAN));
    if split {
        let span = ours
            .map_or(0.0, Range::span)
            .max(paper.map_or(0.0, Range::span));
        let side = |range: Option<Range>| range.map_or(NOTHING, |range| padded(range, span));
        (side(ours), side(paper))
    } else {
        let both = Range::over(
            [ours, paper]
                .into_iter()
                .flatten()
                .flat_map(|range| [range.low, range.high]),
        );
        let shared = both.map_or(NOTHING, |range| padded(range, range.span()));
        (shared, shared)
    }
}
