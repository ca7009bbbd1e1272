//! Checks of single numbers, with the key in the message.

use anyhow::{Result, bail};

/// Checks a count.
///
/// # Errors
/// If it is 0.
pub fn check_at_least_1(name: &str, number: usize) -> Result<()> {
    if number == 0 {
        bail!("{name} must be at least 1, but is 0");
    }
    Ok(())
}

/// Checks a share.
///
/// # Errors
/// If it is outside `[0, 1)`.
pub fn check_ratio(name: &str, ratio: Option<f64>) -> Result<()> {
    match ratio {
        Some(ratio) if !(0.0..1.0).contains(&ratio) => {
            bail!("{name} must be at least 0 and below 1, but is {ratio}")
        }
        _ => Ok(()),
    }
}

/// Checks a learning rate.
///
/// # Errors
/// If it is not positive and finite.
pub fn check_rate(name: &str, lr: Option<f64>) -> Result<()> {
    match lr {
        Some(lr) if !(lr > 0.0 && lr.is_finite()) => {
            bail!("{name} must be a positive number, but is {lr}")
        }
        _ => Ok(()),
    }
}
