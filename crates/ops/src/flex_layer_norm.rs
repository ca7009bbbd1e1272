//! Layer normalisation on the CPU, a few rows a thread at a time.

use burn_flex::FlexTensor;
use rayon::prelude::*;

use crate::kernels;
use crate::slices::{contiguous, tensor, update_chunks, update_chunks_with, values};

/// Rows that one thread takes at a time; sums over rows are made of the sums over these, so that
/// they do not depend on the number of threads.
const ROWS: usize = 64;

/// Mean, and inverse of the deviation.
const STATS: usize = 2;

/// Returns the normalised rows and `[rows, 2]`.
pub(crate) fn forward(
    x: FlexTensor,
    gamma: FlexTensor,
    beta: FlexTensor,
    epsilon: f32,
) -> (FlexTensor, FlexTensor) {
    let [gamma, beta] = [gamma, beta].map(contiguous);
    let [gamma, beta] = [&gamma, &beta].map(values);
    let shape = x.layout().shape();
    let (n_rows, width) = (shape[0], shape[1]);
    let mut stats = vec![0.0f32; n_rows * STATS];
    let mut stats_of_chunks: Vec<&mut [f32]> = stats.chunks_mut(ROWS * STATS).collect();
    let y = update_chunks_with(x, ROWS * width, &mut stats_of_chunks, |_, rows, stats| {
        kernels::layer_norm(rows, gamma, beta, epsilon, stats);
    });
    (y, tensor(stats, [n_rows, STATS]))
}

/// The input's gradient.
pub(crate) fn backward(
    x: FlexTensor,
    gamma: FlexTensor,
    stats: FlexTensor,
    grad: FlexTensor,
) -> FlexTensor {
    let [x, gamma, stats] = [x, gamma, stats].map(contiguous);
    let width = x.layout().shape()[1];
    let [x, gamma, stats] = [&x, &gamma, &stats].map(values);
    update_chunks(grad, ROWS * width, |start, grads| {
        let x = &x[start..start + grads.len()];
        let stats = &stats[start / width * STATS..];
        kernels::layer_norm_backward(x, gamma, stats, grads);
    })
}

/// The gradients of gamma and beta.
pub(crate) fn affine_backward(
    x: FlexTensor,
    stats: FlexTensor,
    grad: FlexTensor,
) -> (FlexTensor, FlexTensor) {
    let [x, stats, grad] = [x, stats, grad].map(contiguous);
    let width = x.layout().shape()[1];
    let [x, stats, grad] = [&x, &stats, &grad].map(values);
    let parts: Vec<(Vec<f32>, Vec<f32>)> = x
        .par_chunks(ROWS * width)
        .zip(stats.par_chunks(ROWS * STATS))
        .zip(grad.par_chunks(ROWS * width))
        .map(|((x, stats), grad)| {
            let (mut gamma, mut beta) = (vec![0.0f32; width], vec![0.0f32; width]);
            kernels::layer_norm_affine_backward(x, stats, grad, &mut gamma, &mut beta);
            (gamma, beta)
        })
        .collect();
    let (mut gamma, mut beta) = (vec![0.0f32; width], vec![0.0f32; width]);
    for (part_gamma, part_beta) in &parts {
        kernels::add_to_rows(&mut gamma, part_gamma);
        kernels::add_to_rows(&mut beta, part_beta);
    }
    (tensor(gamma, [width]), tensor(beta, [width]))
}
