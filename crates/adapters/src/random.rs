//! Normally distributed numbers.

use rand::Rng;

/// Two independent draws from N(0, `std`) (Box and Muller, 1958), from two uniform ones.
pub fn gaussian_pair(std: f64, rng: &mut impl Rng) -> [f64; 2] {
    let u: f64 = 1.0 - rng.random::<f64>();
    let angle = std::f64::consts::TAU * rng.random::<f64>();
    let radius = std * (-2.0 * u.ln()).sqrt();
    [radius * angle.cos(), radius * angle.sin()]
}
