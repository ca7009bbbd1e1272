//! Attention in plain tensor operations, for backends and number types without a kernel.

use burn::backend::ops::ActivationOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::{Shape, TensorData};

use crate::FusedOps;
use crate::attention::{AttentionSettings, Mask};
use crate::optional::Optional;

/// The output, and the probabilities before dropout: `[batch, n_heads, n_queries, seq]`.
pub(crate) fn forward_keeping<B: FusedOps>(
    q: FloatTensor<B>,
    k: FloatTensor<B>,
    v: FloatTensor<B>,
    bias: Optional<B>,
    settings: AttentionSettings,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let (shape, seq) = (q.shape(), k.shape()[1]);
    let per_head = Shape::new([shape[0], settings.n_heads, shape[1], seq]);
    let q = grouped::<B>(B::float_mul_scalar(q, settings.scale.into()), settings);
    let k = split_heads::<B>(k, settings.n_kv_heads);
    let v = split_heads::<B>(v, settings.n_kv_heads);
    let scores = B::float_matmul(q, B::float_swap_dims(k, 2, 3));
    let mut scores = B::float_reshape(scores, per_head);
    if let Optional::Present(bias) = bias {
        let bias = B::float_reshape(bias, Shape::new([shape[0], 1, 1, seq]));
        scores = B::float_add(scores, bias);
    }
    let scores = hide::<B>(scores, settings.mask, f32::NEG_INFINITY);
    let probs = <B as ActivationOps<B>>::softmax(scores, 3);
    let dropped = group::<B>(drop::<B>(probs.clone(), settings), settings);
    let output = ungrouped::<B>(B::float_matmul(dropped, v), shape, settings);
    (output, probs)
}

/// [`forward_keeping`] without the probabilities.
pub(crate) fn forward<B: FusedOps>(
    q: FloatTensor<B>,
    k: FloatTensor<B>,
    v: FloatTensor<B>,
    bias: Optional<B>,
    settings: AttentionSettings,
) -> FloatTensor<B> {
    forward_keeping::<B>(q, k, v, bias, settings).0
}

/// The gradients of q, k and v.
pub(crate) fn backward<B: FusedOps>(
    q: FloatTensor<B>,
    k: FloatTensor<B>,
    v: FloatTensor<B>,
    probs: FloatTensor<B>,
    grad: FloatTensor<B>,
    settings: AttentionSettings,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let (q_shape, k_shape, probs_shape) = (q.shape(), k.shape(), probs.shape());
    let q = grouped::<B>(q, settings);
    let grad = grouped::<B>(grad, settings);
    let k = split_heads::<B>(k, settings.n_kv_heads);
    let v = split_heads::<B>(v, settings.n_kv_heads);
    let dropped = group::<B>(drop::<B>(probs.clone(), settings), settings);
    // Products over the rows of a group are sums over its heads.
    let grad_v = B::float_matmul(B::float_swap_dims(dropped, 2, 3), grad.clone());
    let grad_probs = B::float_matmul(grad, B::float_swap_dims(v, 2, 3));
    let grad_probs = drop::<B>(B::float_reshape(grad_probs, probs_shape), settings);
    let weighted = hide::<B>(B::float_mul(grad_probs, probs.clone()), settings.mask, 0.0);
    // The softmax's Jacobian: subtract each row's sum, weighted by the probabilities.
    let sums = B::float_sum_dim(weighted.clone(), 3);
    let grad_scores = B::float_sub(weighted, B::float_mul(probs, sums));
    let grad_scores = B::float_mul_scalar(grad_scores, settings.scale.into());
    let grad_scores = group::<B>(grad_scores, settings);
    let grad_q = B::float_matmul(grad_scores.clone(), k);
    let grad_k = B::float_matmul(B::float_swap_dims(grad_scores, 2, 3), q);
    let merge = |x| B::float_reshape(B::float_swap_dims(x, 1, 2), k_shape.clone());
    (
        ungrouped::<B>(grad_q, q_shape, settings),
        merge(grad_k),
        merge(grad_v),
    )
}

/// Scores of `value` where the mask hides a key.
fn hide<B: Backend>(scores: FloatTensor<B>, mask: Mask, value: f32) -> FloatTensor<B> {
    let Mask::Causal { first_query } = mask else {
        return scores;
    };
    let shape = scores.shape();
    let (n_queries, seq) = (shape[2], shape[3]);
    let hidden: Vec<bool> = (0..n_queries)
        .flat_map(|query| (0..seq).map(move |key| key > first_query + query))
        .collect();
    let hidden = TensorData::new(hidden, [1, 1, n_queries, seq]);
    let hidden = B::bool_from_data(hidden, &scores.device());
    let hidden = B::bool_expand(hidden, shape);
    B::float_mask_fill(scores, hidden, value.into())
}

fn drop<B: FusedOps>(x: FloatTensor<B>, settings: AttentionSettings) -> FloatTensor<B> {
    if settings.dropout == 0.0 {
        x
    } else {
        B::seeded_dropout(x, settings.dropout, settings.seed)
    }
}

/// `[batch, seq, n_heads * d_head]` to `[batch, n_heads, seq, d_head]`.
fn split_heads<B: Backend>(x: FloatTensor<B>, n_heads: usize) -> FloatTensor<B> {
    let shape = x.shape();
    let split = Shape::new([shape[0], shape[1], n_heads, shape[2] / n_heads]);
    B::float_swap_dims(B::float_reshape(x, split), 1, 2)
}

/// `[batch, n_heads, n_queries, width]` to `[batch, n_kv_heads, group * n_queries, width]`: the
/// queries that read one head of the keys, below each other.
fn group<B: Backend>(x: FloatTensor<B>, settings: AttentionSettings) -> FloatTensor<B> {
    let shape = x.shape();
    let n_rows = settings.n_heads / settings.n_kv_heads * shape[2];
    let rows = Shape::new([shape[0], settings.n_kv_heads, n_rows, shape[3]]);
    B::float_reshape(x, rows)
}

/// `[batch, n_queries, n_heads * d_head]` to `[batch, n_kv_heads, group * n_queries, d_head]`.
fn grouped<B: Backend>(x: FloatTensor<B>, settings: AttentionSettings) -> FloatTensor<B> {
    group::<B>(split_heads::<B>(x, settings.n_heads), settings)
}

/// The inverse of [`grouped`], to a tensor of `shape`.
fn ungrouped<B: Backend>(
    x: FloatTensor<B>,
    shape: Shape,
    settings: AttentionSettings,
) -> FloatTensor<B> {
    let (n_heads, d_head) = (settings.n_heads, shape[2] / settings.n_heads);
    let split = Shape::new([shape[0], n_heads, shape[1], d_head]);
    B::float_reshape(B::float_swap_dims(B::float_reshape(x, split), 1, 2), shape)
}
