//! The scatter plot's ink.

use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;

use crate::dots_draw::whisker;
use crate::error::DrawError;
use crate::pen::{Align, Pen, ink, label_width, wrap};
use crate::scale::tick_text;
use crate::scatter::{Family, Look, Point, ScatterFigure, ScatterPanel};

const PANEL_WIDTH: f64 = 330.0;
const PANEL_HEIGHT: f64 = 250.0;
/// Room for the ticks at the left of a panel, and between panels.
const PANEL_LEFT: f64 = 58.0;
const PANEL_GAP: f64 = 18.0;
const PANEL_HEAD: f64 = 58.0;
const PANEL_FOOT: f64 = 50.0;
const SUBTITLE: f64 = 51.0;
const SUBTITLE_LINE: f64 = 20.0;
const SUBTITLE_SIZE: f64 = 14.0;
/// From the last line above the legend.
const LEGEND: f64 = 31.0;
const LEGEND_LINE: f64 = 26.0;
const LEGEND_SIZE: f64 = 15.0;
const LEGEND_GAP: f64 = 28.0;
const SIDE: f64 = 22.0;
const RADIUS: f64 = 5.0;
/// Hollow marks are larger, so that a filled one of the same family does not hide them.
const HOLLOW_RADIUS: f64 = 7.0;

/// Where everything goes.
struct Layout {
    columns: usize,
    bands: usize,
    /// The subtitle's lines.
    subtitle: Vec<String>,
    /// Place of each arm's entry in the legend.
    entries: Vec<(f64, f64)>,
    top: f64,
}

impl Layout {
    fn of(figure: &ScatterFigure) -> Result<Self, DrawError> {
        // One data set has its two panels side by side; several have ours above the paper's.
        let (columns, bands) = match figure.sets.len() {
            1 => (2, 1),
            n_sets => (n_sets, 2),
        };
        let right = SIDE + panel_step() * columns as f64 - PANEL_GAP;
        let subtitle = wrap(&figure.subtitle, SUBTITLE_SIZE, right - SIDE)?;
        let below = SUBTITLE + (subtitle.len().saturating_sub(1)) as f64 * SUBTITLE_LINE;
        let start = SIDE + HOLLOW_RADIUS;
        let (mut x, mut y) = (start, below + LEGEND);
        let mut entries = Vec::new();
        for (label, _) in &figure.arms {
            let width = 14.0 + label_width(label, LEGEND_SIZE)?;
            if x + width > right && x > start {
                (x, y) = (start, y + LEGEND_LINE);
            }
            entries.push((x, y));
            x += width + LEGEND_GAP;
        }
        Ok(Self {
            columns,
            bands,
            subtitle,
            entries,
            top: y + LEGEND_LINE,
        })
    }

    fn panel(&self, set: usize, is_paper: bool) -> (f64, f64) {
        let (column, band) = match (self.bands, is_paper) {
            (1, _) => (usize::from(is_paper), 0),
            _ => (set, usize::from(is_paper)),
        };
        (
            SIDE + PANEL_LEFT + column as f64 * panel_step(),
            self.top + PANEL_HEAD + band as f64 * band_height(),
        )
    }
}

fn panel_step() -> f64 {
    PANEL_LEFT + PANEL_WIDTH + PANEL_GAP
}

fn band_height() -> f64 {
    PANEL_HEAD + PANEL_HEIGHT + PANEL_FOOT
}

/// Width and height in logical pixels.
///
/// # Errors
/// If a label cannot be measured.
pub fn size(figure: &ScatterFigure) -> Result<(u32, u32), DrawError> {
    let layout = Layout::of(figure)?;
    let width = 2.0 * SIDE + layout.columns as f64 * panel_step() - PANEL_GAP;
    let height = layout.top + layout.bands as f64 * band_height();
    Ok((width as u32, height as u32))
}

/// Draws the whole figure.
pub fn draw<DB: DrawingBackend>(figure: &ScatterFigure, pen: &Pen<DB>) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    let layout = Layout::of(figure)?;
    pen.bold(&figure.title, (SIDE, 26.0), 21.0, ink::TEXT, Align::Left)?;
    for (index, line) in layout.subtitle.iter().enumerate() {
        let at = (SIDE, SUBTITLE + index as f64 * SUBTITLE_LINE);
        pen.text(line, at, SUBTITLE_SIZE, ink::FAINT, Align::Left)?;
    }
    for ((label, look), &(x, y)) in figure.arms.iter().zip(&layout.entries) {
        marker(pen, (x, y), *look)?;
        pen.label(label, (x + 14.0, y), LEGEND_SIZE, ink::TEXT, Align::Left)?;
    }
    for (index, set) in figure.sets.iter().enumerate() {
        let sources = [
            (&set.ours, figure.ours_name.as_str(), ink::OURS, false),
            (&set.paper, "paper", ink::PAPER, true),
        ];
        for (panel, source, colour, is_paper) in sources {
            let at = layout.panel(index, is_paper);
            pen.bold(
                &set.label,
                (at.0, at.1 - 38.0),
                16.0,
                ink::TEXT,
                Align::Left,
            )?;
            pen.text(
                source,
                (at.0 + PANEL_WIDTH, at.1 - 38.0),
                14.0,
                colour,
                Align::Right,
            )?;
            draw_panel(figure, panel, pen, at)?;
        }
    }
    Ok(())
}

fn draw_panel<DB: DrawingBackend>(
    figure: &ScatterFigure,
    panel: &ScatterPanel,
    pen: &Pen<DB>,
    (left, top): (f64, f64),
) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    let (right, bottom) = (left + PANEL_WIDTH, top + PANEL_HEIGHT);
    let x = |value: f64| left + PANEL_WIDTH * panel.id_range.fraction(value);
    let y = |value: f64| bottom - PANEL_HEIGHT * panel.ood_range.fraction(value);
    pen.block((left, top), (right, bottom), ink::STRIPE)?;
    if panel.points.is_empty() {
        let middle = (left + PANEL_WIDTH / 2.0, top + PANEL_HEIGHT / 2.0);
        return pen.text("not run", middle, 14.0, ink::FAINT, Align::Centre);
    }
    let ticks = panel.id_range.ticks(7);
    for &tick in &ticks {
        pen.line((x(tick), top), (x(tick), bottom), ink::GRID, 1.0)?;
        let text = tick_text(tick, &ticks);
        let at = (x(tick), bottom + 13.0);
        pen.text(&text, at, 12.5, ink::FAINT, Align::Centre)?;
    }
    let ticks = panel.ood_range.ticks(6);
    for &tick in &ticks {
        pen.line((left, y(tick)), (right, y(tick)), ink::GRID, 1.0)?;
        let text = tick_text(tick, &ticks);
        let at = (left - 8.0, y(tick));
        pen.text(&text, at, 12.5, ink::FAINT, Align::Right)?;
    }
    pen.line((left, bottom), (right, bottom), ink::FRAME, 1.0)?;
    pen.line((left, top), (left, bottom), ink::FRAME, 1.0)?;
    let ood = (left, top - 13.0);
    pen.text("↑ OOD accuracy (%)", ood, 12.5, ink::FAINT, Align::Left)?;
    let id = (right, bottom + 32.0);
    pen.text("ID accuracy (%) →", id, 12.5, ink::FAINT, Align::Right)?;

    // Error bars lie below all markers, so that no marker is crossed by another's.
    for Point { arm, id, ood } in &panel.points {
        let ink = colour(figure.arms[*arm].1.family);
        if let Some(std) = id.std {
            whisker(pen, (x(id.mean - std), x(id.mean + std)), y(ood.mean), ink)?;
        }
        if let Some(std) = ood.std {
            upright_whisker(pen, x(id.mean), (y(ood.mean - std), y(ood.mean + std)), ink)?;
        }
    }
    for filled in [false, true] {
        for Point { arm, id, ood } in &panel.points {
            let look = figure.arms[*arm].1;
            if look.filled == filled {
                marker(pen, (x(id.mean), y(ood.mean)), look)?;
            }
        }
    }
    Ok(())
}

fn upright_whisker<DB: DrawingBackend>(
    pen: &Pen<DB>,
    x: f64,
    (from, to): (f64, f64),
    colour: RGBColor,
) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    pen.line((x, from), (x, to), colour, 1.5)?;
    pen.line((x - 3.0, from), (x + 3.0, from), colour, 1.5)?;
    pen.line((x - 3.0, to), (x + 3.0, to), colour, 1.5)
}

fn colour(family: Family) -> RGBColor {
    match family {
        Family::Both => ink::TEXT,
        Family::OnlyB => ink::ONLY_B,
        Family::OnlyA => ink::ONLY_A,
        Family::Probe | Family::Other => ink::PUBLISHED,
        Family::Full => ink::FULL,
    }
}

/// An arm's mark, with a rim of page colour that keeps it apart from marks below it.
fn marker<DB: DrawingBackend>(pen: &Pen<DB>, at: (f64, f64), look: Look) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    let ink = colour(look.family);
    let radius = if look.filled { RADIUS } else { HOLLOW_RADIUS };
    shape(pen, at, look.family, radius + 1.0, ink::PAGE)?;
    shape(pen, at, look.family, radius, ink)?;
    if !look.filled {
        shape(pen, at, look.family, radius - 2.0, ink::PAGE)?;
    }
    Ok(())
}

fn shape<DB: DrawingBackend>(
    pen: &Pen<DB>,
    (x, y): (f64, f64),
    family: Family,
    radius: f64,
    colour: RGBColor,
) -> Result<(), DrawError>
where
    DB::ErrorType: 'static,
{
    // Sizes that look alike.
    match family {
        Family::OnlyB => pen.dot((x, y), radius, colour, true),
        Family::Both => {
            let half = 0.9 * radius;
            pen.block((x - half, y - half), (x + half, y + half), colour)
        }
        Family::OnlyA => {
            let (half, rise) = (1.15 * radius, 1.2 * radius);
            let low = y + 0.8 * radius;
            pen.polygon(&[(x - half, low), (x, y - rise), (x + half, low)], colour)
        }
        Family::Probe => pen.diamond((x, y), 1.2 * radius, colour),
        Family::Full => {
            let (half, rise) = (1.15 * radius, 1.2 * radius);
            let high = y - 0.8 * radius;
            pen.polygon(&[(x - half, high), (x, y + rise), (x + half, high)], colour)
        }
        Family::Other => {
            let (long, short) = (1.2 * radius, 0.45 * radius);
            pen.block((x - long, y - short), (x + long, y + short), colour)?;
            pen.block((x - short, y - long), (x + short, y + long), colour)
        }
    }
}
