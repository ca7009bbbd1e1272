//! The models and batches that are measured: one table.

use anyhow::{Result, anyhow};
use models::{EncoderConfig, ModelConfig, ViTConfig};
use serde_json::{Value, json};

use crate::Padding;

/// A model's shape with the size of a batch.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The name it is asked for by.
    pub key: &'static str,
    /// What it is, for a reader of the summary.
    pub title: &'static str,
    /// The model and what one example of it is.
    pub model: Model,
    /// Names of the adapted layers.
    pub targets: &'static [&'static str],
    /// Examples a step.
    pub batch: usize,
    /// Outputs of the head.
    pub n_outputs: usize,
    /// Timed steps of a measurement, unless asked otherwise: fewer where a step is long.
    pub steps: usize,
    /// Whether it is measured unless shapes are named; what wants a GPU is not.
    pub by_default: bool,
}

/// A family of models; one more variant is one more arm of the `match` in
/// [`workload`](crate::workload), and one more branch in `reference/bench_peft.py`.
#[derive(Clone, Debug)]
pub enum Model {
    /// A text encoder with its classification head.
    Encoder {
        /// Shape of the encoder, without dropout.
        config: EncoderConfig,
        /// Tokens of the longest example.
        seq: usize,
    },
    /// A vision transformer with its classification head.
    Vision {
        /// Shape of the transformer, without dropout.
        config: ViTConfig,
        /// Height and width of the pictures.
        side: usize,
    },
}

/// All shapes, smallest first.
pub fn shapes() -> Vec<Shape> {
    vec![
        Shape {
            key: "minilm-l6",
            title: "MiniLM-L6, 32 x 64 tokens",
            model: Model::Encoder {
                config: EncoderConfig::minilm_l6(),
                seq: 64,
            },
            targets: &["query", "value"],
            batch: 32,
            n_outputs: 2,
            steps: 10,
            by_default: true,
        },
        Shape {
            key: "roberta-base",
            title: "RoBERTa-base, 8 x 128 tokens",
            model: Model::Encoder {
                config: EncoderConfig::roberta_base(),
                seq: 128,
            },
            targets: &["query", "value"],
            batch: 8,
            n_outputs: 2,
            steps: 5,
            by_default: true,
        },
        Shape {
            key: "roberta-large",
            title: "RoBERTa-large, 16 x 128 tokens",
            model: Model::Encoder {
                config: EncoderConfig::roberta_large(),
                seq: 128,
            },
            targets: &["query", "value"],
            batch: 16,
            n_outputs: 2,
            steps: 5,
            by_default: false,
        },
        Shape {
            key: "vit-s",
            title: "ViT-S/16, 8 x 224 pixels",
            model: Model::Vision {
                config: ViTConfig::vit_small_patch16_224(),
                side: 224,
            },
            targets: &["query", "value"],
            batch: 8,
            n_outputs: 7,
            steps: 5,
            by_default: true,
        },
        Shape {
            key: "dinov2-s",
            title: "DINOv2-S/14, 8 x 224 pixels",
            model: Model::Vision {
                config: ViTConfig::dinov2_small(),
                side: 224,
            },
            targets: &["query", "value"],
            batch: 8,
            n_outputs: 7,
            steps: 5,
            by_default: true,
        },
    ]
}

impl Shape {
    /// The shape called `key`.
    ///
    /// # Errors
    /// An unknown key; the message lists the known ones.
    pub fn find(key: &str) -> Result<Self> {
        let mut known = shapes();
        let names: Vec<&str> = known.iter().map(|shape| shape.key).collect();
        match names.iter().position(|&name| name == key) {
            Some(index) => Ok(known.swap_remove(index)),
            None => Err(anyhow!(
                "unknown shape `{key}`; shapes are {}",
                names.join(", ")
            )),
        }
    }
}

impl Model {
    /// The model and its batch as the reference script takes them: family, Hugging Face's
    /// configuration, tokens of each row or the pictures' side.
    pub fn to_json(&self, batch: usize, padding: Padding) -> Value {
        match self {
            Self::Encoder { config, seq } => {
                let text = config.to_json("ForSequenceClassification", None);
                let config: Value = serde_json::from_str(&text)
                    .expect("a configuration is written as well-formed JSON");
                let lengths = padding.lengths(batch, *seq);
                json!({ "family": "encoder", "config": config, "seq": seq, "lengths": lengths })
            }
            Self::Vision { config, side } => {
                let text = config.to_json("ForImageClassification", None);
                let config: Value = serde_json::from_str(&text)
                    .expect("a configuration is written as well-formed JSON");
                json!({ "family": "vision", "config": config, "side": side })
            }
        }
    }
}
