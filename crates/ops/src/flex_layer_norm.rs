//! Layer normalisation on the CPU, a few rows a thread at a time.

use burn::tensor::{Bytes, DType, Shape};
use burn_flex::{FlexTensor, Layout};
use rayon::prelude::*;

use crate::kernels;

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
    let [x, gamma, beta] = [x, gamma, beta].map(kernels::contiguous);
    let shape = x.layout().shape().clone();
    let (rows, width) = (shape[0], shape[1]);
    let [x, gamma, beta] = [&x, &gamma, &beta].map(kernels::values);
    let mut y = vec![0.0f32; x.len()];
    let mut stats = vec![0.0f32; rows * STATS];
    y.par_chunks_mut(ROWS * width)
        .zip(stats.par_chunks_mut(ROWS * STATS))
        .zip(x.par_chunks(ROWS * width))
        .for_each(|((y, stats), x)| kernels::layer_norm(x, gamma, beta, epsilon, y, stats));
    (tensor(y, [rows, width]), tensor(stats, [rows, STATS]))
}

/// The input's gradient.
pub(crate) fn backward(
    x: FlexTensor,
    gamma: FlexTensor,
    stats: FlexTensor,
    grad: FlexTensor,
) -> FlexTensor {
    let [x, gamma, stats, grad] = [x, gamma, stats, grad].map(kernels::contiguous);
    let shape = x.layout().shape().clone();
    let (rows, width) = (shape[0], shape[1]);
    let [x, gamma, stats, grad] = [&x, &gamma, &stats, &grad].map(kernels::values);
    let mut to = vec![0.0f32; x.len()];
    to.par_chunks_mut(ROWS * width)
        .zip(x.par_chunks(ROWS * width))
        .zip(stats.par_chunks(ROWS * STATS))
        .zip(grad.par_chunks(ROWS * width))
        .for_each(|(((to, x), stats), grad)| {
            kernels::layer_norm_backward(x, gamma, stats, grad, to);
        });
    tensor(to, [rows, width])
}

/// The gradients of gamma and beta.
pub(crate) fn affine_backward(
    x: FlexTensor,
    stats: FlexTensor,
    grad: FlexTensor,
) -> (FlexTensor, FlexTensor) {
    let [x, stats, grad] = [x, stats, grad].map(kernels::contiguous);
    let width = x.layout().shape()[1];
    let [x, stats, grad] = [&x, &stats, &grad].map(kernels::values);
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

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::new(
        Bytes::from_elems(values),
        Layout::contiguous(Shape::new(shape)),
        DType::F32,
    )
}
