//! Scaled dot-product attention over all heads,
//! `softmax(scale * q k^T + bias) v` (Vaswani et al., 2017, equation 1), with fewer heads of keys
//! and values than of queries where a model has them (grouped queries; Ainslie et al., 2023).
//!
//! - Query head `h` reads head `h / (n_heads / n_kv_heads)` of the keys and values.
//! - Under [`Mask::Causal`] a hidden key has the probability 0 and no part in the sum, whatever its
//!   score. Whether a *value* there that is NaN or infinite reaches the output (`0 * NaN`) is not
//!   specified.
//! - The bias is added to the scores. A hugely negative finite one, -1e30, hides a key; a query
//!   that has nothing but such keys in sight attends to all of them alike, since -1e30 swallows the
//!   scores: finite, and meant to be ignored. With -inf such a row is NaN.
//! - A NaN or an infinity in a row's scores makes the row NaN.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Dispatch};
use burn::tensor::{FloatDType, Tensor};

use crate::graph::{record, register};
use crate::optional::Optional;
use crate::{Dropout, FusedOps};

pub(crate) mod flex;
pub(crate) mod plain;

/// What attention needs beside its tensors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttentionSettings {
    /// Heads of the queries; divides their width.
    pub n_heads: usize,
    /// Heads of the keys and values; divides `n_heads`.
    pub n_kv_heads: usize,
    /// Factor of the scores, `1 / sqrt(d_head)` in most models.
    pub scale: f32,
    /// Which keys a query sees.
    pub mask: Mask,
    /// Probability of dropping an attention probability; 0 for none.
    pub dropout: f32,
    /// Which dropout mask.
    pub seed: u64,
}

/// Which keys a query sees, those apart that a bias hides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mask {
    /// Every key.
    #[default]
    None,
    /// Query `i` sees the keys `0..=first_query + i`.
    Causal {
        /// Position of the first query among the keys: 0 where both are the same tokens, the
        /// number of cached tokens where keys come from a cache.
        first_query: usize,
    },
}

/// Queries, keys and values, and how the queries look at the keys.
///
/// ```
/// # use burn::tensor::{Device, Distribution, Tensor};
/// # let random = |rows, width| Tensor::<3>::random([2, rows, width], Distribution::Default, &Device::flex());
/// use ops::{AttentionInput, attention};
/// // One new token of a model with four heads of queries and two of keys, after eight cached ones.
/// let (q, k, v) = (random(1, 32), random(9, 16), random(9, 16));
/// let heads = attention(AttentionInput::new(q, k, v, 4).causal(8));
/// assert_eq!(heads.dims(), [2, 1, 32]);
/// ```
#[derive(Clone, Debug)]
pub struct AttentionInput {
    q: Tensor<3>,
    k: Tensor<3>,
    v: Tensor<3>,
    key_bias: Option<Tensor<2>>,
    settings: AttentionSettings,
}

impl AttentionInput {
    /// Every query sees every key; scores are divided by `sqrt(d_head)`; nothing is dropped.
    ///
    /// The number of heads of the keys and values follows from their width. The CPU's kernel reads
    /// all three where they lie, so that a [`Tensor::narrow`] of a longer cache is not copied.
    ///
    /// # Shapes
    /// - q: `[batch, n_queries, n_heads * d_head]`
    /// - k, v: `[batch, seq, n_kv_heads * d_head]`
    ///
    /// # Panics
    /// If the shapes do not fit together.
    pub fn new(q: Tensor<3>, k: Tensor<3>, v: Tensor<3>, n_heads: usize) -> Self {
        let ([batch, _, d_model], [k_batch, _, d_kv]) = (q.dims(), k.dims());
        assert!(
            n_heads > 0 && d_model.is_multiple_of(n_heads),
            "{n_heads} heads do not divide queries of width {d_model}"
        );
        let d_head = d_model / n_heads;
        let n_kv_heads = d_kv / d_head;
        assert!(
            k.dims() == v.dims() && batch == k_batch,
            "queries {:?}, keys {:?} and values {:?} are not of one batch",
            q.dims(),
            k.dims(),
            v.dims()
        );
        assert!(
            n_kv_heads > 0 && d_kv.is_multiple_of(d_head) && n_heads.is_multiple_of(n_kv_heads),
            "keys of width {d_kv} are not heads of {d_head} whose number divides {n_heads}"
        );
        let settings = AttentionSettings {
            n_heads,
            n_kv_heads,
            scale: (d_head as f32).sqrt().recip(),
            mask: Mask::None,
            dropout: 0.0,
            seed: 0,
        };
        Self {
            q,
            k,
            v,
            key_bias: None,
            settings,
        }
    }

    /// Adds a number to the scores of each key: 0, or -1e30 to hide padding.
    ///
    /// # Shapes
    /// - bias: `[batch, seq]`
    ///
    /// # Panics
    /// If the bias has another shape.
    pub fn key_bias(mut self, bias: Tensor<2>) -> Self {
        let [batch, seq, _] = self.k.dims();
        assert_eq!(bias.dims(), [batch, seq], "a bias is a number a key");
        self.key_bias = Some(bias.cast(FloatDType::from(self.q.dtype())));
        self
    }

    /// Hides the keys after each query, the first of which is at position `first_query` of the keys.
    pub fn causal(mut self, first_query: usize) -> Self {
        self.settings.mask = Mask::Causal { first_query };
        self
    }

    /// Another factor of the scores; 1 for T5.
    pub fn scale(mut self, scale: f64) -> Self {
        self.settings.scale = scale as f32;
        self
    }

    /// Draws a mask for the probabilities, where the queries are on a device with autodiff.
    pub fn dropout(mut self, dropout: &Dropout) -> Self {
        (self.settings.dropout, self.settings.seed) = dropout.draw(&self.q);
        self
    }
}

/// Attention of all heads, split and merged inside.
///
/// The probabilities are kept for the backward pass, and nothing else as large.
///
/// # Shapes
/// - output: `[batch, n_queries, n_heads * d_head]`
pub fn attention(input: AttentionInput) -> Tensor<3> {
    Tensor::from_dispatch(<Dispatch as FusedOps>::attention_heads(
        input.q.into_dispatch(),
        input.k.into_dispatch(),
        input.v.into_dispatch(),
        Optional::of(input.key_bias),
        input.settings,
    ))
}

/// Its parents are q, k and v.
#[derive(Debug)]
struct AttentionHeads;

impl<B: FusedOps> Backward<B, 3> for AttentionHeads {
    type State = ([FloatTensor<B>; 4], AttentionSettings);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let ([q, k, v, probs], settings) = ops.state;
        let (q, k, v) = B::attention_heads_backward(q, k, v, probs, grad, settings);
        for (parent, grad) in ops.parents.into_iter().zip([q, k, v]) {
            register::<B>(grads, parent.map(|parent| parent.id), || grad);
        }
    }
}

pub(crate) fn tracked<B: FusedOps, C: CheckpointStrategy>(
    q: FloatTensor<Autodiff<B, C>>,
    k: FloatTensor<Autodiff<B, C>>,
    v: FloatTensor<Autodiff<B, C>>,
    bias: Optional<Autodiff<B, C>>,
    settings: AttentionSettings,
) -> FloatTensor<Autodiff<B, C>> {
    let bias = match bias {
        Optional::Absent => Optional::Absent,
        Optional::Present(bias) => Optional::Present(bias.into_primitive()),
    };
    let (q, q_node) = q.into_parts();
    let (k, k_node) = k.into_parts();
    let (v, v_node) = v.into_parts();
    record::<B, C, _, _>(AttentionHeads, [q_node, k_node, v_node], |keep| {
        if !keep {
            return (None, B::attention_heads(q, k, v, bias, settings));
        }
        let (output, probs) =
            B::attention_heads_keeping(q.clone(), k.clone(), v.clone(), bias, settings);
        (Some(([q, k, v, probs], settings)), output)
    })
}
