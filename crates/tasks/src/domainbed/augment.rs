//! What is done to a training picture by chance: DomainBed's torchvision transforms (`domainbed/datasets.py`).
//!
//! `RandomResizedCrop`, `RandomHorizontalFlip`, `ColorJitter`, `RandomGrayscale`, in this order. Chance and pixels are
//! apart: [`Augment::draw`] decides, [`Drawn::apply`] does it.

use rand::Rng;
use rand::seq::SliceRandom as _;
use serde::{Deserialize, Serialize};

use super::{Rgb, colour, resize_crop};

/// Draws of a crop that does not fit before the middle of the picture is taken.
const CROP_DRAWS: usize = 10;

/// How strongly training pictures are changed. The default is DomainBed's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Augment {
    /// Range of the crop's share of the picture's area, both in `0.0..=1.0`.
    pub area: (f64, f64),
    /// Range of the crop's width over its height, drawn evenly on a logarithmic scale.
    pub aspect: (f64, f64),
    /// Probability of a mirrored picture.
    pub flip: f64,
    /// Brightness is multiplied by up to this much more or less than 1.
    pub brightness: f64,
    /// Contrast, likewise.
    pub contrast: f64,
    /// Saturation, likewise.
    pub saturation: f64,
    /// The hue is turned by up to this share of the circle either way, at most 0.5.
    pub hue: f64,
    /// Probability of a picture in greys.
    pub grey: f64,
}

impl Default for Augment {
    fn default() -> Self {
        Augment {
            area: (0.7, 1.0),
            aspect: (3.0 / 4.0, 4.0 / 3.0),
            flip: 0.5,
            brightness: 0.3,
            contrast: 0.3,
            saturation: 0.3,
            hue: 0.3,
            grey: 0.1,
        }
    }
}

/// A rectangle of a picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crop {
    /// Columns to the left of it.
    pub left: usize,
    /// Rows above it.
    pub top: usize,
    /// Columns in it.
    pub width: usize,
    /// Rows in it.
    pub height: usize,
}

/// One step of the colour jitter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Jitter {
    /// [`colour::brightness`] with this factor.
    Brightness(f64),
    /// [`colour::contrast`] with this factor.
    Contrast(f64),
    /// [`colour::saturation`] with this factor.
    Saturation(f64),
    /// [`colour::hue`] with this shift, in turns.
    Hue(f64),
}

/// What was decided for one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The part of the picture that is kept.
    pub crop: Crop,
    /// Whether it is mirrored.
    pub flip: bool,
    /// The colour changes in the order in which they are made; those of strength 0 are left out.
    pub jitter: Vec<Jitter>,
    /// Whether it is turned to greys.
    pub grey: bool,
}

impl Augment {
    /// Decides for a picture of `width` x `height`.
    ///
    /// # Panics
    /// If a range is not ascending or a probability is not within `0.0..=1.0`.
    pub fn draw(&self, width: usize, height: usize, rng: &mut impl Rng) -> Drawn {
        let crop = self.draw_crop(width, height, rng);
        let flip = rng.random_bool(self.flip);
        let mut jitter = Vec::with_capacity(4);
        for (strength, step) in [
            (self.brightness, Jitter::Brightness as fn(f64) -> Jitter),
            (self.contrast, Jitter::Contrast),
            (self.saturation, Jitter::Saturation),
        ] {
            if strength > 0.0 {
                let factor = rng.random_range((1.0 - strength).max(0.0)..=1.0 + strength);
                jitter.push(step(factor));
            }
        }
        if self.hue > 0.0 {
            let most = self.hue.min(0.5);
            jitter.push(Jitter::Hue(rng.random_range(-most..=most)));
        }
        jitter.shuffle(rng);
        let grey = rng.random_bool(self.grey);
        Drawn {
            crop,
            flip,
            jitter,
            grey,
        }
    }

    /// torchvision's `RandomResizedCrop.get_params`.
    fn draw_crop(&self, width: usize, height: usize, rng: &mut impl Rng) -> Crop {
        let (w, h) = (width as f64, height as f64);
        for _ in 0..CROP_DRAWS {
            let area = w * h * rng.random_range(self.area.0..=self.area.1);
            let log_aspect = self.aspect.0.ln()..=self.aspect.1.ln();
            let aspect = rng.random_range(log_aspect).exp();
            let crop_width = (area * aspect).sqrt().round_ties_even() as usize;
            let crop_height = (area / aspect).sqrt().round_ties_even() as usize;
            if (1..=width).contains(&crop_width) && (1..=height).contains(&crop_height) {
                return Crop {
                    top: rng.random_range(0..=height - crop_height),
                    left: rng.random_range(0..=width - crop_width),
                    width: crop_width,
                    height: crop_height,
                };
            }
        }
        // The middle, as much of it as the range of aspects allows.
        let (mut crop_width, mut crop_height) = (width, height);
        if w / h < self.aspect.0 {
            crop_height = (w / self.aspect.0).round_ties_even() as usize;
        } else if w / h > self.aspect.1 {
            crop_width = (h * self.aspect.1).round_ties_even() as usize;
        }
        let crop_width = crop_width.clamp(1, width);
        let crop_height = crop_height.clamp(1, height);
        Crop {
            left: (width - crop_width) / 2,
            top: (height - crop_height) / 2,
            width: crop_width,
            height: crop_height,
        }
    }
}

impl Drawn {
    /// Does what was decided; the result is `side` x `side`.
    ///
    /// # Panics
    /// If the crop is not within the picture or `side` is 0.
    pub fn apply(&self, picture: &Rgb, side: usize) -> Rgb {
        let mut picture = resize_crop(picture, self.crop, side, side);
        if self.flip {
            picture.flip_horizontally();
        }
        let bytes = picture.bytes_mut();
        for step in &self.jitter {
            match *step {
                Jitter::Brightness(factor) => colour::brightness(bytes, factor as f32),
                Jitter::Contrast(factor) => colour::contrast(bytes, factor as f32),
                Jitter::Saturation(factor) => colour::saturation(bytes, factor as f32),
                Jitter::Hue(shift) => colour::hue(bytes, shift),
            }
        }
        if self.grey {
            colour::greyscale(bytes);
        }
        picture
    }
}
