//! Layer normalisation (Ba et al., 2016) over the last dimension.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, TensorMetadata};
use burn::tensor::{DType, FloatDType, Shape, Tensor};

use crate::FusedOps;

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
    let dtype = x.dtype();
    if matches!(dtype, DType::F16 | DType::BF16) {
        let wide = |t: Tensor<1>| t.cast(FloatDType::F32);
        let y = layer_norm(x.cast(FloatDType::F32), wide(gamma), wide(beta), epsilon);
        return y.cast(FloatDType::from(dtype));
    }
    let dims = x.dims();
    let d_model = dims[D - 1];
    let rows = dims.iter().product::<usize>() / d_model;
    let (y, _) = <Dispatch as FusedOps>::layer_norm_rows(
        x.reshape([rows, d_model]).into_dispatch(),
        gamma.into_dispatch(),
        beta.into_dispatch(),
        epsilon as f32,
    );
    Tensor::<2>::from_dispatch(y).reshape(dims)
}

/// [`FusedOps::layer_norm_rows`] in plain tensor operations.
pub(crate) fn plain_forward<B: Backend>(
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
    let column = |at: i64| {
        let rows = burn::tensor::Slice::new(0, None, 1);
        let columns = burn::tensor::Slice::new(at as isize, Some(at as isize + 1), 1);
        B::float_slice(stats.clone(), &[rows, columns])
    };
    let (mean, inverse) = (column(0), column(1));
    let centred = B::float_sub(x, mean);
    (B::float_mul(centred, inverse.clone()), inverse)
}

/// [`FusedOps::layer_norm_backward`] in plain tensor operations.
pub(crate) fn plain_backward<B: Backend>(
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

/// [`FusedOps::layer_norm_affine_backward`] in plain tensor operations.
pub(crate) fn plain_affine_backward<B: Backend>(
    x: FloatTensor<B>,
    stats: FloatTensor<B>,
    grad: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let d_model = x.shape()[1];
    let (normal, _) = normal::<B>(x, stats);
    let sum = |t| B::float_reshape(B::float_sum_dim(t, 0), Shape::new([d_model]));
    (sum(B::float_mul(grad.clone(), normal)), sum(grad))
}

/// The normalised rows, and the mean and inverse deviation of each.
type Pair<B> = (FloatTensor<B>, FloatTensor<B>);

pub(crate) fn tracked<B: FusedOps, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    gamma: FloatTensor<Autodiff<B, C>>,
    beta: FloatTensor<Autodiff<B, C>>,
    epsilon: f32,
) -> Pair<Autodiff<B, C>> {
    #[derive(Debug)]
    struct LayerNormRows;

    impl<B: FusedOps> Backward<B, 3> for LayerNormRows {
        type State = [FloatTensor<B>; 3];

        fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
            let grad = grads.consume::<B>(&ops.node);
            let [x_node, gamma_node, beta_node] = ops.parents;
            let [x, gamma, stats] = ops.state;
            if gamma_node.is_some() || beta_node.is_some() {
                let (of_gamma, of_beta) =
                    B::layer_norm_affine_backward(x.clone(), stats.clone(), grad.clone());
                for (node, grad) in [(gamma_node, of_gamma), (beta_node, of_beta)] {
                    if let Some(node) = node {
                        grads.register::<B>(node.id, grad);
                    }
                }
            }
            if let Some(node) = x_node {
                let grad = B::layer_norm_backward(x, gamma, stats, grad);
                grads.register::<B>(node.id, grad);
            }
        }
    }

    let (x, x_node) = x.into_parts();
    let (gamma, gamma_node) = gamma.into_parts();
    let (beta, beta_node) = beta.into_parts();
    let op = LayerNormRows.prepare::<C>([x_node, gamma_node, beta_node]);
    let untracked = <Autodiff<B, C> as burn::backend::AutodiffBackend>::from_inner;
    match op.compute_bound().stateful() {
        OpsKind::Tracked(prep) => {
            let (y, stats) = B::layer_norm_rows(x.clone(), gamma.clone(), beta, epsilon);
            let state = [x, gamma, stats.clone()];
            (prep.finish(state, y), untracked(stats))
        }
        OpsKind::UnTracked(prep) => {
            let (y, stats) = B::layer_norm_rows(x, gamma, beta, epsilon);
            (prep.finish(y), untracked(stats))
        }
    }
}
