//! Linear warm-up and decay of the learning rate, as transformers' `get_linear_schedule_with_warmup`.

/// The factor by which the base learning rate is multiplied at each step.
#[derive(Clone, Copy, Debug)]
pub struct LinearSchedule {
    warmup: usize,
    total: usize,
}

impl LinearSchedule {
    /// A schedule over `total` steps, the first `ceil(ratio * total)` of which warm up.
    pub fn new(total: usize, ratio: f64) -> Self {
        Self {
            warmup: (ratio * total as f64).ceil() as usize,
            total,
        }
    }

    /// The factor at `step`, counted from 0: rises from 0 to 1, then falls to 0 after the last step.
    pub fn factor(&self, step: usize) -> f64 {
        if step < self.warmup {
            step as f64 / self.warmup as f64
        } else {
            let left = self.total.saturating_sub(step) as f64;
            left / (self.total - self.warmup).max(1) as f64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_then_falls_like_transformers() {
        // transformers 4.57.1: warm-up 2 of 10 steps.
        let schedule = LinearSchedule::new(10, 0.2);
        let factors: Vec<f64> = (0..10).map(|step| schedule.factor(step)).collect();
        let expected = [0.0, 0.5, 1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125];
        for (factor, expected) in factors.iter().zip(expected) {
            assert!((factor - expected).abs() < 1e-12, "{factors:?}");
        }
    }

    #[test]
    fn starts_at_the_full_rate_without_warm_up() {
        assert_eq!(LinearSchedule::new(4, 0.0).factor(0), 1.0);
    }
}
