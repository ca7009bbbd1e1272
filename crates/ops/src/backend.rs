//! The extension trait, and where each backend's implementation of an operation is.

use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::ops::ActivationOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex, backend_extension};
use burn::tensor::DType;

use crate::attention::{self, AttentionSettings};
use crate::optional::Optional;
use crate::{activation, dropout, linear, norm, rotary};

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
        activation::plain::gelu_backward::<Self>(x, grad)
    }

    /// `x * sigmoid(x)`.
    fn fused_silu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        activation::plain::silu::<Self>(x)
    }

    /// Gradient of [`FusedOps::fused_silu`] at `x`, times `grad`.
    fn fused_silu_backward(x: FloatTensor<Self>, grad: FloatTensor<Self>) -> FloatTensor<Self> {
        activation::plain::silu_backward::<Self>(x, grad)
    }

    /// `silu(gate) * x`.
    fn gated_silu(gate: FloatTensor<Self>, x: FloatTensor<Self>) -> FloatTensor<Self> {
        activation::plain::swiglu::<Self>(gate, x)
    }

    /// Gradients of the gate and of `x`.
    fn gated_silu_backward(
        gate: FloatTensor<Self>,
        x: FloatTensor<Self>,
        grad: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        activation::plain::swiglu_backward::<Self>(gate, x, grad)
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
    /// - q, output: `[batch, n_queries, n_heads * d_head]`
    /// - k, v: `[batch, seq, n_kv_heads * d_head]`
    /// - bias: `[batch, seq]`, added to the scores of each key
    fn attention_heads(
        q: FloatTensor<Self>,
        k: FloatTensor<Self>,
        v: FloatTensor<Self>,
        #[extension_type] bias: Optional<Self>,
        settings: AttentionSettings,
    ) -> FloatTensor<Self> {
        attention::plain::forward::<Self>(q, k, v, bias, settings)
    }

    /// The same with what the backward pass needs, the probabilities before dropout:
    /// `[batch, n_heads, n_queries, seq]`.
    fn attention_heads_keeping(
        q: FloatTensor<Self>,
        k: FloatTensor<Self>,
        v: FloatTensor<Self>,
        #[extension_type] bias: Optional<Self>,
        settings: AttentionSettings,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        attention::plain::forward_keeping::<Self>(q, k, v, bias, settings)
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
        attention::plain::backward::<Self>(q, k, v, probs, grad, settings)
    }

    /// `x weight + bias` for `x: [rows, d_in]`, `weight: [d_in, d_out]`, `bias: [d_out]`.
    fn linear_rows(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        #[extension_type] bias: Optional<Self>,
    ) -> FloatTensor<Self> {
        linear::plain::linear::<Self>(x, weight, bias)
    }

    /// `y + scale * h b` for `y: [rows, d_out]`, `h: [rows, rank]`, `b: [rank, d_out]`.
    fn add_low_rank(
        y: FloatTensor<Self>,
        h: FloatTensor<Self>,
        b: FloatTensor<Self>,
        scale: f32,
    ) -> FloatTensor<Self> {
        linear::plain::add_low_rank::<Self>(y, h, b, scale)
    }

    /// Layer normalisation of each row of `x: [rows, d_model]`; also `[rows, 2]`, the mean and the
    /// inverse deviation of each.
    fn layer_norm_rows(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        norm::layer::plain::forward::<Self>(x, gamma, beta, epsilon)
    }

    /// Gradient of `x`, given [`FusedOps::layer_norm_rows`]'s second output.
    fn layer_norm_backward(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        grad: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        norm::layer::plain::backward::<Self>(x, gamma, stats, grad)
    }

    /// Gradients of gamma and beta.
    fn layer_norm_affine_backward(
        x: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        grad: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        norm::layer::plain::affine_backward::<Self>(x, stats, grad)
    }

    /// RMS normalisation of each row of `x: [rows, d_model]`; also `[rows, 1]`, the inverse of the
    /// root mean square of each.
    fn rms_norm_rows(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        epsilon: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        norm::rms::plain::forward::<Self>(x, weight, epsilon)
    }

    /// Gradient of `x`, given [`FusedOps::rms_norm_rows`]'s second output.
    fn rms_norm_backward(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        inverse: FloatTensor<Self>,
        grad: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        norm::rms::plain::backward::<Self>(x, weight, inverse, grad)
    }

    /// Gradient of the weight.
    fn rms_norm_weight_backward(
        x: FloatTensor<Self>,
        inverse: FloatTensor<Self>,
        grad: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        norm::rms::plain::weight_backward::<Self>(x, inverse, grad)
    }

    /// Rotates each head of `x: [batch, seq, n_heads * 2 * half]` by the angles that `cos` and
    /// `sin` are of, `[seq, half]` or `[batch * seq, half]`; by their negatives if `back`.
    fn rotate_halves(
        x: FloatTensor<Self>,
        cos: FloatTensor<Self>,
        sin: FloatTensor<Self>,
        back: bool,
    ) -> FloatTensor<Self> {
        rotary::plain::<Self>(x, cos, sin, back)
    }
}

/// Implements each operation by the kernel where the first tensor is f32, and by the plain body
/// where it is not.
macro_rules! kernels_for_f32 {
    ($(fn $name:ident($x:ident $(, $arg:ident: $type:ty)*) -> $output:ty {
        $kernel:expr, else $plain:expr
    })*) => {
        impl FusedOps for Flex {
            $(fn $name(x: FloatTensor<Self> $(, $arg: $type)*) -> $output {
                if x.dtype() == DType::F32 {
                    $kernel(x $(, $arg)*)
                } else {
                    $plain(x $(, $arg)*)
                }
            })*
        }
    };
}

type One = FloatTensor<Flex>;
type Two = (One, One);

kernels_for_f32! {
    fn exact_gelu(x) -> One {
        activation::flex::gelu, else Flex::gelu
    }
    fn exact_gelu_backward(x, grad: One) -> One {
        activation::flex::gelu_backward, else Flex::gelu_backward
    }
    fn fused_silu(x) -> One {
        activation::flex::silu, else activation::plain::silu::<Flex>
    }
    fn fused_silu_backward(x, grad: One) -> One {
        activation::flex::silu_backward, else activation::plain::silu_backward::<Flex>
    }
    fn gated_silu(gate, x: One) -> One {
        activation::flex::swiglu, else activation::plain::swiglu::<Flex>
    }
    fn gated_silu_backward(gate, x: One, grad: One) -> Two {
        activation::flex::swiglu_backward, else activation::plain::swiglu_backward::<Flex>
    }
    fn seeded_dropout(x, prob: f32, seed: u64) -> One {
        dropout::flex, else dropout::plain::<Flex>
    }
    fn attention_heads(
        q, k: One, v: One, bias: Optional<Flex>, settings: AttentionSettings
    ) -> One {
        attention::flex::forward, else attention::plain::forward::<Flex>
    }
    fn attention_heads_keeping(
        q, k: One, v: One, bias: Optional<Flex>, settings: AttentionSettings
    ) -> Two {
        attention::flex::forward_keeping, else attention::plain::forward_keeping::<Flex>
    }
    fn attention_heads_backward(
        q, k: One, v: One, probs: One, grad: One, settings: AttentionSettings
    ) -> (One, One, One) {
        attention::flex::backward, else attention::plain::backward::<Flex>
    }
    fn linear_rows(x, weight: One, bias: Optional<Flex>) -> One {
        linear::flex::linear, else linear::plain::linear::<Flex>
    }
    fn add_low_rank(y, h: One, b: One, scale: f32) -> One {
        linear::flex::add_low_rank, else linear::plain::add_low_rank::<Flex>
    }
    fn layer_norm_rows(x, gamma: One, beta: One, epsilon: f32) -> Two {
        norm::layer::flex::forward, else norm::layer::plain::forward::<Flex>
    }
    fn layer_norm_backward(x, gamma: One, stats: One, grad: One) -> One {
        norm::layer::flex::backward, else norm::layer::plain::backward::<Flex>
    }
    fn layer_norm_affine_backward(x, stats: One, grad: One) -> Two {
        norm::layer::flex::affine_backward, else norm::layer::plain::affine_backward::<Flex>
    }
    fn rms_norm_rows(x, weight: One, epsilon: f32) -> Two {
        norm::rms::flex::forward, else norm::rms::plain::forward::<Flex>
    }
    fn rms_norm_backward(x, weight: One, inverse: One, grad: One) -> One {
        norm::rms::flex::backward, else norm::rms::plain::backward::<Flex>
    }
    fn rms_norm_weight_backward(x, inverse: One, grad: One) -> One {
        norm::rms::flex::weight_backward, else norm::rms::plain::weight_backward::<Flex>
    }
    fn rotate_halves(x, cos: One, sin: One, back: bool) -> One {
        rotary::flex, else rotary::plain::<Flex>
    }
}

#[cfg(feature = "ndarray")]
impl FusedOps for burn::backend::NdArray {}

#[cfg(any(feature = "wgpu", feature = "cuda"))]
impl FusedOps for burn::backend::Cube {}

impl<B: FusedOps, C: CheckpointStrategy> FusedOps for Autodiff<B, C> {
    fn exact_gelu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        activation::tracked::<activation::Gelu, B, C>(x)
    }

    fn fused_silu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        activation::tracked::<activation::Silu, B, C>(x)
    }

    fn gated_silu(gate: FloatTensor<Self>, x: FloatTensor<Self>) -> FloatTensor<Self> {
        activation::tracked_swiglu::<B, C>(gate, x)
    }

    fn seeded_dropout(x: FloatTensor<Self>, prob: f32, seed: u64) -> FloatTensor<Self> {
        dropout::tracked::<B, C>(x, prob, seed)
    }

    fn attention_heads(
        q: FloatTensor<Self>,
        k: FloatTensor<Self>,
        v: FloatTensor<Self>,
        bias: Optional<Self>,
        settings: AttentionSettings,
    ) -> FloatTensor<Self> {
        attention::tracked::<B, C>(q, k, v, bias, settings)
    }

    fn linear_rows(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: Optional<Self>,
    ) -> FloatTensor<Self> {
        linear::tracked::<B, C>(x, weight, bias)
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
        norm::layer::tracked::<B, C>(x, gamma, beta, epsilon)
    }

    fn rms_norm_rows(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        epsilon: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        norm::rms::tracked::<B, C>(x, weight, epsilon)
    }

    fn rotate_halves(
        x: FloatTensor<Self>,
        cos: FloatTensor<Self>,
        sin: FloatTensor<Self>,
        back: bool,
    ) -> FloatTensor<Self> {
        rotary::tracked::<B, C>(x, cos, sin, back)
    }
}
