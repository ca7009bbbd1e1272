//! Masked language modelling: RoBERTa's head that predicts tokens, for `pretrain`.

use adapters::{AdaptedLinear, AdaptedLinearConfig, adaptable};
use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::tensor::{Device, Int, Tensor};
use ops::MaskStream;

use crate::{Encoder, EncoderConfig, EncoderInput, LayerNorm};

/// An encoder with a language-model head whose last matrix is the word table.
#[derive(Module, Debug)]
pub struct MaskedLm {
    /// The encoder.
    pub encoder: Encoder,
    /// The head.
    pub lm_head: LmHead,
}

/// Dense, GELU, layer normalisation, and a bias on the vocabulary's logits.
#[derive(Module, Debug)]
pub struct LmHead {
    /// d_model to d_model.
    pub dense: AdaptedLinear,
    /// Over d_model.
    pub layer_norm: LayerNorm,
    /// `[vocab_size]`.
    pub bias: Param<Tensor<1>>,
}

adaptable!(MaskedLm { encoder, lm_head });
adaptable!(LmHead { dense });

impl MaskedLm {
    /// A model whose weights are still to be given.
    pub(crate) fn new(config: &EncoderConfig, device: &Device, masks: &MaskStream) -> Self {
        let d_model = config.hidden_size;
        Self {
            encoder: Encoder::new(config, device, masks),
            lm_head: LmHead {
                dense: AdaptedLinearConfig::new(d_model, d_model).init(device),
                layer_norm: LayerNorm::new(d_model, config.layer_norm_eps, device),
                bias: Initializer::Zeros.init([config.vocab_size], device),
            },
        }
    }

    /// Logits over the vocabulary, for the masked tokens alone.
    ///
    /// # Shapes
    /// - input: `[batch, seq]`
    /// - positions: `[n_masked]`, each `row * seq + column`
    /// - output: `[n_masked, vocab_size]`
    ///
    /// # Panics
    /// As [`crate::Embeddings::forward`].
    pub fn forward(&self, input: &EncoderInput, positions: Tensor<1, Int>) -> Tensor<2> {
        let x = self.encoder.forward(input); // [batch, seq, d_model]
        let [batch, seq, d_model] = x.dims();
        let x = x.reshape([batch * seq, d_model]).select(0, positions); // [n_masked, d_model]
        let x = ops::gelu(self.lm_head.dense.forward(x));
        let x = self.lm_head.layer_norm.forward(x);
        let words = self.encoder.embeddings.word.weight.val(); // [vocab_size, d_model]
        x.matmul(words.transpose()) + self.lm_head.bias.val().unsqueeze() // [n_masked, vocab_size]
    }
}
