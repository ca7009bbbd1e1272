//! Small things and signs, all of the pretraining set.

use super::super::drawing::{Drawing, Ink, polar};
use crate::dice::Dice;

pub(super) fn apple(drawing: &mut Drawing, dice: &mut Dice) {
    let wide = dice.between(0.6, 0.75);
    drawing.limb(Ink::Dark, 0.08, &[(0.0, -0.4), (dice.around(0.12), -0.9)]);
    drawing.tilted(Ink::Second, (0.26, -0.74), 0.24, 0.11, -0.06);
    drawing.blob(
        Ink::Body,
        &[
            (0.0, -0.4),
            (wide, -0.8),
            (wide * 1.25, 0.2),
            (wide * 0.5, 0.95),
            (-wide * 0.5, 0.95),
            (-wide * 1.25, 0.2),
            (-wide, -0.8),
        ],
    );
}

pub(super) fn heart(drawing: &mut Drawing, dice: &mut Dice) {
    let lobe = dice.between(0.42, 0.5);
    drawing.oval(Ink::Body, (-lobe * 0.9, -0.35), lobe, lobe);
    drawing.oval(Ink::Body, (lobe * 0.9, -0.35), lobe, lobe);
    drawing.poly(
        Ink::Body,
        &[(-lobe * 1.76, -0.1), (lobe * 1.76, -0.1), (0.0, 0.9)],
    );
    drawing.rect(Ink::Body, (-lobe * 0.8, -0.4), (lobe * 0.8, 0.0));
}

pub(super) fn hat(drawing: &mut Drawing, dice: &mut Dice) {
    let (wide, tall) = (dice.between(0.42, 0.56), dice.between(0.5, 0.9));
    drawing.oval(Ink::Body, (0.0, 0.45), 0.98, 0.2);
    drawing.poly(
        Ink::Body,
        &[
            (-wide, 0.45),
            (-wide * 0.85, -tall + 0.3),
            (wide * 0.85, -tall + 0.3),
            (wide, 0.45),
        ],
    );
    drawing.poly(
        Ink::Second,
        &[
            (-wide * 0.97, 0.2),
            (wide * 0.97, 0.2),
            (wide, 0.42),
            (-wide, 0.42),
        ],
    );
}

pub(super) fn umbrella(drawing: &mut Drawing, dice: &mut Dice) {
    let deep = dice.between(0.75, 0.95);
    drawing.curve(
        Ink::Dark,
        0.08,
        &[
            (0.0, -0.6),
            (0.0, 0.75),
            (0.02, 1.05),
            (0.3, 1.05),
            (0.28, 0.75),
        ],
    );
    drawing.blob(
        Ink::Body,
        &[
            (-1.0, 0.05),
            (-0.85, -deep * 0.9),
            (0.0, -deep * 1.15),
            (0.85, -deep * 0.9),
            (1.0, 0.05),
            (0.5, -0.16),
            (0.0, 0.05),
            (-0.5, -0.16),
        ],
    );
    drawing.curve(
        Ink::Line,
        0.04,
        &[(0.0, -deep * 0.95), (-0.45, -0.5), (-0.42, -0.06)],
    );
    drawing.curve(
        Ink::Line,
        0.04,
        &[(0.0, -deep * 0.95), (0.45, -0.5), (0.42, -0.06)],
    );
}

pub(super) fn crown(drawing: &mut Drawing, dice: &mut Dice) {
    let (peak, dip) = (dice.between(-0.75, -0.5), dice.between(-0.1, 0.1));
    drawing.poly(
        Ink::Body,
        &[
            (-0.85, 0.6),
            (-0.95, peak + 0.15),
            (-0.45, dip),
            (0.0, peak),
            (0.45, dip),
            (0.95, peak + 0.15),
            (0.85, 0.6),
        ],
    );
    drawing.rect(Ink::Second, (-0.86, 0.4), (0.86, 0.66));
    for (x, y) in [(-0.95, peak + 0.1), (0.0, peak - 0.05), (0.95, peak + 0.1)] {
        drawing.oval(Ink::Light, (x, y), 0.1, 0.1);
    }
}

pub(super) fn ladder(drawing: &mut Drawing, dice: &mut Dice) {
    let (wide, rail) = (dice.between(0.28, 0.4), dice.between(0.09, 0.13));
    for rung in 0..5 {
        let y = -0.75 + 0.37 * rung as f32;
        drawing.limb(Ink::Second, 0.09, &[(-wide, y), (wide, y)]);
    }
    for side in [-1.0, 1.0] {
        drawing.limb(
            Ink::Body,
            rail,
            &[(side * wide * 0.9, -1.0), (side * wide * 1.05, 1.0)],
        );
    }
}

pub(super) fn arrow(drawing: &mut Drawing, dice: &mut Dice) {
    let (shaft, head) = (dice.between(0.13, 0.22), dice.between(0.42, 0.58));
    let neck = dice.between(0.1, 0.35);
    drawing.poly(
        Ink::Body,
        &[
            (-1.0, -shaft),
            (neck, -shaft),
            (neck, -head),
            (1.0, 0.0),
            (neck, head),
            (neck, shaft),
            (-1.0, shaft),
        ],
    );
}

pub(super) fn anchor(drawing: &mut Drawing, dice: &mut Dice) {
    let arms = dice.between(0.62, 0.8);
    drawing.ring(Ink::Body, 0.1, (0.0, -0.8), 0.16, 0.16);
    drawing.limb(Ink::Body, 0.13, &[(0.0, -0.62), (0.0, 0.85)]);
    drawing.limb(Ink::Body, 0.12, &[(-0.38, -0.36), (0.38, -0.36)]);
    drawing.curve(
        Ink::Body,
        0.13,
        &[(-arms, 0.25), (-arms * 0.8, 0.88), (0.0, 0.86)],
    );
    drawing.curve(
        Ink::Body,
        0.13,
        &[(arms, 0.25), (arms * 0.8, 0.88), (0.0, 0.86)],
    );
    for side in [-1.0, 1.0] {
        drawing.poly(
            Ink::Body,
            &[
                (side * arms, 0.04),
                (side * (arms + 0.22), 0.4),
                (side * (arms - 0.22), 0.36),
            ],
        );
    }
}

pub(super) fn flag(drawing: &mut Drawing, dice: &mut Dice) {
    let (low, wave) = (dice.between(-0.15, 0.1), dice.around(0.2));
    drawing.limb(Ink::Dark, 0.09, &[(-0.6, -1.0), (-0.6, 1.0)]);
    drawing.poly(
        Ink::Body,
        &[
            (-0.56, -0.95),
            (0.1, -0.9 + wave),
            (0.85, -0.95),
            (0.85, low),
            (0.1, low + wave),
            (-0.56, low),
        ],
    );
    let y = (low - 0.95) / 2.0;
    drawing.limb(Ink::Second, 0.16, &[(-0.5, y), (0.1, y + wave), (0.8, y)]);
}

pub(super) fn balloon(drawing: &mut Drawing, dice: &mut Dice) {
    let wide = dice.between(0.5, 0.62);
    drawing.curve(
        Ink::Line,
        0.05,
        &[(0.0, 0.35), (0.14, 0.6), (-0.14, 0.8), (0.0, 1.05)],
    );
    drawing.poly(Ink::Shade, &[(0.0, 0.2), (0.11, 0.42), (-0.11, 0.42)]);
    drawing.oval(Ink::Body, (0.0, -0.35), wide, 0.65);
    drawing.tilted(Ink::Light, (-wide * 0.42, -0.6), 0.15, 0.08, -0.12);
}

pub(super) fn bell(drawing: &mut Drawing, dice: &mut Dice) {
    let hem = dice.between(0.6, 0.76);
    drawing.ring(Ink::Second, 0.09, (0.0, -0.82), 0.13, 0.13);
    drawing.oval(Ink::Dark, (dice.around(0.12), 0.64), 0.17, 0.17);
    drawing.blob(
        Ink::Body,
        &[
            (-hem * 1.2, 0.62),
            (-hem * 0.7, 0.3),
            (-hem * 0.72, -0.75),
            (hem * 0.72, -0.75),
            (hem * 0.7, 0.3),
            (hem * 1.2, 0.62),
        ],
    );
    drawing.limb(Ink::Second, 0.08, &[(-hem * 0.7, 0.36), (hem * 0.7, 0.36)]);
}

pub(super) fn sword(drawing: &mut Drawing, dice: &mut Dice) {
    let (wide, guard) = (dice.between(0.08, 0.13), dice.between(0.26, 0.4));
    drawing.poly(
        Ink::Light,
        &[
            (-wide, 0.5),
            (-wide, -0.75),
            (0.0, -1.05),
            (wide, -0.75),
            (wide, 0.5),
        ],
    );
    drawing.limb(Ink::Second, 0.12, &[(0.0, 0.5), (0.0, 0.9)]);
    drawing.limb(Ink::Body, 0.13, &[(-guard, 0.5), (guard, 0.5)]);
    drawing.oval(Ink::Body, (0.0, 0.96), 0.1, 0.1);
}

pub(super) fn book(drawing: &mut Drawing, dice: &mut Dice) {
    let (lift, tall) = (dice.between(0.08, 0.22), dice.between(0.5, 0.66));
    drawing.poly(
        Ink::Body,
        &[
            (-1.0, -tall - lift),
            (0.0, -tall),
            (1.0, -tall - lift),
            (1.0, tall - lift),
            (0.0, tall + 0.06),
            (-1.0, tall - lift),
        ],
    );
    for side in [-1.0, 1.0] {
        drawing.poly(
            Ink::Light,
            &[
                (side * 0.04, -tall + 0.03),
                (side * 0.9, -tall - lift + 0.05),
                (side * 0.9, tall - lift - 0.12),
                (side * 0.04, tall - 0.06),
            ],
        );
        for line in [-0.45, 0.0, 0.45] {
            let y = line * tall;
            drawing.limb(
                Ink::Line,
                0.05,
                &[(side * 0.18, y), (side * 0.76, y - lift * 0.7)],
            );
        }
    }
}

pub(super) fn gear(drawing: &mut Drawing, dice: &mut Dice) {
    let teeth = 7 + dice.below(4);
    let turn = dice.unit();
    for tooth in 0..teeth {
        let angle = turn + tooth as f32 / teeth as f32;
        drawing.taper(
            Ink::Body,
            (0.0, 0.0),
            0.3,
            polar((0.0, 0.0), 1.0, angle),
            0.2,
        );
    }
    drawing.oval(Ink::Body, (0.0, 0.0), 0.74, 0.74);
    drawing.oval(Ink::Dark, (0.0, 0.0), dice.between(0.22, 0.34), 0.28);
}

pub(super) fn table(drawing: &mut Drawing, dice: &mut Dice) {
    let (leg, low) = (dice.between(0.1, 0.15), dice.between(0.6, 0.85));
    for (ink, x, foot) in [(Ink::Shade, 0.6, low - 0.14), (Ink::Body, 0.88, low)] {
        for side in [-1.0, 1.0] {
            drawing.limb(ink, leg, &[(side * x, -0.2), (side * x, foot)]);
        }
    }
    drawing.poly(
        Ink::Second,
        &[(-0.8, -0.44), (0.8, -0.44), (1.0, -0.18), (-1.0, -0.18)],
    );
    drawing.rect(Ink::Body, (-1.0, -0.2), (1.0, -0.05));
}

pub(super) fn envelope(drawing: &mut Drawing, dice: &mut Dice) {
    let tall = dice.between(0.52, 0.68);
    drawing.rect(Ink::Body, (-0.95, -tall), (0.95, tall));
    drawing.limb(Ink::Line, 0.06, &[(-0.95, tall), (-0.25, 0.0)]);
    drawing.limb(Ink::Line, 0.06, &[(0.95, tall), (0.25, 0.0)]);
    drawing.poly(
        Ink::Second,
        &[
            (-0.95, -tall),
            (0.95, -tall),
            (0.0, dice.between(0.05, 0.2)),
        ],
    );
}
