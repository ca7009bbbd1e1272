//! The claims plot: each arm's difference to one of them, ours beside the paper's.
//!
//! The levels at scales `mini` and `small` are of other models and data, but what the paper *claims* are differences between arms:
//! that tuning B alone keeps up with LoRA and that tuning A alone does not. Those can be set side by side.

use results::{Arm, Cell, Table};

use crate::frame::{Axis, DIAMOND, DOT, Frame, Rows, SIDE, ours_mark, paper_mark};
use crate::scale::Range;
use crate::svg::{Align, Svg, ink};
use crate::text::text_width;
use crate::value::{Value, ours_name};

/// One column (or the average) of one arm.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimRow {
    /// Column head.
    pub heading: String,
    /// Our arm minus our arm to compare with, in points; the spread combines both, as of independent runs.
    pub ours: Option<Value>,
    /// The paper's, likewise.
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
    /// What the arm to compare with is called.
    pub name: String,
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
    /// Takes the differences to `against` out of a table; none if that arm has no numbers of ours, or no other has any.
    pub fn of(table: &Table, against: Arm) -> Option<Self> {
        let base = table.row(against)?;
        let name = if against.is_lora() {
            "LoRA"
        } else {
            &base.label
        };
        let columns = table.column_labels();
        let panels: Vec<ClaimPanel> = table
            .rows
            .iter()
            .filter(|row| !row.arm.is_same_as(against))
            .map(|row| {
                let cells = columns.iter().zip(row.cells.iter().zip(&base.cells));
                let rows = cells.map(|(heading, (cell, base))| claim_row(heading, cell, base));
                ClaimPanel {
                    label: row.label.clone(),
                    rows: rows.collect(),
                }
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
            title: format!("Difference to {name} (scale {})", table.head.scale),
            subtitle: format!(
                "{}. Points gained or lost against {name} of the same source; marks on one side of zero agree on the direction.",
                table.head.title
            ),
            name: name.to_owned(),
            ours_name: ours_name(table),
            panels,
            range: Range {
                low: -reach,
                high: reach,
            },
            average: table.head.average,
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

    /// Draws the whole figure.
    pub fn draw(&self) -> Svg {
        let rows = || self.panels.iter().flat_map(|panel| &panel.rows);
        let widths = rows().map(|row| text_width(&row.heading, HEADING_SIZE).ceil() + 12.0);
        let label_width = widths.fold(LEAST_LABEL_WIDTH, f64::max);
        let columns = self.n_columns();
        let width =
            2.0 * SIDE + label_width + columns as f64 * (PANEL_WIDTH + PANEL_GAP) - PANEL_GAP;
        let ours = format!("{}, whiskers combine both spreads", self.ours_name);
        let legend = [
            (ours_mark(), ours),
            (paper_mark(), "paper, likewise".to_owned()),
        ];
        let frame = Frame::new(width, &self.title, &self.subtitle, legend);
        let n_rows = self.panels.first().map_or(0, |panel| panel.rows.len());
        let band = PANEL_HEAD + n_rows as f64 * ROW_HEIGHT + PANEL_FOOT;
        let mut svg = frame.draw(self.panels.len().div_ceil(columns) as f64 * band);
        for (index, panel) in self.panels.iter().enumerate() {
            let column = index % columns;
            let left = SIDE + label_width + column as f64 * (PANEL_WIDTH + PANEL_GAP);
            let top = frame.top + (index / columns) as f64 * band;
            self.draw_panel(&mut svg, panel, (left, top), column == 0);
        }
        svg
    }

    /// Columns that leave the last band as full as possible.
    fn n_columns(&self) -> usize {
        let n_panels = self.panels.len();
        let filled =
            |columns: &usize| n_panels as f64 / (n_panels.div_ceil(*columns) * columns) as f64;
        (FEWEST_COLUMNS..=MOST_COLUMNS)
            .max_by(|a, b| filled(a).total_cmp(&filled(b)))
            .unwrap_or(MOST_COLUMNS)
    }

    fn draw_panel(&self, svg: &mut Svg, panel: &ClaimPanel, (left, top): (f64, f64), headed: bool) {
        let right = left + PANEL_WIDTH;
        svg.label(
            &panel.label,
            (left, top + 12.0),
            16.0,
            ink::TEXT,
            Align::Left,
        );
        let axis = Axis {
            from: left,
            to: right,
            range: self.range,
        };
        let rows = Rows {
            top: top + PANEL_HEAD,
            height: ROW_HEIGHT,
            n: panel.rows.len(),
        };
        rows.stripes(svg, left, right);
        let bottom = rows.bottom();
        axis.grid_across(svg, (rows.top, bottom), 5, ink::FAINT, true);
        let zero = axis.at(0.0);
        svg.line((zero, rows.top), (zero, bottom), ink::FRAME, 1.5);
        svg.line((left, bottom), (right, bottom), ink::FRAME, 1.0);
        for (index, row) in panel.rows.iter().enumerate() {
            let y = rows.middle(index);
            if headed {
                let at = (left - 10.0, y);
                svg.text(&row.heading, at, HEADING_SIZE, ink::TEXT, Align::Right);
            }
            if let Some(value) = row.ours {
                axis.whisker(svg, value, y - 6.0, ink::OURS);
                svg.dot((axis.at(value.mean), y - 6.0), DOT, ink::OURS);
            }
            if let Some(value) = row.paper {
                axis.whisker(svg, value, y + 6.0, ink::PAPER);
                svg.diamond((axis.at(value.mean), y + 6.0), DIAMOND, ink::PAPER);
            }
        }
    }
}

const FEWEST_COLUMNS: usize = 3;
const MOST_COLUMNS: usize = 4;
const LEAST_LABEL_WIDTH: f64 = 66.0;
const HEADING_SIZE: f64 = 14.0;
const PANEL_WIDTH: f64 = 288.0;
const PANEL_GAP: f64 = 28.0;
const ROW_HEIGHT: f64 = 30.0;
const PANEL_HEAD: f64 = 30.0;
const PANEL_FOOT: f64 = 44.0;

/// Counts of cells (arm and task) where ours and the paper's difference have the same sign.
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

fn claim_row(heading: &str, cell: &Cell, base: &Cell) -> ClaimRow {
    let difference = |(a, b): (Value, Value)| Value {
        mean: a.mean - b.mean,
        std: a.std.zip(b.std).map(|(a, b)| a.hypot(b)),
    };
    let ours = |cell: &Cell| cell.ours.map(Value::from);
    ClaimRow {
        heading: heading.to_owned(),
        ours: ours(cell).zip(ours(base)).map(difference),
        paper: Value::of_paper(cell)
            .zip(Value::of_paper(base))
            .map(difference),
    }
}
