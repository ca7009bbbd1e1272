//! What all figures have around their numbers: title, legend, axes with their grid, stripes, whiskers.

use crate::scale::{Range, tick_text};
use crate::svg::{Align, Ink, Point, Svg, ink, label_width};
use crate::text::wrap;
use crate::value::Value;

/// Margin at the left and the right.
pub const SIDE: f64 = 22.0;
/// Size of an axis's numbers.
pub const SMALL: f64 = 12.5;

const TITLE_SIZE: f64 = 21.0;
const TITLE_Y: f64 = 26.0;
const SUBTITLE_Y: f64 = 51.0;
const SUBTITLE_LINE: f64 = 20.0;
const LEGEND_LINE: f64 = 26.0;
const TEXT_SIZE: f64 = 14.0;
/// From an entry's middle to its text, from there to the next entry's mark.
const MARK: f64 = 14.0;
const BETWEEN: f64 = 34.0;

/// Draws a mark around a point.
pub type DrawMark = Box<dyn Fn(&mut Svg, Point)>;

/// Title, subtitle and legend, laid out for a width.
pub struct Frame {
    title: String,
    subtitle: Vec<String>,
    entries: Vec<(DrawMark, String, Point)>,
    width: f64,
    /// Where the panels begin.
    pub top: f64,
}

impl Frame {
    /// Lays out the head of a figure; each entry of the legend is a mark and what it stands for.
    pub fn new(
        width: f64,
        title: &str,
        subtitle: &str,
        legend: impl IntoIterator<Item = (DrawMark, String)>,
    ) -> Self {
        let subtitle = wrap(subtitle, TEXT_SIZE, width - 2.0 * SIDE);
        let below = SUBTITLE_Y + subtitle.len().saturating_sub(1) as f64 * SUBTITLE_LINE;
        let start = SIDE + 9.0;
        let (mut x, mut y) = (start, below + 28.0);
        let mut entries = Vec::new();
        for (mark, text) in legend {
            let wide = MARK + label_width(&text, TEXT_SIZE);
            if x + wide > width - SIDE && x > start {
                (x, y) = (start, y + LEGEND_LINE);
            }
            entries.push((mark, text, (x, y)));
            x += wide + BETWEEN;
        }
        Self {
            title: title.to_owned(),
            subtitle,
            entries,
            width,
            top: y + LEGEND_LINE,
        }
    }

    /// The page with the head on it, and room of `height` for the panels.
    pub fn draw(&self, height: f64) -> Svg {
        let mut svg = Svg::new(self.width, self.top + height);
        svg.bold(
            &self.title,
            (SIDE, TITLE_Y),
            TITLE_SIZE,
            ink::TEXT,
            Align::Left,
        );
        for (index, line) in self.subtitle.iter().enumerate() {
            let at = (SIDE, SUBTITLE_Y + index as f64 * SUBTITLE_LINE);
            svg.text(line, at, TEXT_SIZE, ink::FAINT, Align::Left);
        }
        for (mark, text, (x, y)) in &self.entries {
            mark(&mut svg, (*x, *y));
            svg.label(text, (x + MARK, *y), TEXT_SIZE, ink::TEXT, Align::Left);
        }
        svg
    }
}

/// The legend's mark of our numbers: a dot with a whisker.
pub fn ours_mark() -> DrawMark {
    Box::new(|svg, (x, y)| {
        whisker(svg, (x - 9.0, x + 9.0), y, ink::OURS);
        svg.dot((x, y), DOT, ink::OURS);
    })
}

/// The legend's mark of the paper's: a diamond with a whisker.
pub fn paper_mark() -> DrawMark {
    Box::new(|svg, (x, y)| {
        whisker(svg, (x - 9.0, x + 9.0), y, ink::PAPER);
        svg.diamond((x, y), DIAMOND, ink::PAPER);
    })
}

/// The legend's mark of a bar.
pub fn bar_mark(ink: Ink) -> DrawMark {
    Box::new(move |svg, (x, y)| svg.block((x - 9.0, y - 6.0), (x + 9.0, y + 6.0), ink))
}

/// Radius of our dots.
pub const DOT: f64 = 4.5;
/// Half the width of the paper's diamonds.
pub const DIAMOND: f64 = 5.5;

/// Values along a line on the page.
#[derive(Debug, Clone, Copy)]
pub struct Axis {
    /// Where the low end of the range is.
    pub from: f64,
    /// Where the high end is.
    pub to: f64,
    /// The values.
    pub range: Range,
}

impl Axis {
    /// Where a value is.
    pub fn at(&self, value: f64) -> f64 {
        self.from + (self.to - self.from) * self.range.fraction(value)
    }

    /// Upright grid lines of a horizontal axis at its ticks, at most `most`, numbered below; `sign` gives those above zero a plus.
    pub fn grid_across(
        &self,
        svg: &mut Svg,
        (top, bottom): Point,
        most: usize,
        ink: Ink,
        sign: bool,
    ) {
        let ticks = self.range.ticks(most);
        for &tick in &ticks {
            let x = self.at(tick);
            svg.line((x, top), (x, bottom), ink::GRID, 1.0);
            let plus = if sign && tick > 0.0 { "+" } else { "" };
            let text = format!("{plus}{}", tick_text(tick, &ticks));
            svg.text(&text, (x, bottom + 12.5), SMALL, ink, Align::Centre);
        }
    }

    /// Level grid lines of an upright axis, numbered at the left.
    pub fn grid_up(&self, svg: &mut Svg, (left, right): Point, most: usize) {
        let ticks = self.range.ticks(most);
        for &tick in &ticks {
            let y = self.at(tick);
            svg.line((left, y), (right, y), ink::GRID, 1.0);
            let text = tick_text(tick, &ticks);
            svg.text(&text, (left - 8.0, y), SMALL, ink::FAINT, Align::Right);
        }
    }

    /// The level error bar of a value on a horizontal axis, if it has a spread.
    pub fn whisker(&self, svg: &mut Svg, value: Value, y: f64, ink: Ink) {
        if value.std.is_some() {
            let [low, high] = value.ends();
            whisker(svg, (self.at(low), self.at(high)), y, ink);
        }
    }

    /// The upright error bar of a value on an upright axis, if it has a spread.
    pub fn whisker_up(&self, svg: &mut Svg, x: f64, value: Value, ink: Ink) {
        if value.std.is_none() {
            return;
        }
        let [from, to] = value.ends().map(|end| self.at(end));
        svg.line((x, from), (x, to), ink, 1.5);
        for end in [from, to] {
            svg.line((x - 3.0, end), (x + 3.0, end), ink, 1.5);
        }
    }
}

/// A level error bar with end caps.
fn whisker(svg: &mut Svg, (from, to): (f64, f64), y: f64, ink: Ink) {
    svg.line((from, y), (to, y), ink, 1.5);
    for end in [from, to] {
        svg.line((end, y - 3.0), (end, y + 3.0), ink, 1.5);
    }
}

/// Rows of equal height below each other, every other one shaded.
#[derive(Debug, Clone, Copy)]
pub struct Rows {
    /// Where the first begins.
    pub top: f64,
    /// Height of each.
    pub height: f64,
    /// Their number.
    pub n: usize,
}

impl Rows {
    /// Where the last one ends.
    pub fn bottom(&self) -> f64 {
        self.top + self.n as f64 * self.height
    }

    /// The middle of a row.
    pub fn middle(&self, row: usize) -> f64 {
        self.top + (row as f64 + 0.5) * self.height
    }

    /// The shades, from `left` to `right`.
    pub fn stripes(&self, svg: &mut Svg, left: f64, right: f64) {
        for row in (0..self.n).step_by(2) {
            let y = self.top + row as f64 * self.height;
            svg.block((left, y), (right, y + self.height), ink::STRIPE);
        }
    }

    /// What each row is, at the left of `x`.
    pub fn labels(&self, svg: &mut Svg, labels: &[String], x: f64) {
        for (row, label) in labels.iter().enumerate() {
            svg.label(
                label,
                (x - 12.0, self.middle(row)),
                15.0,
                ink::TEXT,
                Align::Right,
            );
        }
    }
}
