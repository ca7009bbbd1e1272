//! Bytes to the floats that a model takes.

use serde::{Deserialize, Serialize};

use super::{Rgb, resize};

/// The channel statistics that pictures are normalised by: `(byte / 255 - mean) / deviation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Normalise {
    /// ImageNet's means and deviations: what DomainBed and DINOv2 use.
    ImageNet,
    /// 0.5 for both: what google/vit checkpoints were trained with.
    Half,
}

impl Normalise {
    /// Means of red, green and blue.
    pub fn mean(self) -> [f32; 3] {
        match self {
            Normalise::ImageNet => [0.485, 0.456, 0.406],
            Normalise::Half => [0.5; 3],
        }
    }

    /// Standard deviations of red, green and blue.
    pub fn deviation(self) -> [f32; 3] {
        match self {
            Normalise::ImageNet => [0.229, 0.224, 0.225],
            Normalise::Half => [0.5; 3],
        }
    }
}

/// What every picture goes through, whatever was done to it before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocess {
    /// Pixels in a row and in a column of the model's input.
    pub side: usize,
    /// The statistics.
    pub normalise: Normalise,
}

impl Preprocess {
    /// Number of floats of one picture.
    pub fn n_floats(&self) -> usize {
        3 * self.side * self.side
    }

    /// Resizes to `side` x `side`, whatever the aspect, and normalises: DomainBed's transform of test pictures.
    /// Shape of `pixels`: `[3, side, side]`.
    ///
    /// # Panics
    /// If `pixels` has another length or `side` is 0.
    pub fn plain(&self, picture: &Rgb, pixels: &mut [f32]) {
        self.normalised(&resize(picture, self.side, self.side), pixels);
    }

    /// Normalises a picture that already has the size. Shape of `pixels`: `[3, side, side]`.
    ///
    /// # Panics
    /// If the picture is not `side` x `side` or `pixels` has another length.
    pub fn normalised(&self, picture: &Rgb, pixels: &mut [f32]) {
        assert_eq!(
            (picture.width(), picture.height()),
            (self.side, self.side),
            "a resized picture"
        );
        assert_eq!(pixels.len(), self.n_floats(), "room for one picture");
        let (mean, deviation) = (self.normalise.mean(), self.normalise.deviation());
        for (channel, plane) in pixels.chunks_exact_mut(self.side * self.side).enumerate() {
            let table: [f32; 256] = std::array::from_fn(|byte| {
                (byte as f32 / 255.0 - mean[channel]) / deviation[channel]
            });
            let bytes = picture.bytes()[channel..].iter().step_by(3);
            for (pixel, &byte) in plane.iter_mut().zip(bytes) {
                *pixel = table[usize::from(byte)];
            }
        }
    }
}

/// A batch for a model, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct PixelBatch {
    /// Normalised pictures. Shape: `[batch, 3, side, side]`.
    pub pixels: Vec<f32>,
    /// Classes. Shape: `[batch]`.
    pub labels: Vec<usize>,
    /// The pictures' positions in their source. Shape: `[batch]`.
    pub indices: Vec<usize>,
    /// Rows and columns of each picture.
    pub side: usize,
}

impl PixelBatch {
    /// Number of pictures.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no picture.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}
