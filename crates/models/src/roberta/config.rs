//! What an encoder looks like: the part of Hugging Face's `config.json` that this crate reads.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::{
    ConfigFile, expect, expect_epsilon, expect_heads, expect_probabilities, expect_sizes,
    implemented,
};
use crate::shapes::ENCODERS;
use crate::{ConfigError, Dropouts, ModelConfig, ModelError, Shape};

/// Which encoder; they differ in position ids, names and defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EncoderKind {
    /// Positions count the tokens that are not padding, from `pad_token_id + 1`.
    Roberta,
    /// Positions count all tokens, from 0.
    Bert,
    /// RoBERTa with a vocabulary of a hundred languages (Conneau et al., 2020).
    XlmRoberta,
    /// RoBERTa for French (Martin et al., 2020).
    Camembert,
}

impl fmt::Display for EncoderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Roberta => "roberta",
            Self::Bert => "bert",
            Self::XlmRoberta => "xlm-roberta",
            Self::Camembert => "camembert",
        })
    }
}

/// Configuration of an encoder, under Hugging Face's names.
///
/// The activation is always the exact GELU and positions are always absolute; other values in
/// `config.json` are errors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderConfig {
    /// Which encoder (`model_type`).
    #[serde(rename = "model_type")]
    pub kind: EncoderKind,
    /// Token ids are below this.
    pub vocab_size: usize,
    /// Width of the hidden states, d_model; a multiple of `num_attention_heads`.
    pub hidden_size: usize,
    /// Number of layers.
    pub num_hidden_layers: usize,
    /// Number of attention heads.
    pub num_attention_heads: usize,
    /// Width inside the feed-forward part.
    pub intermediate_size: usize,
    /// Rows of the position table; RoBERTa never uses the first `pad_token_id + 1`.
    pub max_position_embeddings: usize,
    /// Token types are below this.
    pub type_vocab_size: usize,
    /// Added to the variance in layer normalisation.
    pub layer_norm_eps: f64,
    /// Dropout after embeddings, attention and feed-forward, in `[0, 1)`.
    pub hidden_dropout_prob: f64,
    /// Dropout on attention probabilities, in `[0, 1)`.
    pub attention_probs_dropout_prob: f64,
    /// Dropout in the classification head; `hidden_dropout_prob` if absent.
    pub classifier_dropout: Option<f64>,
    /// Id of the padding token.
    pub pad_token_id: usize,
    /// Standard deviation of fresh matrices and tables.
    pub initializer_range: f64,
}

impl EncoderConfig {
    /// transformers' defaults (4.57.1, `configuration_roberta.py` and its neighbours).
    pub(crate) fn default_of(kind: EncoderKind) -> Self {
        Self {
            kind,
            vocab_size: match kind {
                EncoderKind::Roberta => 50_265,
                _ => 30_522,
            },
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            max_position_embeddings: 512,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
            hidden_dropout_prob: 0.1,
            attention_probs_dropout_prob: 0.1,
            classifier_dropout: None,
            pad_token_id: match kind {
                EncoderKind::Bert => 0,
                _ => 1,
            },
            initializer_range: 0.02,
        }
    }

    /// Dropout probability of the classification head.
    pub fn head_dropout(&self) -> f64 {
        self.classifier_dropout.unwrap_or(self.hidden_dropout_prob)
    }

    /// Tokens of the longest sequence that the position table allows.
    pub fn max_seq(&self) -> usize {
        self.max_position_embeddings - self.first_position()
    }

    /// Position of the first token; RoBERTa's table has rows before it that no sequence uses.
    pub(super) fn first_position(&self) -> usize {
        match self.kind {
            EncoderKind::Bert => 0,
            _ => self.pad_token_id + 1,
        }
    }

    /// Checks token ids against the vocabulary; the model itself would panic on a wrong one.
    ///
    /// # Errors
    /// The first id that is negative or not below `vocab_size`.
    pub fn check_ids(&self, ids: impl IntoIterator<Item = i64>) -> Result<(), ModelError> {
        let vocab_size = self.vocab_size;
        match first_outside(ids, vocab_size) {
            Some(id) => Err(ModelError::TokenId { id, vocab_size }),
            None => Ok(()),
        }
    }

    /// Checks token types against the model's.
    ///
    /// # Errors
    /// The first type that is negative or not below `type_vocab_size`.
    pub fn check_types(&self, types: impl IntoIterator<Item = i64>) -> Result<(), ModelError> {
        let type_vocab_size = self.type_vocab_size;
        match first_outside(types, type_vocab_size) {
            Some(id) => Err(ModelError::TokenType {
                id,
                type_vocab_size,
            }),
            None => Ok(()),
        }
    }

    /// Checks a sequence's length against the position table.
    ///
    /// # Errors
    /// More than [`EncoderConfig::max_seq`] tokens.
    pub fn check_seq(&self, seq: usize) -> Result<(), ModelError> {
        let most = self.max_seq();
        if seq > most {
            return Err(ModelError::TooLong { found: seq, most });
        }
        Ok(())
    }
}

impl ModelConfig for EncoderConfig {
    const MODEL_TYPES: &'static [&'static str] = &["roberta", "bert", "xlm-roberta", "camembert"];
    const SHAPES: &'static [Shape<Self>] = ENCODERS;

    fn defaults(model_type: &str) -> Option<Self> {
        let kind = serde_json::from_value(model_type.into()).ok()?;
        Some(Self::default_of(kind))
    }

    fn check_file(&self, file: &mut ConfigFile) -> Result<(), ConfigError> {
        implemented(file, "hidden_act", "gelu")?;
        implemented(file, "position_embedding_type", "absolute")?;
        implemented(file, "is_decoder", "false")
    }

    fn finish_file(&self, file: &mut BTreeMap<String, Value>) {
        file.insert("hidden_act".to_owned(), "gelu".into());
    }

    fn class(&self) -> &'static str {
        match self.kind {
            EncoderKind::Roberta => "Roberta",
            EncoderKind::Bert => "Bert",
            EncoderKind::XlmRoberta => "XLMRoberta",
            EncoderKind::Camembert => "Camembert",
        }
    }

    fn with_dropouts(mut self, dropouts: Dropouts) -> Self {
        self.hidden_dropout_prob = dropouts.hidden.unwrap_or(self.hidden_dropout_prob);
        self.attention_probs_dropout_prob = dropouts
            .attention
            .unwrap_or(self.attention_probs_dropout_prob);
        self.classifier_dropout = dropouts.classifier.or(self.classifier_dropout);
        self
    }

    fn with_layers(self, n_layers: usize) -> Self {
        Self {
            num_hidden_layers: n_layers,
            ..self
        }
    }

    fn validate(&self) -> Result<(), ConfigError> {
        expect_sizes(&[
            ("vocab_size", self.vocab_size),
            ("hidden_size", self.hidden_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", self.num_attention_heads),
            ("intermediate_size", self.intermediate_size),
            ("type_vocab_size", self.type_vocab_size),
        ])?;
        expect_heads(self.hidden_size, self.num_attention_heads)?;
        expect_probabilities(&[
            ("hidden_dropout_prob", self.hidden_dropout_prob),
            (
                "attention_probs_dropout_prob",
                self.attention_probs_dropout_prob,
            ),
            ("classifier_dropout", self.head_dropout()),
        ])?;
        expect_epsilon("layer_norm_eps", self.layer_norm_eps)?;
        expect(
            self.pad_token_id < self.vocab_size,
            "pad_token_id",
            self.pad_token_id,
            "an id below vocab_size",
        )?;
        expect(
            self.max_position_embeddings > self.first_position(),
            "max_position_embeddings",
            self.max_position_embeddings,
            "at least 1 (for roberta, pad_token_id + 2)",
        )
    }
}

fn first_outside(ids: impl IntoIterator<Item = i64>, size: usize) -> Option<i64> {
    ids.into_iter()
        .find(|&id| usize::try_from(id).map_or(true, |id| id >= size))
}
