//! Normalisation of each row, that is over the last dimension.

use burn::backend::Dispatch;
use burn::backend::tensor::FloatTensor;
use burn::tensor::{DType, FloatDType, Tensor};

mod flex;
pub(crate) mod layer;
pub(crate) mod rms;

/// Normalised rows, and the numbers of each that the backward pass needs.
type WithStats<B> = (FloatTensor<B>, FloatTensor<B>);

/// Applies `norm` to `x` as `[rows, d_model]`, and to its parameters; half precision is widened to
/// f32 for the while, since it is too coarse for the sums.
fn over_rows<const D: usize, const N: usize>(
    x: Tensor<D>,
    parameters: [Tensor<1>; N],
    norm: impl FnOnce(FloatTensor<Dispatch>, [Tensor<1>; N]) -> FloatTensor<Dispatch>,
) -> Tensor<D> {
    let dtype = x.dtype();
    if matches!(dtype, DType::F16 | DType::BF16) {
        let parameters = parameters.map(|parameter| parameter.cast(FloatDType::F32));
        return over_rows(x.cast(FloatDType::F32), parameters, norm).cast(FloatDType::from(dtype));
    }
    let dims = x.dims();
    let d_model = dims[D - 1];
    for parameter in &parameters {
        assert_eq!(
            parameter.dims(),
            [d_model],
            "a parameter is a number a column"
        );
    }
    let rows = dims.iter().product::<usize>() / d_model;
    let y = norm(x.reshape([rows, d_model]).into_dispatch(), parameters);
    Tensor::<2>::from_dispatch(y).reshape(dims)
}
