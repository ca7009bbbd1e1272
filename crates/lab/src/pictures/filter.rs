//! What happens to a picture after it is painted: brush strokes, the camera, the paper.

use super::canvas::Canvas;
use super::chance::sin_cos;
use super::colour::{byte, luma};
use super::field::Field;
use crate::dice::Dice;

/// Red, green and blue of every pixel, 0 to 255, row by row.
pub(super) struct Image {
    side: usize,
    pixels: Vec<[f32; 3]>,
}

impl Image {
    pub(super) fn of(canvas: &Canvas) -> Self {
        Self {
            side: canvas.side(),
            pixels: canvas.rgb().map(|rgb| rgb.map(f32::from)).collect(),
        }
    }

    /// The picture as brush strokes about `size` pixels wide and twice as long, along a random flow.
    ///
    /// Every pixel takes the colour under the middle of the stroke that covers it: of strokes around jittered grid
    /// points, the nearest when lengths along the stroke count half.
    pub(super) fn strokes(canvas: &Canvas, size: f32, dice: &mut Dice) -> Self {
        let side = canvas.side();
        let cells = (side as f32 / size) as usize + 3;
        let flow = Field::new(3, dice);
        let base = dice.unit();
        let swirl = dice.between(0.05, 0.3);
        let strokes: Vec<Stroke> = (0..cells * cells)
            .map(|index| {
                let x = ((index % cells) as f32 - 0.5 + dice.around(0.45)) * size;
                let y = ((index / cells) as f32 - 0.5 + dice.around(0.45)) * size;
                let turn = base + swirl * flow.at(x / side as f32, y / side as f32);
                let (sin, cos) = sin_cos(turn);
                let jitter = dice.around(18.0);
                let colour = canvas
                    .at(x, y)
                    .map(|channel| f32::from(channel) + jitter + dice.around(9.0));
                Stroke {
                    x,
                    y,
                    sin,
                    cos,
                    colour,
                }
            })
            .collect();
        let pixels = canvas.rgb().enumerate().map(|(index, under)| {
            let (x, y) = ((index % side) as f32 + 0.5, (index / side) as f32 + 0.5);
            // Cell -1 has index 0.
            let (column, line) = ((x / size + 1.0) as usize, (y / size + 1.0) as usize);
            let mut nearest = f32::MAX;
            let mut colour = [0.0; 3];
            for row in line.saturating_sub(1)..(line + 2).min(cells) {
                for stroke in &strokes
                    [row * cells + column.saturating_sub(1)..row * cells + (column + 2).min(cells)]
                {
                    let distance = stroke.distance(x, y);
                    if distance < nearest {
                        nearest = distance;
                        colour = stroke.colour;
                    }
                }
            }
            std::array::from_fn(|i| 0.62 * colour[i] + 0.38 * f32::from(under[i]))
        });
        Self {
            side,
            pixels: pixels.collect(),
        }
    }

    /// Blurs `passes` times with weights 1 2 1; the part of a pass after the point is mixed in.
    pub(super) fn blur(&mut self, passes: f32) {
        let mut left = passes;
        while left > 0.0 {
            let share = left.min(1.0);
            self.blur_lines(1, share);
            self.blur_lines(self.side, share);
            left -= 1.0;
        }
    }

    /// Along x for `step` 1, along y for `step` = side.
    fn blur_lines(&mut self, step: usize, share: f32) {
        let side = self.side;
        let before = self.pixels.clone();
        for (index, pixel) in self.pixels.iter_mut().enumerate() {
            let place = if step == 1 {
                index % side
            } else {
                index / side
            };
            let low = before[if place == 0 { index } else { index - step }];
            let high = before[if place + 1 == side {
                index
            } else {
                index + step
            }];
            for i in 0..3 {
                let smooth = (low[i] + high[i]) / 4.0 + pixel[i] / 2.0;
                pixel[i] += (smooth - pixel[i]) * share;
            }
        }
    }

    /// Mixes every pixel with its grey; 0 leaves it, 1 is black and white.
    pub(super) fn grey(&mut self, share: f32) {
        for pixel in &mut self.pixels {
            let grey = luma(*pixel);
            *pixel = pixel.map(|channel| channel + (grey - channel) * share);
        }
    }

    /// Multiplies by a slope of light in direction (`dx`, `dy`) and by a darkening towards the corners.
    pub(super) fn light(&mut self, dx: f32, dy: f32, vignette: f32) {
        let side = self.side as f32;
        for (index, pixel) in self.pixels.iter_mut().enumerate() {
            let x = ((index % self.side) as f32 + 0.5) / side - 0.5;
            let y = ((index / self.side) as f32 + 0.5) / side - 0.5;
            let gain = 1.0 + 2.0 * (dx * x + dy * y) - vignette * 2.0 * (x * x + y * y);
            *pixel = pixel.map(|channel| channel * gain);
        }
    }

    /// Contrast around middle grey, then a gain a channel.
    pub(super) fn expose(&mut self, contrast: f32, gain: [f32; 3]) {
        for pixel in &mut self.pixels {
            for (channel, gain) in pixel.iter_mut().zip(gain) {
                *channel = ((*channel - 128.0) * contrast + 128.0) * gain;
            }
        }
    }

    /// Adds noise of standard deviation `sigma` to the brightness and half of it to each channel.
    pub(super) fn noise(&mut self, sigma: f32, dice: &mut Dice) {
        if sigma <= 0.0 {
            return;
        }
        for pixel in &mut self.pixels {
            let all = dice.normal() * sigma;
            *pixel = pixel.map(|channel| channel + all + dice.normal() * sigma / 2.0);
        }
    }

    /// The nearest bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.pixels
            .iter()
            .flat_map(|pixel| pixel.map(byte))
            .collect()
    }
}

struct Stroke {
    x: f32,
    y: f32,
    sin: f32,
    cos: f32,
    colour: [f32; 3],
}

impl Stroke {
    fn distance(&self, x: f32, y: f32) -> f32 {
        let (dx, dy) = (x - self.x, y - self.y);
        let (along, across) = (dx * self.cos + dy * self.sin, dy * self.cos - dx * self.sin);
        along * along / 4.0 + across * across
    }
}
