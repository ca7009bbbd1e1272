//! The extension trait and its implementations for the backends.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::ops::ActivationOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex, TensorMetadata, backend_extension};
use burn::tensor::TensorData;

use crate::dropout::mask_values;
use crate::kernels;

/// Fused operations; see the functions and layers of this crate for the user's side.
#[backend_extension(
    Flex,
    NdArray: cfg(feature = "ndarray"),
    Cube: cfg(any(feature = "wgpu", feature = "cuda")),
    Autodiff
)]
pub trait FusedOps: Backend {
    /// Exact GELU, `x * Phi(x)`.
    fn exact_gelu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::gelu(x)
    }

    /// Gradient of [`FusedOps::exact_gelu`] at `x`, times `grad`.
    fn exact_gelu_backward(x: FloatTensor<Self>, grad: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::gelu_backward(x, grad)
    }

    /// Multiplies by the dropout mask that `seed` stands for: 0 or `1 / (1 - prob)` per element.
    ///
    /// The same call on the output's gradient is the backward pass, so no mask is ever kept.
    fn seeded_dropout(x: FloatTensor<Self>, prob: f32, seed: u64) -> FloatTensor<Self> {
        let shape = x.shape();
        let mask = mask_values(shape.num_elements(), prob, seed);
        let mask = Self::float_from_data(TensorData::new(mask, shape), &x.device());
        Self::float_mul(x, mask)
    }
}

impl FusedOps for Flex {
    fn exact_gelu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        kernels::map(x, kernels::gelu, Self::gelu)
    }

    fn exact_gelu_backward(x: FloatTensor<Self>, grad: FloatTensor<Self>) -> FloatTensor<Self> {
        kernels::zip(x, grad, kernels::gelu_backward, Self::gelu_backward)
    }

    fn seeded_dropout(x: FloatTensor<Self>, prob: f32, seed: u64) -> FloatTensor<Self> {
        kernels::map_indexed(x, |start, from, to| {
            kernels::dropout(start, from, to, prob, seed)
        })
    }
}

#[cfg(feature = "ndarray")]
impl FusedOps for burn::backend::NdArray {}

#[cfg(any(feature = "wgpu", feature = "cuda"))]
impl FusedOps for burn::backend::Cube {}

impl<B: FusedOps, C: CheckpointStrategy> FusedOps for Autodiff<B, C> {
    fn exact_gelu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct ExactGelu;

        impl<B: FusedOps> Backward<B, 1> for ExactGelu {
            type State = B::FloatTensorPrimitive;

            fn backward(
                self,
                ops: Ops<Self::State, 1>,
                grads: &mut Gradients,
                _checkpointer: &mut Checkpointer,
            ) {
                unary::<B, _>(ops.parents, ops.node, grads, |grad| {
                    B::exact_gelu_backward(ops.state, grad)
                });
            }
        }

        let (primitive, node) = x.into_parts();
        match ExactGelu
            .prepare::<C>([node])
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(prep) => {
                prep.finish(primitive.clone(), B::exact_gelu(primitive))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::exact_gelu(primitive)),
        }
    }

    fn seeded_dropout(x: FloatTensor<Self>, prob: f32, seed: u64) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct SeededDropout;

        impl<B: FusedOps> Backward<B, 1> for SeededDropout {
            type State = (f32, u64);

            fn backward(
                self,
                ops: Ops<Self::State, 1>,
                grads: &mut Gradients,
                _checkpointer: &mut Checkpointer,
            ) {
                let (prob, seed) = ops.state;
                unary::<B, _>(ops.parents, ops.node, grads, |grad| {
                    B::seeded_dropout(grad, prob, seed)
                });
            }
        }

        let (primitive, node) = x.into_parts();
        match SeededDropout
            .prepare::<C>([node])
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(prep) => {
                prep.finish((prob, seed), B::seeded_dropout(primitive, prob, seed))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::seeded_dropout(primitive, prob, seed)),
        }
    }
}
