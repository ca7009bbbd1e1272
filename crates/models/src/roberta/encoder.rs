//! The encoder: embeddings and a stack of post-norm transformer layers.

use adapters::{AdaptedLinear, AdaptedLinearConfig, adaptable};
use burn::module::Module;
use burn::tensor::{Bool, Device, Int, Tensor, assert_shape};
use ops::{Dropout, DropoutConfig, MaskStream};

use super::{Embeddings, EncoderConfig};
use crate::LayerNorm;
use crate::attention::{AttentionConfig, MultiHeadAttention, key_bias};

/// A batch of token sequences.
#[derive(Clone, Debug)]
pub struct EncoderInput {
    /// Token ids: `[batch, seq]`.
    pub ids: Tensor<2, Int>,
    /// True for real tokens, false for padding: `[batch, seq]`. Each row has a real token.
    pub mask: Tensor<2, Bool>,
    /// Token types: `[batch, seq]`; all 0 if absent.
    pub type_ids: Option<Tensor<2, Int>>,
}

impl EncoderInput {
    /// Sequences of one token type.
    pub fn new(ids: Tensor<2, Int>, mask: Tensor<2, Bool>) -> Self {
        Self {
            ids,
            mask,
            type_ids: None,
        }
    }

    /// Sets the token types.
    pub fn with_type_ids(mut self, type_ids: Tensor<2, Int>) -> Self {
        self.type_ids = Some(type_ids);
        self
    }
}

/// RoBERTa or BERT without its pooler.
#[derive(Module, Debug)]
pub struct Encoder {
    /// Ids to vectors.
    pub embeddings: Embeddings,
    /// The layers, first to last; at least one.
    pub layers: Vec<EncoderLayer>,
}

/// Self-attention, then a feed-forward part, each with a residual and layer normalisation after it.
#[derive(Module, Debug)]
pub struct EncoderLayer {
    /// The attention half, with a layer normalisation after its residual.
    pub attention: MultiHeadAttention,
    /// d_model to the inner width, then GELU.
    pub intermediate: AdaptedLinear,
    /// The inner width to d_model.
    pub output: AdaptedLinear,
    /// Over d_model, after the residual.
    pub layer_norm: LayerNorm,
    /// On the output, before the residual.
    pub dropout: Dropout,
}

adaptable!(Encoder { layers });
adaptable!(EncoderLayer {
    attention,
    intermediate,
    output
});
impl Encoder {
    /// An encoder whose weights are still to be given; see [`crate::Family::backbone`].
    pub fn new(config: &EncoderConfig, device: &Device, masks: &MaskStream) -> Self {
        Self {
            embeddings: Embeddings::new(config, device, masks),
            layers: (0..config.num_hidden_layers)
                .map(|_| EncoderLayer::new(config, device, masks))
                .collect(),
        }
    }

    /// Hidden states of all tokens.
    ///
    /// # Shapes
    /// - input: `[batch, seq]`
    /// - output: `[batch, seq, d_model]`
    ///
    /// # Panics
    /// As [`Embeddings::forward`].
    pub fn forward(&self, input: &EncoderInput) -> Tensor<3> {
        let (x, bias) = self.start(input);
        self.layers
            .iter()
            .fold(x, |x, layer| layer.forward(x, &bias))
    }

    /// Hidden state of the first token alone, equal to the first row of [`Encoder::forward`].
    ///
    /// The last layer needs keys and values of all tokens, but query, output projection and
    /// feed-forward of the first one only.
    ///
    /// # Shapes
    /// - input: `[batch, seq]`
    /// - output: `[batch, d_model]`
    ///
    /// # Panics
    /// As [`Embeddings::forward`].
    pub fn forward_first(&self, input: &EncoderInput) -> Tensor<2> {
        let (x, bias) = self.start(input);
        let (last, before) = self
            .layers
            .split_last()
            .expect("ModelConfig::validate asks for a layer");
        let x = before.iter().fold(x, |x, layer| layer.forward(x, &bias));
        let first = x.clone().narrow(1, 0, 1); // [batch, 1, d_model]
        last.forward_rows(first, x, &bias).squeeze_dim(1)
    }

    /// The embeddings' output and each layer's, as Hugging Face's `output_hidden_states`.
    ///
    /// # Shapes
    /// - input: `[batch, seq]`
    /// - each output: `[batch, seq, d_model]`
    ///
    /// # Panics
    /// As [`Embeddings::forward`].
    pub fn hidden_states(&self, input: &EncoderInput) -> Vec<Tensor<3>> {
        let (x, bias) = self.start(input);
        let mut states = vec![x];
        for layer in &self.layers {
            let x = states.last().expect("never empty").clone();
            states.push(layer.forward(x, &bias));
        }
        states
    }

    /// Width of the hidden states.
    pub fn d_model(&self) -> usize {
        self.embeddings.word.weight.dims()[1]
    }

    /// The first layer's input, `[batch, seq, d_model]`, and the attention bias.
    fn start(&self, input: &EncoderInput) -> (Tensor<3>, Tensor<2>) {
        let [batch, seq] = input.ids.dims();
        assert_shape!(input.mask, [batch, seq]);
        if let Some(types) = &input.type_ids {
            assert_shape!(types, [batch, seq]);
        }
        (self.embeddings.forward(input), key_bias(&input.mask))
    }
}

impl EncoderLayer {
    fn new(config: &EncoderConfig, device: &Device, masks: &MaskStream) -> Self {
        let (d_model, d_ff) = (config.hidden_size, config.intermediate_size);
        Self {
            attention: AttentionConfig {
                d_model,
                n_heads: config.num_attention_heads,
                qkv_bias: true,
                probs_dropout: config.attention_probs_dropout_prob,
                dropout: config.hidden_dropout_prob,
                post_norm_eps: Some(config.layer_norm_eps),
            }
            .init(device, masks),
            intermediate: AdaptedLinearConfig::new(d_model, d_ff).init(device),
            output: AdaptedLinearConfig::new(d_ff, d_model).init(device),
            layer_norm: LayerNorm::new(d_model, config.layer_norm_eps, device),
            dropout: DropoutConfig {
                prob: config.hidden_dropout_prob,
            }
            .init(masks),
        }
    }

    fn forward(&self, x: Tensor<3>, bias: &Tensor<2>) -> Tensor<3> {
        self.forward_rows(x.clone(), x, bias)
    }

    /// The layer's output for some of its rows.
    ///
    /// # Shapes
    /// - rows, output: `[batch, n_rows, d_model]`
    /// - all: `[batch, seq, d_model]`
    fn forward_rows(&self, rows: Tensor<3>, all: Tensor<3>, bias: &Tensor<2>) -> Tensor<3> {
        let x = self.attention.forward_residual(rows, all, Some(bias)); // [batch, n_rows, d_model]
        let inner = ops::gelu(self.intermediate.forward(x.clone())); // [batch, n_rows, d_ff]
        let y = self.dropout.forward(self.output.forward(inner)); // [batch, n_rows, d_model]
        self.layer_norm.forward(y + x)
    }
}
