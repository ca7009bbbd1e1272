//! Token ids to vectors: word + position + token type, normalised.

use burn::module::Module;
use burn::nn::{Embedding, EmbeddingConfig};
use burn::tensor::{Device, Int, Tensor};
use ops::{Dropout, DropoutConfig, MaskStream};

use super::{EncoderConfig, EncoderInput, EncoderKind};
use crate::LayerNorm;

/// The sum of three lookups, layer normalisation and dropout.
#[derive(Module, Debug)]
pub struct Embeddings {
    /// Word vectors: `[vocab_size, d_model]`.
    pub word: Embedding,
    /// Position vectors: `[max_position_embeddings, d_model]`.
    pub position: Embedding,
    /// Token-type vectors: `[type_vocab_size, d_model]`.
    pub token_type: Embedding,
    /// Over d_model.
    pub layer_norm: LayerNorm,
    /// After normalisation.
    pub dropout: Dropout,
    #[module(skip)]
    kind: EncoderKind,
    #[module(skip)]
    pad_token_id: usize,
}

impl Embeddings {
    /// Uninitialised embeddings.
    pub(crate) fn new(config: &EncoderConfig, device: &Device, masks: &MaskStream) -> Self {
        let d_model = config.hidden_size;
        Self {
            word: EmbeddingConfig::new(config.vocab_size, d_model).init(device),
            position: EmbeddingConfig::new(config.max_position_embeddings, d_model).init(device),
            token_type: EmbeddingConfig::new(config.type_vocab_size, d_model).init(device),
            layer_norm: LayerNorm::new(d_model, config.layer_norm_eps, device),
            dropout: DropoutConfig {
                prob: config.hidden_dropout_prob,
            }
            .init(masks),
            kind: config.kind,
            pad_token_id: config.pad_token_id,
        }
    }

    /// Looks the tokens up; without token types, all are of type 0.
    ///
    /// # Shapes
    /// - ids, types: `[batch, seq]`
    /// - output: `[batch, seq, d_model]`
    ///
    /// # Panics
    /// If a sequence is longer than the position table, or, inside the backend, if an id is outside
    /// its table; [`EncoderConfig::check_ids`] and its neighbours turn both into errors beforehand.
    pub fn forward(&self, input: &EncoderInput) -> Tensor<3> {
        let word = self.word.forward(input.ids.clone()); // [batch, seq, d_model]
        let position = self.position.forward(self.position_ids(&input.ids)); // [batch | 1, seq, d_model]
        let token_type = match &input.type_ids {
            Some(types) => self.token_type.forward(types.clone()), // [batch, seq, d_model]
            None => self.token_type.weight.val().narrow(0, 0, 1).unsqueeze(), // [1, 1, d_model]
        };
        let sum = word + token_type + position;
        self.dropout.forward(self.layer_norm.forward(sum))
    }

    /// `[batch, seq]` for RoBERTa, `[1, seq]` for BERT.
    fn position_ids(&self, ids: &Tensor<2, Int>) -> Tensor<2, Int> {
        let [_, seq] = ids.dims();
        let [rows, _] = self.position.weight.dims();
        match self.kind {
            EncoderKind::Bert => {
                assert_seq(seq, rows);
                Tensor::<1, Int>::arange(0..seq as i64, &ids.device()).unsqueeze()
            }
            // From the ids, not from the attention mask, as transformers' RobertaEmbeddings.
            _ => {
                let pad = self.pad_token_id;
                assert_seq(seq, rows - pad - 1);
                let real = ids.clone().not_equal_elem(pad as i64).int();
                real.clone().cumsum(1) * real + pad as i64
            }
        }
    }
}

fn assert_seq(seq: usize, most: usize) {
    assert!(
        seq <= most,
        "a sequence has {seq} tokens, but the model has positions for {most}"
    );
}
