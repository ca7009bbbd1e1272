//! What is around an object: things that lie about, something in front of it, its shadow.

use tiny_skia::PathBuilder;

use super::canvas::Canvas;
use super::drawing::{Drawing, Ink, Point};
use crate::dice::Dice;

/// A simple shape without a meaning.
pub(super) fn thing(centre: Point, reach: f32, dice: &mut Dice) -> Drawing {
    let mut thing = Drawing::default();
    let (w, h) = (
        reach * dice.between(0.5, 1.4),
        reach * dice.between(0.5, 1.4),
    );
    let (x, y) = centre;
    match dice.below(5) {
        0 => thing.rect(Ink::Body, (x - w, y - h), (x + w, y + h)),
        1 => thing.oval(Ink::Body, centre, w, h),
        2 => thing.poly(
            Ink::Body,
            &[(x - w, y + h), (x + dice.around(w), y - h), (x + w, y + h)],
        ),
        3 => thing.limb(
            Ink::Body,
            reach * 0.3,
            &[(x - w, y + dice.around(h)), (x + w, y + dice.around(h))],
        ),
        _ => {
            let corners = [
                (-1.0, -0.7),
                (0.2, -1.0),
                (1.0, -0.2),
                (0.6, 0.9),
                (-0.7, 0.8),
            ]
            .map(|(dx, dy)| {
                (
                    x + dx * w * dice.between(0.6, 1.2),
                    y + dy * h * dice.between(0.6, 1.2),
                )
            });
            thing.blob(Ink::Body, &corners);
        }
    }
    thing
}

/// Something over at most a third of the object, from one side.
pub(super) fn occluder(
    (left, top, right, bottom): (f32, f32, f32, f32),
    dice: &mut Dice,
) -> Drawing {
    let (width, height) = (right - left, bottom - top);
    let depth = dice.between(0.1, 0.32);
    let mut front = Drawing::default();
    match dice.below(4) {
        0 => {
            let edge = left + width * depth;
            front.rect(
                Ink::Body,
                (edge - width * 0.6, top - height * 0.1),
                (edge, bottom + height * 0.3),
            );
        }
        1 => {
            let edge = right - width * depth;
            front.oval(
                Ink::Body,
                (edge + width * 0.4, bottom - height * 0.3),
                width * 0.4,
                height * 0.5,
            );
        }
        2 => {
            let edge = bottom - height * depth;
            let blades: Vec<Point> = (0..9)
                .map(|k| {
                    let x = left - width * 0.1 + width * 1.2 * k as f32 / 8.0;
                    (
                        x,
                        edge + if k % 2 == 0 {
                            height * depth
                        } else {
                            -height * 0.1
                        },
                    )
                })
                .chain([
                    (right + width * 0.1, bottom + height * 0.2),
                    (left - width * 0.1, bottom + height * 0.2),
                ])
                .collect();
            front.poly(Ink::Body, &blades);
        }
        _ => {
            // A post or a branch across.
            let x = dice.between(left, right);
            let lean = dice.around(width * 0.5);
            front.limb(
                Ink::Body,
                width * depth * 0.5,
                &[
                    (x - lean, top - height * 0.3),
                    (x + lean, bottom + height * 0.3),
                ],
            );
        }
    }
    front
}

/// A dark ellipse on the ground, under a rectangle.
pub(super) fn shadow(
    canvas: &mut Canvas,
    (left, _, right, bottom): (f32, f32, f32, f32),
    unit: f32,
) {
    let half = (right - left) / 2.0;
    let bounds = tiny_skia::Rect::from_ltrb(
        left - unit,
        bottom - 1.8 * unit,
        left + 2.2 * half,
        bottom + 1.2 * unit,
    );
    if let Some(path) = bounds.and_then(PathBuilder::from_oval) {
        canvas.wash(&path, [20, 20, 26], 90);
    }
}
