//! Ink on an SVG, in logical pixels.

use std::fmt::Write;

use crate::html::escape;
use crate::label::{Piece, pieces};
use crate::text::{EM, text_width};

/// A point, x to the right and y down.
pub type Point = (f64, f64);

/// A colour, and its counterpart where the reader's page is dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ink {
    light: &'static str,
    dark: &'static str,
}

/// The colours of the figures.
pub mod ink {
    use super::Ink;

    const fn ink(light: &'static str, dark: &'static str) -> Ink {
        Ink { light, dark }
    }

    /// Background.
    pub const PAGE: Ink = ink("#FFFFFF", "#161B22");
    /// Text.
    pub const TEXT: Ink = ink("#1C2128", "#E6EDF3");
    /// Less important text.
    pub const FAINT: Ink = ink("#656D76", "#96A0AA");
    /// Grid lines.
    pub const GRID: Ink = ink("#E2E6EB", "#30363D");
    /// Frames and zero lines.
    pub const FRAME: Ink = ink("#A0A8B2", "#646E78");
    /// Shade behind every other row.
    pub const STRIPE: Ink = ink("#F6F8FA", "#1C222A");
    /// Our numbers.
    pub const OURS: Ink = ink("#0969DA", "#58A6FF");
    /// The paper's numbers.
    pub const PAPER: Ink = ink("#C8540A", "#FFA057");
    /// The published numbers, in a local view.
    pub const PUBLISHED: Ink = ink("#57606A", "#A5AFB9");
    /// Failures.
    pub const FAILED: Ink = ink("#B41428", "#FF7B72");
    /// Arms that train B alone.
    pub const ONLY_B: Ink = ink("#0B7A4B", "#46C88C");
    /// Arms that train A alone.
    pub const ONLY_A: Ink = ink("#9632A0", "#DE8CE6");
    /// Full fine-tuning.
    pub const FULL: Ink = ink("#926400", "#E2B03C");
}

/// Horizontal alignment of a text at its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// The text starts at the point.
    Left,
    /// The text is centred on the point.
    Centre,
    /// The text ends at the point.
    Right,
}

/// A picture under the pen.
#[derive(Debug)]
pub struct Svg {
    /// Width and height.
    pub size: (u32, u32),
    body: String,
    inks: Vec<Ink>,
}

impl Svg {
    /// An empty page.
    pub fn new(width: f64, height: f64) -> Self {
        let mut svg = Self {
            size: (width as u32, height as u32),
            body: String::new(),
            inks: Vec::new(),
        };
        svg.block((0.0, 0.0), (width, height), ink::PAGE);
        svg
    }

    /// The whole file. Its colours turn dark where the reader's page is dark.
    pub fn finish(&self) -> String {
        let (width, height) = self.size;
        let mut dark = String::new();
        for Ink { light, dark: other } in &self.inks {
            let _ = writeln!(
                dark,
                "[fill=\"{light}\"] {{ fill: {other} }} [stroke=\"{light}\"] {{ stroke: {other} }}"
            );
        }
        // Verdana has DejaVu's proportions; the last resort is whatever the reader has.
        format!(
            "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" xmlns=\"http://www.w3.org/2000/svg\" \
             font-family=\"DejaVu Sans, Verdana, sans-serif\">\n\
             <style>@media (prefers-color-scheme: dark) {{\n{dark}}}</style>\n{}</svg>\n",
            self.body
        )
    }

    fn name(&mut self, ink: Ink) -> &'static str {
        if !self.inks.contains(&ink) {
            self.inks.push(ink);
        }
        ink.light
    }

    /// A straight line.
    pub fn line(&mut self, from: Point, to: Point, ink: Ink, width: f64) {
        let (ink, [x1, y1, x2, y2]) = (self.name(ink), [from.0, from.1, to.0, to.1].map(short));
        let _ = writeln!(
            self.body,
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{ink}\" stroke-width=\"{width}\"/>"
        );
    }

    /// A filled rectangle between two opposite corners.
    pub fn block(&mut self, (x1, y1): Point, (x2, y2): Point, ink: Ink) {
        let sides = [x1.min(x2), y1.min(y2), (x2 - x1).abs(), (y2 - y1).abs()];
        let (ink, [x, y, width, height]) = (self.name(ink), sides.map(short));
        let _ = writeln!(
            self.body,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{ink}\"/>"
        );
    }

    /// A filled dot.
    pub fn dot(&mut self, centre: Point, radius: f64, ink: Ink) {
        let (ink, [x, y]) = (self.name(ink), [centre.0, centre.1].map(short));
        let _ = writeln!(
            self.body,
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{}\" fill=\"{ink}\"/>",
            short(radius)
        );
    }

    /// A dot with a hole.
    pub fn ring(&mut self, centre: Point, radius: f64, ink: Ink) {
        self.dot(centre, radius, ink);
        self.dot(centre, radius - 1.5, ink::PAGE);
    }

    /// A filled diamond.
    pub fn diamond(&mut self, (x, y): Point, radius: f64, ink: Ink) {
        let corners = [
            (x, y - radius),
            (x + radius, y),
            (x, y + radius),
            (x - radius, y),
        ];
        self.polygon(&corners, ink);
    }

    /// A filled shape with straight sides.
    pub fn polygon(&mut self, corners: &[Point], ink: Ink) {
        let ink = self.name(ink);
        let corners: Vec<String> = corners
            .iter()
            .map(|&(x, y)| format!("{},{}", short(x), short(y)))
            .collect();
        let _ = writeln!(
            self.body,
            "<polygon points=\"{}\" fill=\"{ink}\"/>",
            corners.join(" ")
        );
    }

    /// Text, vertically centred on its point; `size` is the height of its line.
    pub fn text(&mut self, text: &str, at: Point, size: f64, ink: Ink, align: Align) {
        self.styled(text, at, size, ink, align, "");
    }

    /// Bold text, likewise.
    pub fn bold(&mut self, text: &str, at: Point, size: f64, ink: Ink, align: Align) {
        self.styled(text, at, size, ink, align, " font-weight=\"bold\"");
    }

    fn styled(
        &mut self,
        text: &str,
        (x, y): Point,
        size: f64,
        ink: Ink,
        align: Align,
        style: &str,
    ) {
        let ink = self.name(ink);
        let anchor = match align {
            Align::Left => "",
            Align::Centre => " text-anchor=\"middle\"",
            Align::Right => " text-anchor=\"end\"",
        };
        let _ = writeln!(
            self.body,
            "<text x=\"{}\" y=\"{}\" dy=\"0.5ex\"{anchor} font-size=\"{}\"{style} fill=\"{ink}\">{}</text>",
            short(x),
            short(y),
            short(EM * size),
            escape(text)
        );
    }

    /// An arm's label with its hats and subscripts, vertically centred on its point.
    pub fn label(&mut self, label: &str, (x, y): Point, size: f64, ink: Ink, align: Align) {
        let pieces = pieces(label);
        let small = SUBSCRIPT * size;
        let total = label_width(label, size);
        let mut x = match align {
            Align::Left => x,
            Align::Centre => x - total / 2.0,
            Align::Right => x - total,
        };
        for piece in &pieces {
            let width = piece_width(piece, size);
            match piece {
                Piece::Plain(text) => {
                    // An SVG drops the blanks that a text begins with.
                    let shown = text.trim_start();
                    let at = x + width - text_width(shown, size);
                    self.text(shown, (at, y), size, ink, Align::Left);
                }
                Piece::Hat(letter) => {
                    self.text(&letter.to_string(), (x, y), size, ink, Align::Left);
                    self.hat((x + width / 2.0, y), size, ink);
                }
                Piece::Sub(text) => self.text(text, (x, y + 0.27 * size), small, ink, Align::Left),
            }
            x += width;
        }
    }

    /// The hat is two strokes and not a glyph, so that it sits on its letter in every font.
    fn hat(&mut self, (x, y): Point, size: f64, ink: Ink) {
        let (low, high) = (y - 0.42 * size, y - 0.56 * size);
        let half = 0.17 * size;
        self.line((x - half, low), (x, high), ink, 1.0);
        self.line((x, high), (x + half, low), ink, 1.0);
    }
}

/// A subscript's size, in parts of its line's.
const SUBSCRIPT: f64 = 0.72;

/// Width of an arm's label.
pub fn label_width(label: &str, size: f64) -> f64 {
    pieces(label)
        .iter()
        .map(|piece| piece_width(piece, size))
        .sum()
}

fn piece_width(piece: &Piece, size: f64) -> f64 {
    match piece {
        Piece::Plain(text) => text_width(text, size),
        Piece::Hat(letter) => text_width(&letter.to_string(), size),
        Piece::Sub(text) => text_width(text, SUBSCRIPT * size) + 1.0,
    }
}

/// A length to a tenth of a pixel.
fn short(length: f64) -> String {
    let text = format!("{length:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}
