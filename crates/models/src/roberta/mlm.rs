//! Masked language modelling: RoBERTa's head that predicts tokens, for `pretrain`.

use adapters::{AdaptedLinear, AdaptedLinearConfig, adaptable};
use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::tensor::{Device, Int, Tensor};
use ops::MaskStream;
use rand::Rng;

use super::names::LM_HEAD;
use super::{Encoder, EncoderConfig, EncoderInput, EncoderKind, Roberta};
use crate::checkpoint::names::Rule;
use crate::random::fill;
use crate::{Checkpoint, Dropouts, Family, LayerNorm, ModelError, Stored};

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
    fn new(
        config: &EncoderConfig,
        device: &Device,
        masks: &MaskStream,
    ) -> Result<Self, ModelError> {
        if config.kind == EncoderKind::Bert {
            return Err(ModelError::NoLanguageModel { kind: config.kind });
        }
        let d_model = config.hidden_size;
        Ok(Self {
            encoder: Encoder::new(config, device, masks),
            lm_head: LmHead {
                dense: AdaptedLinearConfig::new(d_model, d_model).init(device),
                layer_norm: LayerNorm::new(d_model, config.layer_norm_eps, device),
                bias: Initializer::Zeros.init([config.vocab_size], device),
            },
        })
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

impl Stored for MaskedLm {
    type Family = Roberta;
    const ROOT: &'static str = "";
    const CLASS: &'static str = "ForMaskedLM";
    const HEAD: &'static [Rule] = LM_HEAD;
}

/// A masked language model with fresh weights, to pretrain.
///
/// # Errors
/// If the configuration is BERT's, whose language-model head is another one.
pub fn random_masked_lm(
    config: &EncoderConfig,
    device: &Device,
    masks: &MaskStream,
    rng: &mut impl Rng,
) -> Result<MaskedLm, ModelError> {
    let model = MaskedLm::new(config, device, masks)?;
    Ok(fill(model, Roberta::scheme(config), rng))
}

impl Checkpoint<Roberta> {
    /// The encoder with the checkpoint's language-model head, to go on pretraining.
    ///
    /// # Errors
    /// As [`Checkpoint::backbone`]; also for BERT, whose head is another one.
    pub fn masked_lm(
        &self,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
    ) -> Result<MaskedLm, ModelError> {
        let config = self.config_with(dropouts)?;
        self.fill("", MaskedLm::new(&config, device, masks)?, LM_HEAD)
    }
}
