//! RoBERTa, BERT, ViT and DINOv2 whose dense layers can carry adapters, from Hugging Face folders.
//!
//! An encoder maps token ids `[batch, seq]` to hidden states `[batch, seq, d_model]` (Devlin et
//! al., 2019; Liu et al., 2019). The paper's Tables 1, 2 and 7 put a classification head on the
//! first token's state ([`SequenceClassifier`]); [`MaskedLm`] is what `pretrain` trains.
//! A [`VisionTransformer`] maps images `[batch, channels, height, width]` to hidden states of a class
//! token and of patches (Dosovitskiy et al., 2021; Oquab et al., 2024); Tables 5, 8, 9 and 10 put one
//! matrix on them ([`ImageClassifier`]).
//!
//! Every dense layer is an [`adapters::AdaptedLinear`] named as in Hugging Face's models, so that
//! `adapters::adapt(&mut model, &config, &["query", "value"], ..)` finds the layers the paper
//! adapts. The order is init -> load -> adapt -> train.
//!
//! ```no_run
//! use adapters::{FactorInit, LoraConfig, MaskStream};
//! use burn::module::Module;
//! use burn::tensor::Device;
//! use models::{Checkpoint, Dropouts, Roberta};
//! use rand::SeedableRng;
//! use rand_chacha::ChaCha8Rng;
//!
//! let (device, masks) = (Device::flex(), MaskStream::new(0));
//! let checkpoint = Checkpoint::<Roberta>::open("roberta-large")?;
//! let mut rng = ChaCha8Rng::seed_from_u64(0);
//! let mut model = checkpoint.classifier(2, &device, &masks, Dropouts::default(), &mut rng)?;
//! let lora = LoraConfig::train_b(8, FactorInit::Orthonormal);
//! adapters::adapt(&mut model, &lora, &["query", "value"], 0, &masks)?;
//! let model = adapters::train_adapters_and(model, &["classifier"]).train();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A family of models is a folder that implements [`Family`]; [`Checkpoint`], [`save`], fresh weights
//! and digests are the same code for all.
//!
//! What the crate deliberately lacks: decoders, tokenisers, downloads and losses.

#![warn(missing_docs)]
mod config;
mod family;

mod attention;
mod layer_norm;

mod roberta;
mod vit;

mod shapes;

mod checkpoint;

mod path;
mod random;

mod error;

pub use attention::{KeysValues, MultiHeadAttention};
pub use checkpoint::{Checkpoint, Stored, WeightDtype, save};
pub use config::{ConfigFile, Dropouts, ModelConfig};
pub use error::{ConfigError, ExpectedSize, ModelError, WeightProblem, WeightProblems};
pub use family::{Classify, Family, FamilyName};
pub use layer_norm::LayerNorm;
pub use random::{random_backbone, random_classifier, random_head};
pub use roberta::{
    ClassificationHead, Embeddings, Encoder, EncoderConfig, EncoderInput, EncoderKind,
    EncoderLayer, HeadStyle, LmHead, MaskedLm, Roberta, SequenceClassifier, random_masked_lm,
};
pub use shapes::Shape;
pub use vit::{
    ImageClassifier, LayerScale, PatchProjection, ViTConfig, VisionEmbeddings, VisionKind,
    VisionLayer, VisionTransformer, Vit,
};
