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
    /// In place: `x * Phi(x)`.
    pub fn gelu(values: &mut [f32]) {
        for x in values.iter_mut() {
            *x *= normal(*x).0;
        }
    }
}

vectorised! {
    /// In place: `grad * (Phi(x) + x * phi(x))`.
    pub fn gelu_backward(x: &[f32], grads: &mut [f32]) {
        const INV_SQRT_2PI: f32 = 0.398_942_3;
        for (grad, &x) in grads.iter_mut().zip(x) {
            let (cdf, e) = normal(x);
            *grad *= cdf + x * INV_SQRT_2PI * e;
        }
    }
}

vectorised! {
    /// In place: `x * mask`, where element `start + i` is dropped with probability `prob`.
    pub fn dropout(start: usize, values: &mut [f32], prob: f32, seed: u64) {
        let threshold = (f64::from(prob) * 4_294_967_296.0) as u32;
        let scale = 1.0 / (1.0 - prob);
        let (low, high) = (seed as u32, (seed >> 32) as u32);
        for (i, x) in values.iter_mut().enumerate() {
            let element = (start as u32).wrapping_add(i as u32);
            let hash = mix(mix(element ^ low).wrapping_add(high));
            *x = if hash < threshold { 0.0 } else { *x * scale };
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
