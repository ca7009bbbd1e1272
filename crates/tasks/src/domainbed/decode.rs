//! Files to pixels, as Pillow's `Image.open(file).convert("RGB")` does it.
//!
//! Palettes are looked up, grey is repeated, alpha is dropped, and a photograph's EXIF orientation is not followed: so
//! does torchvision's loader. PNGs decode to the same bytes as Pillow's. JPEGs differ by a few grey levels where colour
//! was stored at half resolution, since zune-jpeg and libjpeg-turbo interpolate it and round differently; the tests
//! bound the difference.
//!
//! DomainBed tells Pillow to fill truncated files with grey. Here they are errors, to be skipped or fatal.

use std::io::Cursor;
use std::path::Path;

use decoders::{ImageFormat, ImageReader, guess_format};

use super::{Error, Rgb};

/// Decodes a JPEG or PNG, told apart by content; `path` is only for messages.
///
/// # Errors
/// Content of another kind, a truncated JPEG, and damage that the decoder notices.
pub fn decode(bytes: &[u8], path: &Path) -> Result<Rgb, Error> {
    let format = looked_at(bytes, path)?;
    let picture = ImageReader::with_format(Cursor::new(bytes), format)
        .decode()
        .map_err(|source| Error::Decode {
            path: path.to_path_buf(),
            source,
        })?
        .into_rgb8();
    let (width, height) = picture.dimensions();
    Ok(Rgb::new(
        width as usize,
        height as usize,
        picture.into_raw(),
    ))
}

/// The format of a JPEG or PNG, after a look that costs nearly nothing; `path` is only for messages.
///
/// # Errors
/// Content of another kind, a truncated JPEG.
pub fn looked_at(bytes: &[u8], path: &Path) -> Result<ImageFormat, Error> {
    let format = match guess_format(bytes) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png)) => format,
        _ => {
            return Err(Error::NotAPicture {
                path: path.to_path_buf(),
            });
        }
    };
    if format == ImageFormat::Jpeg && !has_end_of_image(bytes) {
        return Err(Error::Truncated {
            path: path.to_path_buf(),
            bytes: bytes.len(),
        });
    }
    Ok(format)
}

/// Whether an end-of-image marker follows the last start of a scan.
///
/// The decoder would fill what is missing with grey and say nothing. Within a scan the byte 0xFF is always followed by 0
/// or by a restart number, so the marker cannot stand there by chance; a thumbnail's own marker is before the scan.
fn has_end_of_image(bytes: &[u8]) -> bool {
    let last = |marker: [u8; 2]| bytes.windows(2).rposition(|pair| pair == marker);
    match (last([0xFF, 0xDA]), last([0xFF, 0xD9])) {
        (Some(scan), Some(end)) => end > scan,
        _ => false,
    }
}
