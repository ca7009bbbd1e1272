//! The dot plot's ink.

use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;

use crate::dots::{DotFigure, DotRow, Mark, Panel, Value};
use crate::error::DrawError;
use crate::pen::{Align, Pen, ink};
use crate::scale::{Range, tick_text};

const COLUMNS: usize = 4;
const LABEL_WIDTH: f64 = 158.0;
const PANEL_WIDTH: f64 = 276.0;
const PANEL_GAP: f64 = 22.0;
const HALF_GAP: f64 = 14.0;
const ROW_HEIGHT: f64 = 24.0;
const PANEL_HEAD: f64 = 46.0;
const PANEL_FOOT: f64 = 40.0;
const TOP: f64 = 104.0;
const BOTTOM: f64 = 14.0;
const SIDE: f64 = 22.0;

/// Width and height in logical pixels.
pub fn size(figure: &DotFigure) -> (u32, u32) {
    let width =
        2.0 * SIDE + LABEL_WIDTH + COLUMNS as f64 * PANEL_WIDTH + (COLUMNS - 1) as f64 * PANEL_GAP;
    let n_bands = figure.panels.len().div_ceil(COLUMNS);
    let height = TOP + n_bands as f64 * band_height(figure) + BOTTOM;
    (width as u32, height as u32)
}

fn band_height(figure: &DotFigure) -> f64 {
    PANEL_HEAD + figure.labels.len() as f64 * ROW_HEIGHT + PANEL_FOOT
}

/// Draws the whole figure.
pub fn draw<DB: DrawingBackend>(figure: &DotFigure, pen: &Pen<DB>) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    pen.bold(&figure.title, (SIDE, 26.0), 21.0, ink::TEXT, Align::Left)?;
    pen.text(
        &figure.subtitle,
        (SIDE, 51.0),
        14.0,
        ink::FAINT,
        Align::Left,
    )?;
    legend(figure, pen)?;
    for (index, panel) in figure.panels.iter().enumerate() {
        let top = TOP + (index / COLUMNS) as f64 * band_height(figure);
        let column = index % COLUMNS;
        let left = SIDE + LABEL_WIDTH + column as f64 * (PANEL_WIDTH + PANEL_GAP);
        if column == 0 {
            for (row, label) in figure.labels.iter().enumerate() {
                let at = (left - 12.0, row_middle(top, row));
                pen.label(label, at, 15.0, ink::TEXT, Align::Right)?;
            }
        }
        draw_panel(figure, panel, pen, (left, top))?;
    }
    Ok(())
}

fn row_middle(panel_top: f64, row: usize) -> f64 {
    panel_top + PANEL_HEAD + (row as f64 + 0.5) * ROW_HEIGHT
}

fn legend<DB: DrawingBackend>(figure: &DotFigure, pen: &Pen<DB>) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    const SIZE: f64 = 14.0;
    let y = 79.0;
    let mut x = SIDE + 8.0;
    let rows = || figure.panels.iter().flat_map(|panel| &panel.rows);
    let mut entry =
        |text: &str, mark: &dyn Fn(f64) -> Result<(), DrawError>| -> Result<(), DrawError> {
            mark(x)?;
            pen.text(text, (x + 14.0, y), SIZE, ink::TEXT, Align::Left)?;
            x += 14.0 + pen.width(text, SIZE)? + 30.0;
            Ok(())
        };
    entry(
        &format!("{}, mean ± sample std over seeds", figure.ours_name),
        &|x| {
            whisker(pen, (x - 9.0, x + 9.0), y, ink::OURS)?;
            pen.dot((x, y), 4.5, ink::OURS, true)
        },
    )?;
    if rows().any(|row| matches!(row.ours, Mark::Partial(_))) {
        entry("some seeds missing", &|x| {
            pen.dot((x, y), 4.5, ink::OURS, false)
        })?;
    }
    if rows().any(|row| row.published.is_some()) {
        entry("published", &|x| published(pen, (x, y)))?;
    }
    entry("paper, mean ± std", &|x| {
        whisker(pen, (x - 9.0, x + 9.0), y, ink::PAPER)?;
        pen.diamond((x, y), 5.5, ink::PAPER)
    })
}

/// One half of a panel: an axis and where it lies on the page.
#[derive(Clone, Copy)]
struct Axis {
    left: f64,
    width: f64,
    range: Range,
}

impl Axis {
    fn x(&self, value: f64) -> f64 {
        self.left + self.width * self.range.fraction(value)
    }
}

fn draw_panel<DB: DrawingBackend>(
    figure: &DotFigure,
    panel: &Panel,
    pen: &Pen<DB>,
    (left, top): (f64, f64),
) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    pen.bold(
        &panel.heading,
        (left, top + 10.0),
        16.0,
        ink::TEXT,
        Align::Left,
    )?;
    let width = if figure.split {
        (PANEL_WIDTH - HALF_GAP) / 2.0
    } else {
        PANEL_WIDTH
    };
    let ours = Axis {
        left,
        width,
        range: panel.ours_range,
    };
    let paper = Axis {
        left: left + PANEL_WIDTH - width,
        width,
        range: panel.paper_range,
    };
    let rows_top = top + PANEL_HEAD;
    let rows_bottom = rows_top + panel.rows.len() as f64 * ROW_HEIGHT;
    for row in (0..panel.rows.len()).step_by(2) {
        let y = rows_top + row as f64 * ROW_HEIGHT;
        pen.block((left, y), (left + PANEL_WIDTH, y + ROW_HEIGHT), ink::STRIPE)?;
    }
    if figure.split {
        draw_axis(pen, ours, (rows_top, rows_bottom), ink::OURS)?;
        draw_axis(pen, paper, (rows_top, rows_bottom), ink::PAPER)?;
        pen.text(
            &figure.ours_name,
            (ours.left, top + 33.0),
            12.5,
            ink::OURS,
            Align::Left,
        )?;
        pen.text(
            "paper",
            (paper.left, top + 33.0),
            12.5,
            ink::PAPER,
            Align::Left,
        )?;
    } else {
        draw_axis(pen, ours, (rows_top, rows_bottom), ink::FAINT)?;
    }
    // On a shared axis the two sit a little above and below the middle of their row.
    let shift = if figure.split { 0.0 } else { 4.5 };
    for (index, row) in panel.rows.iter().enumerate() {
        let y = row_middle(top, index);
        draw_ours(pen, ours, row, y - shift)?;
        if let Some(value) = row.paper {
            spread(pen, paper, value, y + shift, ink::PAPER)?;
            pen.diamond((paper.x(value.mean), y + shift), 5.5, ink::PAPER)?;
        }
    }
    Ok(())
}

fn draw_axis<DB: DrawingBackend>(
    pen: &Pen<DB>,
    axis: Axis,
    (top, bottom): (f64, f64),
    colour: RGBColor,
) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    let most = if axis.width > 200.0 { 8 } else { 5 };
    let ticks = axis.range.ticks(most);
    for &tick in &ticks {
        let x = axis.x(tick);
        pen.line((x, top), (x, bottom), ink::GRID, 1.0)?;
        pen.text(
            &tick_text(tick, &ticks),
            (x, bottom + 12.0),
            12.5,
            colour,
            Align::Centre,
        )?;
    }
    pen.line(
        (axis.left, bottom),
        (axis.left + axis.width, bottom),
        ink::FRAME,
        1.0,
    )
}

fn draw_ours<DB: DrawingBackend>(
    pen: &Pen<DB>,
    axis: Axis,
    row: &DotRow,
    y: f64,
) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    if let Some(mean) = row.published {
        published(pen, (axis.x(mean), y))?;
    }
    match &row.ours {
        Mark::Whole(value) | Mark::Partial(value) => {
            spread(pen, axis, *value, y, ink::OURS)?;
            let whole = matches!(row.ours, Mark::Whole(_));
            pen.dot((axis.x(value.mean), y), 4.5, ink::OURS, whole)
        }
        Mark::Failed => pen.text(
            "failed",
            (axis.left + 4.0, y),
            12.0,
            ink::FAILED,
            Align::Left,
        ),
        Mark::Missing => pen.text(
            "not run",
            (axis.left + 4.0, y),
            12.0,
            ink::FAINT,
            Align::Left,
        ),
    }
}

fn published<DB: DrawingBackend>(pen: &Pen<DB>, (x, y): (f64, f64)) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    pen.line((x, y - 9.0), (x, y + 9.0), ink::PUBLISHED, 2.0)
}

fn spread<DB: DrawingBackend>(
    pen: &Pen<DB>,
    axis: Axis,
    value: Value,
    y: f64,
    colour: RGBColor,
) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    match value.std {
        Some(std) => whisker(
            pen,
            (axis.x(value.mean - std), axis.x(value.mean + std)),
            y,
            colour,
        ),
        None => Ok(()),
    }
}

/// A horizontal error bar with end caps.
pub(crate) fn whisker<DB: DrawingBackend>(
    pen: &Pen<DB>,
    (from, to): (f64, f64),
    y: f64,
    colour: RGBColor,
) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    pen.line((from, y), (to, y), colour, 1.5)?;
    pen.line((from, y - 3.0), (from, y + 3.0), colour, 1.5)?;
    pen.line((to, y - 3.0), (to, y + 3.0), colour, 1.5)
}
