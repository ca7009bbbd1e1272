//! What is behind the object.

use tiny_skia::PathBuilder;

use super::canvas::Canvas;
use super::colour::{Rgb, hsv, mix, scale, vary};
use super::field::Field;
use crate::dice::Dice;

/// Kinds of background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Backdrop {
    /// Nearly plain and bright, as for a catalogue.
    Studio,
    /// Sky over grass, sand, earth or asphalt.
    Outdoor,
    /// A wall, a floor, perhaps a picture or a window.
    Indoor,
    /// Leaves, gravel, cloth: a texture all over.
    Texture,
    /// White, or one bright flat colour.
    Flat,
    /// Flat sky and hills.
    Hills,
    /// Two or three colours that run into each other.
    Wash,
    /// Nearly white paper.
    Paper,
}

/// Sets every pixel of the canvas; returns a colour that belongs there, for things of the surroundings.
///
/// `saturation` and `value` scale what the backgrounds have in life.
pub(super) fn fill(
    canvas: &mut Canvas,
    backdrop: Backdrop,
    saturation: f32,
    value: f32,
    dice: &mut Dice,
) -> Rgb {
    let tone = |dice: &mut Dice, hue: f32, spread: f32, s: (f32, f32), v: (f32, f32)| {
        hsv(
            hue + dice.around(spread),
            (dice.within(s) * saturation).min(1.0),
            (dice.within(v) * value).min(1.0),
        )
    };
    match backdrop {
        Backdrop::Studio => {
            let base = tone(dice, 0.1, 0.5, (0.0, 0.08), (0.86, 1.0));
            let (dx, dy) = (dice.around(0.1), dice.around(0.1));
            canvas.fill(|x, y| scale(base, 1.0 + dx * (x - 0.5) + dy * (y - 0.5)));
            base
        }
        Backdrop::Outdoor => {
            let sky = tone(dice, 0.57, 0.05, (0.05, 0.45), (0.65, 1.0));
            let ground = match dice.weighted(&[4, 2, 2, 2]) {
                0 => hsv(
                    0.27 + dice.around(0.06),
                    0.5 * saturation,
                    dice.between(0.35, 0.6) * value,
                ),
                1 => hsv(
                    0.1 + dice.around(0.03),
                    0.35 * saturation,
                    dice.between(0.6, 0.8) * value,
                ),
                2 => hsv(
                    0.07 + dice.around(0.03),
                    0.4 * saturation,
                    dice.between(0.3, 0.5) * value,
                ),
                _ => hsv(0.6, 0.05 * saturation, dice.between(0.3, 0.55) * value),
            };
            let horizon = dice.between(0.3, 0.75);
            let (coarse, fine) = (Field::new(5, dice), Field::new(14, dice));
            let trees = if dice.percent(45) {
                dice.between(0.06, 0.22)
            } else {
                0.0
            };
            let wood = hsv(
                0.28 + dice.around(0.05),
                0.45 * saturation,
                dice.between(0.2, 0.4) * value,
            );
            canvas.fill(|x, y| {
                let edge = horizon + 0.02 * fine.at(x, 0.3);
                if y > edge {
                    scale(ground, 1.0 + 0.14 * coarse.at(x, y) + 0.18 * fine.at(x, y))
                } else if y > edge - trees * (0.8 + 0.6 * coarse.at(x, 0.5)) {
                    scale(wood, 1.0 + 0.3 * fine.at(x, y))
                } else {
                    mix(
                        sky,
                        [240, 242, 245],
                        0.5 * y / horizon + 0.15 * coarse.at(x, y),
                    )
                }
            });
            ground
        }
        Backdrop::Indoor => {
            let wall = tone(dice, 0.1, 0.5, (0.05, 0.3), (0.5, 0.9));
            let floor = tone(dice, 0.07, 0.05, (0.2, 0.5), (0.25, 0.6));
            let edge = dice.between(0.55, 0.85);
            let slope = dice.around(0.08);
            let coarse = Field::new(4, dice);
            let boards = Field::new(18, dice);
            canvas.fill(|x, y| {
                let line = edge + slope * (x - 0.5);
                if y > line {
                    scale(
                        floor,
                        1.0 + 0.15 * boards.at(0.3, y) + 0.1 * coarse.at(x, y),
                    )
                } else {
                    scale(
                        wall,
                        1.0 + 0.1 * coarse.at(x, y) - 0.15 * (0.5 - y).max(0.0),
                    )
                }
            });
            if dice.percent(45) {
                let side = canvas.side() as f32;
                let (x, y) = (dice.between(0.0, 0.7) * side, dice.between(0.0, 0.3) * side);
                let (w, h) = (
                    dice.between(0.15, 0.35) * side,
                    dice.between(0.12, 0.3) * side,
                );
                let frame = vary(
                    scale(wall, if dice.percent(50) { 1.35 } else { 0.6 }),
                    0.15,
                    dice,
                );
                if let Some(rect) = tiny_skia::Rect::from_xywh(x, y, w, h) {
                    canvas.wash(&PathBuilder::from_rect(rect), frame, 255);
                }
            }
            wall
        }
        Backdrop::Texture => {
            // Mostly earth and leaves, now and then a cloth of any colour.
            let spread = if dice.percent(25) { 0.5 } else { 0.16 };
            let base = tone(dice, 0.2, spread, (0.1, 0.5), (0.25, 0.75));
            let other = vary(
                scale(base, if dice.percent(50) { 0.6 } else { 1.5 }),
                0.12,
                dice,
            );
            let cells = 6 + dice.below(14);
            let (coarse, fine) = (Field::new(4, dice), Field::new(cells, dice));
            canvas.fill(|x, y| {
                mix(
                    base,
                    other,
                    0.5 + 0.4 * coarse.at(x, y) + 0.6 * fine.at(x, y),
                )
            });
            base
        }
        Backdrop::Flat => {
            let colour = if dice.percent(45) {
                [255, 255, 255]
            } else {
                tone(dice, 0.5, 0.5, (0.15, 0.6), (0.85, 1.0))
            };
            canvas.fill(|_, _| colour);
            tone(dice, 0.5, 0.5, (0.4, 0.9), (0.6, 1.0))
        }
        Backdrop::Hills => {
            let sky = tone(dice, 0.55, 0.12, (0.15, 0.5), (0.9, 1.0));
            let ground = tone(dice, 0.28, 0.14, (0.45, 0.8), (0.65, 0.95));
            let (horizon, bump) = (dice.between(0.5, 0.85), dice.between(0.05, 0.2));
            let hills = Field::new(3, dice);
            canvas.fill(|x, y| {
                if y > horizon + bump * hills.at(x, 0.5) {
                    ground
                } else {
                    sky
                }
            });
            if dice.percent(40) {
                let side = canvas.side() as f32;
                let centre = (
                    dice.between(0.1, 0.9) * side,
                    dice.between(0.08, 0.25) * side,
                );
                if let Some(sun) = PathBuilder::from_circle(centre.0, centre.1, 0.1 * side) {
                    canvas.wash(&sun, [255, 224, 80], 255);
                }
            }
            ground
        }
        Backdrop::Wash => {
            // Neighbouring hues and one from across the circle.
            let hue = dice.unit();
            let colours = [0.0, 0.08, 0.5]
                .map(|step| tone(dice, hue + step, 0.06, (0.15, 0.65), (0.3, 0.95)));
            let (one, two) = (Field::new(3, dice), Field::new(3, dice));
            canvas.fill(|x, y| {
                let first = mix(
                    colours[0],
                    colours[1],
                    (0.5 + 0.9 * one.at(x, y)).clamp(0.0, 1.0),
                );
                mix(
                    first,
                    colours[2],
                    (0.2 + 0.9 * two.at(x, y)).clamp(0.0, 1.0),
                )
            });
            colours[0]
        }
        Backdrop::Paper => {
            let paper = tone(dice, 0.12, 0.05, (0.0, 0.06), (0.9, 1.0));
            let stain = Field::new(3, dice);
            canvas.fill(|x, y| scale(paper, 1.0 + 0.02 * stain.at(x, y)));
            paper
        }
    }
}
