//! One picture: an object of a class in the look of an environment.

use tiny_skia::Transform;

use super::around::{occluder, shadow, thing};
use super::backdrop::{self, Backdrop};
use super::canvas::{Brush, Canvas, Contour};
use super::chance::sin_cos;
use super::colour::{Palette, Rgb, hsv, luma, mix, scale, to_hsv, vary};
use super::drawing::{Drawing, Ink};
use super::filter::Image;
use super::look::{Contours, Look};
use super::object::Class;
use crate::dice::Dice;

/// The fixed view of a camera trap.
pub(super) struct Place {
    canvas: Canvas,
    /// What grows there.
    tone: Rgb,
}

impl Place {
    /// A clearing with its own ground and trunks, by `dice`.
    pub(super) fn new(side: usize, dice: &mut Dice) -> Self {
        let mut canvas = Canvas::new(side);
        let kind = if dice.percent(75) {
            Backdrop::Outdoor
        } else {
            Backdrop::Texture
        };
        let tone = backdrop::fill(&mut canvas, kind, 0.8, 0.8, dice);
        let size = side as f32;
        let mut wood = Drawing::default();
        for _ in 0..2 + dice.below(4) {
            let (x, foot) = (dice.unit() * size, dice.between(0.45, 0.95) * size);
            wood.taper(
                Ink::Body,
                (x + dice.around(0.06) * size, -0.03 * size),
                0.03 * size,
                (x, foot),
                dice.between(0.05, 0.12) * size,
            );
        }
        for _ in 0..3 + dice.below(4) {
            let (x, y) = (dice.unit() * size, dice.between(0.5, 1.0) * size);
            wood.oval(
                Ink::Second,
                (x, y),
                dice.between(0.06, 0.16) * size,
                dice.between(0.03, 0.09) * size,
            );
        }
        let palette = Palette::of(
            scale(tone, dice.between(0.4, 0.7)),
            scale(tone, dice.between(0.7, 1.3)),
        );
        let brush = Brush {
            contour: None,
            light: (-0.2, -0.1),
            hatch: false,
        };
        canvas.paint(&wood, &palette, &brush);
        Self { canvas, tone }
    }
}

/// Red, green and blue bytes of one picture, row by row.
pub(super) fn render(
    look: &Look,
    class: &Class,
    place: Option<&Place>,
    side: usize,
    dice: &mut Dice,
) -> Vec<u8> {
    let size = side as f32;
    let unit = size / 32.0;
    let (mut canvas, tone) = match place {
        Some(place) => (place.canvas.clone(), place.tone),
        None => {
            let mut canvas = Canvas::new(side);
            let kinds: Vec<u32> = look.backdrops.iter().map(|&(_, weight)| weight).collect();
            let (kind, _) = look.backdrops[dice.weighted(&kinds)];
            let tone = backdrop::fill(
                &mut canvas,
                kind,
                look.backdrop_tone.0,
                look.backdrop_tone.1,
                dice,
            );
            (canvas, tone)
        }
    };
    let brush = brush(look, unit, dice);
    if look.clutter > 0 {
        for _ in 0..dice.below(look.clutter + 1) {
            let centre = (dice.unit() * size, dice.unit() * size);
            let thing = thing(centre, dice.between(0.06, 0.2) * size, dice);
            canvas.paint(&thing, &surroundings(look, tone, dice), &brush);
        }
    }
    if let Some(draw) = class.draw {
        let mut drawing = Drawing::default();
        draw(&mut drawing, dice);
        let drawing = pose(drawing, look, class, size, dice);
        let bounds = drawing.bounds();
        let mut palette = colours(look, class, dice);
        if place.is_some() {
            // Fur has the colour of the place, more or less.
            let share = dice.between(0.0, 0.4);
            palette = Palette::of(
                mix(palette.body, tone, share),
                mix(palette.second, tone, share),
            );
        }
        if look.legible > 0.0 {
            let behind = grey_within(&canvas, bounds);
            palette = Palette::of(apart(palette.body, behind, look.legible), palette.second);
        }
        if look.shadow && dice.percent(70) {
            shadow(&mut canvas, bounds, unit);
        }
        canvas.paint(&drawing, &palette, &brush);
        if dice.percent(look.occlusion) {
            let front = occluder(bounds, dice);
            canvas.paint(&front, &surroundings(look, tone, dice), &brush);
        }
    }
    finish(&canvas, look, unit, dice)
}

/// Turns, stretches, scales and moves a drawing to its place on a picture of `size` pixels.
fn pose(drawing: Drawing, look: &Look, class: &Class, size: f32, dice: &mut Dice) -> Drawing {
    let turn = dice.around((class.turn * look.turn).min(0.5));
    let (sin, cos) = sin_cos(turn);
    let stretch = 1.0 + dice.around(look.stretch);
    let slant = dice.around(look.stretch * 0.6);
    let (sx, sy) = (dice.sign() * stretch, 1.0 / stretch);
    let shape = Transform::from_row(sx, 0.0, slant, sy, 0.0, 0.0);
    let drawing =
        drawing.placed(shape.post_concat(Transform::from_row(cos, sin, -sin, cos, 0.0, 0.0)));

    let (left, top, right, bottom) = drawing.bounds();
    let (width, height) = (right - left, bottom - top);
    let scale = dice.within(look.size) * size / width.max(height).max(1e-3);
    let room = |extent: f32| (size - extent * scale) / 2.0 * look.wander;
    // An object larger than the picture has negative room: it is cut off on one side or the other.
    let x = size / 2.0 + dice.around(1.0) * room(width);
    let y = size / 2.0 + (look.sink + dice.around(1.0 - look.sink)) * room(height);
    let (cx, cy) = ((left + right) / 2.0, (top + bottom) / 2.0);
    drawing.placed(Transform::from_row(
        scale,
        0.0,
        0.0,
        scale,
        x - cx * scale,
        y - cy * scale,
    ))
}

/// Mean grey of the canvas within a rectangle, from nine places.
fn grey_within(canvas: &Canvas, (left, top, right, bottom): (f32, f32, f32, f32)) -> f32 {
    let shares = [0.2, 0.5, 0.8];
    let places = shares
        .iter()
        .flat_map(|y| shares.iter().map(move |x| (x, y)));
    let sum: f32 = places
        .map(|(x, y)| {
            luma(
                canvas
                    .at(left + (right - left) * x, top + (bottom - top) * y)
                    .map(f32::from),
            )
        })
        .sum();
    sum / 9.0
}

/// A colour made darker or brighter until its grey is `distance` from `behind`, if it is not.
fn apart(colour: Rgb, behind: f32, distance: f32) -> Rgb {
    let grey = luma(colour.map(f32::from));
    if (grey - behind).abs() >= distance {
        return colour;
    }
    // The side where it is already, unless there is no room.
    let darker = if grey < behind {
        behind > distance + 15.0
    } else {
        behind + distance > 235.0
    };
    if darker {
        scale(colour, (behind - distance) / grey.max(1.0))
    } else {
        mix(
            colour,
            [255; 3],
            (behind + distance - grey) / (255.0 - grey).max(1.0),
        )
    }
}

fn brush(look: &Look, unit: f32, dice: &mut Dice) -> Brush {
    let strength = dice.within(look.shading);
    let (sin, cos) = sin_cos(dice.between(0.5, 1.0));
    let light = (cos * strength, sin * strength);
    match look.contour {
        Contours::None => Brush {
            contour: None,
            light,
            hatch: false,
        },
        Contours::Ink(width) => Brush {
            contour: Some(Contour {
                colour: hsv(dice.unit(), 0.4, dice.between(0.02, 0.2)),
                width: dice.within(width) * unit,
                again: None,
            }),
            light,
            hatch: false,
        },
        Contours::Pencil(width) => {
            let grey = dice.between(20.0, 120.0) as u8;
            Brush {
                contour: Some(Contour {
                    colour: [grey; 3],
                    width: dice.within(width) * unit,
                    again: Some((dice.around(0.9) * unit, dice.around(0.9) * unit)),
                }),
                light,
                hatch: dice.percent(45),
            }
        }
    }
}

/// The object's colours.
fn colours(look: &Look, class: &Class, dice: &mut Dice) -> Palette {
    if matches!(look.contour, Contours::Pencil(_)) {
        return pencil(dice);
    }
    if dice.percent(look.natural) {
        let [body, second] = class.colours.map(|colour| {
            let (hue, saturation, value) = to_hsv(colour);
            let vivid = saturation * (look.saturation.0 + look.saturation.1) * 1.2;
            vary(hsv(hue, vivid.min(1.0), value), look.vary, dice)
        });
        return Palette::of(body, second);
    }
    let mut any = || {
        hsv(
            dice.unit(),
            dice.within(look.saturation),
            dice.within(look.value),
        )
    };
    Palette::of(any(), any())
}

/// Paper everywhere, grey in the dark places.
fn pencil(dice: &mut Dice) -> Palette {
    let paper = [dice.between(236.0, 252.0) as u8; 3];
    let grey = [dice.between(60.0, 150.0) as u8; 3];
    Palette {
        body: paper,
        shade: paper,
        second: paper,
        light: paper,
        dark: grey,
        line: grey,
    }
}

/// Colours of things that lie about or stand in front.
fn surroundings(look: &Look, tone: Rgb, dice: &mut Dice) -> Palette {
    if matches!(look.contour, Contours::Pencil(_)) {
        return pencil(dice);
    }
    let near = vary(scale(tone, dice.between(0.55, 1.3)), 0.1, dice);
    let far = hsv(
        dice.unit(),
        dice.within(look.saturation),
        dice.within(look.value),
    );
    Palette::of(if dice.percent(60) { near } else { far }, near)
}

/// Strokes, camera and paper.
fn finish(canvas: &Canvas, look: &Look, unit: f32, dice: &mut Dice) -> Vec<u8> {
    let mut image = match look.strokes {
        Some(width) => Image::strokes(canvas, dice.within(width) * unit, dice),
        None => Image::of(canvas),
    };
    if dice.percent(look.grey) {
        image.grey(1.0);
    }
    // The variance of a blur grows with its passes, so a picture twice the size takes four times as many.
    image.blur(dice.within(look.blur) * unit * unit);
    if look.slope > 0.0 || look.vignette.1 > 0.0 {
        image.light(
            dice.around(look.slope),
            dice.around(look.slope),
            dice.within(look.vignette),
        );
    }
    let exposure = 1.0 + dice.around(look.exposure);
    image.expose(
        dice.within(look.contrast),
        look.gain.map(|gain| gain * exposure),
    );
    image.noise(dice.within(look.noise), dice);
    image.bytes()
}
