//! Dense layers: `x W + b`, and a low-rank term added to what is there.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, TensorMetadata};
use burn::tensor::{Shape, Tensor};

use crate::FusedOps;

/// `x W + b` over all leading dimensions at once.
///
/// Burn's own `linear` multiplies each sentence alone where sentences have a multiple of 32 tokens,
/// and reads the weight anew each time.
///
/// # Shapes
/// - x: `[.., d_in]`; weight: `[d_in, d_out]`; bias: `[d_out]`
/// - output: `[.., d_out]`
pub fn linear<const D: usize>(
    x: Tensor<D>,
    weight: Tensor<2>,
    bias: Option<Tensor<1>>,
) -> Tensor<D> {
    let mut dims = x.dims();
    let [d_in, d_out] = weight.dims();
    let rows = dims.iter().product::<usize>() / dims[D - 1];
    dims[D - 1] = d_out;
    let x = x.reshape([rows, d_in]).into_dispatch();
    let weight = weight.into_dispatch();
    let y = match bias {
        Some(bias) => <Dispatch as FusedOps>::affine(x, weight, bias.into_dispatch()),
        None => <Dispatch as FusedOps>::product(x, weight),
    };
    Tensor::<2>::from_dispatch(y).reshape(dims)
}

/// `y + scale * h b`, in the memory of `y` where nothing else needs it.
///
/// # Shapes
/// - y, output: `[.., d_out]`; h: `[.., rank]`; b: `[rank, d_out]`
pub fn add_low_rank<const D: usize>(
    y: Tensor<D>,
    h: Tensor<D>,
    b: Tensor<2>,
    scale: f64,
) -> Tensor<D> {
    let dims = y.dims();
    let [rank, d_out] = b.dims();
    let rows = dims.iter().product::<usize>() / d_out;
    let sum = <Dispatch as FusedOps>::add_low_rank(
        y.reshape([rows, d_out]).into_dispatch(),
        h.reshape([rows, rank]).into_dispatch(),
        b.into_dispatch(),
        scale as f32,
    );
    Tensor::<2>::from_dispatch(sum).reshape(dims)
}

/// [`FusedOps::affine`] in plain tensor operations.
pub(crate) fn plain_affine<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: FloatTensor<B>,
) -> FloatTensor<B> {
    let d_out = bias.shape()[0];
    let bias = B::float_reshape(bias, Shape::new([1, d_out]));
    B::float_add(B::float_matmul(x, weight), bias)
}

/// [`FusedOps::add_low_rank`] in plain tensor operations.
pub(crate) fn plain_add_low_rank<B: Backend>(
    y: FloatTensor<B>,
    h: FloatTensor<B>,
    b: FloatTensor<B>,
    scale: f32,
) -> FloatTensor<B> {
    let h = B::float_mul_scalar(h, scale.into());
    B::float_add(y, B::float_matmul(h, b))
}

/// What the backward pass of a product needs: each factor, if the other one has a gradient.
type Factors<B> = (Option<FloatTensor<B>>, Option<FloatTensor<B>>);

/// `x^T grad`.
fn weight_gradient<B: FusedOps>(x: FloatTensor<B>, grad: FloatTensor<B>) -> FloatTensor<B> {
    B::product(B::float_swap_dims(x, 0, 1), grad)
}

/// `grad weight^T`.
fn input_gradient<B: FusedOps>(weight: FloatTensor<B>, grad: FloatTensor<B>) -> FloatTensor<B> {
    B::product(grad, B::float_swap_dims(weight, 0, 1))
}

/// Adds what `grad`, the gradient of `x weight`, gives to the nodes of x and of the weight.
fn register_factors<B: FusedOps>(
    grads: &mut Gradients,
    [x_node, weight_node]: [Option<NodeId>; 2],
    (x, weight): Factors<B>,
    grad: FloatTensor<B>,
) {
    if let (Some(node), Some(weight)) = (x_node, weight) {
        grads.register::<B>(node, input_gradient::<B>(weight, grad.clone()));
    }
    if let (Some(node), Some(x)) = (weight_node, x) {
        grads.register::<B>(node, weight_gradient::<B>(x, grad));
    }
}

pub(crate) fn product<B: FusedOps, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    weight: FloatTensor<Autodiff<B, C>>,
) -> FloatTensor<Autodiff<B, C>> {
    #[derive(Debug)]
    struct Product;

    impl<B: FusedOps> Backward<B, 2> for Product {
        type State = Factors<B>;

        fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
            let grad = grads.consume::<B>(&ops.node);
            let [x_node, weight_node] = ops.parents;
            let nodes = [x_node, weight_node].map(|node| node.map(|node| node.id));
            register_factors::<B>(grads, nodes, ops.state, grad);
        }
    }

    let (x_tracked, weight_tracked) = (x.is_tracked(), weight.is_tracked());
    let (x, x_node) = x.into_parts();
    let (weight, weight_node) = weight.into_parts();
    let op = Product.prepare::<C>([x_node, weight_node]);
    match op.compute_bound().stateful() {
        OpsKind::Tracked(prep) => {
            let state = (
                weight_tracked.then(|| x.clone()),
                x_tracked.then(|| weight.clone()),
            );
            prep.finish(state, B::product(x, weight))
        }
        OpsKind::UnTracked(prep) => prep.finish(B::product(x, weight)),
    }
}

pub(crate) fn affine<B: FusedOps, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    weight: FloatTensor<Autodiff<B, C>>,
    bias: FloatTensor<Autodiff<B, C>>,
) -> FloatTensor<Autodiff<B, C>> {
    #[derive(Debug)]
    struct Affine;

    impl<B: FusedOps> Backward<B, 3> for Affine {
        type State = Factors<B>;

        fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
            let grad = grads.consume::<B>(&ops.node);
            let [x_node, weight_node, bias_node] = ops.parents;
            let nodes = [x_node, weight_node].map(|node| node.map(|node| node.id));
            register_factors::<B>(grads, nodes, ops.state, grad.clone());
            if let Some(node) = bias_node {
                let d_out = grad.shape()[1];
                let sum = B::float_sum_dim(grad, 0);
                grads.register::<B>(node.id, B::float_reshape(sum, Shape::new([d_out])));
            }
        }
    }

    let (x_tracked, weight_tracked) = (x.is_tracked(), weight.is_tracked());
    let (x, x_node) = x.into_parts();
    let (weight, weight_node) = weight.into_parts();
    let (bias, bias_node) = bias.into_parts();
    let op = Affine.prepare::<C>([x_node, weight_node, bias_node]);
    match op.compute_bound().stateful() {
        OpsKind::Tracked(prep) => {
            let state = (
                weight_tracked.then(|| x.clone()),
                x_tracked.then(|| weight.clone()),
            );
            prep.finish(state, B::affine(x, weight, bias))
        }
        OpsKind::UnTracked(prep) => prep.finish(B::affine(x, weight, bias)),
    }
}

pub(crate) fn tracked_add_low_rank<B: FusedOps, C: CheckpointStrategy>(
    y: FloatTensor<Autodiff<B, C>>,
    h: FloatTensor<Autodiff<B, C>>,
    b: FloatTensor<Autodiff<B, C>>,
    scale: f32,
) -> FloatTensor<Autodiff<B, C>> {
    #[derive(Debug)]
    struct AddLowRank;

    impl<B: FusedOps> Backward<B, 3> for AddLowRank {
        type State = (Factors<B>, f32);

        fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
            let grad = grads.consume::<B>(&ops.node);
            let [y_node, h_node, b_node] = ops.parents;
            let ((h, b), scale) = ops.state;
            let scale = scale.into();
            if let (Some(node), Some(b)) = (h_node, b) {
                let grad = B::float_mul_scalar(input_gradient::<B>(b, grad.clone()), scale);
                grads.register::<B>(node.id, grad);
            }
            if let (Some(node), Some(h)) = (b_node, h) {
                let grad = B::float_mul_scalar(weight_gradient::<B>(h, grad.clone()), scale);
                grads.register::<B>(node.id, grad);
            }
            if let Some(node) = y_node {
                grads.register::<B>(node.id, grad);
            }
        }
    }

    let (h_tracked, b_tracked) = (h.is_tracked(), b.is_tracked());
    let (y, y_node) = y.into_parts();
    let (h, h_node) = h.into_parts();
    let (b, b_node) = b.into_parts();
    let op = AddLowRank.prepare::<C>([y_node, h_node, b_node]);
    match op.compute_bound().stateful() {
        OpsKind::Tracked(prep) => {
            let factors = (b_tracked.then(|| h.clone()), h_tracked.then(|| b.clone()));
            prep.finish((factors, scale), B::add_low_rank(y, h, b, scale))
        }
        OpsKind::UnTracked(prep) => prep.finish(B::add_low_rank(y, h, b, scale)),
    }
}
