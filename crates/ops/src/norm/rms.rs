//! RMS normalisation, `x / sqrt(mean(x^2) + epsilon) * weight` over each row (Zhang and Sennrich,
//! 2019, equation 4), as in T5 and Llama.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Dispatch};
use burn::tensor::Tensor;

use crate::FusedOps;
use crate::graph::{record, register};
use crate::norm::{WithStats, over_rows};

/// `x / sqrt(mean(x^2) + epsilon) * weight` of each row.
///
/// For the backward pass the input is kept, and one number a row. Half precision is widened to f32
/// for the sums.
///
/// # Shapes
/// - x, output: `[.., d_model]`; weight: `[d_model]`
pub fn rms_norm<const D: usize>(x: Tensor<D>, weight: Tensor<1>, epsilon: f64) -> Tensor<D> {
    over_rows(x, [weight], |x, [weight]| {
        <Dispatch as FusedOps>::rms_norm_rows(x, weight.into_dispatch(), epsilon as f32).0
    })
}

/// In plain tensor operations.
pub(crate) mod plain {
    use burn::backend::tensor::FloatTensor;
    use burn::backend::{Backend, TensorMetadata};
    use burn::tensor::Shape;

    pub(crate) fn forward<B: Backend>(
        x: FloatTensor<B>,
        weight: FloatTensor<B>,
        epsilon: f32,
    ) -> (FloatTensor<B>, FloatTensor<B>) {
        let row = Shape::new([1, x.shape()[1]]);
        let square = B::float_mean_dim(B::float_mul(x.clone(), x.clone()), 1);
        let root = B::float_sqrt(B::float_add_scalar(square, epsilon.into()));
        let inverse = B::float_recip(root);
        let normal = B::float_mul(x, inverse.clone());
        (B::float_mul(normal, B::float_reshape(weight, row)), inverse)
    }

    /// The gradient of x.
    pub(crate) fn backward<B: Backend>(
        x: FloatTensor<B>,
        weight: FloatTensor<B>,
        inverse: FloatTensor<B>,
        grad: FloatTensor<B>,
    ) -> FloatTensor<B> {
        let row = Shape::new([1, x.shape()[1]]);
        let normal = B::float_mul(x, inverse.clone());
        let grad = B::float_mul(grad, B::float_reshape(weight, row));
        let along = B::float_mean_dim(B::float_mul(grad.clone(), normal.clone()), 1);
        B::float_mul(B::float_sub(grad, B::float_mul(normal, along)), inverse)
    }

    /// The gradient of the weight.
    pub(crate) fn weight_backward<B: Backend>(
        x: FloatTensor<B>,
        inverse: FloatTensor<B>,
        grad: FloatTensor<B>,
    ) -> FloatTensor<B> {
        let d_model = x.shape()[1];
        let terms = B::float_mul(grad, B::float_mul(x, inverse));
        B::float_reshape(B::float_sum_dim(terms, 0), Shape::new([d_model]))
    }
}

/// On the CPU.
pub(crate) mod flex {
    use burn_flex::FlexTensor;

    use crate::kernels;
    use crate::norm::flex;
    use crate::slices::{contiguous, values};

    pub(crate) fn forward(
        x: FlexTensor,
        weight: FlexTensor,
        epsilon: f32,
    ) -> (FlexTensor, FlexTensor) {
        let weight = contiguous(weight);
        let weight = values(&weight);
        flex::forward(x, 1, |rows, inverses| {
            kernels::rms_norm(rows, weight, epsilon, inverses);
        })
    }

    /// The gradient of x.
    pub(crate) fn backward(
        x: FlexTensor,
        weight: FlexTensor,
        inverse: FlexTensor,
        grad: FlexTensor,
    ) -> FlexTensor {
        let weight = contiguous(weight);
        let weight = values(&weight);
        flex::backward(x, inverse, grad, |x, inverses, grads| {
            kernels::rms_norm_backward(x, weight, inverses, grads);
        })
    }

    /// The gradient of the weight.
    pub(crate) fn weight_backward(
        x: FlexTensor,
        inverse: FlexTensor,
        grad: FlexTensor,
    ) -> FlexTensor {
        let [weight] = flex::sums(x, inverse, grad, |x, inverses, grad, [weight]| {
            kernels::rms_norm_weight_backward(x, inverses, grad, weight);
        });
        weight
    }
}

/// Its parents are x and the weight.
#[derive(Debug)]
struct RmsNormRows;

impl<B: FusedOps> Backward<B, 2> for RmsNormRows {
    type State = [FloatTensor<B>; 3];

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let [x_node, weight_node] = ops.parents.map(|node| node.map(|node| node.id));
        let [x, weight, inverse] = ops.state;
        register::<B>(grads, weight_node, || {
            B::rms_norm_weight_backward(x.clone(), inverse.clone(), grad.clone())
        });
        register::<B>(grads, x_node, || {
            B::rms_norm_backward(x, weight, inverse, grad)
        });
    }
}

pub(crate) fn tracked<B: FusedOps, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    weight: FloatTensor<Autodiff<B, C>>,
    epsilon: f32,
) -> WithStats<Autodiff<B, C>> {
    let (x, x_node) = x.into_parts();
    let (weight, weight_node) = weight.into_parts();
    let mut inverses = None;
    let y = record::<B, C, _, _>(RmsNormRows, [x_node, weight_node], |keep| {
        let kept = keep.then(|| (x.clone(), weight.clone()));
        let (y, inverse) = B::rms_norm_rows(x, weight, epsilon);
        inverses = Some(inverse.clone());
        (kept.map(|(x, weight)| [x, weight, inverse]), y)
    });
    let inverses = inverses.expect("`record` computes");
    (y, Autodiff::<B, C>::from_inner(inverses))
}
