//! Activations in plain tensor operations.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use burn::backend::Backend;
use burn::backend::ops::ActivationOps;
use burn::backend::tensor::FloatTensor;

/// `grad * (Phi(x) + x * phi(x))`.
///
/// Burn's default for backends without their own is the derivative of the tanh approximation, which
/// is off by up to 1e-3.
pub(crate) fn gelu_backward<B: Backend>(x: FloatTensor<B>, grad: FloatTensor<B>) -> FloatTensor<B> {
    let erf = B::float_erf(B::float_mul_scalar(x.clone(), FRAC_1_SQRT_2.into()));
    let cdf = B::float_mul_scalar(B::float_add_scalar(erf, 1.0.into()), 0.5.into());
    let square = B::float_mul(x.clone(), x.clone());
    let bell = B::float_exp(B::float_mul_scalar(square, (-0.5).into()));
    let density = B::float_mul_scalar(bell, (2.0 * PI).sqrt().recip().into());
    let slope = B::float_add(cdf, B::float_mul(x, density));
    B::float_mul(slope, grad)
}

fn sigmoid<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    <B as ActivationOps<B>>::sigmoid(x)
}

pub(crate) fn silu<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    B::float_mul(x.clone(), sigmoid::<B>(x))
}

/// `grad * s * (1 + x * (1 - s))` with the sigmoid `s` of x.
pub(crate) fn silu_backward<B: Backend>(x: FloatTensor<B>, grad: FloatTensor<B>) -> FloatTensor<B> {
    let s = sigmoid::<B>(x.clone());
    let rest = B::float_add_scalar(B::float_neg(s.clone()), 1.0.into());
    let slope = B::float_mul(s, B::float_add_scalar(B::float_mul(x, rest), 1.0.into()));
    B::float_mul(slope, grad)
}

pub(crate) fn swiglu<B: Backend>(gate: FloatTensor<B>, x: FloatTensor<B>) -> FloatTensor<B> {
    B::float_mul(silu::<B>(gate), x)
}

/// The gradients of the gate and of x.
pub(crate) fn swiglu_backward<B: Backend>(
    gate: FloatTensor<B>,
    x: FloatTensor<B>,
    grad: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let of_x = B::float_mul(grad.clone(), silu::<B>(gate.clone()));
    (silu_backward::<B>(gate, B::float_mul(grad, x)), of_x)
}
