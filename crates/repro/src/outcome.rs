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

/// What a run leaves.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Measures after the last epoch.
    pub last: Vec<Measure>,
    /// Measures after the epoch with the best headline number.
    pub best: Vec<Measure>,
    /// Parameter counts.
    pub count: ParamCount,
    /// Steps taken.
    pub steps: usize,
    /// Seconds of training and evaluation.
    pub seconds: f64,
    /// Training examples a second, evaluation not counted.
    pub examples_per_second: f64,
}

/// The headline number of an evaluation: its first.
pub fn headline(measures: &[Measure]) -> f64 {
    measures.first().map_or(f64::NAN, |measure| measure.value)
}
