//! The claims plot's ink.

use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;

use crate::claims::{ClaimFigure, ClaimPanel};
use crate::dots::Value;
use crate::dots_draw::whisker;
use crate::error::DrawError;
use crate::pen::{Align, Pen, ink, text_width};
use crate::scale::tick_text;

const FEWEST_COLUMNS: usize = 3;
const MOST_COLUMNS: usize = 4;
const LEAST_LABEL_WIDTH: f64 = 66.0;
const HEADING_SIZE: f64 = 14.0;
const PANEL_WIDTH: f64 = 288.0;
const PANEL_GAP: f64 = 28.0;
const ROW_HEIGHT: f64 = 30.0;
const PANEL_HEAD: f64 = 30.0;
const PANEL_FOOT: f64 = 44.0;
const TOP: f64 = 104.0;
const BOTTOM: f64 = 10.0;
const SIDE: f64 = 22.0;

/// Columns that leave the last band as full as possible.
fn n_columns(figure: &ClaimFigure) -> usize {
    let n_panels = figure.panels.len();
    let filled = |columns: &usize| n_panels as f64 / (n_panels.div_ceil(*columns) * columns) as f64;
    (FEWEST_COLUMNS..=MOST_COLUMNS)
        .max_by(|a, b| filled(a).total_cmp(&filled(b)))
        .unwrap_or(MOST_COLUMNS)
}

/// Room for the longest heading at the left of a panel.
fn label_width(figure: &ClaimFigure) -> Result<f64, DrawError> {
    let mut most = LEAST_LABEL_WIDTH;
    for row in figure.panels.iter().flat_map(|panel| &panel.rows) {
        most = most.max(text_width(&row.heading, HEADING_SIZE)?.ceil() + 12.0);
    }
    Ok(most)
}

/// Width and height in logical pixels.
///
/// # Errors
/// If a heading cannot be measured.
pub fn size(figure: &ClaimFigure) -> Result<(u32, u32), DrawError> {
    let columns = n_columns(figure);
    let width = 2.0 * SIDE
        + label_width(figure)?
        + columns as f64 * PANEL_WIDTH
        + (columns - 1) as f64 * PANEL_GAP;
    let n_bands = figure.panels.len().div_ceil(columns);
    let height = TOP + n_bands as f64 * band_height(figure) + BOTTOM;
    Ok((width as u32, height as u32))
}

fn band_height(figure: &ClaimFigure) -> f64 {
    let n_rows = figure.panels.first().map_or(0, |panel| panel.rows.len());
    PANEL_HEAD + n_rows as f64 * ROW_HEIGHT + PANEL_FOOT
}

/// Draws the whole figure.
pub fn draw<DB: DrawingBackend>(figure: &ClaimFigure, pen: &Pen<DB>) -> Result<(), DrawError>
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
    let y = 79.0;
    whisker(pen, (SIDE, SIDE + 18.0), y, ink::OURS)?;
    pen.dot((SIDE + 9.0, y), 4.5, ink::OURS, true)?;
    let ours = format!("{}, whiskers combine both spreads", figure.ours_name);
    pen.text(&ours, (SIDE + 24.0, y), 14.0, ink::TEXT, Align::Left)?;
    let x = SIDE + 24.0 + pen.width(&ours, 14.0)? + 30.0;
    whisker(pen, (x, x + 18.0), y, ink::PAPER)?;
    pen.diamond((x + 9.0, y), 5.5, ink::PAPER)?;
    pen.text(
        "paper, likewise",
        (x + 24.0, y),
        14.0,
        ink::TEXT,
        Align::Left,
    )?;
    let columns = n_columns(figure);
    let label_width = label_width(figure)?;
    for (index, panel) in figure.panels.iter().enumerate() {
        let top = TOP + (index / columns) as f64 * band_height(figure);
        let column = index % columns;
        let left = SIDE + label_width + column as f64 * (PANEL_WIDTH + PANEL_GAP);
        draw_panel(figure, panel, pen, (left, top), column == 0)?;
    }
    Ok(())
}

fn draw_panel<DB: DrawingBackend>(
    figure: &ClaimFigure,
    panel: &ClaimPanel,
    pen: &Pen<DB>,
    (left, top): (f64, f64),
    with_headings: bool,
) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    let x = |value: f64| left + PANEL_WIDTH * figure.range.fraction(value);
    pen.label(
        &panel.label,
        (left, top + 12.0),
        16.0,
        ink::TEXT,
        Align::Left,
    )?;
    let rows_top = top + PANEL_HEAD;
    let rows_bottom = rows_top + panel.rows.len() as f64 * ROW_HEIGHT;
    for row in (0..panel.rows.len()).step_by(2) {
        let y = rows_top + row as f64 * ROW_HEIGHT;
        pen.block((left, y), (left + PANEL_WIDTH, y + ROW_HEIGHT), ink::STRIPE)?;
    }
    let ticks = figure.range.ticks(5);
    for &tick in &ticks {
        pen.line((x(tick), rows_top), (x(tick), rows_bottom), ink::GRID, 1.0)?;
        let sign = if tick > 0.0 { "+" } else { "" };
        let text = format!("{sign}{}", tick_text(tick, &ticks));
        pen.text(
            &text,
            (x(tick), rows_bottom + 12.0),
            12.5,
            ink::FAINT,
            Align::Centre,
        )?;
    }
    pen.line((x(0.0), rows_top), (x(0.0), rows_bottom), ink::FRAME, 1.5)?;
    pen.line(
        (left, rows_bottom),
        (left + PANEL_WIDTH, rows_bottom),
        ink::FRAME,
        1.0,
    )?;
    let mark = |value: Value, y: f64, colour: RGBColor| -> Result<(), DrawError> {
        match value.std {
            Some(std) => whisker(pen, (x(value.mean - std), x(value.mean + std)), y, colour),
            None => Ok(()),
        }
    };
    for (index, row) in panel.rows.iter().enumerate() {
        let y = rows_top + (index as f64 + 0.5) * ROW_HEIGHT;
        if with_headings {
            pen.text(
                &row.heading,
                (left - 10.0, y),
                HEADING_SIZE,
                ink::TEXT,
                Align::Right,
            )?;
        }
        if let Some(value) = row.ours {
            mark(value, y - 6.0, ink::OURS)?;
            pen.dot((x(value.mean), y - 6.0), 4.5, ink::OURS, true)?;
        }
        if let Some(value) = row.paper {
            mark(value, y + 6.0, ink::PAPER)?;
            pen.diamond((x(value.mean), y + 6.0), 5.5, ink::PAPER)?;
        }
    }
    Ok(())
}
