//! Dense layers in plain tensor operations.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::Shape;

use crate::optional::Optional;

pub(crate) fn linear<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: Optional<B>,
) -> FloatTensor<B> {
    let y = B::float_matmul(x, weight);
    match bias.into_option() {
        None => y,
        Some(bias) => {
            let row = Shape::new([1, bias.shape()[0]]);
            B::float_add(y, B::float_reshape(bias, row))
        }
    }
}

pub(crate) fn add_low_rank<B: Backend>(
    y: FloatTensor<B>,
    h: FloatTensor<B>,
    b: FloatTensor<B>,
    scale: f32,
) -> FloatTensor<B> {
    let h = B::float_mul_scalar(h, scale.into());
    B::float_add(y, B::float_matmul(h, b))
}
