//! Layer normalisation, `(x - mean) / sqrt(variance + epsilon) * gamma + beta` over each row (Ba et
//! al., 2016, equation 4).

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

/// `(x - mean) / sqrt(variance + epsilon) * gamma + beta` of each row.
///
/// For the backward pass the input is kept, and two numbers a row. Half precision is widened to f32
/// for the sums, as Burn's own layer does.
///
/// # Shapes
/// - x, output: `[.., d_model]`; gamma, beta: `[d_model]`
pub fn layer_norm<const D: usize>(
    x: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
) -> Tensor<D> {
    over_rows(x, [gamma, beta], |x, [gamma, beta]| {
        let (gamma, beta) = (gamma.into_dispatch(), beta.into_dispatch());
        <Dispatch as FusedOps>::layer_norm_rows(x, gamma, beta, epsilon as f32).0
    })
}

/// In plain tensor operations.
pub(crate) mod plain {
    use burn::backend::tensor::FloatTensor;
    use burn::backend::{Backend, TensorMetadata};
    use burn::tensor::{Shape, Slice};

    pub(crate) fn forward<B: Backend>(
        x: FloatTensor<B>,
        gamma: FloatTensor<B>,
        beta: FloatTensor<B>,
        epsilon: f32,
    ) -> (FloatTensor<B>, FloatTensor<B>) {
        let row = Shape::new([1, x.shape()[1]]);
        let mean = B::float_mean_dim(x.clone(), 1);
        let centred = B::float_sub(x, mean.clone());
        let variance = B::float_mean_dim(B::float_mul(centred.clone(), centred.clone()), 1);
        let spread = B::float_sqrt(B::float_add_scalar(variance, epsilon.into()));
        let inverse = B::float_recip(spread);
        let normal = B::float_mul(centred, inverse.clone());
        let scaled = B::float_mul(normal, B::float_reshape(gamma, row.clone()));
        let y = B::float_add(scaled, B::float_reshape(beta, row));
        (y, B::float_cat(vec![mean, inverse], 1))
    }

    /// `(x - mean) * inverse`.
    fn normal<B: Backend>(
        x: FloatTensor<B>,
        stats: FloatTensor<B>,
    ) -> (FloatTensor<B>, FloatTensor<B>) {
        let column = |at: isize| {
            let (rows, columns) = (Slice::new(0, None, 1), Slice::new(at, Some(at + 1), 1));
            B::float_slice(stats.clone(), &[rows, columns])
        };
        let (mean, inverse) = (column(0), column(1));
        let centred = B::float_sub(x, mean);
        (B::float_mul(centred, inverse.clone()), inverse)
    }

    /// The gradient of x.
    pub(crate) fn backward<B: Backend>(
        x: FloatTensor<B>,
        gamma: FloatTensor<B>,
        stats: FloatTensor<B>,
        grad: FloatTensor<B>,
    ) -> FloatTensor<B> {
        let row = Shape::new([1, x.shape()[1]]);
        let (normal, inverse) = normal::<B>(x, stats);
        let grad = B::float_mul(grad, B::float_reshape(gamma, row));
        let mean = B::float_mean_dim(grad.clone(), 1);
        let along = B::float_mean_dim(B::float_mul(grad.clone(), normal.clone()), 1);
        let rest = B::float_sub(B::float_sub(grad, mean), B::float_mul(normal, along));
        B::float_mul(rest, inverse)
    }

    /// The gradients of gamma and beta.
    pub(crate) fn affine_backward<B: Backend>(
        x: FloatTensor<B>,
        stats: FloatTensor<B>,
        grad: FloatTensor<B>,
    ) -> (FloatTensor<B>, FloatTensor<B>) {
        let d_model = x.shape()[1];
        let (normal, _) = normal::<B>(x, stats);
        let sum = |t| B::float_reshape(B::float_sum_dim(t, 0), Shape::new([d_model]));
        (sum(B::float_mul(grad.clone(), normal)), sum(grad))
    }
}

/// On the CPU.
pub(crate) mod flex {
    use burn_flex::FlexTensor;

    use crate::kernels;
    use crate::norm::flex;
    use crate::slices::{contiguous, values};

    /// Mean, and inverse of the deviation.
    const STATS: usize = 2;

    pub(crate) fn forward(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        epsilon: f32,
    ) -> (FlexTensor, FlexTensor) {
        let [gamma, beta] = [gamma, beta].map(contiguous);
        let [gamma, beta] = [&gamma, &beta].map(values);
        flex::forward(x, STATS, |rows, stats| {
            kernels::layer_norm(rows, gamma, beta, epsilon, stats);
        })
    }

    /// The gradient of x.
    pub(crate) fn backward(
        x: FlexTensor,
        gamma: FlexTensor,
        stats: FlexTensor,
        grad: FlexTensor,
    ) -> FlexTensor {
        let gamma = contiguous(gamma);
        let gamma = values(&gamma);
        flex::backward(x, stats, grad, |x, stats, grads| {
            kernels::layer_norm_backward(x, gamma, stats, grads);
        })
    }

    /// The gradients of gamma and beta.
    pub(crate) fn affine_backward(
        x: FlexTensor,
        stats: FlexTensor,
        grad: FlexTensor,
    ) -> (FlexTensor, FlexTensor) {
        let [gamma, beta] = flex::sums(x, stats, grad, |x, stats, grad, [gamma, beta]| {
            kernels::layer_norm_affine_backward(x, stats, grad, gamma, beta);
        });
        (gamma, beta)
    }
}

/// Its parents are x, gamma and beta.
#[derive(Debug)]
struct LayerNormRows;

impl<B: FusedOps> Backward<B, 3> for LayerNormRows {
    type State = [FloatTensor<B>; 3];

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let [x_node, gamma_node, beta_node] = ops.parents.map(|node| node.map(|node| node.id));
        let [x, gamma, stats] = ops.state;
        if gamma_node.is_some() || beta_node.is_some() {
            let (of_gamma, of_beta) =
                B::layer_norm_affine_backward(x.clone(), stats.clone(), grad.clone());
            register::<B>(grads, gamma_node, || of_gamma);
            register::<B>(grads, beta_node, || of_beta);
        }
        register::<B>(grads, x_node, || {
            B::layer_norm_backward(x, gamma, stats, grad)
        });
    }
}

pub(crate) fn tracked<B: FusedOps, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    gamma: FloatTensor<Autodiff<B, C>>,
    beta: FloatTensor<Autodiff<B, C>>,
    epsilon: f32,
) -> WithStats<Autodiff<B, C>> {
    let (x, x_node) = x.into_parts();
    let (gamma, gamma_node) = gamma.into_parts();
    let (beta, beta_node) = beta.into_parts();
    let mut row_stats = None;
    let y = record::<B, C, _, _>(LayerNormRows, [x_node, gamma_node, beta_node], |keep| {
        let kept = keep.then(|| (x.clone(), gamma.clone()));
        let (y, stats) = B::layer_norm_rows(x, gamma, beta, epsilon);
        row_stats = Some(stats.clone());
        (kept.map(|(x, gamma)| [x, gamma, stats]), y)
    });
    let stats = row_stats.expect("`record` computes");
    (y, Autodiff::<B, C>::from_inner(stats))
}
