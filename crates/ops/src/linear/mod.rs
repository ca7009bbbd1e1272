//! Dense layers: `x W + b`, and a low-rank term added to what is there, `y + scale * h B` (the
//! second half of LoRA's `W x + (alpha / r) B A x`; Hu et al., 2021, equation 3).
//!
//! Weights are stored as `[d_in, d_out]`, the transpose of the papers' matrices.

pub(crate) mod flex;
pub(crate) mod plain;

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, NodeGuard, Ops};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Dispatch, TensorMetadata};
use burn::tensor::{Shape, Tensor};

use crate::FusedOps;
use crate::graph::{record, register};
use crate::optional::Optional;

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
    if let Some(bias) = &bias {
        assert_eq!(bias.dims(), [d_out], "a bias is a number a column");
    }
    let y = <Dispatch as FusedOps>::linear_rows(
        x.reshape([rows, d_in]).into_dispatch(),
        weight.into_dispatch(),
        Optional::of(bias),
    );
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

/// The factors of a product, each kept only if the other one has a gradient.
#[derive(Clone, Debug)]
struct Factors<B: FusedOps> {
    left: Option<FloatTensor<B>>,
    right: Option<FloatTensor<B>>,
}

impl<B: FusedOps> Factors<B> {
    fn kept<C: CheckpointStrategy>(
        left: &FloatTensor<Autodiff<B, C>>,
        right: &FloatTensor<Autodiff<B, C>>,
    ) -> Self {
        Self {
            left: right.is_tracked().then(|| left.clone().into_primitive()),
            right: left.is_tracked().then(|| right.clone().into_primitive()),
        }
    }

    /// Adds what `grad`, the gradient of `scale * left right`, gives to the nodes of the factors.
    fn register(
        self,
        grads: &mut Gradients,
        [left_node, right_node]: [Option<NodeId>; 2],
        grad: FloatTensor<B>,
        scale: f32,
    ) {
        let product = |a, b| {
            let product = B::linear_rows(a, b, Optional::Absent);
            match scale {
                1.0 => product,
                _ => B::float_mul_scalar(product, scale.into()),
            }
        };
        if let Some(right) = self.right {
            register::<B>(grads, left_node, || {
                product(grad.clone(), B::float_swap_dims(right, 0, 1))
            });
        }
        if let Some(left) = self.left {
            register::<B>(grads, right_node, || {
                product(B::float_swap_dims(left, 0, 1), grad)
            });
        }
    }
}

/// Its parents are x and the weight, and the bias if there is one.
#[derive(Debug)]
struct Linear;

impl<B: FusedOps, const N: usize> Backward<B, N> for Linear {
    type State = Factors<B>;

    fn backward(self, ops: Ops<Self::State, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let nodes = ops.parents.map(|node| node.map(|node| node.id));
        let factors = [nodes[0], nodes[1]];
        ops.state.register(grads, factors, grad.clone(), 1.0);
        register::<B>(grads, nodes.get(2).copied().flatten(), || {
            let d_out = grad.shape()[1];
            B::float_reshape(B::float_sum_dim(grad, 0), Shape::new([d_out]))
        });
    }
}

pub(crate) fn tracked<B: FusedOps, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    weight: FloatTensor<Autodiff<B, C>>,
    bias: Optional<Autodiff<B, C>>,
) -> FloatTensor<Autodiff<B, C>> {
    let state = Factors::<B>::kept::<C>(&x, &weight);
    let (x, x_node) = x.into_parts();
    let (weight, weight_node) = weight.into_parts();
    match bias {
        Optional::Absent => node::<B, C, _>([x_node, weight_node], state, || {
            B::linear_rows(x, weight, Optional::Absent)
        }),
        Optional::Present(bias) => {
            let (bias, bias_node) = bias.into_parts();
            node::<B, C, _>([x_node, weight_node, bias_node], state, || {
                B::linear_rows(x, weight, Optional::Present(bias))
            })
        }
    }
}

fn node<B: FusedOps, C: CheckpointStrategy, const N: usize>(
    parents: [NodeGuard; N],
    state: Factors<B>,
    output: impl FnOnce() -> FloatTensor<B>,
) -> FloatTensor<Autodiff<B, C>> {
    record::<B, C, _, _>(Linear, parents, |_| (Some(state), output()))
}

/// Its parents are y, h and b.
#[derive(Debug)]
struct AddLowRank;

impl<B: FusedOps> Backward<B, 3> for AddLowRank {
    type State = (Factors<B>, f32);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let [y_node, h_node, b_node] = ops.parents.map(|node| node.map(|node| node.id));
        let (factors, scale) = ops.state;
        factors.register(grads, [h_node, b_node], grad.clone(), scale);
        register::<B>(grads, y_node, || grad);
    }
}

pub(crate) fn tracked_add_low_rank<B: FusedOps, C: CheckpointStrategy>(
    y: FloatTensor<Autodiff<B, C>>,
    h: FloatTensor<Autodiff<B, C>>,
    b: FloatTensor<Autodiff<B, C>>,
    scale: f32,
) -> FloatTensor<Autodiff<B, C>> {
    let state = (Factors::<B>::kept::<C>(&h, &b), scale);
    let (y, y_node) = y.into_parts();
    let (h, h_node) = h.into_parts();
    let (b, b_node) = b.into_parts();
    record::<B, C, _, _>(AddLowRank, [y_node, h_node, b_node], |_| {
        (Some(state), B::add_low_rank(y, h, b, scale))
    })
}
