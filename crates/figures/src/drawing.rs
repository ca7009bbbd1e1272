//! A picture on disk: the same ink as SVG and as PNG.

use std::path::{Path, PathBuf};

use plotters::prelude::*;

use crate::error::{DrawError, FigureError};
use crate::pen::{FONT, Pen, Surface, ink};
use crate::render::write;

/// Device pixels a logical pixel in the bitmaps.
const BITMAP_DENSITY: f64 = 2.0;

type OnSvg<'a> = &'a dyn Fn(&Pen<SVGBackend>) -> Result<(), DrawError>;
type OnBitmap<'a> = &'a dyn Fn(&Pen<BitMapBackend>) -> Result<(), DrawError>;

/// One picture: the same ink on both backends.
pub(crate) struct Drawing<'a> {
    /// Logical pixels.
    pub size: (u32, u32),
    /// Draws on the SVG.
    pub on_svg: OnSvg<'a>,
    /// Draws on the bitmap.
    pub on_bitmap: OnBitmap<'a>,
}

impl Drawing<'_> {
    /// Writes `<stem>.svg` and `<stem>.png`, and lists them in `files`.
    pub fn write(
        &self,
        out: &Path,
        stem: &str,
        files: &mut Vec<PathBuf>,
    ) -> Result<(), FigureError> {
        let svg_path = out.join(format!("{stem}.svg"));
        let svg = self.svg().map_err(|source| FigureError::Draw {
            path: svg_path.clone(),
            source,
        })?;
        write(&svg_path, &svg)?;
        files.push(svg_path);
        let png_path = out.join(format!("{stem}.png"));
        self.bitmap(&png_path).map_err(|source| FigureError::Draw {
            path: png_path.clone(),
            source,
        })?;
        files.push(png_path);
        Ok(())
    }

    fn svg(&self) -> Result<String, DrawError> {
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, self.size).into_drawing_area();
            (self.on_svg)(&Pen::new(&area, Surface::Svg)?)?;
            area.present()?;
        }
        Ok(finish_svg(&svg))
    }

    fn bitmap(&self, path: &Path) -> Result<(), DrawError> {
        let (width, height) = self.size;
        let dense = |length: u32| (f64::from(length) * BITMAP_DENSITY) as u32;
        let area = BitMapBackend::new(path, (dense(width), dense(height))).into_drawing_area();
        let surface = Surface::Bitmap {
            density: BITMAP_DENSITY,
        };
        (self.on_bitmap)(&Pen::new(&area, surface)?)?;
        area.present()?;
        Ok(())
    }
}

/// Gives the SVG fonts to fall back to, and its dark colours where the reader's page is dark.
fn finish_svg(svg: &str) -> String {
    let hex = |colour: RGBColor| format!("#{:02X}{:02X}{:02X}", colour.0, colour.1, colour.2);
    let mut style = String::from("<style>@media (prefers-color-scheme: dark) {\n");
    let arms = ink::DARK_ARMS.into_iter();
    let drawn = arms.filter(|(light, _)| svg.contains(&hex(*light)));
    for (light, dark) in ink::DARK.into_iter().chain(drawn) {
        let (light, dark) = (hex(light), hex(dark));
        style += &format!(
            "[fill=\"{light}\"] {{ fill: {dark} }} [stroke=\"{light}\"] {{ stroke: {dark} }}\n"
        );
    }
    style += "}</style>\n";
    let opening_end = svg.find('>').map_or(0, |at| at + 1);
    let (opening, rest) = svg.split_at(opening_end);
    // Verdana has DejaVu's proportions; the last resort is whatever the reader has.
    let family = format!("font-family=\"{FONT}\"");
    let rest = rest.replace(
        &family,
        &format!("font-family=\"{FONT}, Verdana, sans-serif\""),
    );
    format!("{opening}\n{style}{rest}\n")
}
