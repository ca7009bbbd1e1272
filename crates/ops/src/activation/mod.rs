//! Activations, element by element: exact GELU, SiLU, and the gate of SiLU.
//!
//! - `gelu(x) = x * Phi(x)` with the standard normal distribution function (Hendrycks and Gimpel,
//!   2016), by the error function and not the tanh approximation.
//! - `silu(x) = x * sigmoid(x)` (Elfwing et al., 2017), also called swish.
//! - `swiglu(gate, x) = silu(gate) * x` (Shazeer, 2020, equation 6, without its matrices).

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, unary};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Dispatch};
use burn::tensor::Tensor;

use crate::FusedOps;
use crate::graph::{record, register};

pub(crate) mod flex;
pub(crate) mod plain;

/// `x * Phi(x)` with the standard normal distribution function `Phi`.
///
/// On flex the error function is the rational approximation 7.1.26 of Abramowitz and Stegun
/// (absolute error below 1.5e-7), vectorised; other backends use their own `gelu`.
///
/// # Shapes
/// - input, output: `[..]`
pub fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as FusedOps>::exact_gelu(x.into_dispatch()))
}

/// `x * sigmoid(x)`.
///
/// # Shapes
/// - input, output: `[..]`
pub fn silu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as FusedOps>::fused_silu(x.into_dispatch()))
}

/// `silu(gate) * x`; the two are kept for the backward pass, and `silu(gate)` is not.
///
/// # Shapes
/// - gate, x, output: `[..]`
///
/// # Panics
/// If the gate has another shape than `x`.
pub fn swiglu<const D: usize>(gate: Tensor<D>, x: Tensor<D>) -> Tensor<D> {
    assert_eq!(gate.dims(), x.dims(), "a gate is a number an element");
    Tensor::from_dispatch(<Dispatch as FusedOps>::gated_silu(
        gate.into_dispatch(),
        x.into_dispatch(),
    ))
}

/// An activation of one tensor, whose gradient is a function of its input.
pub(crate) trait Activation: std::fmt::Debug + Send + Default + 'static {
    fn forward<B: FusedOps>(x: FloatTensor<B>) -> FloatTensor<B>;
    fn backward<B: FusedOps>(x: FloatTensor<B>, grad: FloatTensor<B>) -> FloatTensor<B>;
}

#[derive(Debug, Default)]
pub(crate) struct Gelu;

impl Activation for Gelu {
    fn forward<B: FusedOps>(x: FloatTensor<B>) -> FloatTensor<B> {
        B::exact_gelu(x)
    }

    fn backward<B: FusedOps>(x: FloatTensor<B>, grad: FloatTensor<B>) -> FloatTensor<B> {
        B::exact_gelu_backward(x, grad)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Silu;

impl Activation for Silu {
    fn forward<B: FusedOps>(x: FloatTensor<B>) -> FloatTensor<B> {
        B::fused_silu(x)
    }

    fn backward<B: FusedOps>(x: FloatTensor<B>, grad: FloatTensor<B>) -> FloatTensor<B> {
        B::fused_silu_backward(x, grad)
    }
}

#[derive(Debug)]
struct Node<A>(A);

impl<A: Activation, B: FusedOps> Backward<B, 1> for Node<A> {
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        unary::<B, _>(ops.parents, ops.node, grads, |grad| {
            A::backward::<B>(ops.state, grad)
        });
    }
}

pub(crate) fn tracked<A: Activation, B: FusedOps, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
) -> FloatTensor<Autodiff<B, C>> {
    let (x, node) = x.into_parts();
    record::<B, C, _, _>(Node(A::default()), [node], |keep| {
        (keep.then(|| x.clone()), A::forward::<B>(x))
    })
}

/// Its parents are the gate and x.
#[derive(Debug)]
struct Swiglu;

impl<B: FusedOps> Backward<B, 2> for Swiglu {
    type State = [FloatTensor<B>; 2];

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let [gate, x] = ops.state;
        let (of_gate, of_x) = B::gated_silu_backward(gate, x, grad);
        for (parent, grad) in ops.parents.into_iter().zip([of_gate, of_x]) {
            register::<B>(grads, parent.map(|parent| parent.id), || grad);
        }
    }
}

pub(crate) fn tracked_swiglu<B: FusedOps, C: CheckpointStrategy>(
    gate: FloatTensor<Autodiff<B, C>>,
    x: FloatTensor<Autodiff<B, C>>,
) -> FloatTensor<Autodiff<B, C>> {
    let (gate, gate_node) = gate.into_parts();
    let (x, x_node) = x.into_parts();
    record::<B, C, _, _>(Swiglu, [gate_node, x_node], |keep| {
        let state = keep.then(|| [gate.clone(), x.clone()]);
        (state, B::gated_silu(gate, x))
    })
}
