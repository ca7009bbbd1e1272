//! Ink on a plotters backend, in logical pixels: the same calls draw the SVG and the (twice as dense) bitmap.

use std::sync::Once;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontTransform, register_font};

use crate::error::DrawError;
use crate::label::{Piece, pieces};

/// The family that is registered with both backends, so that no font of the machine matters.
pub const FONT: &str = "DejaVu Sans";

/// The colours of the figures; [`crate::render`] gives the SVG a dark counterpart of each.
pub mod ink {
    use plotters::style::RGBColor;

    /// Background.
    pub const PAGE: RGBColor = RGBColor(255, 255, 255);
    /// Text.
    pub const TEXT: RGBColor = RGBColor(28, 33, 40);
    /// Less important text.
    pub const FAINT: RGBColor = RGBColor(101, 109, 118);
    /// Grid lines.
    pub const GRID: RGBColor = RGBColor(226, 230, 235);
    /// Frames and zero lines.
    pub const FRAME: RGBColor = RGBColor(160, 168, 178);
    /// Shade behind every other row.
    pub const STRIPE: RGBColor = RGBColor(246, 248, 250);
    /// Our numbers.
    pub const OURS: RGBColor = RGBColor(9, 105, 218);
    /// The paper's numbers.
    pub const PAPER: RGBColor = RGBColor(200, 84, 10);
    /// The published numbers, in a local view.
    pub const PUBLISHED: RGBColor = RGBColor(87, 96, 106);
    /// Failures.
    pub const FAILED: RGBColor = RGBColor(180, 20, 40);

    /// Light colour and its counterpart on a dark page.
    pub const DARK: [(RGBColor, RGBColor); 10] = [
        (PAGE, RGBColor(22, 27, 34)),
        (TEXT, RGBColor(230, 237, 243)),
        (FAINT, RGBColor(150, 160, 170)),
        (GRID, RGBColor(48, 54, 61)),
        (FRAME, RGBColor(100, 110, 120)),
        (STRIPE, RGBColor(28, 34, 42)),
        (OURS, RGBColor(88, 166, 255)),
        (PAPER, RGBColor(255, 160, 87)),
        (PUBLISHED, RGBColor(165, 175, 185)),
        (FAILED, RGBColor(255, 123, 114)),
    ];

    /// Points of arms that train B alone.
    pub const ONLY_B: RGBColor = RGBColor(11, 122, 75);
    /// Points of arms that train A alone.
    pub const ONLY_A: RGBColor = RGBColor(150, 50, 160);
    /// Points of full fine-tuning.
    pub const FULL: RGBColor = RGBColor(146, 100, 0);

    /// The same for the colours that only some figures have.
    pub const DARK_ARMS: [(RGBColor, RGBColor); 3] = [
        (ONLY_B, RGBColor(70, 200, 140)),
        (ONLY_A, RGBColor(222, 140, 230)),
        (FULL, RGBColor(226, 176, 60)),
    ];
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

/// A drawing area with a density.
pub struct Pen<'a, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
    surface: Surface,
}

/// What the ink lands on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Surface {
    /// Vectors, one unit a logical pixel.
    Svg,
    /// Pixels.
    Bitmap {
        /// Device pixels a logical pixel.
        density: f64,
    },
}

/// Both backends take a font's size as its line height, but plotters divides it by 1.24 for the SVG's em
/// while the bitmap divides it by the font's own ratio, which is 1.164 for DejaVu Sans.
const BITMAP_FONT_SCALE: f64 = 1.164 / 1.24;

/// How much lower, in parts of the font's size, the bitmap has to set a centred line to meet the SVG's.
const BITMAP_TEXT_DROP: f64 = 0.13;

impl<'a, DB: DrawingBackend> Pen<'a, DB>
where
    DB::ErrorType: 'static,
{
    /// A pen on `area`, which it clears.
    pub fn new(area: &'a DrawingArea<DB, Shift>, surface: Surface) -> Result<Self, DrawError> {
        register_fonts();
        area.fill(&ink::PAGE).map_err(boxed)?;
        Ok(Self { area, surface })
    }

    fn density(&self) -> f64 {
        match self.surface {
            Surface::Svg => 1.0,
            Surface::Bitmap { density } => density,
        }
    }

    fn at(&self, (x, y): (f64, f64)) -> (i32, i32) {
        (
            (x * self.density()).round() as i32,
            (y * self.density()).round() as i32,
        )
    }

    fn length(&self, length: f64) -> i32 {
        ((length * self.density()).round() as i32).max(1)
    }

    /// A straight line.
    pub fn line(
        &self,
        from: (f64, f64),
        to: (f64, f64),
        colour: RGBColor,
        width: f64,
    ) -> Result<(), DrawError> {
        let style = colour.stroke_width(self.length(width) as u32);
        let path = PathElement::new(vec![self.at(from), self.at(to)], style);
        self.area.draw(&path).map_err(boxed)
    }

    /// A filled rectangle.
    pub fn block(
        &self,
        corner: (f64, f64),
        opposite: (f64, f64),
        colour: RGBColor,
    ) -> Result<(), DrawError> {
        let rectangle = Rectangle::new([self.at(corner), self.at(opposite)], colour.filled());
        self.area.draw(&rectangle).map_err(boxed)
    }

    /// A dot, filled or as a ring.
    pub fn dot(
        &self,
        centre: (f64, f64),
        radius: f64,
        colour: RGBColor,
        filled: bool,
    ) -> Result<(), DrawError> {
        let disc = Circle::new(self.at(centre), self.length(radius), colour.filled());
        self.area.draw(&disc).map_err(boxed)?;
        if !filled {
            let hole = Circle::new(
                self.at(centre),
                self.length(radius - 1.5),
                ink::PAGE.filled(),
            );
            self.area.draw(&hole).map_err(boxed)?;
        }
        Ok(())
    }

    /// A filled diamond.
    pub fn diamond(
        &self,
        (x, y): (f64, f64),
        radius: f64,
        colour: RGBColor,
    ) -> Result<(), DrawError> {
        let corners = [
            (x, y - radius),
            (x + radius, y),
            (x, y + radius),
            (x - radius, y),
        ];
        self.polygon(&corners, colour)
    }

    /// A filled shape with straight sides.
    pub fn polygon(&self, corners: &[(f64, f64)], colour: RGBColor) -> Result<(), DrawError> {
        let corners: Vec<_> = corners.iter().map(|&corner| self.at(corner)).collect();
        let shape = Polygon::new(corners, colour.filled());
        self.area.draw(&shape).map_err(boxed)
    }

    /// Text, vertically centred on its point.
    pub fn text(
        &self,
        text: &str,
        at: (f64, f64),
        size: f64,
        colour: RGBColor,
        align: Align,
    ) -> Result<(), DrawError> {
        self.styled(text, at, size, colour, align, FontStyle::Normal)
    }

    /// Bold text, vertically centred on its point.
    pub fn bold(
        &self,
        text: &str,
        at: (f64, f64),
        size: f64,
        colour: RGBColor,
        align: Align,
    ) -> Result<(), DrawError> {
        self.styled(text, at, size, colour, align, FontStyle::Bold)
    }

    fn styled(
        &self,
        text: &str,
        at: (f64, f64),
        size: f64,
        colour: RGBColor,
        align: Align,
        style: FontStyle,
    ) -> Result<(), DrawError> {
        let horizontal = match align {
            Align::Left => HPos::Left,
            Align::Centre => HPos::Center,
            Align::Right => HPos::Right,
        };
        let (font_size, drop) = match self.surface {
            Surface::Svg => (size, 0.0),
            Surface::Bitmap { density } => {
                (size * BITMAP_FONT_SCALE * density, BITMAP_TEXT_DROP * size)
            }
        };
        let at = (at.0, at.1 + drop);
        let font = FontDesc::new(FontFamily::Name(FONT), font_size, style)
            .transform(FontTransform::None)
            .color(&colour)
            .pos(Pos::new(horizontal, VPos::Center));
        self.area.draw_text(text, &font, self.at(at)).map_err(boxed)
    }

    /// Width of a text, in logical pixels.
    pub fn width(&self, text: &str, size: f64) -> Result<f64, DrawError> {
        text_width(text, size)
    }

    /// An arm's label with its hats and subscripts, vertically centred on its point.
    pub fn label(
        &self,
        label: &str,
        (x, y): (f64, f64),
        size: f64,
        colour: RGBColor,
        align: Align,
    ) -> Result<(), DrawError> {
        let pieces = pieces(label);
        let small = SUBSCRIPT * size;
        let widths = piece_widths(&pieces, size)?;
        let total: f64 = widths.iter().sum();
        let mut x = match align {
            Align::Left => x,
            Align::Centre => x - total / 2.0,
            Align::Right => x - total,
        };
        for (piece, width) in pieces.iter().zip(widths) {
            match piece {
                Piece::Plain(text) => {
                    // An SVG drops the blanks that a text begins with.
                    let shown = text.trim_start();
                    let at = x + width - self.width(shown, size)?;
                    self.text(shown, (at, y), size, colour, Align::Left)?;
                }
                Piece::Hat(letter) => {
                    self.text(&letter.to_string(), (x, y), size, colour, Align::Left)?;
                    self.hat((x + width / 2.0, y), size, colour)?;
                }
                Piece::Sub(text) => {
                    self.text(text, (x, y + 0.27 * size), small, colour, Align::Left)?
                }
            }
            x += width;
        }
        Ok(())
    }

    /// The hat is two strokes and not a glyph, so that it sits on its letter in every font.
    fn hat(&self, (x, y): (f64, f64), size: f64, colour: RGBColor) -> Result<(), DrawError> {
        let (low, high) = (y - 0.42 * size, y - 0.56 * size);
        let half = 0.17 * size;
        self.line((x - half, low), (x, high), colour, 1.0)?;
        self.line((x, high), (x + half, low), colour, 1.0)
    }
}

/// A subscript's size, in parts of its line's.
const SUBSCRIPT: f64 = 0.72;

/// Width of a text, in logical pixels.
pub fn text_width(text: &str, size: f64) -> Result<f64, DrawError> {
    // Measured large, because plotters rounds widths to whole pixels.
    const DENSITY: f64 = 16.0;
    register_fonts();
    let measured = size * BITMAP_FONT_SCALE * DENSITY;
    let font = FontDesc::new(FontFamily::Name(FONT), measured, FontStyle::Normal);
    let (width, _) = font
        .box_size(text)
        .map_err(|error| DrawError::from(error.to_string()))?;
    Ok(f64::from(width) / DENSITY)
}

/// Breaks a text at blanks into lines no wider than `width` logical pixels; a longer word has a line of its own.
pub fn wrap(text: &str, size: f64, width: f64) -> Result<Vec<String>, DrawError> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        if let Some(line) = lines.last_mut() {
            let longer = format!("{line} {word}");
            if text_width(&longer, size)? <= width {
                *line = longer;
                continue;
            }
        }
        lines.push(word.to_owned());
    }
    Ok(lines)
}

/// Width of an arm's label, in logical pixels.
pub fn label_width(label: &str, size: f64) -> Result<f64, DrawError> {
    Ok(piece_widths(&pieces(label), size)?.iter().sum())
}

fn piece_widths(pieces: &[Piece], size: f64) -> Result<Vec<f64>, DrawError> {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Plain(text) => text_width(text, size),
            Piece::Hat(letter) => text_width(&letter.to_string(), size),
            Piece::Sub(text) => Ok(text_width(text, SUBSCRIPT * size)? + 1.0),
        })
        .collect()
}

fn boxed<E: std::error::Error + Send + Sync + 'static>(error: E) -> DrawError {
    Box::new(error)
}

fn register_fonts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for (style, bytes) in [
            (FontStyle::Normal, dejavu::sans::regular()),
            (FontStyle::Bold, dejavu::sans::bold()),
        ] {
            if register_font(FONT, style, bytes).is_err() {
                unreachable!("the embedded font is a valid one");
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_are_no_wider_than_asked_and_lose_no_word() {
        let text = "Training accuracy minus test accuracy, in points, to an incomprehensibilities.";
        let lines = wrap(text, 14.0, 110.0).expect("measures");
        assert_eq!(lines.join(" "), text);
        assert!(lines.len() > 3);
        for line in &lines {
            let width = text_width(line, 14.0).expect("measures");
            assert!(width <= 110.0 || !line.contains(' '), "{line}");
        }
    }
}
