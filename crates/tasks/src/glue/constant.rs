//! What a predictor that ignores its input would score, so that a collapsed run is seen for what it is.
//!
//! The paper's B_km rows contain such runs: MNLI 35.45 / 31.82 / 32.74 and RTE 52.71 / 47.29 are the shares of the
//! classes in the validation sets.

use super::GlueTask;
use super::scores::{classes, of_classes};
use crate::metrics::{Metric, argmax};

/// Two values of a metric closer than this are one: the scores of equal predictions agree to rounding.
const SAME: f64 = 1e-9;

/// A predictor that always answers the same.
#[derive(Debug, Clone, PartialEq)]
pub struct ConstantPredictor {
    /// The class it always answers; `None` for STS-B, where every constant scores 0.
    pub class: Option<usize>,
    /// Its scores, the headline metric first, as fractions.
    pub scores: Vec<(Metric, f64)>,
}

/// The scores of every constant predictor on `labels`: one for each class, or a single one for STS-B.
pub fn constant_predictors(task: GlueTask, labels: &[f32]) -> Vec<ConstantPredictor> {
    if task.is_regression() {
        let scores = task.metrics().iter().map(|&metric| (metric, 0.0)).collect();
        return vec![ConstantPredictor {
            class: None,
            scores,
        }];
    }
    let labels = classes(labels);
    (0..task.n_outputs())
        .map(|class| ConstantPredictor {
            class: Some(class),
            scores: of_classes(task, &vec![class; labels.len()], &labels),
        })
        .collect()
}

/// The constant predictor whose every score equals that of `scores`, if there is one: the sign of a collapsed run.
///
/// A run can meet the value by chance; [`constant_prediction`] looks at the predictions themselves.
pub fn equals_constant(
    task: GlueTask,
    scores: &[(Metric, f64)],
    labels: &[f32],
) -> Option<ConstantPredictor> {
    constant_predictors(task, labels)
        .into_iter()
        .find(|constant| {
            constant.scores.iter().all(|(metric, value)| {
                scores
                    .iter()
                    .any(|(other, score)| other == metric && (score - value).abs() < SAME)
            })
        })
}

/// The one answer that `logits` (row-major, `[n, task.n_outputs()]`) give for every example, if they do: a class index,
/// or a score of STS-B. `None` for fewer than two examples.
pub fn constant_prediction(task: GlueTask, logits: &[f32]) -> Option<f32> {
    let answer = |row: &[f32]| {
        if task.is_regression() {
            row[0]
        } else {
            argmax(row) as f32
        }
    };
    let mut answers = logits.chunks_exact(task.n_outputs()).map(answer);
    let first = answers.next()?;
    let mut others = answers.peekable();
    others.peek()?;
    others.all(|other| other == first).then_some(first)
}
