//! Exact GELU (the error-function form, not the tanh approximation).

use burn::backend::Dispatch;
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
