//! What an encoder looks like: the part of Hugging Face's `config.json` that this crate reads.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{ConfigError, ModelError};

/// Which of the two encoders; they differ in position ids and in names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EncoderKind {
    /// Positions count the tokens that are not padding, from `pad_token_id + 1`.
    Roberta,
    /// Positions count all tokens, from 0.
    Bert,
}

impl fmt::Display for EncoderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Roberta => "roberta",
            Self::Bert => "bert",
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
    #[serde(default)]
    pub classifier_dropout: Option<f64>,
    /// Id of the padding token.
    pub pad_token_id: usize,
    /// Standard deviation of fresh matrices and tables; 0.02 where a file does not say.
    #[serde(default = "initializer_range")]
    pub initializer_range: f64,
}

pub(crate) fn initializer_range() -> f64 {
    0.02
}

/// Dropout probabilities to use in place of a configuration's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dropouts {
    /// In place of `hidden_dropout_prob`.
    pub hidden: Option<f64>,
    /// In place of `attention_probs_dropout_prob`.
    pub attention: Option<f64>,
    /// In place of `classifier_dropout`; without either, the head follows `hidden`.
    pub classifier: Option<f64>,
}

impl Dropouts {
    /// No dropout anywhere.
    pub fn off() -> Self {
        Self {
            hidden: Some(0.0),
            attention: Some(0.0),
            classifier: Some(0.0),
        }
    }
}

impl EncoderConfig {
    /// RoBERTa-base, 124 million parameters.
    pub fn roberta_base() -> Self {
        Self {
            kind: EncoderKind::Roberta,
            vocab_size: 50_265,
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            max_position_embeddings: 514,
            type_vocab_size: 1,
            layer_norm_eps: 1e-5,
            hidden_dropout_prob: 0.1,
            attention_probs_dropout_prob: 0.1,
            classifier_dropout: None,
            pad_token_id: 1,
            initializer_range: initializer_range(),
        }
    }

    /// RoBERTa-large, 354 million parameters: the paper's model for GLUE.
    pub fn roberta_large() -> Self {
        Self {
            hidden_size: 1024,
            num_hidden_layers: 24,
            num_attention_heads: 16,
            intermediate_size: 4096,
            ..Self::roberta_base()
        }
    }

    /// DistilRoBERTa-base: RoBERTa-base with half the layers.
    pub fn distilroberta_base() -> Self {
        Self {
            num_hidden_layers: 6,
            ..Self::roberta_base()
        }
    }

    /// BERT-base, uncased.
    pub fn bert_base_uncased() -> Self {
        Self {
            kind: EncoderKind::Bert,
            vocab_size: 30_522,
            max_position_embeddings: 512,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
            pad_token_id: 0,
            ..Self::roberta_base()
        }
    }

    /// all-MiniLM-L6-v2: a BERT of 6 layers, 384 wide.
    pub fn minilm_l6() -> Self {
        Self {
            hidden_size: 384,
            num_hidden_layers: 6,
            intermediate_size: 1536,
            ..Self::bert_base_uncased()
        }
    }

    /// Reads the text of a `config.json`.
    ///
    /// # Errors
    /// Malformed JSON, missing keys (all are named), or values this crate does not implement.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        serde_json::from_str::<RawConfig>(text)?.resolve()
    }

    /// The text of a `config.json` for a model of class `architecture`.
    pub fn to_json(&self, architecture: &str) -> String {
        let config = json!({
            "architectures": [architecture],
            "model_type": self.kind,
            "vocab_size": self.vocab_size,
            "hidden_size": self.hidden_size,
            "num_hidden_layers": self.num_hidden_layers,
            "num_attention_heads": self.num_attention_heads,
            "intermediate_size": self.intermediate_size,
            "max_position_embeddings": self.max_position_embeddings,
            "type_vocab_size": self.type_vocab_size,
            "layer_norm_eps": self.layer_norm_eps,
            "hidden_act": "gelu",
            "hidden_dropout_prob": self.hidden_dropout_prob,
            "attention_probs_dropout_prob": self.attention_probs_dropout_prob,
            "classifier_dropout": self.classifier_dropout,
            "pad_token_id": self.pad_token_id,
            "initializer_range": self.initializer_range,
        });
        format!("{config:#}\n")
    }

    /// The same configuration with some dropout probabilities replaced.
    pub fn with_dropouts(mut self, dropouts: Dropouts) -> Self {
        self.hidden_dropout_prob = dropouts.hidden.unwrap_or(self.hidden_dropout_prob);
        self.attention_probs_dropout_prob = dropouts
            .attention
            .unwrap_or(self.attention_probs_dropout_prob);
        self.classifier_dropout = dropouts.classifier.or(self.classifier_dropout);
        self
    }

    /// Dropout probability of the classification head.
    pub fn head_dropout(&self) -> f64 {
        self.classifier_dropout.unwrap_or(self.hidden_dropout_prob)
    }

    /// Tokens of the longest sequence that the position table allows.
    pub fn max_seq(&self) -> usize {
        match self.kind {
            EncoderKind::Roberta => self.max_position_embeddings - self.pad_token_id - 1,
            EncoderKind::Bert => self.max_position_embeddings,
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

    /// Checks that the values describe a model.
    ///
    /// # Errors
    /// The first value that cannot be.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let sizes = [
            ("vocab_size", self.vocab_size),
            ("hidden_size", self.hidden_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", self.num_attention_heads),
            ("intermediate_size", self.intermediate_size),
            ("type_vocab_size", self.type_vocab_size),
        ];
        for (key, size) in sizes {
            expect(size > 0, key, size, "at least 1")?;
        }
        expect(
            self.hidden_size.is_multiple_of(self.num_attention_heads),
            "hidden_size",
            self.hidden_size,
            "a multiple of num_attention_heads",
        )?;
        let probabilities = [
            ("hidden_dropout_prob", self.hidden_dropout_prob),
            (
                "attention_probs_dropout_prob",
                self.attention_probs_dropout_prob,
            ),
            ("classifier_dropout", self.head_dropout()),
        ];
        for (key, prob) in probabilities {
            expect(
                (0.0..1.0).contains(&prob),
                key,
                prob,
                "at least 0 and below 1",
            )?;
        }
        expect(
            self.layer_norm_eps > 0.0 && self.layer_norm_eps.is_finite(),
            "layer_norm_eps",
            self.layer_norm_eps,
            "a positive number",
        )?;
        expect(
            self.pad_token_id < self.vocab_size,
            "pad_token_id",
            self.pad_token_id,
            "an id below vocab_size",
        )?;
        let unused = match self.kind {
            EncoderKind::Roberta => self.pad_token_id + 1,
            EncoderKind::Bert => 0,
        };
        expect(
            self.max_position_embeddings > unused,
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

pub(crate) fn expect(
    holds: bool,
    key: &'static str,
    found: impl fmt::Display,
    expected: &'static str,
) -> Result<(), ConfigError> {
    if holds {
        return Ok(());
    }
    Err(ConfigError::Value {
        key,
        found: found.to_string(),
        expected,
    })
}

/// `config.json` as it stands; keys this crate does not know are ignored.
#[derive(Deserialize)]
struct RawConfig {
    model_type: Option<String>,
    vocab_size: Option<usize>,
    hidden_size: Option<usize>,
    num_hidden_layers: Option<usize>,
    num_attention_heads: Option<usize>,
    intermediate_size: Option<usize>,
    max_position_embeddings: Option<usize>,
    type_vocab_size: Option<usize>,
    layer_norm_eps: Option<f64>,
    hidden_dropout_prob: Option<f64>,
    attention_probs_dropout_prob: Option<f64>,
    classifier_dropout: Option<f64>,
    pad_token_id: Option<usize>,
    initializer_range: Option<f64>,
    hidden_act: Option<String>,
    position_embedding_type: Option<String>,
    is_decoder: Option<bool>,
}

impl RawConfig {
    fn resolve(self) -> Result<EncoderConfig, ConfigError> {
        let kind = self.kind()?;
        let mut keys = Vec::new();
        let config = EncoderConfig {
            kind,
            vocab_size: required(self.vocab_size, "vocab_size", &mut keys),
            hidden_size: required(self.hidden_size, "hidden_size", &mut keys),
            num_hidden_layers: required(self.num_hidden_layers, "num_hidden_layers", &mut keys),
            num_attention_heads: required(
                self.num_attention_heads,
                "num_attention_heads",
                &mut keys,
            ),
            intermediate_size: required(self.intermediate_size, "intermediate_size", &mut keys),
            max_position_embeddings: required(
                self.max_position_embeddings,
                "max_position_embeddings",
                &mut keys,
            ),
            type_vocab_size: required(self.type_vocab_size, "type_vocab_size", &mut keys),
            layer_norm_eps: required(self.layer_norm_eps, "layer_norm_eps", &mut keys),
            hidden_dropout_prob: required(
                self.hidden_dropout_prob,
                "hidden_dropout_prob",
                &mut keys,
            ),
            attention_probs_dropout_prob: required(
                self.attention_probs_dropout_prob,
                "attention_probs_dropout_prob",
                &mut keys,
            ),
            classifier_dropout: self.classifier_dropout,
            pad_token_id: required(self.pad_token_id, "pad_token_id", &mut keys),
            initializer_range: self.initializer_range.unwrap_or(initializer_range()),
        };
        if !keys.is_empty() {
            return Err(ConfigError::Missing { keys });
        }
        let act = self.hidden_act.as_deref().unwrap_or("gelu");
        expect(act == "gelu", "hidden_act", act, "gelu")?;
        let position = self
            .position_embedding_type
            .as_deref()
            .unwrap_or("absolute");
        expect(
            position == "absolute",
            "position_embedding_type",
            position,
            "absolute",
        )?;
        let decoder = self.is_decoder.unwrap_or(false);
        expect(!decoder, "is_decoder", decoder, "false")?;
        config.validate()?;
        Ok(config)
    }

    fn kind(&self) -> Result<EncoderKind, ConfigError> {
        match self.model_type.as_deref() {
            Some("roberta") => Ok(EncoderKind::Roberta),
            Some("bert") => Ok(EncoderKind::Bert),
            Some(other) => Err(ConfigError::Value {
                key: "model_type",
                found: other.to_owned(),
                expected: "roberta or bert",
            }),
            None => Err(ConfigError::Missing {
                keys: vec!["model_type"],
            }),
        }
    }
}

/// The value, or a note that the key is missing.
pub(crate) fn required<T: Default>(
    value: Option<T>,
    key: &'static str,
    missing: &mut Vec<&'static str>,
) -> T {
    value.unwrap_or_else(|| {
        missing.push(key);
        T::default()
    })
}
