//! Contact sheets: pictures in rows and columns for people to look at.

use decoders::codecs::png::PngEncoder;
use decoders::{ExtendedColorType, ImageEncoder};
use tasks::domainbed::ImageSet;

use super::Source;

/// How a contact sheet is laid out. Lengths are in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SheetLayout {
    /// Side of the pictures as generated.
    pub side: usize,
    /// Each pixel becomes a square of so many pixels a side.
    pub zoom: usize,
    /// Pictures of each class in each environment, one below the other.
    pub examples: usize,
    /// White between pictures; environments are three times as far apart.
    pub gap: usize,
}

impl Default for SheetLayout {
    fn default() -> Self {
        Self {
            side: super::SIDE,
            zoom: 2,
            examples: 3,
            gap: 4,
        }
    }
}

/// An RGB image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green and blue bytes, row by row: `width * height * 3`.
    pub rgb: Vec<u8>,
}

impl Sheet {
    /// The bytes of a PNG file.
    ///
    /// # Errors
    /// If the encoder fails; it does not for a sheet that this module made.
    pub fn to_png(&self) -> Result<Vec<u8>, decoders::ImageError> {
        let mut png = Vec::new();
        PngEncoder::new(&mut png).write_image(
            &self.rgb,
            self.width as u32,
            self.height as u32,
            ExtendedColorType::Rgb8,
        )?;
        Ok(png)
    }
}

/// Classes of a set in columns, environments in rows, several examples each: the first of each class among an
/// environment's pictures.
///
/// # Panics
///
/// If the layout's side is 0 or above 32768.
pub fn contact_sheet(set: ImageSet, seed: u64, layout: SheetLayout) -> Sheet {
    let sources: Vec<Source> = (0..set.environments().len())
        .map(|environment| Source::environment(set, environment, seed, layout.side))
        .collect();
    sheet(&sources, layout)
}

/// The same of the pretraining set: one row.
///
/// # Panics
///
/// If the layout's side is 0 or above 32768.
pub fn pretraining_sheet(seed: u64, layout: SheetLayout) -> Sheet {
    sheet(&[Source::pretraining(seed, layout.side)], layout)
}

fn sheet(sources: &[Source], layout: SheetLayout) -> Sheet {
    let SheetLayout {
        side,
        zoom,
        examples,
        gap,
    } = layout;
    let columns = sources.first().map_or(0, |source| source.classes.len());
    let cell = side * zoom + gap;
    let group = examples * cell + 2 * gap;
    let (width, height) = (columns * cell + gap, sources.len() * group);
    let mut rgb = vec![255; width * height * 3];
    for (row, source) in sources.iter().enumerate() {
        for column in 0..columns {
            for (example, index) in source.indices_of(column).take(examples).enumerate() {
                let (left, top) = (gap + column * cell, gap + row * group + example * cell);
                let picture = source.picture(index, column);
                for y in 0..side * zoom {
                    let line = &picture[y / zoom * side * 3..][..side * 3];
                    let start = ((top + y) * width + left) * 3;
                    let target = &mut rgb[start..start + side * zoom * 3];
                    for (pixel, from) in target.chunks_exact_mut(zoom * 3).zip(line.chunks_exact(3))
                    {
                        pixel
                            .chunks_exact_mut(3)
                            .for_each(|one| one.copy_from_slice(from));
                    }
                }
            }
        }
    }
    Sheet { width, height, rgb }
}

impl Source {
    /// Indices of the pictures of one class, in order, without end.
    fn indices_of(&self, label: usize) -> impl Iterator<Item = usize> {
        (0..).filter(move |&index| self.label(index) == label)
    }
}
