//! Layer and RMS normalisation.

use crate::kernels::{lane_dot, lane_sum};

vectorised! {
    /// In place: normalises each row of `gamma.len()` values; `stats` gets its mean and inverse
    /// deviation.
    pub fn layer_norm(
        rows: &mut [f32],
        gamma: &[f32],
        beta: &[f32],
        epsilon: f32,
        stats: &mut [f32]
    ) {
        let width = gamma.len();
        let scale = 1.0 / width as f32;
        for (row, stats) in rows.chunks_exact_mut(width).zip(stats.chunks_exact_mut(2)) {
            let mean = lane_sum(row) * scale;
            for x in row.iter_mut() {
                *x -= mean;
            }
            let inverse = 1.0 / (lane_dot(row, row) * scale + epsilon).sqrt();
            for ((x, &gamma), &beta) in row.iter_mut().zip(gamma).zip(beta) {
                *x = *x * inverse * gamma + beta;
            }
            stats[0] = mean;
            stats[1] = inverse;
        }
    }
}

vectorised! {
    /// In place: gradients of the rows `x` that [`layer_norm`] was given, from those of its output.
    pub fn layer_norm_backward(x: &[f32], gamma: &[f32], stats: &[f32], grads: &mut [f32]) {
        let width = gamma.len();
        let scale = 1.0 / width as f32;
        let rows = x.chunks_exact(width).zip(grads.chunks_exact_mut(width));
        for ((x, grads), stats) in rows.zip(stats.chunks_exact(2)) {
            let (mean, inverse) = (stats[0], stats[1]);
            for (grad, &gamma) in grads.iter_mut().zip(gamma) {
                *grad *= gamma;
            }
            let sum = lane_sum(grads);
            // The sum over (x - mean) * grad, without a third array.
            let along = (lane_dot(x, grads) - mean * sum) * inverse * scale;
            let sum = sum * scale;
            for (grad, &x) in grads.iter_mut().zip(x) {
                *grad = inverse * (*grad - sum - (x - mean) * inverse * along);
            }
        }
    }
}

vectorised! {
    /// Adds to `of_gamma` and `of_beta` what some rows give to their gradients.
    pub fn layer_norm_affine_backward(
        x: &[f32],
        stats: &[f32],
        grad: &[f32],
        of_gamma: &mut [f32],
        of_beta: &mut [f32]
    ) {
        let width = of_gamma.len();
        let rows = x.chunks_exact(width).zip(grad.chunks_exact(width));
        for ((x, grad), stats) in rows.zip(stats.chunks_exact(2)) {
            let (mean, inverse) = (stats[0], stats[1]);
            let sums = of_gamma.iter_mut().zip(of_beta.iter_mut());
            for (((of_gamma, of_beta), &x), &grad) in sums.zip(x).zip(grad) {
                *of_gamma += grad * (x - mean) * inverse;
                *of_beta += grad;
            }
        }
    }
}

vectorised! {
    /// In place: divides each row of `weight.len()` values by its root mean square; `inverses` gets
    /// the factor.
    pub fn rms_norm(rows: &mut [f32], weight: &[f32], epsilon: f32, inverses: &mut [f32]) {
        let width = weight.len();
        let scale = 1.0 / width as f32;
        for (row, to) in rows.chunks_exact_mut(width).zip(inverses) {
            let inverse = 1.0 / (lane_dot(row, row) * scale + epsilon).sqrt();
            for (x, &weight) in row.iter_mut().zip(weight) {
                *x = *x * inverse * weight;
            }
            *to = inverse;
        }
    }
}

vectorised! {
    /// In place: gradients of the rows `x` that [`rms_norm`] was given, from those of its output.
    pub fn rms_norm_backward(x: &[f32], weight: &[f32], inverses: &[f32], grads: &mut [f32]) {
        let width = weight.len();
        let scale = 1.0 / width as f32;
        let rows = x.chunks_exact(width).zip(grads.chunks_exact_mut(width));
        for ((x, grads), &inverse) in rows.zip(inverses) {
            for (grad, &weight) in grads.iter_mut().zip(weight) {
                *grad *= weight;
            }
            let along = lane_dot(x, grads) * inverse * scale;
            for (grad, &x) in grads.iter_mut().zip(x) {
                *grad = inverse * (*grad - x * inverse * along);
            }
        }
    }
}

vectorised! {
    /// Adds to `of_weight` what some rows give to its gradient.
    pub fn rms_norm_weight_backward(
        x: &[f32],
        inverses: &[f32],
        grad: &[f32],
        of_weight: &mut [f32]
    ) {
        let width = of_weight.len();
        let rows = x.chunks_exact(width).zip(grad.chunks_exact(width));
        for ((x, grad), &inverse) in rows.zip(inverses) {
            for ((to, &x), &grad) in of_weight.iter_mut().zip(x).zip(grad) {
                *to += grad * x * inverse;
            }
        }
    }
}
