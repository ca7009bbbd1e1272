//! The gap bars' ink.

use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;

use crate::dots::{Mark, Value};
use crate::dots_draw::whisker;
use crate::error::DrawError;
use crate::gaps::{GapFigure, GapPanel, GapRow};
use crate::pen::{Align, Pen, ink, wrap};
use crate::scale::tick_text;

const LABEL_WIDTH: f64 = 142.0;
const PANEL_WIDTH: f64 = 252.0;
const PANEL_GAP: f64 = 24.0;
const ROW_HEIGHT: f64 = 34.0;
const BAR: f64 = 11.0;
const PANEL_HEAD: f64 = 32.0;
const PANEL_FOOT: f64 = 42.0;
const SUBTITLE: f64 = 51.0;
const SUBTITLE_LINE: f64 = 20.0;
const SUBTITLE_SIZE: f64 = 14.0;
/// From the last line of the subtitle to the legend, and from there to the panels.
const LEGEND: f64 = 28.0;
const SIDE: f64 = 22.0;

/// Width and height in logical pixels.
///
/// # Errors
/// If the subtitle cannot be measured.
pub fn size(figure: &GapFigure) -> Result<(u32, u32), DrawError> {
    let height = panels_top(&subtitle(figure)?) + 2.0 * band_height(figure);
    Ok((width(figure) as u32, height as u32))
}

fn width(figure: &GapFigure) -> f64 {
    let columns = figure.inside.len() as f64;
    2.0 * SIDE + LABEL_WIDTH + columns * (PANEL_WIDTH + PANEL_GAP) - PANEL_GAP
}

fn subtitle(figure: &GapFigure) -> Result<Vec<String>, DrawError> {
    wrap(&figure.subtitle, SUBTITLE_SIZE, width(figure) - 2.0 * SIDE)
}

fn legend_y(subtitle: &[String]) -> f64 {
    SUBTITLE + (subtitle.len().saturating_sub(1)) as f64 * SUBTITLE_LINE + LEGEND
}

fn panels_top(subtitle: &[String]) -> f64 {
    legend_y(subtitle) + LEGEND
}

fn band_height(figure: &GapFigure) -> f64 {
    PANEL_HEAD + figure.labels.len() as f64 * ROW_HEIGHT + PANEL_FOOT
}

/// Draws the whole figure.
pub fn draw<DB: DrawingBackend>(figure: &GapFigure, pen: &Pen<DB>) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    pen.bold(&figure.title, (SIDE, 26.0), 21.0, ink::TEXT, Align::Left)?;
    let subtitle = subtitle(figure)?;
    for (index, line) in subtitle.iter().enumerate() {
        let at = (SIDE, SUBTITLE + index as f64 * SUBTITLE_LINE);
        pen.text(line, at, SUBTITLE_SIZE, ink::FAINT, Align::Left)?;
    }
    let y = legend_y(&subtitle);
    let mut x = SIDE;
    let entries = [
        (
            format!("{}, whiskers are one standard deviation", figure.ours_name),
            ink::OURS,
        ),
        ("paper".to_owned(), ink::PAPER),
    ];
    for (text, colour) in entries {
        pen.block((x, y - 6.0), (x + 22.0, y + 6.0), colour)?;
        pen.text(&text, (x + 30.0, y), 14.0, ink::TEXT, Align::Left)?;
        x += 30.0 + pen.width(&text, 14.0)? + 30.0;
    }
    for (band, panels) in [&figure.inside, &figure.outside].into_iter().enumerate() {
        let top = panels_top(&subtitle) + band as f64 * band_height(figure);
        let first = SIDE + LABEL_WIDTH;
        for (row, label) in figure.labels.iter().enumerate() {
            let at = (first - 12.0, row_middle(top, row));
            pen.label(label, at, 15.0, ink::TEXT, Align::Right)?;
        }
        for (column, panel) in panels.iter().enumerate() {
            let left = first + column as f64 * (PANEL_WIDTH + PANEL_GAP);
            draw_panel(panel, pen, (left, top))?;
        }
    }
    Ok(())
}

fn row_middle(panel_top: f64, row: usize) -> f64 {
    panel_top + PANEL_HEAD + (row as f64 + 0.5) * ROW_HEIGHT
}

fn draw_panel<DB: DrawingBackend>(
    panel: &GapPanel,
    pen: &Pen<DB>,
    (left, top): (f64, f64),
) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    let x = |value: f64| left + PANEL_WIDTH * panel.range.fraction(value);
    pen.bold(
        &panel.heading,
        (left, top + 14.0),
        15.0,
        ink::TEXT,
        Align::Left,
    )?;
    let rows_top = top + PANEL_HEAD;
    let rows_bottom = rows_top + panel.rows.len() as f64 * ROW_HEIGHT;
    for row in (0..panel.rows.len()).step_by(2) {
        let y = rows_top + row as f64 * ROW_HEIGHT;
        pen.block((left, y), (left + PANEL_WIDTH, y + ROW_HEIGHT), ink::STRIPE)?;
    }
    let ticks = panel.range.ticks(6);
    for &tick in &ticks {
        pen.line((x(tick), rows_top), (x(tick), rows_bottom), ink::GRID, 1.0)?;
        pen.text(
            &tick_text(tick, &ticks),
            (x(tick), rows_bottom + 12.0),
            12.5,
            ink::FAINT,
            Align::Centre,
        )?;
    }
    for (index, row) in panel.rows.iter().enumerate() {
        draw_row(row, pen, &x, left, row_middle(top, index))?;
    }
    pen.line((x(0.0), rows_top), (x(0.0), rows_bottom), ink::FRAME, 1.5)
}

fn draw_row<DB: DrawingBackend>(
    row: &GapRow,
    pen: &Pen<DB>,
    x: &dyn Fn(f64) -> f64,
    left: f64,
    middle: f64,
) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    let bar = |value: Value, y: f64, colour: RGBColor| -> Result<(), DrawError> {
        let (zero, end) = (x(0.0), x(value.mean));
        pen.block(
            (zero.min(end), y - BAR / 2.0),
            (zero.max(end), y + BAR / 2.0),
            colour,
        )?;
        match value.std {
            Some(std) => whisker(
                pen,
                (x(value.mean - std), x(value.mean + std)),
                y,
                ink::TEXT,
            ),
            None => Ok(()),
        }
    };
    let (above, below) = (middle - BAR / 2.0 - 0.5, middle + BAR / 2.0 + 0.5);
    let note = |text: &str, colour: RGBColor| {
        let at = (x(0.0).max(left) + 4.0, above);
        pen.text(text, at, 11.0, colour, Align::Left)
    };
    match row.ours {
        Mark::Whole(value) | Mark::Partial(value) => bar(value, above, ink::OURS)?,
        Mark::Failed => note("failed", ink::FAILED)?,
        Mark::Missing => note("not run", ink::FAINT)?,
    }
    match row.paper {
        Some(value) => bar(value, below, ink::PAPER),
        None => Ok(()),
    }
}
