//! People, birds and the smaller animals.

use super::super::drawing::{Drawing, Ink, along, polar};
use crate::dice::Dice;

/// Standing, walking or waving, from the front.
pub(super) fn person(drawing: &mut Drawing, dice: &mut Dice) {
    let shoulder = dice.between(0.22, 0.30);
    let waist = shoulder * dice.between(0.6, 0.85);
    let head = dice.between(0.15, 0.19);
    let leg = dice.between(0.14, 0.18);
    for side in [-1.0, 1.0] {
        let hip = (side * waist * 0.5, 0.28);
        let foot = (
            hip.0 + side * dice.between(0.0, 0.26),
            1.0 - dice.between(0.0, 0.08),
        );
        let knee = along(hip, foot, 0.5);
        drawing.limb(
            Ink::Second,
            leg,
            &[
                hip,
                (knee.0 + side * dice.between(-0.02, 0.06), knee.1),
                foot,
            ],
        );
        drawing.limb(
            Ink::Dark,
            leg * 0.7,
            &[foot, (foot.0 + side * 0.08, foot.1)],
        );
    }
    if dice.percent(25) {
        // A skirt.
        let hem = dice.between(0.3, 0.4);
        drawing.poly(
            Ink::Second,
            &[(-waist, 0.15), (waist, 0.15), (hem, 0.66), (-hem, 0.66)],
        );
    }
    for side in [-1.0, 1.0] {
        let joint = (side * shoulder * 0.9, -0.34);
        // Down, out or up.
        let raise = [0.21, 0.14, -0.12][dice.weighted(&[6, 2, 2])] + dice.around(0.05);
        let elbow = polar(joint, 0.3, if side > 0.0 { raise } else { 0.5 - raise });
        let bend = raise + dice.between(-0.14, 0.08);
        let hand = polar(elbow, 0.3, if side > 0.0 { bend } else { 0.5 - bend });
        drawing.limb(Ink::Body, 0.13, &[joint, elbow, hand]);
        drawing.oval(Ink::Light, hand, 0.07, 0.07);
    }
    drawing.blob(
        Ink::Body,
        &[
            (-shoulder * 1.25, -0.50),
            (shoulder * 1.25, -0.50),
            (waist * 1.1, 0.0),
            (waist * 1.2, 0.38),
            (-waist * 1.2, 0.38),
            (-waist * 1.1, 0.0),
        ],
    );
    drawing.limb(Ink::Light, 0.12, &[(0.0, -0.44), (0.0, -0.6)]);
    let top = -0.56 - head;
    drawing.oval(Ink::Light, (0.0, top), head * 0.88, head);
    let hair = dice.between(0.15, 0.6) * head;
    drawing.blob(
        Ink::Dark,
        &[
            (-head * 1.15, top + hair),
            (-head * 1.05, top - head * 1.25),
            (head * 1.05, top - head * 1.25),
            (head * 1.15, top + hair),
            (0.0, top - head * 0.6),
        ],
    );
}

/// From the side, on two thin legs, wing folded or raised.
pub(super) fn bird(drawing: &mut Drawing, dice: &mut Dice) {
    let plump = dice.between(0.26, 0.38);
    let tilt = dice.between(-0.08, 0.02);
    let tail = polar(
        (-0.3, 0.1),
        dice.between(0.45, 0.7),
        0.5 + tilt * 0.6 + dice.around(0.03),
    );
    let leg = dice.between(0.26, 0.42);
    for x in [-0.02, 0.12] {
        let foot = (x + 0.02, plump + leg);
        drawing.limb(
            Ink::Dark,
            0.05,
            &[(x, plump * 0.6), foot, (foot.0 + 0.12, foot.1)],
        );
    }
    drawing.taper(Ink::Second, (-0.2, 0.06), 0.24, tail, 0.14);
    drawing.tilted(Ink::Body, (0.0, 0.0), 0.52, plump, tilt);
    let head = (0.46, -0.2 - plump * 0.5 + dice.around(0.05));
    let size = dice.between(0.18, 0.23);
    drawing.taper(Ink::Body, (0.22, 0.0), plump * 1.3, head, size * 1.4);
    let beak = dice.between(0.16, 0.34);
    drawing.poly(
        Ink::Second,
        &[
            (head.0 + size * 0.7, head.1 - size * 0.42),
            (head.0 + size + beak, head.1 + 0.05),
            (head.0 + size * 0.7, head.1 + size * 0.42),
        ],
    );
    drawing.oval(Ink::Body, head, size, size);
    if dice.percent(35) {
        let lift = dice.between(0.6, 0.95);
        drawing.blob(
            Ink::Shade,
            &[
                (0.26, 0.04),
                (-0.05, -lift),
                (-0.42, -lift - 0.08),
                (-0.3, 0.02),
            ],
        );
    } else {
        drawing.blob(
            Ink::Shade,
            &[
                (0.26, -0.12),
                (0.16, plump * 0.8),
                (-0.3, plump * 0.5),
                (-0.62, 0.12),
                (-0.2, -0.16),
            ],
        );
    }
    drawing.oval(
        Ink::Dark,
        (head.0 + size * 0.25, head.1 - size * 0.15),
        0.045,
        0.045,
    );
}

pub(super) fn fish(drawing: &mut Drawing, dice: &mut Dice) {
    let deep = dice.between(0.32, 0.5);
    let fork = dice.between(0.3, 0.46);
    drawing.poly(
        Ink::Second,
        &[(-0.45, 0.0), (-0.95, -fork), (-0.82, 0.0), (-0.95, fork)],
    );
    drawing.blob(
        Ink::Second,
        &[
            (-0.2, -deep * 0.6),
            (-0.05, -deep * 1.5),
            (0.3, -deep * 0.7),
        ],
    );
    drawing.blob(
        Ink::Body,
        &[
            (0.9, 0.0),
            (0.45, -deep * 1.1),
            (-0.2, -deep),
            (-0.65, -0.05),
            (-0.65, 0.05),
            (-0.2, deep),
            (0.45, deep * 1.1),
        ],
    );
    drawing.blob(Ink::Second, &[(0.1, 0.05), (-0.2, 0.3), (-0.15, -0.02)]);
    drawing.curve(
        Ink::Line,
        0.05,
        &[(0.38, -deep * 0.6), (0.28, 0.0), (0.38, deep * 0.6)],
    );
    drawing.oval(Ink::Dark, (0.55, -deep * 0.25), 0.07, 0.07);
}

pub(super) fn butterfly(drawing: &mut Drawing, dice: &mut Dice) {
    let (up, down) = (dice.between(0.6, 0.85), dice.between(0.5, 0.75));
    for side in [-1.0, 1.0] {
        drawing.blob(
            Ink::Body,
            &[
                (0.0, -0.05),
                (side * 0.3, -up),
                (side * 1.0, -up),
                (side * 0.9, -0.05),
                (side * 0.3, 0.1),
            ],
        );
        drawing.blob(
            Ink::Second,
            &[
                (0.0, 0.0),
                (side * 0.75, 0.02),
                (side * 0.8, down),
                (side * 0.3, down * 1.1),
            ],
        );
        drawing.oval(Ink::Light, (side * 0.6, -up * 0.6), 0.12, 0.12);
        drawing.curve(
            Ink::Dark,
            0.04,
            &[(0.0, -0.4), (side * 0.06, -0.7), (side * 0.26, -0.86)],
        );
    }
    drawing.oval(Ink::Dark, (0.0, 0.0), 0.075, 0.46);
}

pub(super) fn snail(drawing: &mut Drawing, dice: &mut Dice) {
    let shell = dice.between(0.42, 0.54);
    let neck = dice.between(0.62, 0.78);
    drawing.blob(
        Ink::Body,
        &[
            (-0.95, 0.6),
            (-0.4, 0.36),
            (0.4, 0.36),
            (neck - 0.1, -0.2),
            (neck + 0.2, -0.24),
            (neck + 0.14, 0.62),
            (-0.4, 0.64),
        ],
    );
    for x in [0.0, 0.14] {
        drawing.limb(
            Ink::Body,
            0.05,
            &[(neck + x, -0.05), (neck + x + 0.08, -0.5)],
        );
    }
    let centre = (-0.12, 0.36 - shell * 0.85);
    drawing.oval(Ink::Second, centre, shell, shell);
    drawing.ring(
        Ink::Line,
        0.06,
        (centre.0 + 0.03, centre.1 + 0.04),
        shell * 0.62,
        shell * 0.62,
    );
    drawing.ring(
        Ink::Line,
        0.06,
        (centre.0 + 0.06, centre.1 + 0.06),
        shell * 0.26,
        shell * 0.26,
    );
}

pub(super) fn spider(drawing: &mut Drawing, dice: &mut Dice) {
    for side in [-1.0, 1.0] {
        for leg in 0..4 {
            let lean = -0.55 + 0.36 * leg as f32 + dice.around(0.06);
            let knee = (side * dice.between(0.46, 0.56), lean - 0.26);
            let foot = (side * dice.between(0.8, 0.95), lean + 0.3);
            drawing.limb(Ink::Dark, 0.06, &[(0.0, 0.0), knee, foot]);
        }
    }
    let size = dice.between(0.32, 0.42);
    drawing.oval(Ink::Body, (0.0, 0.28), size * 0.9, size);
    drawing.oval(Ink::Second, (0.0, -0.18), 0.22, 0.2);
}

pub(super) fn turtle(drawing: &mut Drawing, dice: &mut Dice) {
    let dome = dice.between(0.62, 0.85);
    for x in [-0.5, 0.38] {
        drawing.limb(
            Ink::Second,
            0.24,
            &[(x, 0.3), (x + dice.around(0.08), 0.62)],
        );
    }
    drawing.poly(Ink::Second, &[(-0.6, 0.2), (-0.92, 0.38), (-0.6, 0.36)]);
    let head = (0.84, -0.02 + dice.around(0.12));
    drawing.taper(Ink::Second, (0.45, 0.24), 0.24, head, 0.2);
    drawing.oval(Ink::Second, head, 0.18, 0.16);
    drawing.blob(
        Ink::Body,
        &[
            (-0.72, 0.42),
            (-0.66, -dome * 0.5),
            (-0.2, -dome),
            (0.3, -dome),
            (0.66, -dome * 0.4),
            (0.7, 0.42),
        ],
    );
    drawing.limb(Ink::Line, 0.06, &[(-0.25, -dome * 0.6), (-0.1, 0.3)]);
    drawing.limb(Ink::Line, 0.06, &[(0.22, -dome * 0.6), (0.3, 0.3)]);
    drawing.oval(Ink::Dark, (head.0 + 0.06, head.1 - 0.03), 0.04, 0.04);
}

pub(super) fn snowman(drawing: &mut Drawing, dice: &mut Dice) {
    let (low, mid, high) = (
        dice.between(0.4, 0.48),
        dice.between(0.29, 0.35),
        dice.between(0.19, 0.24),
    );
    let (y1, y0) = (
        0.56 - low * 0.75 - mid * 0.7,
        0.56 - low * 0.75 - mid * 1.4 - high * 0.75,
    );
    for side in [-1.0, 1.0] {
        let hand = (side * 0.78, y1 - dice.between(0.0, 0.4));
        drawing.limb(Ink::Dark, 0.05, &[(side * 0.2, y1), hand]);
    }
    drawing.oval(Ink::Light, (0.0, 0.56), low, low);
    drawing.oval(Ink::Light, (0.0, y1), mid, mid);
    drawing.oval(Ink::Light, (0.0, y0), high, high);
    drawing.limb(
        Ink::Body,
        0.1,
        &[
            (-0.18, y0 + high),
            (0.18, y0 + high),
            (0.24, y0 + high + 0.3),
        ],
    );
    drawing.rect(Ink::Dark, (-0.15, y0 - high - 0.3), (0.15, y0 - high * 0.7));
    drawing.rect(
        Ink::Dark,
        (-0.28, y0 - high * 0.85),
        (0.28, y0 - high * 0.6),
    );
    for y in [0.0, 0.14, 0.3] {
        drawing.oval(Ink::Dark, (0.0, y1 + y), 0.035, 0.035);
    }
    drawing.poly(
        Ink::Second,
        &[(0.0, y0 - 0.05), (0.32, y0 + 0.04), (0.0, y0 + 0.06)],
    );
}

pub(super) fn robot(drawing: &mut Drawing, dice: &mut Dice) {
    let wide = dice.between(0.34, 0.44);
    for side in [-1.0, 1.0] {
        drawing.rect(
            Ink::Shade,
            (side * wide * 0.3, 0.4),
            (side * wide * 0.85, 0.95),
        );
        let hand = (side * (wide + 0.28), dice.between(-0.3, 0.4));
        drawing.limb(
            Ink::Second,
            0.12,
            &[(side * wide, -0.1), (side * (wide + 0.2), 0.05), hand],
        );
    }
    drawing.rect(Ink::Body, (-wide, -0.25), (wide, 0.5));
    drawing.rect(Ink::Second, (-wide * 0.75, -0.82), (wide * 0.75, -0.3));
    drawing.limb(Ink::Dark, 0.05, &[(0.0, -0.8), (0.0, -1.02)]);
    drawing.oval(Ink::Light, (-wide * 0.35, -0.58), 0.09, 0.09);
    drawing.oval(Ink::Light, (wide * 0.35, -0.58), 0.09, 0.09);
    drawing.rect(Ink::Light, (-wide * 0.6, 0.0), (wide * 0.6, 0.22));
}
