//! Softmax of rows of scores, and its backward pass.

use crate::kernels::{exp_nonpositive, lane_sum};

/// How many keys each row of scores sees: a row sees the first ones, and those after them have the
/// probability 0.
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    /// Keys there are, which is the width of a row.
    pub(crate) seq: usize,
    /// Keys that the first row sees, if there are as many; at least 1.
    pub(crate) first: usize,
    /// Keys more that each next row sees.
    pub(crate) step: usize,
}

impl Sight {
    pub(crate) fn of(self, row: usize) -> usize {
        self.first.saturating_add(self.step * row).min(self.seq)
    }

    /// That of the rows from `row` on.
    pub(crate) fn from(self, row: usize) -> Self {
        Self {
            first: self.of(row),
            ..self
        }
    }
}

vectorised! {
    /// In place: `softmax(row + bias)` of what each row sees.
    pub fn softmax_rows(rows: &mut [f32], bias: Option<&[f32]>, sight: Sight) {
        for (i, row) in rows.chunks_exact_mut(sight.seq).enumerate() {
            let (row, hidden) = row.split_at_mut(sight.of(i));
            hidden.fill(0.0);
            if let Some(bias) = bias {
                for (x, &bias) in row.iter_mut().zip(bias) {
                    *x += bias;
                }
            }
            let largest = largest(row);
            // NaN where a score is NaN or infinity, and so the whole row once it is scaled.
            for x in row.iter_mut() {
                *x = exp_nonpositive(*x - largest);
            }
            let scale = 1.0 / lane_sum(row);
            for x in row.iter_mut() {
                *x *= scale;
            }
        }
    }
}

vectorised! {
    /// In place: gradients of the scores from those of the probabilities, row by row.
    pub fn softmax_rows_backward(grads: &mut [f32], probs: &[f32], sight: Sight) {
        let rows = grads.chunks_exact_mut(sight.seq).zip(probs.chunks_exact(sight.seq));
        for (i, (grads, probs)) in rows.enumerate() {
            let (grads, hidden) = grads.split_at_mut(sight.of(i));
            hidden.fill(0.0);
            for (grad, &p) in grads.iter_mut().zip(probs) {
                *grad *= p;
            }
            let sum = lane_sum(grads);
            for (grad, &p) in grads.iter_mut().zip(probs) {
                *grad -= p * sum;
            }
        }
    }
}

/// The largest value that is not NaN, in sixteen lanes, so that it vectorises.
#[inline(always)]
fn largest(values: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; 16];
    let chunks = values.chunks_exact(16);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane = if value > *lane { value } else { *lane };
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(rest) {
        *lane = if value > *lane { value } else { *lane };
    }
    lanes.into_iter().fold(f32::NEG_INFINITY, f32::max)
}
