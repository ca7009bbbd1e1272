//! Element-wise kernels over `f32` slices, compiled for the widest vectors the processor has.
//!
//! Each kernel is one plain loop that the compiler vectorises; [`vectorised!`] compiles it three
//! times (baseline, AVX2, AVX-512) and picks at run time.
//! Results do not depend on how slices are cut, so neither on the number of threads.

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

mod activation;
mod dropout;
mod norm;
mod rotary;
mod softmax;

pub(crate) use activation::{gelu, gelu_backward, silu, silu_backward, swiglu, swiglu_backward};
pub(crate) use dropout::dropout;
pub(crate) use norm::{
    layer_norm, layer_norm_affine_backward, layer_norm_backward, rms_norm, rms_norm_backward,
    rms_norm_weight_backward,
};
pub(crate) use rotary::rotate_halves;
pub(crate) use softmax::{Sight, softmax_rows, softmax_rows_backward};

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

/// `exp(x)` for `x <= 0`, relative error below 2e-7; 0 below -87; NaN for NaN.
#[inline(always)]
fn exp_nonpositive(x: f32) -> f32 {
    // 1.5 * 2^23: adding it rounds to the nearest integer and leaves that integer in the low bits.
    const ROUND: f32 = 12_582_912.0;
    // Not `max`, which would make a number of NaN.
    let clamped = if x < -87.0 { -87.0 } else { x };
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
