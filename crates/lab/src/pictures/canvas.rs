//! Paints drawings on a pixel map: one painter, whose brush makes the style.

use tiny_skia::{
    Color, FillRule, FilterQuality, GradientStop, LineCap, LineJoin, LinearGradient, Paint, Path,
    Pattern, Pixmap, Point as SkiaPoint, Shader, SpreadMode, Stroke, Transform,
};

use super::colour::{Palette, Rgb, scale};
use super::drawing::{Drawing, Ink, Part};

/// How a drawing is painted. Lengths are in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brush {
    /// A contour around every run of parts of one ink.
    pub contour: Option<Contour>,
    /// Light falls from this direction and brightens or darkens an area by up to its length.
    pub light: (f32, f32),
    /// Shaded and second-coloured areas are hatched in the contour's colour rather than filled.
    pub hatch: bool,
}

/// A contour line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contour {
    pub colour: Rgb,
    /// Width outside the area.
    pub width: f32,
    /// Where a second, weaker line runs beside the first, as a hand draws.
    pub again: Option<(f32, f32)>,
}

/// A square picture being painted, opaque.
#[derive(Clone)]
pub(super) struct Canvas {
    pixels: Pixmap,
}

impl Canvas {
    /// White, `side` pixels a side.
    ///
    /// # Panics
    ///
    /// If `side` is 0 or above 2^15.
    pub(super) fn new(side: usize) -> Self {
        assert!(
            (1..=1 << 15).contains(&side),
            "pictures are 1 to 32768 pixels a side, not {side}"
        );
        let mut pixels =
            Pixmap::new(side as u32, side as u32).expect("a side in range has an area");
        pixels.fill(Color::WHITE);
        Self { pixels }
    }

    pub(super) fn side(&self) -> usize {
        self.pixels.width() as usize
    }

    /// Sets every pixel: `colour` of x and y, each the pixel's centre in `0.0..1.0`.
    pub(super) fn fill(&mut self, mut colour: impl FnMut(f32, f32) -> Rgb) {
        let side = self.side();
        let step = 1.0 / side as f32;
        for (index, pixel) in self.pixels.data_mut().chunks_exact_mut(4).enumerate() {
            let (x, y) = (index % side, index / side);
            let [r, g, b] = colour((x as f32 + 0.5) * step, (y as f32 + 0.5) * step);
            pixel.copy_from_slice(&[r, g, b, 255]);
        }
    }

    /// Colour at a pixel; places outside are taken at the edge.
    pub(super) fn at(&self, x: f32, y: f32) -> Rgb {
        let last = self.side() as f32 - 1.0;
        let (x, y) = (x.clamp(0.0, last) as usize, y.clamp(0.0, last) as usize);
        let start = (y * self.side() + x) * 4;
        let data = self.pixels.data();
        [data[start], data[start + 1], data[start + 2]]
    }

    /// Red, green and blue of every pixel.
    pub(super) fn rgb(&self) -> impl Iterator<Item = Rgb> {
        self.pixels
            .data()
            .chunks_exact(4)
            .map(|pixel| [pixel[0], pixel[1], pixel[2]])
    }

    /// One path of one colour, `opacity` of 255.
    pub(super) fn wash(&mut self, path: &Path, colour: Rgb, opacity: u8) {
        let mut paint = Paint::default();
        paint.set_color_rgba8(colour[0], colour[1], colour[2], opacity);
        self.pixels
            .fill_path(path, &paint, FillRule::Winding, Transform::identity(), None);
    }

    /// The whole drawing, which has been placed: its units are pixels.
    pub(super) fn paint(&mut self, drawing: &Drawing, palette: &Palette, brush: &Brush) {
        let (left, top, right, bottom) = drawing.bounds();
        let centre = ((left + right) / 2.0, (top + bottom) / 2.0);
        let reach = ((right - left) + (bottom - top)) / 4.0;
        let sun = Sun {
            centre,
            reach,
            light: brush.light,
        };
        for run in drawing.parts.chunk_by(|a, b| a.ink == b.ink) {
            if let Some(contour) = &brush.contour {
                self.contour(run, contour);
            }
            let ink = run[0].ink;
            let colour = match ink {
                Ink::Body => palette.body,
                Ink::Shade => palette.shade,
                Ink::Second => palette.second,
                Ink::Light => palette.light,
                Ink::Dark => palette.dark,
                Ink::Line => palette.line,
            };
            let hatched = brush.hatch && matches!(ink, Ink::Shade | Ink::Second);
            match brush
                .contour
                .as_ref()
                .filter(|_| hatched)
                .and_then(|contour| hatching(colour, contour.colour))
            {
                Some(tile) => {
                    let turn = Transform::from_row(0.8, 0.6, -0.6, 0.8, 0.0, 0.0);
                    let shader = Pattern::new(
                        tile.as_ref(),
                        SpreadMode::Repeat,
                        FilterQuality::Nearest,
                        1.0,
                        turn,
                    );
                    run.iter().for_each(|part| self.area(part, shader.clone()));
                }
                None => {
                    let shader = sun.shade(colour);
                    run.iter().for_each(|part| self.area(part, shader.clone()));
                }
            }
        }
    }

    fn area(&mut self, part: &Part, shader: Shader<'_>) {
        let paint = Paint {
            shader,
            ..Paint::default()
        };
        match part.width {
            None => self.pixels.fill_path(
                &part.path,
                &paint,
                FillRule::Winding,
                Transform::identity(),
                None,
            ),
            Some(width) => {
                // Thinner lines would fade away at a small size.
                let width = width.max(if part.ink == Ink::Line { 0.7 } else { 0.9 });
                self.line(&part.path, &paint, width);
            }
        }
    }

    fn contour(&mut self, run: &[Part], contour: &Contour) {
        let mut paint = Paint::default();
        let [r, g, b] = contour.colour;
        // Details within an object have no contour of their own.
        let parts = || run.iter().filter(|part| part.ink != Ink::Line);
        if let Some((x, y)) = contour.again {
            paint.set_color_rgba8(r, g, b, 130);
            for part in parts() {
                if let Some(path) = part.path.clone().transform(Transform::from_translate(x, y)) {
                    self.line(
                        &path,
                        &paint,
                        part.width.unwrap_or(0.0) + 2.0 * contour.width,
                    );
                }
            }
        }
        paint.set_color_rgba8(r, g, b, 255);
        for part in parts() {
            self.line(
                &part.path,
                &paint,
                part.width.unwrap_or(0.0) + 2.0 * contour.width,
            );
        }
    }

    fn line(&mut self, path: &Path, paint: &Paint<'_>, width: f32) {
        let stroke = Stroke {
            width,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        self.pixels
            .stroke_path(path, paint, &stroke, Transform::identity(), None);
    }
}

/// Light over one drawing.
struct Sun {
    centre: (f32, f32),
    reach: f32,
    light: (f32, f32),
}

impl Sun {
    fn shade(&self, colour: Rgb) -> Shader<'static> {
        let opaque = |[r, g, b]: Rgb| Color::from_rgba8(r, g, b, 255);
        let strength = (self.light.0 * self.light.0 + self.light.1 * self.light.1).sqrt();
        if strength < 0.02 {
            return Shader::SolidColor(opaque(colour));
        }
        let (dx, dy) = (
            self.light.0 / strength * self.reach,
            self.light.1 / strength * self.reach,
        );
        let stops = vec![
            GradientStop::new(0.0, opaque(scale(colour, 1.0 + strength))),
            GradientStop::new(1.0, opaque(scale(colour, 1.0 - strength))),
        ];
        let from = SkiaPoint::from_xy(self.centre.0 + dx, self.centre.1 + dy);
        let to = SkiaPoint::from_xy(self.centre.0 - dx, self.centre.1 - dy);
        LinearGradient::new(from, to, stops, SpreadMode::Pad, Transform::identity())
            .unwrap_or(Shader::SolidColor(opaque(colour)))
    }
}

/// A tile of paper with one line across.
fn hatching(paper: Rgb, line: Rgb) -> Option<Pixmap> {
    let mut tile = Pixmap::new(3, 3)?;
    for (index, pixel) in tile.data_mut().chunks_exact_mut(4).enumerate() {
        let [r, g, b] = if index / 3 == 1 { line } else { paper };
        pixel.copy_from_slice(&[r, g, b, 255]);
    }
    Some(tile)
}
