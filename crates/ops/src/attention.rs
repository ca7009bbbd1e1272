//! Scaled dot-product attention over all heads,
//! `softmax(q k^T / sqrt(d_head) + bias) v` (Vaswani et al., 2017, equation 1).

use burn::backend::ops::ActivationOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, TensorMetadata};
use burn::tensor::{FloatDType, Shape, Tensor};

use crate::{Dropout, FusedOps};

/// What attention needs beside its tensors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttentionSettings {
    /// Number of heads; divides d_model.
    pub n_heads: usize,
    /// Probability of dropping an attention probability; 0 for none.
    pub dropout: f32,
    /// Which dropout mask.
    pub seed: u64,
}

/// Attention of `n_heads` heads, split and merged inside.
///
/// The probabilities are kept for the backward pass, and nothing else as large.
///
/// # Shapes
/// - q: `[batch, n_queries, d_model]`
/// - k, v: `[batch, seq, d_model]`
/// - bias: `[batch, seq]`, added to the scores of each key: 0, or hugely negative to hide it
/// - output: `[batch, n_queries, d_model]`
pub fn attention(
    q: Tensor<3>,
    k: Tensor<3>,
    v: Tensor<3>,
    bias: Tensor<2>,
    n_heads: usize,
    dropout: &Dropout,
) -> Tensor<3> {
    let bias = bias.cast(FloatDType::from(q.dtype()));
    let (dropout, seed) = dropout.draw(&q);
    let settings = AttentionSettings {
        n_heads,
        dropout,
        seed,
    };
    let output = <Dispatch as FusedOps>::attention_heads(
        q.into_dispatch(),
        k.into_dispatch(),
        v.into_dispatch(),
        bias.into_dispatch(),
        settings,
    );
    Tensor::from_dispatch(output)
}

/// The forward pass in plain tensor operations, for backends without a kernel.
pub(crate) fn plain_forward<B: FusedOps>(
    q: FloatTensor<B>,
    k: FloatTensor<B>,
    v: FloatTensor<B>,
    bias: FloatTensor<B>,
    settings: AttentionSettings,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let Dims {
        batch,
        n_queries,
        seq,
        d_model,
        scale,
    } = Dims::of::<B>(&q, &k, settings.n_heads);
    let q = split_heads::<B>(B::float_mul_scalar(q, scale.into()), settings.n_heads);
    let k = split_heads::<B>(k, settings.n_heads);
    let v = split_heads::<B>(v, settings.n_heads);
    let bias = B::float_reshape(bias, Shape::new([batch, 1, 1, seq]));
    let scores = B::float_matmul(q, B::float_swap_dims(k, 2, 3));
    let probs = <B as ActivationOps<B>>::softmax(B::float_add(scores, bias), 3);
    let dropped = drop::<B>(probs.clone(), settings);
    let output = B::float_swap_dims(B::float_matmul(dropped, v), 1, 2);
    let output = B::float_reshape(output, Shape::new([batch, n_queries, d_model]));
    (output, probs)
}

/// The backward pass in plain tensor operations.
pub(crate) fn plain_backward<B: FusedOps>(
    q: FloatTensor<B>,
    k: FloatTensor<B>,
    v: FloatTensor<B>,
    probs: FloatTensor<B>,
    grad: FloatTensor<B>,
    settings: AttentionSettings,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let scale = Dims::of::<B>(&q, &k, settings.n_heads).scale;
    let (q_shape, k_shape) = (q.shape(), k.shape());
    let q = split_heads::<B>(q, settings.n_heads);
    let k = split_heads::<B>(k, settings.n_heads);
    let v = split_heads::<B>(v, settings.n_heads);
    let grad = split_heads::<B>(grad, settings.n_heads);
    let dropped = drop::<B>(probs.clone(), settings);
    let grad_v = B::float_matmul(B::float_swap_dims(dropped, 2, 3), grad.clone());
    let grad_probs = B::float_matmul(grad, B::float_swap_dims(v, 2, 3));
    let weighted = B::float_mul(drop::<B>(grad_probs, settings), probs.clone());
    // The softmax's Jacobian: subtract each row's sum, weighted by the probabilities.
    let sums = B::float_sum_dim(weighted.clone(), 3);
    let grad_scores = B::float_sub(weighted, B::float_mul(probs, sums));
    let grad_scores = B::float_mul_scalar(grad_scores, scale.into());
    let grad_q = B::float_matmul(grad_scores.clone(), k);
    let grad_k = B::float_matmul(B::float_swap_dims(grad_scores, 2, 3), q);
    let merge = |x, shape| B::float_reshape(B::float_swap_dims(x, 1, 2), shape);
    (
        merge(grad_q, q_shape),
        merge(grad_k, k_shape.clone()),
        merge(grad_v, k_shape),
    )
}

/// Sizes of one call.
#[derive(Clone, Copy)]
pub(crate) struct Dims {
    pub(crate) batch: usize,
    pub(crate) n_queries: usize,
    pub(crate) seq: usize,
    pub(crate) d_model: usize,
    /// `1 / sqrt(d_head)`.
    pub(crate) scale: f32,
}

impl Dims {
    pub(crate) fn of<B: Backend>(q: &FloatTensor<B>, k: &FloatTensor<B>, n_heads: usize) -> Self {
        let (q, k) = (q.shape(), k.shape());
        let d_head = q[2] / n_heads;
        Self {
            batch: q[0],
            n_queries: q[1],
            seq: k[1],
            d_model: q[2],
            scale: (d_head as f32).sqrt().recip(),
        }
    }
}

fn drop<B: FusedOps>(x: FloatTensor<B>, settings: AttentionSettings) -> FloatTensor<B> {
    if settings.dropout == 0.0 {
        x
    } else {
        B::seeded_dropout(x, settings.dropout, settings.seed)
    }
}

/// `[batch, seq, d_model]` to `[batch, n_heads, seq, d_head]`.
fn split_heads<B: Backend>(x: FloatTensor<B>, n_heads: usize) -> FloatTensor<B> {
    let shape = x.shape();
    let split = Shape::new([shape[0], shape[1], n_heads, shape[2] / n_heads]);
    B::float_swap_dims(B::float_reshape(x, split), 1, 2)
}
