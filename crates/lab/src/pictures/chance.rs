//! Seeded real numbers for the pictures, and trigonometry that is the same on every platform.

use crate::dice::Dice;

impl Dice {
    /// A multiple of 2^-24 in `0.0..1.0`.
    pub(crate) fn unit(&mut self) -> f32 {
        self.below(1 << 24) as f32 / (1 << 24) as f32
    }

    /// A number in `low..high`.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// A number in the range, both ends as good as included.
    pub(crate) fn within(&mut self, range: (f32, f32)) -> f32 {
        self.between(range.0, range.1)
    }

    /// A number in `-amount..amount`.
    pub(crate) fn around(&mut self, amount: f32) -> f32 {
        self.between(-amount, amount)
    }

    /// 1 or -1.
    pub(crate) fn sign(&mut self) -> f32 {
        if self.percent(50) { 1.0 } else { -1.0 }
    }

    /// Roughly normal, mean 0 and standard deviation 1: the sum of four uniform bytes.
    pub(crate) fn normal(&mut self) -> f32 {
        let word = self.below(1 << 32) as u32;
        let sum: u32 = word.to_le_bytes().into_iter().map(u32::from).sum();
        // A byte's variance is (256^2 - 1) / 12; four of them have standard deviation 147.8.
        (sum as f32 - 510.0) / 147.8
    }
}

/// Sine and cosine of an angle in turns (1 is a full circle), by a Taylor series.
///
/// The standard library calls the platform's mathematics library, whose last bits differ between platforms; additions
/// and multiplications do not.
pub(super) fn sin_cos(turns: f32) -> (f32, f32) {
    let turn = (turns - turns.floor()) * 4.0;
    let quadrant = turn as u32 % 4;
    let x = (turn - turn.floor()) * std::f32::consts::FRAC_PI_2;
    let xx = x * x;
    let sin = x * (1.0 - xx / 6.0 * (1.0 - xx / 20.0 * (1.0 - xx / 42.0 * (1.0 - xx / 72.0))));
    let cos = 1.0 - xx / 2.0 * (1.0 - xx / 12.0 * (1.0 - xx / 30.0 * (1.0 - xx / 56.0)));
    match quadrant {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_and_cosine_are_the_librarys_within_single_precision() {
        for step in -40..80 {
            let turns = step as f32 / 37.0;
            let (sin, cos) = sin_cos(turns);
            let angle = turns * std::f32::consts::TAU;
            assert!((sin - angle.sin()).abs() < 5e-5, "{turns}: {sin}");
            assert!((cos - angle.cos()).abs() < 5e-5, "{turns}: {cos}");
        }
    }

    #[test]
    fn normal_draws_have_unit_variance() {
        let mut dice = Dice::new(0, "normal");
        let draws: Vec<f32> = (0..20_000).map(|_| dice.normal()).collect();
        let mean = draws.iter().sum::<f32>() / draws.len() as f32;
        let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / 20_000.0;
        assert!(mean.abs() < 0.03, "{mean}");
        assert!((variance - 1.0).abs() < 0.04, "{variance}");
    }
}
