//! Four-legged animals from one builder: a species is a set of proportions, ears, a tail and a coat.

use super::super::drawing::{Drawing, Ink, Point, along, polar};
use crate::dice::Dice;

#[derive(Clone, Copy, PartialEq)]
enum Ears {
    Pointed,
    Floppy,
    Round,
    Long,
    Sails,
}

#[derive(Clone, Copy, PartialEq)]
enum Tail {
    Up,
    Down,
    Bushy,
    Ringed,
    Plume,
    Stub,
    Hair,
    Tuft,
    Curl,
}

#[derive(Clone, Copy, PartialEq)]
enum Extra {
    Trunk,
    Mane,
    Ruff,
    Horns,
    Antlers,
    Patches,
    Spots,
    Mask,
    Hump,
    Snout,
    PaleHead,
}

/// Proportions in units of about one body length; angles in turns above the horizontal.
struct Species {
    body: (f32, f32),
    /// How far the back rises in the middle.
    arch: f32,
    leg: (f32, f32),
    neck: (f32, f32),
    neck_rise: f32,
    head: (f32, f32),
    muzzle: f32,
    ears: Ears,
    tail: Tail,
    extras: &'static [Extra],
}

macro_rules! species {
    ($($name:ident: body $body:expr, arch $arch:expr, leg $leg:expr, neck $neck:expr, rise $rise:expr, head $head:expr,
       muzzle $muzzle:expr, $ears:ident, $tail:ident, $extras:expr;)*) => {
        $(pub(super) fn $name(drawing: &mut Drawing, dice: &mut Dice) {
            let species = Species {
                body: $body, arch: $arch, leg: $leg, neck: $neck, neck_rise: $rise, head: $head, muzzle: $muzzle,
                ears: Ears::$ears, tail: Tail::$tail, extras: $extras,
            };
            species.draw(drawing, dice);
        })*
    };
}

species! {
    dog: body (1.0, 0.40), arch 0.0, leg (0.50, 0.13), neck (0.26, 0.22), rise 0.14, head (0.32, 0.27),
        muzzle 0.24, Floppy, Up, &[];
    horse: body (1.10, 0.48), arch -0.04, leg (0.78, 0.12), neck (0.56, 0.25), rise 0.14, head (0.27, 0.20),
        muzzle 0.34, Pointed, Hair, &[Extra::Mane];
    giraffe: body (0.80, 0.42), arch -0.05, leg (0.85, 0.10), neck (1.15, 0.18), rise 0.19, head (0.24, 0.18),
        muzzle 0.20, Round, Tuft, &[Extra::Horns, Extra::Patches];
    elephant: body (1.10, 0.74), arch 0.10, leg (0.52, 0.25), neck (0.12, 0.50), rise 0.08, head (0.46, 0.46),
        muzzle 0.0, Sails, Tuft, &[Extra::Trunk];
    cow: body (1.20, 0.60), arch 0.0, leg (0.48, 0.13), neck (0.26, 0.32), rise 0.06, head (0.32, 0.26),
        muzzle 0.20, Floppy, Tuft, &[Extra::Horns, Extra::Patches];
    pig: body (1.10, 0.62), arch 0.06, leg (0.26, 0.15), neck (0.06, 0.40), rise 0.04, head (0.38, 0.36),
        muzzle 0.12, Pointed, Curl, &[Extra::Snout];
    camel: body (1.00, 0.44), arch 0.0, leg (0.80, 0.10), neck (0.62, 0.18), rise 0.12, head (0.26, 0.18),
        muzzle 0.18, Round, Tuft, &[Extra::Hump];
    deer: body (0.95, 0.38), arch 0.0, leg (0.70, 0.08), neck (0.46, 0.17), rise 0.18, head (0.24, 0.19),
        muzzle 0.22, Pointed, Stub, &[Extra::Antlers];
    lion: body (1.05, 0.42), arch 0.0, leg (0.48, 0.15), neck (0.22, 0.30), rise 0.12, head (0.34, 0.32),
        muzzle 0.12, Round, Tuft, &[Extra::Ruff];
    cat: body (0.80, 0.34), arch 0.06, leg (0.36, 0.10), neck (0.14, 0.20), rise 0.12, head (0.32, 0.30),
        muzzle 0.06, Pointed, Up, &[];
    bobcat: body (0.88, 0.42), arch 0.02, leg (0.50, 0.14), neck (0.16, 0.26), rise 0.12, head (0.33, 0.32),
        muzzle 0.07, Pointed, Stub, &[Extra::Spots];
    coyote: body (0.95, 0.36), arch 0.0, leg (0.58, 0.09), neck (0.28, 0.19), rise 0.11, head (0.27, 0.21),
        muzzle 0.27, Pointed, Bushy, &[];
    opossum: body (0.92, 0.44), arch 0.10, leg (0.18, 0.11), neck (0.08, 0.26), rise 0.0, head (0.27, 0.23),
        muzzle 0.32, Round, Down, &[Extra::PaleHead];
    rabbit: body (0.62, 0.46), arch 0.14, leg (0.16, 0.13), neck (0.08, 0.24), rise 0.12, head (0.30, 0.27),
        muzzle 0.06, Long, Stub, &[];
    raccoon: body (0.86, 0.48), arch 0.12, leg (0.26, 0.13), neck (0.08, 0.30), rise 0.05, head (0.34, 0.31),
        muzzle 0.14, Round, Ringed, &[Extra::Mask];
    squirrel: body (0.54, 0.34), arch 0.10, leg (0.18, 0.10), neck (0.08, 0.20), rise 0.14, head (0.25, 0.22),
        muzzle 0.08, Pointed, Plume, &[];
}

impl Species {
    fn has(&self, extra: Extra) -> bool {
        self.extras.contains(&extra)
    }

    /// Facing right. Proportions vary by about a tenth, so that no class is one silhouette.
    fn draw(&self, drawing: &mut Drawing, dice: &mut Dice) {
        let (length, height) = (
            self.body.0 * dice.between(0.9, 1.12),
            self.body.1 * dice.between(0.88, 1.14),
        );
        let rump = (-length / 2.0, -height * 0.1);
        let chest = (length * 0.42, -height * 0.1);
        self.tail(drawing, rump, dice);
        self.legs(drawing, length, height, dice);

        let lift = height * 0.5 + self.arch;
        drawing.blob(
            Ink::Body,
            &[
                (-length * 0.56, -height * 0.45),
                (-length * 0.25, -lift - height * 0.08),
                (length * 0.2, -lift - height * 0.04),
                (length * 0.56, -height * 0.5),
                (length * 0.56, height * 0.35),
                (length * 0.1, height * 0.56),
                (-length * 0.3, height * 0.46),
                (-length * 0.58, height * 0.38),
            ],
        );
        if self.has(Extra::Hump) {
            drawing.oval(
                Ink::Body,
                (-length * 0.05, -height * 0.55),
                length * 0.22,
                height * 0.5,
            );
        }

        // One in five lowers its head to the ground.
        let grazing = self.neck.0 > 0.2 && dice.percent(18);
        let rise = if grazing { -0.06 } else { self.neck_rise } + dice.around(0.03);
        let nape = polar(chest, self.neck.0 * dice.between(0.9, 1.12), -rise);
        let (base, width) = ((chest.0 - length * 0.03, chest.1), self.neck.1);
        drawing.taper(Ink::Body, base, width * 1.5, nape, width * 0.8);
        if self.has(Extra::Mane) {
            let up = (-width * 0.55, -width * 0.2);
            let shift = |p: Point| (p.0 + up.0, p.1 + up.1);
            drawing.taper(
                Ink::Second,
                shift(along(base, nape, 0.3)),
                0.1,
                shift(nape),
                0.16,
            );
        }
        if self.has(Extra::Patches) {
            for step in 0..4 {
                let spot = along(base, nape, 0.15 + step as f32 * 0.25);
                drawing.oval(Ink::Second, spot, width * 0.26, width * 0.3);
            }
        }
        self.coat(drawing, length, height, dice);
        self.head(drawing, nape, if grazing { -0.09 } else { -0.04 }, dice);
    }

    fn legs(&self, drawing: &mut Drawing, length: f32, height: f32, dice: &mut Dice) {
        let (reach, width) = (
            self.leg.0 * dice.between(0.88, 1.12),
            self.leg.1 * dice.between(0.9, 1.15),
        );
        let stride = dice.between(0.02, 0.28) * reach;
        let hips = [-0.42, 0.40].map(|x| (x * length, height * 0.2));
        for (ink, side) in [(Ink::Shade, -1.0), (Ink::Body, 1.0)] {
            for (index, hip) in hips.into_iter().enumerate() {
                let swing = side * stride * if index == 0 { 1.0 } else { -1.0 };
                let foot = (
                    hip.0 + swing + dice.around(0.03),
                    hip.1 + height * 0.2 + reach,
                );
                let knee = along(hip, foot, 0.55);
                let bend = if index == 0 { -0.06 } else { 0.03 } * reach;
                drawing.limb(ink, width, &[hip, (knee.0 + bend, knee.1), foot]);
            }
        }
    }

    fn tail(&self, drawing: &mut Drawing, at: Point, dice: &mut Dice) {
        let (x, y) = (at.0 + 0.04, at.1 - self.body.1 * 0.2);
        let sway = dice.around(0.1);
        match self.tail {
            Tail::Up => drawing.curve(
                Ink::Body,
                0.08,
                &[(x, y), (x - 0.22, y - 0.02), (x - 0.24 + sway, y - 0.46)],
            ),
            Tail::Down => drawing.curve(
                Ink::Second,
                0.05,
                &[
                    (x, y + 0.1),
                    (x - 0.3, y + 0.1),
                    (x - 0.45, y + 0.42 + sway),
                    (x - 0.75, y + 0.34 + sway),
                ],
            ),
            Tail::Bushy => drawing.blob(
                Ink::Body,
                &[
                    (x + 0.06, y),
                    (x - 0.12, y - 0.02),
                    (x - 0.38 + sway, y + 0.5),
                    (x - 0.12 + sway, y + 0.52),
                ],
            ),
            Tail::Ringed => {
                let tip = (x - 0.55, y - 0.08 + sway * 2.0);
                drawing.limb(Ink::Body, 0.17, &[(x, y + 0.06), tip]);
                for ring in [0.35, 0.65, 0.95] {
                    let (a, b) = (
                        along((x, y + 0.06), tip, ring),
                        along((x, y + 0.06), tip, ring + 0.1),
                    );
                    drawing.taper(Ink::Dark, a, 0.18, b, 0.18);
                }
            }
            Tail::Plume => drawing.blob(
                Ink::Body,
                &[
                    (x + 0.12, y + 0.24),
                    (x - 0.16, y + 0.26),
                    (x - 0.50, y - 0.10),
                    (x - 0.44 + sway, y - 0.72),
                    (x - 0.12 + sway, y - 0.78),
                    (x - 0.02, y - 0.46),
                    (x - 0.20, y - 0.20),
                ],
            ),
            Tail::Stub => drawing.oval(Ink::Light, (x - 0.08, y + 0.02), 0.09, 0.08),
            Tail::Hair => drawing.blob(
                Ink::Second,
                &[
                    (x + 0.06, y),
                    (x - 0.16, y - 0.08),
                    (x - 0.26 + sway, y + 0.62),
                    (x - 0.06 + sway, y + 0.6),
                ],
            ),
            Tail::Tuft => {
                let tip = (x - 0.18 + sway, y + self.body.1 * 0.5 + 0.2);
                drawing.curve(Ink::Body, 0.05, &[(x, y), (x - 0.16, y + 0.05), tip]);
                drawing.oval(Ink::Second, tip, 0.06, 0.1);
            }
            Tail::Curl => drawing.ring(Ink::Body, 0.05, (x - 0.1, y + 0.06), 0.08, 0.1),
        }
    }

    fn coat(&self, drawing: &mut Drawing, length: f32, height: f32, dice: &mut Dice) {
        let (count, size) = if self.has(Extra::Patches) {
            (4, 0.1)
        } else if self.has(Extra::Spots) {
            (6, 0.035)
        } else {
            return;
        };
        for index in 0..count {
            let x = length * (-0.38 + 0.72 * (index as f32 + dice.unit()) / count as f32);
            let y = height * dice.between(-0.38, 0.26);
            drawing.oval(
                Ink::Second,
                (x, y),
                size * dice.between(0.8, 1.5),
                size * dice.between(0.8, 1.3),
            );
        }
    }

    fn head(&self, drawing: &mut Drawing, nape: Point, droop: f32, dice: &mut Dice) {
        let (rx, ry) = (self.head.0 / 2.0, self.head.1 / 2.0);
        let centre = (nape.0 + rx * 0.35, nape.1 - ry * 0.2);
        let tilt = dice.around(0.03) - droop;
        let ink = if self.has(Extra::PaleHead) {
            Ink::Light
        } else {
            Ink::Body
        };
        if self.has(Extra::Ruff) {
            drawing.oval(
                Ink::Second,
                (centre.0 - rx * 0.4, centre.1 + ry * 0.1),
                rx * 2.1,
                ry * 2.2,
            );
        }
        self.crown(drawing, centre, dice);
        drawing.tilted(ink, centre, rx, ry, tilt);
        let nose = polar(centre, rx + self.muzzle, tilt);
        if self.muzzle > 0.0 {
            drawing.taper(ink, centre, ry * 1.5, nose, ry * 0.75);
        }
        match self.ears {
            Ears::Sails => {
                let ear = (centre.0 - rx * 0.75, centre.1 + ry * 0.1);
                drawing.tilted(
                    Ink::Shade,
                    ear,
                    rx * 0.7,
                    ry * 1.1,
                    0.03 + dice.around(0.03),
                );
            }
            Ears::Floppy => {
                let ear = (centre.0 - rx * 0.55, centre.1 + ry * 0.25);
                drawing.tilted(Ink::Second, ear, ry * 0.42, ry * 0.95, 0.04);
            }
            _ => {}
        }
        if self.has(Extra::Trunk) {
            let curl = dice.between(-0.1, 0.5);
            drawing.curve(
                Ink::Body,
                0.17,
                &[
                    (centre.0 + rx * 0.7, centre.1),
                    (centre.0 + rx * 1.7, centre.1 + 0.1),
                    (centre.0 + rx * 1.5, centre.1 + 0.55),
                    (centre.0 + rx * 1.6 + curl, centre.1 + 0.75 - curl * 0.4),
                ],
            );
            let mouth = (centre.0 + rx * 0.75, centre.1 + ry * 0.6);
            drawing.limb(Ink::Light, 0.06, &[mouth, (mouth.0 + 0.26, mouth.1 + 0.1)]);
        }
        if self.has(Extra::Mask) {
            drawing.tilted(
                Ink::Dark,
                (centre.0 + rx * 0.35, centre.1),
                rx * 0.5,
                ry * 0.34,
                tilt,
            );
        }
        if self.has(Extra::Snout) {
            drawing.oval(Ink::Second, nose, 0.06, 0.1);
        } else if self.muzzle > 0.0 {
            drawing.oval(Ink::Dark, nose, 0.035, 0.035);
        }
        drawing.oval(
            Ink::Dark,
            (centre.0 + rx * 0.25, centre.1 - ry * 0.25),
            0.032,
            0.036,
        );
    }

    /// What stands on the head.
    fn crown(&self, drawing: &mut Drawing, centre: Point, dice: &mut Dice) {
        let (rx, ry) = (self.head.0 / 2.0, self.head.1 / 2.0);
        let top = centre.1 - ry * 0.7;
        let perk = dice.around(0.04);
        for (ink, x) in [
            (Ink::Shade, centre.0 + rx * 0.15),
            (Ink::Body, centre.0 - rx * 0.5),
        ] {
            match self.ears {
                Ears::Pointed => drawing.poly(
                    ink,
                    &[
                        (x - rx * 0.42, top + ry * 0.3),
                        (x - rx * 0.1 + perk, top - ry * 0.95),
                        (x + rx * 0.4, top + ry * 0.2),
                    ],
                ),
                Ears::Round => drawing.oval(ink, (x, top), rx * 0.38, rx * 0.38),
                Ears::Long => {
                    drawing.tilted(ink, (x - 0.05 + perk, top - 0.22), 0.26, 0.075, 0.29 + perk)
                }
                Ears::Floppy | Ears::Sails => {}
            }
            if self.has(Extra::Horns) {
                drawing.limb(
                    Ink::Light,
                    0.05,
                    &[(x, top + 0.02), (x + 0.02 + perk, top - 0.17)],
                );
            }
            if self.has(Extra::Antlers) {
                let fork = (x - 0.08 + perk, top - 0.26);
                drawing.limb(
                    Ink::Second,
                    0.045,
                    &[(x, top), fork, (fork.0 - 0.16, fork.1 - 0.18)],
                );
                drawing.limb(Ink::Second, 0.045, &[fork, (fork.0 + 0.14, fork.1 - 0.18)]);
            }
        }
    }
}
