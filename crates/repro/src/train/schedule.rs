//! How the learning rate changes over a run.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::check::check_ratio;

/// The factor by which the base learning rate is multiplied at each step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Schedule {
    /// 1 at every step, as in DomainBed.
    Constant,
    /// Warm-up and decay, as transformers' `get_linear_schedule_with_warmup`: it rises from 0 to 1 in
    /// the first `ceil(warmup_ratio * steps)` steps, then falls to 0 after the last.
    Linear {
        /// Share of the steps in which the rate rises, in `[0, 1)`.
        warmup_ratio: f64,
    },
}

impl Schedule {
    /// Checks the numbers; `name` is the key that holds them.
    ///
    /// # Errors
    /// A ratio out of range.
    pub fn check(&self, name: &str) -> Result<()> {
        match self {
            Self::Constant => Ok(()),
            Self::Linear { warmup_ratio } => {
                check_ratio(&format!("{name}.warmup_ratio"), Some(*warmup_ratio))
            }
        }
    }

    /// The factor at `step` of `steps`, counted from 0.
    pub fn factor(&self, step: usize, steps: usize) -> f64 {
        let Self::Linear { warmup_ratio } = self else {
            return 1.0;
        };
        let warmup = (warmup_ratio * steps as f64).ceil() as usize;
        if step < warmup {
            step as f64 / warmup as f64
        } else {
            let left = steps.saturating_sub(step) as f64;
            left / (steps - warmup).max(1) as f64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_then_falls_like_transformers() {
        // transformers 4.57.1: warm-up 2 of 10 steps.
        let schedule = Schedule::Linear { warmup_ratio: 0.2 };
        let factors: Vec<f64> = (0..10).map(|step| schedule.factor(step, 10)).collect();
        let expected = [0.0, 0.5, 1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125];
        for (factor, expected) in factors.iter().zip(expected) {
            assert!((factor - expected).abs() < 1e-12, "{factors:?}");
        }
    }

    #[test]
    fn starts_at_the_full_rate_without_warm_up() {
        let schedule = Schedule::Linear { warmup_ratio: 0.0 };
        assert_eq!(schedule.factor(0, 4), 1.0);
        assert_eq!(Schedule::Constant.factor(3, 4), 1.0);
    }
}
