//! Multi-head attention with adaptable projections: one module for every family.
//!
//! What asks (`queries`) and what is attended to (`memory`) are arguments of their own, so the module
//! serves self-attention, cross-attention, and decoding with the keys and values of earlier tokens
//! kept: [`MultiHeadAttention::keys_values`] makes them, [`MultiHeadAttention::attend`] takes them.

use adapters::{AdaptedLinear, AdaptedLinearConfig, adaptable};
use burn::module::Module;
use burn::tensor::{Bool, Device, Tensor};
use ops::{AttentionInput, Dropout, DropoutConfig, MaskStream};

use crate::LayerNorm;

/// What is added to the scores of keys that are padding: enough for a probability of exactly 0,
/// and far enough from the largest f32 that adding a score cannot overflow.
const PADDED: f32 = -1e30;

/// The bias that hides padded keys: 0 for real tokens, hugely negative for the others.
///
/// # Shapes
/// - mask: `[batch, seq]`, true for real tokens
/// - output: `[batch, seq]`
pub(crate) fn key_bias(mask: &Tensor<2, Bool>) -> Tensor<2> {
    mask.clone().bool_not().float().mul_scalar(PADDED)
}

/// What a [`MultiHeadAttention`] is made of.
#[derive(Clone, Debug)]
pub(crate) struct AttentionConfig {
    pub(crate) d_model: usize,
    /// Divides d_model.
    pub(crate) n_heads: usize,
    /// Whether query, key and value have biases; the output always has one.
    pub(crate) qkv_bias: bool,
    /// On the attention probabilities.
    pub(crate) probs_dropout: f64,
    /// On the output.
    pub(crate) dropout: f64,
    /// Of the normalisation behind the residual, in post-norm models.
    pub(crate) post_norm_eps: Option<f64>,
}

/// `softmax(q k^T / sqrt(d_head) + bias) v` over several heads, between four dense layers (Vaswani
/// et al., 2017).
#[derive(Module, Debug)]
pub struct MultiHeadAttention {
    /// d_model to d_model.
    pub query: AdaptedLinear,
    /// d_model to d_model.
    pub key: AdaptedLinear,
    /// d_model to d_model.
    pub value: AdaptedLinear,
    /// d_model to d_model, over the joined heads.
    pub output: AdaptedLinear,
    /// Over d_model, after the residual: of post-norm models, such as RoBERTa.
    pub layer_norm: Option<LayerNorm>,
    /// On the attention probabilities.
    pub probs_dropout: Dropout,
    /// On the output.
    pub dropout: Dropout,
    #[module(skip)]
    n_heads: usize,
}

/// Projected keys and values of the tokens that are attended to.
#[derive(Clone, Debug)]
pub struct KeysValues {
    /// `[batch, seq, d_model]`.
    pub keys: Tensor<3>,
    /// `[batch, seq, d_model]`.
    pub values: Tensor<3>,
}

adaptable!(MultiHeadAttention {
    query,
    key,
    value,
    output
});

impl AttentionConfig {
    /// A module whose weights are still to be given.
    pub(crate) fn init(&self, device: &Device, masks: &MaskStream) -> MultiHeadAttention {
        let linear = |bias: bool| {
            AdaptedLinearConfig::new(self.d_model, self.d_model)
                .with_bias(bias)
                .init(device)
        };
        let dropout = |prob: f64| DropoutConfig { prob }.init(masks);
        MultiHeadAttention {
            query: linear(self.qkv_bias),
            key: linear(self.qkv_bias),
            value: linear(self.qkv_bias),
            output: linear(true),
            layer_norm: self
                .post_norm_eps
                .map(|eps| LayerNorm::new(self.d_model, eps, device)),
            probs_dropout: dropout(self.probs_dropout),
            dropout: dropout(self.dropout),
            n_heads: self.n_heads,
        }
    }
}

impl MultiHeadAttention {
    /// What the queries see of the memory; for self-attention both are the same tokens.
    ///
    /// # Shapes
    /// - queries, output: `[batch, n_queries, d_model]`
    /// - memory: `[batch, seq, d_model]`
    /// - key_bias: `[batch, seq]`, added to the scores of each key
    pub fn forward(
        &self,
        queries: Tensor<3>,
        memory: Tensor<3>,
        key_bias: Option<&Tensor<2>>,
    ) -> Tensor<3> {
        // The query comes first: dropout masks of adapters are drawn in this order.
        let query = self.query.forward(queries); // [batch, n_queries, d_model]
        self.attend(query, self.keys_values(memory), key_bias)
    }

    /// The same with the residual added and, in post-norm models, normalised.
    ///
    /// # Shapes
    /// As [`MultiHeadAttention::forward`].
    pub fn forward_residual(
        &self,
        queries: Tensor<3>,
        memory: Tensor<3>,
        key_bias: Option<&Tensor<2>>,
    ) -> Tensor<3> {
        let sum = self.forward(queries.clone(), memory, key_bias) + queries;
        match &self.layer_norm {
            Some(layer_norm) => layer_norm.forward(sum),
            None => sum,
        }
    }

    /// Keys and values of some tokens.
    ///
    /// # Shapes
    /// - memory: `[batch, seq, d_model]`
    pub fn keys_values(&self, memory: Tensor<3>) -> KeysValues {
        KeysValues {
            keys: self.key.forward(memory.clone()),
            values: self.value.forward(memory),
        }
    }

    /// The attention itself, from a projected query to the output.
    ///
    /// # Shapes
    /// - query, output: `[batch, n_queries, d_model]`
    /// - key_bias: `[batch, seq]`
    pub fn attend(
        &self,
        query: Tensor<3>,
        KeysValues { keys, values }: KeysValues,
        key_bias: Option<&Tensor<2>>,
    ) -> Tensor<3> {
        let mut input = AttentionInput::new(query, keys, values, self.n_heads);
        if let Some(bias) = key_bias {
            input = input.key_bias(bias.clone());
        }
        let heads = ops::attention(input.dropout(&self.probs_dropout));
        self.dropout.forward(self.output.forward(heads)) // [batch, n_queries, d_model]
    }
}
