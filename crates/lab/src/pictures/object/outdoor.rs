//! Buildings, vehicles, plants and instruments.

use super::super::drawing::{Drawing, Ink, polar};
use crate::dice::Dice;

pub(super) fn car(drawing: &mut Drawing, dice: &mut Dice) {
    let (roof_back, roof_front) = (dice.between(-0.62, -0.38), dice.between(0.12, 0.3));
    let roof = dice.between(-0.52, -0.36);
    let wheel = dice.between(0.19, 0.24);
    drawing.poly(
        Ink::Body,
        &[
            (-0.74, 0.0),
            (roof_back, roof),
            (roof_front, roof),
            (roof_front + 0.32, 0.0),
        ],
    );
    let glass = roof + 0.09;
    drawing.poly(
        Ink::Light,
        &[
            (-0.6, -0.01),
            (roof_back + 0.06, glass),
            (-0.15, glass),
            (-0.15, -0.01),
        ],
    );
    drawing.poly(
        Ink::Light,
        &[
            (-0.06, -0.01),
            (-0.06, glass),
            (roof_front - 0.04, glass),
            (roof_front + 0.2, -0.01),
        ],
    );
    drawing.poly(
        Ink::Body,
        &[
            (-0.98, 0.02),
            (0.5, -0.04),
            (0.96, 0.1),
            (1.0, 0.4),
            (-1.0, 0.4),
            (-1.0, 0.1),
        ],
    );
    if dice.percent(60) {
        drawing.limb(Ink::Second, 0.07, &[(-0.94, 0.2), (0.94, 0.22)]);
    }
    for x in [-0.56, 0.56] {
        drawing.oval(Ink::Dark, (x, 0.4), wheel, wheel);
        drawing.oval(Ink::Light, (x, 0.4), wheel * 0.45, wheel * 0.45);
    }
    drawing.oval(Ink::Light, (0.9, 0.16), 0.07, 0.06);
}

pub(super) fn truck(drawing: &mut Drawing, dice: &mut Dice) {
    let wall = dice.between(-0.7, -0.5);
    let wheel = dice.between(0.17, 0.21);
    drawing.rect(Ink::Second, (-1.0, wall), (0.3, 0.36));
    drawing.poly(
        Ink::Body,
        &[
            (0.34, -0.3),
            (0.74, -0.3),
            (0.98, 0.02),
            (1.0, 0.4),
            (0.34, 0.4),
        ],
    );
    drawing.poly(
        Ink::Light,
        &[(0.46, -0.2), (0.68, -0.2), (0.84, 0.02), (0.46, 0.02)],
    );
    for x in [-0.66, -0.2, 0.66] {
        drawing.oval(Ink::Dark, (x, 0.42), wheel, wheel);
    }
}

pub(super) fn house(drawing: &mut Drawing, dice: &mut Dice) {
    let wide = dice.between(0.58, 0.8);
    let eaves = dice.between(-0.28, 0.05);
    let ridge = eaves - dice.between(0.45, 0.8);
    let over = wide + dice.between(0.08, 0.2);
    let chimney = dice.sign() * wide * dice.between(0.35, 0.6);
    if dice.percent(65) {
        drawing.rect(
            Ink::Shade,
            (chimney - 0.1, ridge - 0.02),
            (chimney + 0.1, eaves - 0.05),
        );
    }
    drawing.rect(Ink::Body, (-wide, eaves - 0.02), (wide, 0.85));
    let flat = if dice.percent(35) {
        wide * dice.between(0.3, 0.6)
    } else {
        0.0
    };
    drawing.poly(
        Ink::Second,
        &[(-over, eaves), (-flat, ridge), (flat, ridge), (over, eaves)],
    );
    let door = dice.around(wide * 0.5);
    drawing.rect(Ink::Dark, (door - 0.13, 0.32), (door + 0.13, 0.85));
    let y = eaves + dice.between(0.14, 0.22);
    for side in [-1.0, 1.0] {
        let x = side * wide * dice.between(0.5, 0.62);
        drawing.rect(
            Ink::Light,
            (x - 0.14, y),
            (x + 0.14, y + dice.between(0.2, 0.28)),
        );
    }
}

pub(super) fn guitar(drawing: &mut Drawing, dice: &mut Dice) {
    let (low, up) = (dice.between(0.38, 0.46), dice.between(0.27, 0.34));
    let neck = dice.between(0.8, 1.05);
    drawing.limb(Ink::Second, 0.12, &[(0.0, 0.1), (0.0, -neck)]);
    drawing.poly(
        Ink::Second,
        &[
            (-0.1, -neck),
            (-0.13, -neck - 0.28),
            (0.13, -neck - 0.28),
            (0.1, -neck),
        ],
    );
    drawing.oval(Ink::Body, (0.0, 0.6), low, low * 0.9);
    drawing.oval(Ink::Body, (0.0, 0.14), up, up * 0.85);
    drawing.rect(Ink::Body, (-up * 0.85, 0.2), (up * 0.85, 0.5));
    drawing.oval(Ink::Dark, (0.0, 0.3), 0.13, 0.13);
    drawing.limb(Ink::Dark, 0.08, &[(-0.16, 0.72), (0.16, 0.72)]);
    drawing.limb(Ink::Line, 0.03, &[(0.0, 0.7), (0.0, -neck)]);
}

pub(super) fn tree(drawing: &mut Drawing, dice: &mut Dice) {
    let crown = dice.between(0.5, 0.66);
    drawing.taper(Ink::Second, (0.0, -0.2), 0.14, (0.0, 1.0), 0.26);
    drawing.limb(Ink::Second, 0.09, &[(0.0, 0.35), (0.26, 0.0)]);
    for lobe in 0..6 {
        let at = polar(
            (0.0, -0.36),
            crown * 0.55,
            lobe as f32 / 6.0 + dice.around(0.05),
        );
        drawing.oval(Ink::Body, at, crown * dice.between(0.42, 0.6), crown * 0.48);
    }
    drawing.oval(Ink::Body, (0.0, -0.36), crown * 0.6, crown * 0.6);
}

pub(super) fn pine(drawing: &mut Drawing, dice: &mut Dice) {
    drawing.rect(Ink::Second, (-0.1, 0.6), (0.1, 1.0));
    let wide = dice.between(0.5, 0.68);
    for tier in [2.0, 1.0, 0.0] {
        let (top, hem) = (-1.0 + tier * 0.42, -0.28 + tier * 0.5);
        let half = wide * (0.5 + tier * 0.25);
        drawing.poly(Ink::Body, &[(0.0, top), (half, hem), (-half, hem)]);
    }
}

pub(super) fn star(drawing: &mut Drawing, dice: &mut Dice) {
    let inner = dice.between(0.38, 0.5);
    let points: Vec<_> = (0..10)
        .map(|k| {
            polar(
                (0.0, 0.0),
                if k % 2 == 0 { 1.0 } else { inner },
                k as f32 / 10.0 - 0.25,
            )
        })
        .collect();
    drawing.poly(Ink::Body, &points);
}

pub(super) fn boat(drawing: &mut Drawing, dice: &mut Dice) {
    let mast = dice.around(0.12);
    let hem = dice.between(0.15, 0.28);
    drawing.limb(Ink::Dark, 0.06, &[(mast, -1.0), (mast, 0.4)]);
    drawing.poly(
        Ink::Light,
        &[(mast + 0.06, -0.95), (mast + 0.72, hem), (mast + 0.06, hem)],
    );
    drawing.poly(
        Ink::Second,
        &[(mast - 0.06, -0.75), (mast - 0.06, hem), (mast - 0.55, hem)],
    );
    drawing.poly(
        Ink::Body,
        &[(-0.95, 0.36), (0.95, 0.36), (0.62, 0.82), (-0.66, 0.82)],
    );
}

pub(super) fn key(drawing: &mut Drawing, dice: &mut Dice) {
    let bow = dice.between(0.26, 0.34);
    drawing.ring(Ink::Body, 0.15, (-0.6, 0.0), bow, bow);
    drawing.limb(Ink::Body, 0.13, &[(-0.6 + bow, 0.0), (0.95, 0.0)]);
    for x in [0.5, 0.68, 0.86] {
        drawing.limb(Ink::Body, 0.1, &[(x, 0.0), (x, dice.between(0.2, 0.34))]);
    }
}

pub(super) fn leaf(drawing: &mut Drawing, dice: &mut Dice) {
    let wide = dice.between(0.4, 0.62);
    drawing.limb(Ink::Second, 0.07, &[(0.0, 0.5), (0.06, 1.05)]);
    drawing.blob(
        Ink::Body,
        &[
            (0.0, -1.05),
            (wide, -0.4),
            (wide, 0.4),
            (0.0, 0.8),
            (-wide, 0.4),
            (-wide, -0.4),
        ],
    );
    drawing.limb(Ink::Line, 0.05, &[(0.0, -0.7), (0.0, 0.55)]);
    for y in [-0.25, 0.1] {
        drawing.limb(
            Ink::Line,
            0.04,
            &[
                (-wide * 0.55, y - 0.16),
                (0.0, y + 0.1),
                (wide * 0.55, y - 0.16),
            ],
        );
    }
}

pub(super) fn cactus(drawing: &mut Drawing, dice: &mut Dice) {
    let (left, right) = (dice.between(-0.1, 0.3), dice.between(-0.2, 0.2));
    drawing.limb(Ink::Body, 0.32, &[(0.0, -0.75), (0.0, 0.6)]);
    drawing.limb(
        Ink::Body,
        0.2,
        &[(0.0, left), (-0.44, left), (-0.44, left - 0.42)],
    );
    drawing.limb(
        Ink::Body,
        0.2,
        &[(0.0, right), (0.42, right), (0.42, right - 0.36)],
    );
    drawing.poly(
        Ink::Second,
        &[(-0.36, 0.5), (0.36, 0.5), (0.26, 0.98), (-0.26, 0.98)],
    );
}

pub(super) fn mushroom(drawing: &mut Drawing, dice: &mut Dice) {
    let wide = dice.between(0.7, 0.9);
    drawing.poly(
        Ink::Light,
        &[(-0.2, -0.1), (0.2, -0.1), (0.28, 0.85), (-0.28, 0.85)],
    );
    drawing.blob(
        Ink::Body,
        &[
            (-wide, 0.1),
            (-wide * 0.8, -0.75),
            (0.0, -1.0),
            (wide * 0.8, -0.75),
            (wide, 0.1),
            (0.0, -0.02),
        ],
    );
    for (x, y) in [(-0.4, -0.3), (0.05, -0.55), (0.42, -0.26)] {
        drawing.oval(Ink::Light, (x * wide, y), 0.1, 0.09);
    }
}

pub(super) fn windmill(drawing: &mut Drawing, dice: &mut Dice) {
    drawing.poly(
        Ink::Body,
        &[(-0.2, -0.35), (0.2, -0.35), (0.36, 1.0), (-0.36, 1.0)],
    );
    drawing.poly(Ink::Second, &[(-0.26, -0.32), (0.0, -0.62), (0.26, -0.32)]);
    let turn = dice.unit();
    for sail in 0..4 {
        let angle = turn + sail as f32 / 4.0;
        let (near, tip) = (
            polar((0.0, -0.34), 0.2, angle),
            polar((0.0, -0.34), 0.78, angle + 0.02),
        );
        drawing.limb(Ink::Dark, 0.05, &[(0.0, -0.34), tip]);
        drawing.taper(Ink::Light, near, 0.14, tip, 0.24);
    }
    drawing.rect(Ink::Dark, (-0.1, 0.65), (0.1, 1.0));
}

pub(super) fn plane(drawing: &mut Drawing, dice: &mut Dice) {
    let sweep = dice.between(0.2, 0.5);
    drawing.poly(
        Ink::Second,
        &[
            (0.25, 0.0),
            (-0.15 - sweep, -0.8),
            (-0.4 - sweep, -0.8),
            (-0.2, 0.0),
        ],
    );
    drawing.poly(
        Ink::Second,
        &[
            (0.25, 0.0),
            (-0.15 - sweep, 0.8),
            (-0.4 - sweep, 0.8),
            (-0.2, 0.0),
        ],
    );
    drawing.poly(
        Ink::Second,
        &[(-0.62, 0.0), (-0.95, -0.38), (-1.02, 0.0), (-0.95, 0.38)],
    );
    drawing.oval(Ink::Body, (0.0, 0.0), 1.0, dice.between(0.12, 0.17));
    drawing.oval(Ink::Light, (0.72, 0.0), 0.1, 0.07);
}

pub(super) fn rocket(drawing: &mut Drawing, dice: &mut Dice) {
    let wide = dice.between(0.24, 0.34);
    drawing.poly(
        Ink::Second,
        &[(-wide * 0.6, 0.1), (-wide * 2.0, 0.72), (-wide * 0.6, 0.56)],
    );
    drawing.poly(
        Ink::Second,
        &[(wide * 0.6, 0.1), (wide * 2.0, 0.72), (wide * 0.6, 0.56)],
    );
    drawing.poly(
        Ink::Light,
        &[
            (-wide * 0.5, 0.55),
            (wide * 0.5, 0.55),
            (0.0, dice.between(0.85, 1.05)),
        ],
    );
    drawing.blob(
        Ink::Body,
        &[
            (0.0, -1.25),
            (wide * 1.3, -0.4),
            (wide, 0.62),
            (-wide, 0.62),
            (-wide * 1.3, -0.4),
        ],
    );
    drawing.oval(Ink::Dark, (0.0, -0.3), wide * 0.45, wide * 0.45);
}
