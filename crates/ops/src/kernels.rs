//! Element-wise kernels over `f32` slices, compiled for the widest vectors the processor has.
//!
//! Each kernel is one plain loop that the compiler vectorises; [`vectorised!`] compiles it three
//! times (baseline, AVX2, AVX-512) and picks at run time.
//! Results do not depend on how slices are cut, so neither on the number of threads.

use burn::backend::TensorMetadata;
use burn::tensor::{Bytes, DType};
use burn_flex::{FlexTensor, Layout};
use rayon::prelude::*;

/// Elements one thread takes at a time; below this, threads cost more than they save.
const CHUNK: usize = 1 << 15;

macro_rules! vectorised {
    ($(#[$doc:meta])* pub fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $body:block) => {
        $(#[$doc])*
        pub fn $name($($arg: $ty),*) {
            #[inline(always)]
            fn body($($arg: $ty),*) $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,fma")]
                fn avx512($($arg: $ty),*) { body($($arg),*) }
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($arg: $ty),*) { body($($arg),*) }

                if is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                {
                    // SAFETY: the processor has the features this copy is compiled for.
                    return unsafe { avx512($($arg),*) };
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    // SAFETY: the processor has the features this copy is compiled for.
                    return unsafe { avx2($($arg),*) };
                }
            }
            body($($arg),*)
        }
    };
}

/// `exp(x)` for `x <= 0`, relative error below 2e-7; 0 below -87.
#[inline(always)]
fn exp_nonpositive(x: f32) -> f32 {
    // 1.5 * 2^23: adding it rounds to the nearest integer and leaves that integer in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let clamped = x.max(-87.0);
    let shifted = clamped * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (clamped - n * 0.693_359_4) - n * -2.121_944_4e-4;
    let p = 1.0 / 720.0;
    let p = p * r + 1.0 / 120.0;
    let p = p * r + 1.0 / 24.0;
    let p = p * r + 1.0 / 6.0;
    let p = p * r + 0.5;
    let p = p * r + 1.0;
    let p = p * r + 1.0;
    let two_to_n = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3F80_0000));
    if x < -87.0 { 0.0 } else { p * two_to_n }
}

/// `(Phi(x), exp(-x^2 / 2))`: distribution function and unnormalised density of the normal law.
#[inline(always)]
fn normal(x: f32) -> (f32, f32) {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let e = exp_nonpositive(-z * z);
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let p = 1.061_405_4;
    let p = p * t - 1.453_152_1;
    let p = p * t + 1.421_413_8;
    let p = p * t - 0.284_496_72;
    let p = p * t + 0.254_829_6;
    // Half the complementary error function of z: the tail beyond |x|.
    let tail = 0.5 * p * t * e;
    (if x < 0.0 { tail } else { 1.0 - tail }, e)
}

vectorised! {
    /// `to = x * Phi(x)`.
    pub fn gelu(x: &[f32], to: &mut [f32]) {
        for (to, &x) in to.iter_mut().zip(x) {
            *to = x * normal(x).0;
        }
    }
}

vectorised! {
    /// `to = grad * (Phi(x) + x * phi(x))`.
    pub fn gelu_backward(x: &[f32], grad: &[f32], to: &mut [f32]) {
        const INV_SQRT_2PI: f32 = 0.398_942_3;
        for ((to, &x), &grad) in to.iter_mut().zip(x).zip(grad) {
            let (cdf, e) = normal(x);
            *to = grad * (cdf + x * INV_SQRT_2PI * e);
        }
    }
}

vectorised! {
    /// `to = x * mask`, where element `start + i` is dropped with probability `prob`.
    pub fn dropout(start: usize, x: &[f32], to: &mut [f32], prob: f32, seed: u64) {
        let threshold = (f64::from(prob) * 4_294_967_296.0) as u32;
        let scale = 1.0 / (1.0 - prob);
        let (low, high) = (seed as u32, (seed >> 32) as u32);
        for (i, (to, &x)) in to.iter_mut().zip(x).enumerate() {
            let element = (start as u32).wrapping_add(i as u32);
            let hash = mix(mix(element ^ low).wrapping_add(high));
            *to = if hash < threshold { 0.0 } else { x * scale };
        }
    }
}

vectorised! {
    /// In place: `softmax(row + bias)` of each row of `bias.len()` values.
    pub fn softmax_rows(rows: &mut [f32], bias: &[f32]) {
        for row in rows.chunks_exact_mut(bias.len()) {
            let mut largest = f32::NEG_INFINITY;
            for (x, &bias) in row.iter_mut().zip(bias) {
                *x += bias;
                largest = largest.max(*x);
            }
            for x in row.iter_mut() {
                *x = exp_nonpositive(*x - largest);
            }
            let sum = lane_sum(row);
            let scale = 1.0 / sum;
            for x in row.iter_mut() {
                *x *= scale;
            }
        }
    }
}

vectorised! {
    /// In place: gradients of the scores from those of the probabilities, row by row.
    pub fn softmax_rows_backward(grads: &mut [f32], probs: &[f32], width: usize) {
        for (grads, probs) in grads.chunks_exact_mut(width).zip(probs.chunks_exact(width)) {
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

vectorised! {
    /// In place: adds `row` to each row of `row.len()` values.
    pub fn add_to_rows(rows: &mut [f32], row: &[f32]) {
        for to in rows.chunks_exact_mut(row.len()) {
            for (to, &x) in to.iter_mut().zip(row) {
                *to += x;
            }
        }
    }
}

vectorised! {
    /// Normalises each row of `gamma.len()` values; `stats` gets its mean and inverse deviation.
    pub fn layer_norm(
        x: &[f32],
        gamma: &[f32],
        beta: &[f32],
        epsilon: f32,
        to: &mut [f32],
        stats: &mut [f32]
    ) {
        let width = gamma.len();
        let scale = 1.0 / width as f32;
        let rows = x.chunks_exact(width).zip(to.chunks_exact_mut(width));
        for ((x, to), stats) in rows.zip(stats.chunks_exact_mut(2)) {
            let mean = lane_sum(x) * scale;
            for (to, &x) in to.iter_mut().zip(x) {
                *to = x - mean;
            }
            let inverse = 1.0 / (lane_dot(to, to) * scale + epsilon).sqrt();
            for ((to, &gamma), &beta) in to.iter_mut().zip(gamma).zip(beta) {
                *to = *to * inverse * gamma + beta;
            }
            stats[0] = mean;
            stats[1] = inverse;
        }
    }
}

vectorised! {
    /// `to`: gradient of the rows that [`layer_norm`] was given.
    pub fn layer_norm_backward(
        x: &[f32],
        gamma: &[f32],
        stats: &[f32],
        grad: &[f32],
        to: &mut [f32]
    ) {
        let width = gamma.len();
        let scale = 1.0 / width as f32;
        let rows = x.chunks_exact(width).zip(grad.chunks_exact(width));
        let rows = rows.zip(to.chunks_exact_mut(width)).zip(stats.chunks_exact(2));
        for (((x, grad), to), stats) in rows {
            let (mean, inverse) = (stats[0], stats[1]);
            for ((to, &grad), &gamma) in to.iter_mut().zip(grad).zip(gamma) {
                *to = grad * gamma;
            }
            let sum = lane_sum(to);
            // The sum over (x - mean) * to, without a third array.
            let along = (lane_dot(x, to) - mean * sum) * inverse * scale;
            let sum = sum * scale;
            for (to, &x) in to.iter_mut().zip(x) {
                *to = inverse * (*to - sum - (x - mean) * inverse * along);
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

/// A sum in sixteen lanes, so that it vectorises; its order does not depend on the processor.
#[inline(always)]
fn lane_sum(values: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 16];
    let chunks = values.chunks_exact(16);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += value;
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(rest) {
        *lane += value;
    }
    lanes.iter().sum()
}

/// `sum a * b`, in the order of [`lane_sum`].
#[inline(always)]
fn lane_dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 16];
    let (a_chunks, b_chunks) = (a.chunks_exact(16), b.chunks_exact(16));
    let rest = a_chunks.remainder().iter().zip(b_chunks.remainder());
    for (lane, (&a, &b)) in lanes.iter_mut().zip(rest) {
        *lane += a * b;
    }
    for (a, b) in a_chunks.zip(b_chunks) {
        for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum()
}

/// A 32-bit integer hash of low bias (multipliers found by C. Wellons' hash prospector).
#[inline(always)]
fn mix(mut h: u32) -> u32 {
    h ^= h >> 16;
    h = h.wrapping_mul(0x7FEB_352D);
    h ^= h >> 15;
    h = h.wrapping_mul(0x846C_A68B);
    h ^ (h >> 16)
}

/// Applies `kernel(from, to)`; tensors that are not f32 go to `otherwise`.
pub fn map(
    x: FlexTensor,
    kernel: impl Fn(&[f32], &mut [f32]) + Sync,
    otherwise: impl Fn(FlexTensor) -> FlexTensor,
) -> FlexTensor {
    if x.dtype() != DType::F32 {
        return otherwise(x);
    }
    map_indexed(x, |_, from, to| kernel(from, to))
}

/// Applies `kernel(index of the first element, from, to)` to an f32 tensor.
pub fn map_indexed(x: FlexTensor, kernel: impl Fn(usize, &[f32], &mut [f32]) + Sync) -> FlexTensor {
    let x = contiguous(x);
    let from = x.as_slice::<f32>().expect("contiguous f32");
    let mut to = vec![0.0f32; from.len()];
    if to.len() <= CHUNK {
        kernel(0, from, &mut to);
    } else {
        to.par_chunks_mut(CHUNK)
            .zip(from.par_chunks(CHUNK))
            .enumerate()
            .for_each(|(i, (to, from))| kernel(i * CHUNK, from, to));
    }
    filled(to, &x)
}

/// Applies `kernel(x, y, to)`; tensors that are not f32 go to `otherwise`.
pub fn zip(
    x: FlexTensor,
    y: FlexTensor,
    kernel: impl Fn(&[f32], &[f32], &mut [f32]) + Sync,
    otherwise: impl Fn(FlexTensor, FlexTensor) -> FlexTensor,
) -> FlexTensor {
    if x.dtype() != DType::F32 || y.dtype() != DType::F32 {
        return otherwise(x, y);
    }
    let (x, y) = (contiguous(x), contiguous(y));
    let a = x.as_slice::<f32>().expect("contiguous f32");
    let b = y.as_slice::<f32>().expect("contiguous f32");
    let mut to = vec![0.0f32; a.len()];
    if to.len() <= CHUNK {
        kernel(a, b, &mut to);
    } else {
        to.par_chunks_mut(CHUNK)
            .zip(a.par_chunks(CHUNK))
            .zip(b.par_chunks(CHUNK))
            .for_each(|((to, a), b)| kernel(a, b, to));
    }
    filled(to, &x)
}

/// The tensor itself, or a copy in row-major order.
pub fn contiguous(x: FlexTensor) -> FlexTensor {
    if x.is_contiguous() {
        x
    } else {
        x.to_contiguous()
    }
}

/// The values of a contiguous f32 tensor.
pub fn values(x: &FlexTensor) -> &[f32] {
    x.as_slice::<f32>().expect("contiguous f32")
}

fn filled(values: Vec<f32>, like: &FlexTensor) -> FlexTensor {
    FlexTensor::new(
        Bytes::from_elems(values),
        Layout::contiguous(like.shape()),
        DType::F32,
    )
}
