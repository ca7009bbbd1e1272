//! Things of a household.

use super::super::drawing::{Drawing, Ink, along, polar};
use crate::dice::Dice;

/// From the side or from the front.
pub(super) fn chair(drawing: &mut Drawing, dice: &mut Dice) {
    let leg = dice.between(0.09, 0.14);
    let back = dice.between(0.75, 1.0);
    if dice.percent(60) {
        let lean = dice.between(0.0, 0.2);
        let deep = dice.between(0.85, 1.05);
        drawing.limb(Ink::Shade, leg, &[(-0.3, 0.0), (-0.34, 0.85)]);
        drawing.limb(Ink::Shade, leg, &[(deep - 0.65, 0.0), (deep - 0.62, 0.85)]);
        drawing.limb(
            Ink::Body,
            leg * 1.1,
            &[(-0.45 - lean, -back), (-0.42, 0.0), (-0.46, 0.95)],
        );
        drawing.limb(Ink::Body, leg, &[(deep - 0.46, 0.0), (deep - 0.44, 0.95)]);
        drawing.poly(
            Ink::Second,
            &[
                (-0.5, -0.08),
                (deep - 0.4, -0.08),
                (deep - 0.36, 0.1),
                (-0.5, 0.1),
            ],
        );
    } else {
        let wide = dice.between(0.38, 0.5);
        for side in [-1.0, 1.0] {
            drawing.limb(
                Ink::Body,
                leg,
                &[
                    (side * wide, -back),
                    (side * wide, 0.1),
                    (side * wide * 1.05, 0.95),
                ],
            );
            drawing.limb(
                Ink::Shade,
                leg,
                &[(side * wide * 0.72, 0.1), (side * wide * 0.72, 0.75)],
            );
        }
        let rail = dice.between(0.14, 0.4);
        drawing.rect(Ink::Body, (-wide, -back), (wide, -back + rail));
        if dice.percent(60) {
            for x in [-0.45, 0.0, 0.45] {
                drawing.limb(
                    Ink::Body,
                    0.06,
                    &[(x * wide, -back + rail), (x * wide, 0.0)],
                );
            }
        }
        drawing.poly(
            Ink::Second,
            &[
                (-wide * 0.95, -0.1),
                (wide * 0.95, -0.1),
                (wide * 1.2, 0.14),
                (-wide * 1.2, 0.14),
            ],
        );
    }
}

pub(super) fn alarm_clock(drawing: &mut Drawing, dice: &mut Dice) {
    let size = dice.between(0.58, 0.68);
    for side in [-1.0, 1.0] {
        drawing.limb(
            Ink::Shade,
            0.13,
            &[(side * 0.3, 0.5), (side * dice.between(0.44, 0.56), 0.86)],
        );
        drawing.tilted(Ink::Second, (side * 0.44, -0.62), 0.26, 0.2, side * 0.1);
    }
    drawing.limb(Ink::Dark, 0.07, &[(0.0, -0.6), (0.0, -0.88)]);
    drawing.oval(Ink::Body, (0.0, 0.0), size, size);
    drawing.oval(Ink::Light, (0.0, 0.0), size * 0.74, size * 0.74);
    let hour = polar((0.0, 0.0), size * 0.4, dice.unit());
    let minute = polar((0.0, 0.0), size * 0.6, dice.unit());
    drawing.limb(Ink::Dark, 0.08, &[hour, (0.0, 0.0), minute]);
}

pub(super) fn bike(drawing: &mut Drawing, dice: &mut Dice) {
    let wheel = dice.between(0.36, 0.44);
    let (rear, front) = ((-0.56, 0.35), (0.56, 0.35));
    for hub in [rear, front] {
        drawing.ring(Ink::Dark, 0.09, hub, wheel, wheel);
        drawing.oval(Ink::Dark, hub, 0.06, 0.06);
    }
    let (seat, crank) = ((-0.24, -0.3 + dice.around(0.05)), (-0.04, 0.35));
    let stem = (0.36, -0.34 + dice.around(0.05));
    let tube = dice.between(0.07, 0.1);
    drawing.limb(Ink::Body, tube, &[rear, seat, crank, rear]);
    drawing.limb(Ink::Body, tube, &[seat, stem, crank]);
    drawing.limb(Ink::Body, tube, &[(0.3, -0.5), stem, front]);
    drawing.limb(Ink::Dark, 0.12, &[(-0.42, -0.42), (-0.12, -0.42)]);
    drawing.limb(Ink::Dark, tube, &[(0.3, -0.52), (0.52, -0.54)]);
}

pub(super) fn bottle(drawing: &mut Drawing, dice: &mut Dice) {
    let (wide, neck) = (dice.between(0.26, 0.36), dice.between(0.09, 0.13));
    let shoulder = dice.between(-0.35, -0.1);
    drawing.rect(Ink::Second, (-neck * 1.2, -1.0), (neck * 1.2, -0.84));
    drawing.poly(
        Ink::Body,
        &[
            (-neck, -0.86),
            (neck, -0.86),
            (neck, shoulder - 0.22),
            (wide, shoulder),
            (wide, 0.95),
            (-wide, 0.95),
            (-wide, shoulder),
            (-neck, shoulder - 0.22),
        ],
    );
    if dice.percent(70) {
        drawing.rect(
            Ink::Light,
            (-wide, shoulder + 0.25),
            (wide, shoulder + dice.between(0.55, 0.8)),
        );
    }
}

pub(super) fn bucket(drawing: &mut Drawing, dice: &mut Dice) {
    let (top, foot) = (dice.between(0.6, 0.72), dice.between(0.38, 0.5));
    let handle = if dice.percent(65) { -1.0 } else { 0.35 };
    drawing.curve(
        Ink::Dark,
        0.07,
        &[
            (-top, -0.3),
            (-top * 0.9, handle),
            (top * 0.9, handle),
            (top, -0.3),
        ],
    );
    drawing.poly(
        Ink::Body,
        &[(-top, -0.3), (top, -0.3), (foot, 0.8), (-foot, 0.8)],
    );
    drawing.oval(Ink::Shade, (0.0, -0.3), top, 0.17);
    drawing.limb(
        Ink::Second,
        0.08,
        &[(-foot * 1.15, 0.35), (foot * 1.15, 0.35)],
    );
}

/// One to three, burning.
pub(super) fn candles(drawing: &mut Drawing, dice: &mut Dice) {
    let count = 1 + dice.weighted(&[2, 3, 3]);
    for index in 0..count {
        let x = (index as f32 - (count - 1) as f32 / 2.0) * 0.46;
        let (wide, top) = (dice.between(0.12, 0.17), dice.between(-0.5, 0.05));
        drawing.blob(
            Ink::Second,
            &[
                (x - 0.14, top - 0.12),
                (x + dice.around(0.05), top - 0.62),
                (x + 0.14, top - 0.12),
                (x, top + 0.02),
            ],
        );
        drawing.limb(Ink::Dark, 0.05, &[(x, top - 0.16), (x, top)]);
        drawing.rect(Ink::Body, (x - wide, top), (x + wide, 0.8));
    }
    let base = count as f32 * 0.26 + 0.1;
    drawing.rect(Ink::Shade, (-base, 0.76), (base, 0.92));
}

/// In a vase or as a bunch.
pub(super) fn flowers(drawing: &mut Drawing, dice: &mut Dice) {
    let count = 1 + dice.weighted(&[2, 2, 3]);
    let vase = dice.percent(45);
    for index in 0..count {
        let x = (index as f32 - (count - 1) as f32 / 2.0) * 0.62 + dice.around(0.06);
        let centre = (x, dice.between(-0.6, -0.3));
        drawing.curve(
            Ink::Second,
            0.08,
            &[(x * 0.15, 0.95), (x * 0.3, 0.3), centre],
        );
        if !vase {
            let leaf = along((x * 0.3, 0.3), centre, 0.2);
            drawing.tilted(Ink::Second, (leaf.0 + 0.16, leaf.1), 0.2, 0.09, -0.1);
        }
        let (petals, reach) = (5 + dice.below(3), dice.between(0.2, 0.26));
        for petal in 0..petals {
            let tip = polar(centre, reach, petal as f32 / petals as f32 + 0.05);
            drawing.oval(Ink::Body, tip, reach * 0.6, reach * 0.6);
        }
        drawing.oval(Ink::Light, centre, reach * 0.55, reach * 0.55);
    }
    if vase {
        drawing.poly(
            Ink::Shade,
            &[(-0.3, 0.3), (0.3, 0.3), (0.2, 1.0), (-0.2, 1.0)],
        );
    }
}

pub(super) fn fork(drawing: &mut Drawing, dice: &mut Dice) {
    let (wide, root) = (dice.between(0.18, 0.25), dice.between(-0.35, -0.2));
    drawing.taper(
        Ink::Body,
        (0.0, root),
        0.12,
        (0.0, 1.0),
        dice.between(0.14, 0.2),
    );
    for tine in [-1.0, -0.33, 0.33, 1.0] {
        drawing.limb(
            Ink::Body,
            0.075,
            &[(tine * wide, -1.0), (tine * wide, root - 0.1)],
        );
    }
    drawing.blob(
        Ink::Body,
        &[
            (-wide * 1.3, root - 0.28),
            (wide * 1.3, root - 0.28),
            (wide, root + 0.1),
            (-wide, root + 0.1),
        ],
    );
}

pub(super) fn spoon(drawing: &mut Drawing, dice: &mut Dice) {
    let bowl = dice.between(0.22, 0.3);
    drawing.taper(
        Ink::Body,
        (0.0, -0.3),
        0.1,
        (0.0, 1.0),
        dice.between(0.14, 0.2),
    );
    drawing.oval(
        Ink::Body,
        (0.0, -0.6),
        bowl,
        bowl * dice.between(1.25, 1.55),
    );
    drawing.oval(Ink::Shade, (0.02, -0.58), bowl * 0.62, bowl * 0.85);
}

pub(super) fn glasses(drawing: &mut Drawing, dice: &mut Dice) {
    let (rx, ry) = (dice.between(0.33, 0.4), dice.between(0.26, 0.36));
    let rim = dice.between(0.08, 0.13);
    let ink = if dice.percent(30) {
        Ink::Dark
    } else {
        Ink::Light
    };
    for side in [-1.0, 1.0] {
        drawing.oval(ink, (side * 0.5, 0.1), rx, ry);
        drawing.ring(Ink::Body, rim, (side * 0.5, 0.1), rx, ry);
        drawing.limb(
            Ink::Body,
            rim * 0.8,
            &[
                (side * (0.5 + rx), 0.0),
                (side * 0.98, -0.3),
                (side * 0.86, -0.4),
            ],
        );
    }
    drawing.curve(
        Ink::Body,
        rim,
        &[(-0.5 + rx, 0.06), (0.0, -0.1), (0.5 - rx, 0.06)],
    );
}

pub(super) fn hammer(drawing: &mut Drawing, dice: &mut Dice) {
    let head = dice.between(0.17, 0.24);
    drawing.taper(
        Ink::Body,
        (0.0, -0.6),
        0.13,
        (0.0, 1.0),
        dice.between(0.17, 0.23),
    );
    drawing.rect(Ink::Shade, (-0.12, -0.6 - head), (0.46, -0.6 + head));
    drawing.rect(Ink::Second, (0.38, -0.64 - head), (0.56, -0.56 + head));
    drawing.poly(
        Ink::Second,
        &[
            (-0.1, -0.6 - head),
            (-0.1, -0.6 + head * 0.8),
            (-0.62, -0.42),
            (-0.5, -0.62),
        ],
    );
}

pub(super) fn kettle(drawing: &mut Drawing, dice: &mut Dice) {
    let wide = dice.between(0.5, 0.6);
    drawing.curve(
        Ink::Dark,
        0.1,
        &[(-0.42, -0.2), (-0.5, -0.9), (0.5, -0.9), (0.42, -0.2)],
    );
    drawing.poly(
        Ink::Second,
        &[
            (wide * 0.7, 0.35),
            (wide * 0.85, 0.0),
            (0.98, -0.3),
            (1.06, -0.14),
        ],
    );
    drawing.blob(
        Ink::Body,
        &[
            (-wide * 1.15, 0.78),
            (-wide * 1.1, -0.1),
            (-0.3, -0.48),
            (0.3, -0.48),
            (wide * 1.1, -0.1),
            (wide * 1.15, 0.78),
        ],
    );
    drawing.limb(Ink::Line, 0.06, &[(-0.3, -0.26), (0.3, -0.26)]);
    drawing.oval(Ink::Dark, (0.0, -0.42), 0.09, 0.08);
}

pub(super) fn lamp_shade(drawing: &mut Drawing, dice: &mut Dice) {
    let (top, hem) = (dice.between(0.22, 0.34), dice.between(0.58, 0.75));
    drawing.limb(
        Ink::Shade,
        dice.between(0.07, 0.12),
        &[(0.0, 0.0), (0.0, 0.9)],
    );
    if dice.percent(50) {
        drawing.oval(Ink::Shade, (0.0, 0.5), 0.2, 0.3);
    }
    drawing.blob(
        Ink::Shade,
        &[(-0.44, 0.98), (-0.3, 0.8), (0.3, 0.8), (0.44, 0.98)],
    );
    drawing.poly(
        Ink::Body,
        &[(-top, -0.85), (top, -0.85), (hem, 0.05), (-hem, 0.05)],
    );
    drawing.limb(
        Ink::Second,
        0.09,
        &[(-hem * 0.95, -0.02), (hem * 0.95, -0.02)],
    );
}

pub(super) fn mug(drawing: &mut Drawing, dice: &mut Dice) {
    let (wide, tall) = (dice.between(0.46, 0.56), dice.between(0.55, 0.72));
    drawing.ring(
        Ink::Body,
        0.14,
        (wide, 0.05),
        dice.between(0.26, 0.34),
        tall * 0.5,
    );
    drawing.poly(
        Ink::Body,
        &[
            (-wide, -tall),
            (wide, -tall),
            (wide * 0.92, tall),
            (-wide * 0.92, tall),
        ],
    );
    drawing.oval(Ink::Light, (0.0, -tall), wide, 0.14);
    drawing.oval(Ink::Dark, (0.0, -tall), wide * 0.8, 0.09);
    if dice.percent(40) {
        drawing.rect(Ink::Second, (-wide * 0.95, -0.1), (wide * 0.95, 0.18));
    }
}

pub(super) fn pan(drawing: &mut Drawing, dice: &mut Dice) {
    let (rx, squash) = (dice.between(0.5, 0.6), dice.between(0.55, 1.0));
    let end = polar((-0.35, 0.0), 1.3, dice.between(-0.07, 0.03));
    drawing.limb(Ink::Second, dice.between(0.13, 0.18), &[(0.0, 0.0), end]);
    drawing.oval(Ink::Body, (-0.35, 0.0), rx, rx * squash);
    drawing.oval(Ink::Shade, (-0.35, 0.0), rx * 0.78, rx * squash * 0.78);
}

pub(super) fn scissors(drawing: &mut Drawing, dice: &mut Dice) {
    let spread = dice.between(0.03, 0.12);
    let pivot = (0.0, 0.08);
    for side in [-1.0, 1.0] {
        let tip = polar(pivot, 1.05, -0.25 + side * spread);
        drawing.taper(Ink::Shade, pivot, 0.16, tip, 0.03);
        let grip = polar(pivot, 0.6, 0.25 + side * (spread + 0.05));
        drawing.limb(Ink::Body, 0.1, &[pivot, grip]);
        drawing.ring(Ink::Body, 0.11, (grip.0, grip.1 + 0.14), 0.19, 0.25);
    }
    drawing.oval(Ink::Dark, pivot, 0.06, 0.06);
}
