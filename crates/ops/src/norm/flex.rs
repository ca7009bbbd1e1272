//! Normalisation on the CPU, a few rows a thread at a time.

use burn_flex::FlexTensor;
use rayon::prelude::*;

use crate::kernels;
use crate::slices::{contiguous, tensor, update_chunks, update_chunks_with, values};

/// Rows that one thread takes at a time; sums over rows are made of the sums over these, so that
/// they do not depend on the number of threads.
const ROWS: usize = 64;

/// The rows after `kernel(rows, their statistics)`, and the statistics, `[rows, n_stats]`.
pub(super) fn forward(
    x: FlexTensor,
    n_stats: usize,
    kernel: impl Fn(&mut [f32], &mut [f32]) + Sync,
) -> (FlexTensor, FlexTensor) {
    let shape = x.layout().shape();
    let (n_rows, width) = (shape[0], shape[1]);
    let mut stats = vec![0.0f32; n_rows * n_stats];
    let mut stats_of_chunks: Vec<&mut [f32]> = stats.chunks_mut(ROWS * n_stats).collect();
    let y = update_chunks_with(x, ROWS * width, &mut stats_of_chunks, |_, rows, stats| {
        kernel(rows, stats);
    });
    (y, tensor(stats, [n_rows, n_stats]))
}

/// The gradients after `kernel(rows of x, their statistics, their gradients)`.
pub(super) fn backward(
    x: FlexTensor,
    stats: FlexTensor,
    grad: FlexTensor,
    kernel: impl Fn(&[f32], &[f32], &mut [f32]) + Sync,
) -> FlexTensor {
    let [x, stats] = [x, stats].map(contiguous);
    let (width, n_stats) = (x.layout().shape()[1], stats.layout().shape()[1]);
    let [x, stats] = [&x, &stats].map(values);
    update_chunks(grad, ROWS * width, |start, grads| {
        let x = &x[start..start + grads.len()];
        kernel(x, &stats[start / width * n_stats..], grads);
    })
}

/// Sums over all rows, to which `kernel(rows of x, their statistics, their gradients, sums)` adds
/// those of some rows.
pub(super) fn sums<const N: usize>(
    x: FlexTensor,
    stats: FlexTensor,
    grad: FlexTensor,
    kernel: impl Fn(&[f32], &[f32], &[f32], &mut [Vec<f32>; N]) + Sync,
) -> [FlexTensor; N] {
    let [x, stats, grad] = [x, stats, grad].map(contiguous);
    let (width, n_stats) = (x.layout().shape()[1], stats.layout().shape()[1]);
    let [x, stats, grad] = [&x, &stats, &grad].map(values);
    let zeros = || std::array::from_fn(|_| vec![0.0f32; width]);
    let parts: Vec<[Vec<f32>; N]> = x
        .par_chunks(ROWS * width)
        .zip(stats.par_chunks(ROWS * n_stats))
        .zip(grad.par_chunks(ROWS * width))
        .map(|((x, stats), grad)| {
            let mut part = zeros();
            kernel(x, stats, grad, &mut part);
            part
        })
        .collect();
    let mut sums = zeros();
    for part in &parts {
        for (sum, part) in sums.iter_mut().zip(part) {
            kernels::add_to_rows(sum, part);
        }
    }
    sums.map(|sum| tensor(sum, [width]))
}
