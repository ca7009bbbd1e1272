//! Pictures in memory, and what a loader needs to know of a list of pictures.

use std::borrow::Cow;

use super::Error;

/// A picture of 8-bit red, green and blue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rgb {
    width: usize,
    height: usize,
    bytes: Vec<u8>,
}

impl Rgb {
    /// Wraps rows of interleaved RGB bytes, top row first. Shape of `bytes`: `[height, width, 3]`.
    ///
    /// # Panics
    /// If a side is 0 or `bytes` has another length.
    pub fn new(width: usize, height: usize, bytes: Vec<u8>) -> Rgb {
        assert!(width > 0 && height > 0, "a picture has at least one pixel");
        assert_eq!(
            bytes.len(),
            width * height * 3,
            "a {width}x{height} picture has three bytes a pixel"
        );
        Rgb {
            width,
            height,
            bytes,
        }
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The bytes, row by row. Shape: `[height, width, 3]`.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, to be changed in place. Shape: `[height, width, 3]`.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// Mirrors left and right.
    pub fn flip_horizontally(&mut self) {
        for row in self.bytes.chunks_exact_mut(self.width * 3) {
            let (mut left, mut right) = (0, self.width - 1);
            while left < right {
                for channel in 0..3 {
                    row.swap(left * 3 + channel, right * 3 + channel);
                }
                left += 1;
                right -= 1;
            }
        }
    }
}

/// A list of labelled pictures, on disk or in memory, read from several threads.
pub trait PictureSource: Send + Sync {
    /// Number of pictures.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The class of the picture at `index`, as a position in the sorted class names.
    ///
    /// # Panics
    /// If `index` is out of range.
    fn label(&self, index: usize) -> usize;

    /// What the picture is called in messages and in the digest: its path below the environment, with `/` between the
    /// parts, or its position.
    ///
    /// # Panics
    /// If `index` is out of range.
    fn name(&self, index: usize) -> Cow<'_, str>;

    /// The stored bytes, for the digest: a file's, or the pixels'.
    ///
    /// # Errors
    /// A file that cannot be read.
    ///
    /// # Panics
    /// If `index` is out of range.
    fn stored(&self, index: usize) -> Result<Cow<'_, [u8]>, Error>;

    /// A look at a picture that finds files of another kind without decoding them.
    ///
    /// # Errors
    /// A file that cannot be read, is no picture, or visibly truncated.
    ///
    /// # Panics
    /// If `index` is out of range.
    fn look(&self, _index: usize) -> Result<(), Error> {
        Ok(())
    }

    /// The decoded picture.
    ///
    /// # Errors
    /// A file that cannot be read, is no picture, or is damaged.
    ///
    /// # Panics
    /// If `index` is out of range.
    fn rgb(&self, index: usize) -> Result<Rgb, Error>;
}

/// Labelled pictures of one size in memory, as a generator makes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pictures {
    /// Pixels in a row of every picture.
    pub width: usize,
    /// Rows of every picture.
    pub height: usize,
    /// The pictures' bytes. Shape of each: `[height, width, 3]`.
    pub rgb: Vec<Vec<u8>>,
    /// The pictures' classes. Shape: `[n_pictures]`.
    pub labels: Vec<usize>,
}

impl PictureSource for Pictures {
    fn len(&self) -> usize {
        self.rgb.len()
    }

    fn label(&self, index: usize) -> usize {
        self.labels[index]
    }

    fn name(&self, index: usize) -> Cow<'_, str> {
        Cow::Owned(format!("{index} ({}x{})", self.width, self.height))
    }

    fn stored(&self, index: usize) -> Result<Cow<'_, [u8]>, Error> {
        Ok(Cow::Borrowed(&self.rgb[index]))
    }

    fn rgb(&self, index: usize) -> Result<Rgb, Error> {
        Ok(Rgb::new(self.width, self.height, self.rgb[index].clone()))
    }
}
