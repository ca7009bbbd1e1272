//! Whether two sets of rows agree, run by run and metric by metric.

use std::collections::{BTreeMap, BTreeSet};

use crate::row::{Row, Selection};

/// One metric that differs between two sets of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The run both sets hold.
    pub run_key: String,
    /// Its arm.
    pub arm: String,
    /// Its task.
    pub task: String,
    /// Its seed.
    pub seed: u64,
    /// The split.
    pub split: String,
    /// The metric.
    pub metric: String,
    /// Which weights.
    pub selection: Selection,
    /// The first set's value; none if the row is missing there or the run failed.
    pub a: Option<f64>,
    /// The second set's value; none likewise.
    pub b: Option<f64>,
}

/// Outcome of [`compare`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// Metrics compared.
    pub compared: usize,
    /// Largest absolute difference among metrics that both sets hold.
    pub largest: f64,
    /// Run keys that only the first set holds.
    pub only_a: usize,
    /// Run keys that only the second set holds.
    pub only_b: usize,
    /// Metrics whose values differ by more than the tolerance, or that one set lacks.
    pub differences: Vec<Difference>,
}

/// Compares the metrics of the runs that `a` and `b` both hold; times, devices and commits do not count.
///
/// `tolerance` is absolute, in the metric's own unit (0.001 is 0.1 points of accuracy).
pub fn compare(a: &[Row], b: &[Row], tolerance: f64) -> Comparison {
    let keys_a: BTreeSet<&str> = a.iter().map(|row| row.run_key.as_str()).collect();
    let keys_b: BTreeSet<&str> = b.iter().map(|row| row.run_key.as_str()).collect();
    let (index_a, index_b) = (by_metric(a), by_metric(b));
    let mut comparison = Comparison {
        only_a: keys_a.difference(&keys_b).count(),
        only_b: keys_b.difference(&keys_a).count(),
        ..Comparison::default()
    };
    let metrics: BTreeSet<_> = index_a.keys().chain(index_b.keys()).collect();
    for metric in metrics {
        if !keys_a.contains(metric.0) || !keys_b.contains(metric.0) {
            continue;
        }
        let row_a = index_a.get(metric).copied();
        let row_b = index_b.get(metric).copied();
        let (value_a, value_b) = (
            row_a.and_then(|row| row.value),
            row_b.and_then(|row| row.value),
        );
        comparison.compared += 1;
        let agrees = match (value_a, value_b) {
            (Some(a), Some(b)) => {
                comparison.largest = comparison.largest.max((a - b).abs());
                (a - b).abs() <= tolerance
            }
            // Both failed.
            (None, None) => row_a.is_some() && row_b.is_some(),
            _ => false,
        };
        if let Some(row) = row_a.or(row_b).filter(|_| !agrees) {
            comparison.differences.push(Difference {
                run_key: row.run_key.clone(),
                arm: row.arm.clone(),
                task: row.task.clone(),
                seed: row.seed,
                split: row.split.clone(),
                metric: row.metric.clone(),
                selection: row.selection,
                a: value_a,
                b: value_b,
            });
        }
    }
    comparison
}

fn by_metric(rows: &[Row]) -> BTreeMap<(&str, &str, &str, Selection), &Row> {
    rows.iter()
        .map(|row| {
            let key = (
                row.run_key.as_str(),
                row.split.as_str(),
                row.metric.as_str(),
                row.selection,
            );
            (key, row)
        })
        .collect()
}
