//! Scaled dot-product attention, `softmax(q k^T / sqrt(d_head) + bias) v` for each head
//! (Vaswani et al., 2017, equation 1).

use burn::tensor::activation::softmax;
use burn::tensor::{Bool, Tensor};
use ops::Dropout;

/// What is added to the scores of keys that are padding: enough for a probability of exactly 0,
/// and far enough from the largest f32 that adding a score cannot overflow.
const PADDED: f32 = -1e30;

/// The bias that hides padded keys: 0 for real tokens, hugely negative for the others.
///
/// # Shapes
/// - mask: `[batch, seq]`, true for real tokens
/// - output: `[batch, 1, 1, seq]`
pub(crate) fn key_bias(mask: &Tensor<2, Bool>) -> Tensor<4> {
    let [batch, seq] = mask.dims();
    mask.clone()
        .bool_not()
        .float()
        .mul_scalar(PADDED)
        .reshape([batch, 1, 1, seq])
}

/// Attention of `n_heads` heads, heads split and merged inside.
///
/// # Shapes
/// - q: `[batch, n_queries, d_model]`
/// - k, v: `[batch, seq, d_model]`
/// - bias: `[batch, 1, 1, seq]` from [`key_bias`]
/// - output: `[batch, n_queries, d_model]`
pub(crate) fn attention(
    q: Tensor<3>,
    k: Tensor<3>,
    v: Tensor<3>,
    n_heads: usize,
    bias: &Tensor<4>,
    dropout: &Dropout,
) -> Tensor<3> {
    let [batch, n_queries, d_model] = q.dims();
    let scale = ((d_model / n_heads) as f64).sqrt().recip();
    // The scale goes onto the queries: they are fewer numbers than the scores.
    let q = split_heads(q.mul_scalar(scale), n_heads); // [batch, n_heads, n_queries, d_head]
    let k = split_heads(k, n_heads); // [batch, n_heads, seq, d_head]
    let v = split_heads(v, n_heads); // [batch, n_heads, seq, d_head]
    let scores = q.matmul(k.swap_dims(2, 3)) + bias.clone(); // [batch, n_heads, n_queries, seq]
    let probs = dropout.forward(softmax(scores, 3));
    probs
        .matmul(v) // [batch, n_heads, n_queries, d_head]
        .swap_dims(1, 2)
        .reshape([batch, n_queries, d_model])
}

/// `[batch, seq, d_model]` to `[batch, n_heads, seq, d_head]`.
fn split_heads(x: Tensor<3>, n_heads: usize) -> Tensor<4> {
    let [batch, seq, d_model] = x.dims();
    x.reshape([batch, seq, n_heads, d_model / n_heads])
        .swap_dims(1, 2)
}
