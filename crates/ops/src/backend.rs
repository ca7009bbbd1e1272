//! The extension trait and its implementations for the backends.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::ops::{ActivationOps, FloatTensorOps};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex, backend_extension};
use burn::tensor::DType;

use crate::attention::{self, AttentionSettings};
use crate::dropout;
use crate::flex_attention;
use crate::flex_layer_norm;
use crate::flex_linear;
use crate::gelu;
use crate::kernels;
use crate::layer_norm;
use crate::linear;
use crate::slices;

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
        gelu::plain_backward::<Self>(x, grad)
    }

    /// Multiplies by the dropout mask that `seed` stands for: 0 or `1 / (1 - prob)` per element.
    ///
    /// The same call on the output's gradient is the backward pass, so no mask is ever kept.
    fn seeded_dropout(x: FloatTensor<Self>, prob: f32, seed: u64) -> FloatTensor<Self> {
        dropout::plain::<Self>(x, prob, seed)
    }

    /// Attention of all heads.
    ///
    /// # Shapes
    /// - q, output: `[batch, n_queries, d_model]`; k, v: `[batch, seq, d_model]`
    /// - bias: `[batch, seq]`, added to the scores of each key
    fn attention_heads(
        q: FloatTensor<Self>,
        k: FloatTensor<Self>,
        v: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        settings: AttentionSettings,
    ) -> FloatTensor<Self> {
        attention::plain_forward::<Self>(q, k, v, bias, settings).0
    }

    /// The same with what the backward pass needs, the probabilities before dropout:
    /// `[batch, n_heads, n_queries, seq]`.
    fn attention_heads_keeping(
        q: FloatTensor<Self>,
        k: FloatTensor<Self>,
        v: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        settings: AttentionSettings,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        attention::plain_forward::<Self>(q, k, v, bias, settings)
    }

    /// Gradients of q, k and v, given the probabilities and the output's gradient.
    fn attention_heads_backward(
        q: FloatTensor<Self>,
        k: FloatTensor<Self>,
        v: FloatTensor<Self>,
        probs: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        settings: AttentionSettings,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        attention::plain_backward::<Self>(q, k, v, probs, grad, settings)
    }

    /// `x weight` for `x: [rows, d_in]`, `weight: [d_in, d_out]`.
    fn product(x: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::float_matmul(x, weight)
    }

    /// `x weight + bias` for `x: [rows, d_in]`, `weight: [d_in, d_out]`, `bias: [d_out]`.
    fn affine(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        linear::plain_affine::<Self>(x, weight, bias)
    }

    /// `y + scale * h b` for `y: [rows, d_out]`, `h: [rows, rank]`, `b: [rank, d_out]`.
    fn add_low_rank(
        y: FloatTensor<Self>,
        h: FloatTensor<Self>,
        b: FloatTensor<Self>,
        scale: f32,
    ) -> FloatTensor<Self> {
        linear::plain_add_low_rank::<Self>(y, h, b, scale)
    }

    /// Layer normalisation of each row of `x: [rows, d_model]`; also `[rows, 2]`, the mean and the
    /// inverse deviation of each.
    fn layer_norm_rows(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        layer_norm::plain_forward::<Self>(x, gamma, beta, epsilon)
    }

    /// Gradient of `x`, given [`FusedOps::layer_norm_rows`]'s second output.
    fn layer_norm_backward(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        grad: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        layer_norm::plain_backward::<Self>(x, gamma, stats, grad)
    }

    /// Gradients of gamma and beta.
    fn layer_norm_affine_backward(
        x: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        grad: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        layer_norm::plain_affine_backward::<Self>(x, stats, grad)
    }
}

impl FusedOps for Flex {
    fn exact_gelu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        if x.dtype() != DType::F32 {
            return Self::gelu(x);
        }
        slices::update(x, |_, values| kernels::gelu(values))
    }

    fn exact_gelu_backward(x: FloatTensor<Self>, grad: FloatTensor<Self>) -> FloatTensor<Self> {
        if x.dtype() != DType::F32 || grad.dtype() != DType::F32 {
            return Self::gelu_backward(x, grad);
        }
        let x = slices::contiguous(x);
        let x = slices::values(&x);
        slices::update(grad, |start, grads| {
            kernels::gelu_backward(&x[start..start + grads.len()], grads);
        })
    }

    fn seeded_dropout(x: FloatTensor<Self>, prob: f32, seed: u64) -> FloatTensor<Self> {
        if x.dtype() != DType::F32 {
            return dropout::plain::<Self>(x, prob, seed);
        }
        slices::update(x, |start, values| {
            kernels::dropout(start, values, prob, seed);
        })
    }

    fn attention_heads(
        q: FloatTensor<Self>,
        k: FloatTensor<Self>,
        v: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        settings: AttentionSettings,
    ) -> FloatTensor<Self> {
        if q.dtype() == DType::F32 {
            flex_attention::forward(q, k, v, bias, settings)
        } else {
            attention::plain_forward::<Self>(q, k, v, bias, settings).0
        }
    }

    fn attention_heads_keeping(
        q: FloatTensor<Self>,
        k: FloatTensor<Self>,
        v: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        settings: AttentionSettings,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        if q.dtype() == DType::F32 {
            flex_attention::forward_keeping(q, k, v, bias, settings)
        } else {
            attention::plain_forward::<Self>(q, k, v, bias, settings)
        }
    }

    fn attention_heads_backward(
        q: FloatTensor<Self>,
        k: FloatTensor<Self>,
        v: FloatTensor<Self>,
        probs: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        settings: AttentionSettings,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        if q.dtype() == DType::F32 {
            flex_attention::backward(q, k, v, probs, grad, settings)
        } else {
            attention::plain_backward::<Self>(q, k, v, probs, grad, settings)
        }
    }

    fn product(x: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self> {
        if x.dtype() == DType::F32 {
            flex_linear::product(x, weight)
        } else {
            Self::float_matmul(x, weight)
        }
    }

    fn affine(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        if x.dtype() == DType::F32 {
            flex_linear::affine(x, weight, bias)
        } else {
            linear::plain_affine::<Self>(x, weight, bias)
        }
    }

    fn add_low_rank(
        y: FloatTensor<Self>,
        h: FloatTensor<Self>,
        b: FloatTensor<Self>,
        scale: f32,
    ) -> FloatTensor<Self> {
        if y.dtype() == DType::F32 {
            flex_linear::add_low_rank(y, h, b, scale)
        } else {
            linear::plain_add_low_rank::<Self>(y, h, b, scale)
        }
    }

    fn layer_norm_rows(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        if x.dtype() == DType::F32 {
            flex_layer_norm::forward(x, gamma, beta, epsilon)
        } else {
            layer_norm::plain_forward::<Self>(x, gamma, beta, epsilon)
        }
    }

    fn layer_norm_backward(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        grad: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        if x.dtype() == DType::F32 {
            flex_layer_norm::backward(x, gamma, stats, grad)
        } else {
            layer_norm::plain_backward::<Self>(x, gamma, stats, grad)
        }
    }

    fn layer_norm_affine_backward(
        x: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        grad: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        if x.dtype() == DType::F32 {
            flex_layer_norm::affine_backward(x, stats, grad)
        } else {
            layer_norm::plain_affine_backward::<Self>(x, stats, grad)
        }
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
        match ExactGelu.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(primitive.clone(), B::exact_gelu(primitive)),
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

    fn attention_heads(
        q: FloatTensor<Self>,
        k: FloatTensor<Self>,
        v: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        settings: AttentionSettings,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct AttentionHeads;

        impl<B: FusedOps> Backward<B, 3> for AttentionHeads {
            type State = ([B::FloatTensorPrimitive; 4], AttentionSettings);

            fn backward(
                self,
                ops: Ops<Self::State, 3>,
                grads: &mut Gradients,
                _checkpointer: &mut Checkpointer,
            ) {
                let grad = grads.consume::<B>(&ops.node);
                let ([q, k, v, probs], settings) = ops.state;
                let (q, k, v) = B::attention_heads_backward(q, k, v, probs, grad, settings);
                for (parent, grad) in ops.parents.into_iter().zip([q, k, v]) {
                    if let Some(parent) = parent {
                        grads.register::<B>(parent.id, grad);
                    }
                }
            }
        }

        let bias = bias.into_primitive();
        let (q, q_node) = q.into_parts();
        let (k, k_node) = k.into_parts();
        let (v, v_node) = v.into_parts();
        let op = AttentionHeads
            .prepare::<C>([q_node, k_node, v_node])
            .compute_bound()
            .stateful();
        match op {
            OpsKind::Tracked(prep) => {
                let (output, probs) =
                    B::attention_heads_keeping(q.clone(), k.clone(), v.clone(), bias, settings);
                prep.finish(([q, k, v, probs], settings), output)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::attention_heads(q, k, v, bias, settings)),
        }
    }

    fn product(x: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self> {
        linear::product::<B, C>(x, weight)
    }

    fn affine(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        linear::affine::<B, C>(x, weight, bias)
    }

    fn add_low_rank(
        y: FloatTensor<Self>,
        h: FloatTensor<Self>,
        b: FloatTensor<Self>,
        scale: f32,
    ) -> FloatTensor<Self> {
        linear::tracked_add_low_rank::<B, C>(y, h, b, scale)
    }

    fn layer_norm_rows(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        layer_norm::tracked::<B, C>(x, gamma, beta, epsilon)
    }
}
