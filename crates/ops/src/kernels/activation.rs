//! GELU, SiLU and its gate.

use crate::kernels::exp_nonpositive;

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

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    // The exponential of the negative size never overflows.
    let e = exp_nonpositive(-x.abs());
    let upper = 1.0 / (1.0 + e);
    if x < 0.0 { e * upper } else { upper }
}

/// The derivative of `x * sigmoid(x)`, given the sigmoid `s`.
#[inline(always)]
fn silu_slope(x: f32, s: f32) -> f32 {
    s * (1.0 + x * (1.0 - s))
}

vectorised! {
    /// In place: `x * sigmoid(x)`.
    pub fn silu(values: &mut [f32]) {
        for x in values.iter_mut() {
            *x *= sigmoid(*x);
        }
    }
}

vectorised! {
    /// In place: `grad` times the derivative of [`silu`] at `x`.
    pub fn silu_backward(x: &[f32], grads: &mut [f32]) {
        for (grad, &x) in grads.iter_mut().zip(x) {
            *grad *= silu_slope(x, sigmoid(x));
        }
    }
}

vectorised! {
    /// In place: `silu(gate) * x`.
    pub fn swiglu(x: &[f32], gates: &mut [f32]) {
        for (gate, &x) in gates.iter_mut().zip(x) {
            *gate = *gate * sigmoid(*gate) * x;
        }
    }
}

vectorised! {
    /// In place: the output's gradient, which both are, becomes the gate's and the input's.
    pub fn swiglu_backward(gate: &[f32], x: &[f32], of_gate: &mut [f32], of_x: &mut [f32]) {
        let grads = of_gate.iter_mut().zip(of_x.iter_mut());
        for (((of_gate, of_x), &gate), &x) in grads.zip(gate).zip(x) {
            let s = sigmoid(gate);
            *of_gate *= x * silu_slope(gate, s);
            *of_x *= gate * s;
        }
    }
}
