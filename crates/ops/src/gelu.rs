//! Exact GELU (the error-function form, not the tanh approximation).

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch};
use burn::tensor::Tensor;

use crate::FusedOps;

/// `x * Phi(x)` with the standard normal distribution function `Phi`, element by element.
///
/// On flex the error function is the rational approximation 7.1.26 of Abramowitz and Stegun
/// (absolute error below 1.5e-7), vectorised; other backends use their own `gelu`.
///
/// # Shapes
/// - input, output: `[..]`
pub fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as FusedOps>::exact_gelu(x.into_dispatch()))
}

/// [`FusedOps::exact_gelu_backward`] in plain tensor operations, `grad * (Phi(x) + x * phi(x))`.
///
/// Burn's default for backends without their own is the derivative of the tanh approximation, which
/// is off by up to 1e-3.
pub(crate) fn plain_backward<B: Backend>(
    x: FloatTensor<B>,
    grad: FloatTensor<B>,
) -> FloatTensor<B> {
    let erf = B::float_erf(B::float_mul_scalar(x.clone(), FRAC_1_SQRT_2.into()));
    let cdf = B::float_mul_scalar(B::float_add_scalar(erf, 1.0.into()), 0.5.into());
    let square = B::float_mul(x.clone(), x.clone());
    let bell = B::float_exp(B::float_mul_scalar(square, (-0.5).into()));
    let density = B::float_mul_scalar(bell, (2.0 * PI).sqrt().recip().into());
    let slope = B::float_add(cdf, B::float_mul(x, density));
    B::float_mul(slope, grad)
}
