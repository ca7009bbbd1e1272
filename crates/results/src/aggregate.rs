//! Means and sample standard deviations over seeds, and which metric heads each task's column.

/// The mean; none of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The sample standard deviation, with n - 1 in the denominator as in the paper (behaviours 1.9); none below two values.
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
    /// So the paper's Table 5 averages environments: each of its deviations is the mean of three of Table 8's
    /// (behaviours 0.12), and says how much one environment varies, not how much the average does.
    pub fn mean_of(stats: &[Self]) -> Option<Self> {
        let column = |get: fn(&Self) -> f64| stats.iter().map(get).collect::<Vec<f64>>();
        let stds: Option<Vec<f64>> = stats.iter().map(|stat| stat.std).collect();
        Some(Self {
            mean: mean(&column(|stat| stat.mean))?,
            std: stds.and_then(|stds| mean(&stds)),
            n: stats.iter().map(|stat| stat.n).min()?,
        })
    }
}

/// The metric and split that stand for a task in the GLUE tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headline {
    /// Metric key in the rows.
    pub metric: &'static str,
    /// Split key in the rows.
    pub split: &'static str,
    /// The task as the paper's column heads write it.
    pub label: &'static str,
}

/// The headline of a GLUE task, from the captions of Tables 1 and 7; none for another task.
///
/// MNLI is the accuracy over both of its validation halves taken together, which the trainer writes as split `pooled`.
pub fn headline(task: &str) -> Option<Headline> {
    let (metric, split, label) = match task {
        "mnli" => ("accuracy", "pooled", "MNLI"),
        "sst2" => ("accuracy", "validation", "SST-2"),
        "mrpc" => ("accuracy", "validation", "MRPC"),
        "cola" => ("matthews", "validation", "CoLA"),
        "qnli" => ("accuracy", "validation", "QNLI"),
        "rte" => ("accuracy", "validation", "RTE"),
        "stsb" => ("pearson", "validation", "STS-B"),
        _ => return None,
    };
    Some(Headline {
        metric,
        split,
        label,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_the_sample_standard_deviation() {
        // behaviours 1.9: only n - 1 gives the paper's 35 for {60.6, 60.6, 0}.
        let std = sample_std(&[60.6, 60.6, 0.0]).expect("three values");
        assert!((std - 34.99).abs() < 0.005, "{std}");
        assert_eq!(
            mean(&[60.6, 60.6, 0.0]).map(|mean| (mean * 10.0).round()),
            Some(404.0)
        );
    }

    #[test]
    fn one_value_has_a_mean_but_no_spread() {
        assert_eq!(
            Stat::of(&[2.0]),
            Some(Stat {
                mean: 2.0,
                std: None,
                n: 1
            })
        );
        assert_eq!(Stat::of(&[]), None);
    }
}
