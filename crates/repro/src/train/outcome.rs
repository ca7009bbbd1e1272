//! What a run leaves: measures and counts.

use adapters::count::ParamCount;

/// One measured number.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Split it was measured on.
    pub split: String,
    /// Metric's name.
    pub metric: &'static str,
    /// Fraction, not per cent.
    pub value: f64,
    /// Number of examples.
    pub n_examples: usize,
}

impl Measure {
    /// The share of `n` examples that are right.
    pub fn accuracy(split: impl Into<String>, n_right: usize, n: usize) -> Self {
        Self {
            split: split.into(),
            metric: "accuracy",
            value: n_right as f64 / n as f64,
            n_examples: n,
        }
    }
}

/// What a run leaves.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Measures of the last weights.
    pub last: Vec<Measure>,
    /// Measures of the weights with the best headline number on the way.
    pub best: Vec<Measure>,
    /// Parameter counts.
    pub count: ParamCount,
    /// Passes over the training data, the last one perhaps in part.
    pub epochs: usize,
    /// Steps taken.
    pub steps: usize,
    /// Seconds of training and evaluation together.
    pub seconds: f64,
    /// Training examples a second, evaluation not counted.
    pub examples_per_second: f64,
}

/// The headline number of an evaluation: its first.
pub fn headline(measures: &[Measure]) -> f64 {
    measures.first().map_or(f64::NAN, |measure| measure.value)
}
