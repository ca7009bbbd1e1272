//! From a model's outputs to a task's metrics.

use super::GlueTask;
use crate::metrics::{Metric, accuracy, argmax, f1, matthews, pearson, spearman};

/// Every metric of `task`, the headline first, as fractions.
///
/// `logits` is row-major, `[n, task.n_outputs()]`; `labels` are class indices, or the scores of STS-B.
/// STS-B predictions are not clipped to 0..=5, nor are `run_glue`'s; an undefined correlation counts as 0 (see the
/// [metrics](crate::metrics)).
///
/// # Panics
/// If `logits` has another length than `labels.len() * task.n_outputs()`.
pub fn scores(task: GlueTask, logits: &[f32], labels: &[f32]) -> Vec<(Metric, f64)> {
    assert_eq!(
        logits.len(),
        labels.len() * task.n_outputs(),
        "logits of {task} are [n, {}]",
        task.n_outputs()
    );
    if task.is_regression() {
        let (x, y) = (widen(logits), widen(labels));
        return of_regression(task, &x, &y);
    }
    let predictions: Vec<usize> = logits.chunks_exact(task.n_outputs()).map(argmax).collect();
    of_classes(task, &predictions, &classes(labels))
}

pub(super) fn of_regression(
    task: GlueTask,
    predictions: &[f64],
    labels: &[f64],
) -> Vec<(Metric, f64)> {
    let value = |metric| match metric {
        Metric::Spearman => spearman(predictions, labels),
        _ => pearson(predictions, labels),
    };
    task.metrics()
        .iter()
        .map(|&metric| (metric, value(metric).unwrap_or(0.0)))
        .collect()
}

pub(super) fn of_classes(
    task: GlueTask,
    predictions: &[usize],
    labels: &[usize],
) -> Vec<(Metric, f64)> {
    let value = |metric| match metric {
        Metric::Matthews => matthews(predictions, labels),
        Metric::F1 => f1(predictions, labels),
        _ => accuracy(predictions, labels),
    };
    task.metrics()
        .iter()
        .map(|&metric| (metric, value(metric)))
        .collect()
}

/// Labels as class indices; the readers have checked that they are small whole numbers.
pub(super) fn classes(labels: &[f32]) -> Vec<usize> {
    labels.iter().map(|&label| label as usize).collect()
}

pub(super) fn widen(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}
