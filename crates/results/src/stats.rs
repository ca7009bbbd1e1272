//! Means and sample standard deviations over seeds.

/// The mean; none of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The sample standard deviation, with n - 1 in the denominator; none below two values.
///
/// So the paper computes it: its Table 7 prints 40.4±35. for CoLA, which can only be two runs of 60.6 and one of 0.
pub fn sample_std(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

/// Mean and spread of one number over seeds, in the table's unit (100 times the metric).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stat {
    /// The mean over seeds.
    pub mean: f64,
    /// The sample standard deviation over seeds; none below two seeds.
    pub std: Option<f64>,
    /// Number of seeds.
    pub n: usize,
}

impl Stat {
    /// Over the values of each seed; none of nothing.
    pub fn of(values: &[f64]) -> Option<Self> {
        Some(Self {
            mean: mean(values)?,
            std: sample_std(values),
            n: values.len(),
        })
    }

    /// Several numbers as one: the mean of their means, with the *mean* of their spreads; none of nothing.
    ///
    /// So the paper's Table 5 averages environments: each of its deviations is the mean of three of Table 8's, and says
    /// how much one environment varies, not how much the average does.
    pub fn mean_of(stats: &[Self]) -> Option<Self> {
        let means: Vec<f64> = stats.iter().map(|stat| stat.mean).collect();
        let stds: Option<Vec<f64>> = stats.iter().map(|stat| stat.std).collect();
        Some(Self {
            mean: mean(&means)?,
            std: stds.and_then(|stds| mean(&stds)),
            n: stats.iter().map(|stat| stat.n).min()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_the_sample_standard_deviation() {
        let std = sample_std(&[60.6, 60.6, 0.0]).expect("three values");
        assert!((std - 34.99).abs() < 0.005, "{std}");
        let mean = mean(&[60.6, 60.6, 0.0]).expect("three values");
        assert_eq!((mean * 10.0).round(), 404.0);
    }

    #[test]
    fn one_value_has_a_mean_but_no_spread() {
        let one = Stat {
            mean: 2.0,
            std: None,
            n: 1,
        };
        assert_eq!(Stat::of(&[2.0]), Some(one));
        assert_eq!(Stat::of(&[]), None);
    }
}
