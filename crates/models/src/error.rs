//! What can be wrong with a checkpoint or with the inputs of a model.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::EncoderKind;

/// A checkpoint that cannot be read or written, or an input that a model cannot take.
///
/// The message names the file; its cause, where there is one, is the error's `source`, which
/// anyhow's `{:#}` appends.
#[derive(Debug, Error)]
pub enum ModelError {
    /// A file could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// `config.json` does not describe a model of this crate.
    #[error("{}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ConfigError,
    },
    /// The folder has neither form of safetensors weights.
    #[error(
        "{} has no weights: expected model.safetensors or model.safetensors.index.json", dir.display()
    )]
    NoWeights {
        /// The checkpoint's folder.
        dir: PathBuf,
    },
    /// The list of shards is not what Hugging Face writes.
    #[error("{} is not a list of shards with a weight_map", path.display())]
    Index {
        /// The index file.
        path: PathBuf,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// The list of shards names a file that is not there.
    #[error("{} puts {tensor} in {shard}, but that file does not exist", path.display())]
    ShardMissing {
        /// The index file.
        path: PathBuf,
        /// The first tensor it puts there.
        tensor: String,
        /// The file's name.
        shard: String,
    },
    /// The list of shards leads out of its folder.
    #[error("{} names the shard {shard}, expected a file in its folder", path.display())]
    ShardOutside {
        /// The index file.
        path: PathBuf,
        /// What it names.
        shard: String,
    },
    /// The list of shards names a tensor that the shard does not have.
    #[error("{} puts {tensor} in {shard}, but that file does not have it", path.display())]
    ShardLacksTensor {
        /// The index file.
        path: PathBuf,
        /// The tensor.
        tensor: String,
        /// The file's name.
        shard: String,
    },
    /// A safetensors file whose header cannot be understood.
    #[error("{} is not a safetensors file", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// What is wrong with the header.
        source: HeaderProblem,
    },
    /// A safetensors file shorter or longer than its header says.
    #[error(
        "{} should be {expected} bytes long by its header, but is {found}: download or copy it again",
        path.display()
    )]
    Length {
        /// The file.
        path: PathBuf,
        /// Bytes by the header.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },
    /// Two tensors stand for the same weight.
    #[error("{} has the weight {name} twice, with and without a prefix or in two files", dir.display())]
    Duplicate {
        /// The checkpoint's folder.
        dir: PathBuf,
        /// The weight's name without prefix.
        name: String,
    },
    /// The weights do not fit the model that `config.json` describes.
    #[error("{} does not fit its config.json: {problems}", dir.display())]
    Weights {
        /// The checkpoint's folder.
        dir: PathBuf,
        /// Every weight that does not fit.
        problems: WeightProblems,
    },
    /// A head was asked for where there is none.
    #[error("{} has no classification head: expected {expected}", dir.display())]
    NoHead {
        /// The checkpoint's folder.
        dir: PathBuf,
        /// The weights that make one.
        expected: String,
    },
    /// There are weights of a head, but not of one that the family reads.
    #[error(
        "{} has a head that is not read here, {}: expected {expected}",
        dir.display(),
        weights.join(", ")
    )]
    UnknownHead {
        /// The checkpoint's folder.
        dir: PathBuf,
        /// The head's weights with their shapes, or the class that the checkpoint is of.
        weights: Vec<String>,
        /// The weights that make one.
        expected: String,
    },
    /// BERT's language-model head is another one than RoBERTa's.
    #[error("masked language modelling needs a model of RoBERTa's kind, but this one is {kind}")]
    NoLanguageModel {
        /// What the model is.
        kind: EncoderKind,
    },
    /// A module that has an adapter cannot be written as a plain checkpoint.
    #[error("{path} is not a weight of a plain model: merge and remove adapters before saving")]
    NotPlain {
        /// Path of the parameter.
        path: String,
    },
    /// The tensors could not be put into a safetensors file.
    #[error("cannot write {}", path.display())]
    Serialise {
        /// The file.
        path: PathBuf,
        /// What the library says.
        source: safetensors::SafeTensorError,
    },
    /// A token id outside the vocabulary.
    #[error("token id {id} is outside the vocabulary of {vocab_size}")]
    TokenId {
        /// The id.
        id: i64,
        /// Ids are below this.
        vocab_size: usize,
    },
    /// A token type outside the model's types.
    #[error("token type {id} is outside the model's {type_vocab_size} token types")]
    TokenType {
        /// The type.
        id: i64,
        /// Types are below this.
        type_vocab_size: usize,
    },
    /// A sequence longer than the position table.
    #[error("a sequence has {found} tokens, but the model has positions for {most}")]
    TooLong {
        /// Tokens of the sequence.
        found: usize,
        /// Tokens the model can take.
        most: usize,
    },
    /// Images with another number of channels than the model has weights for.
    #[error("images have {found} channels, but the model takes {expected}")]
    Channels {
        /// Channels of the images.
        found: usize,
        /// Channels of the patch projection.
        expected: usize,
    },
    /// Images of a size that the model cannot take.
    #[error("images are {height} x {width} pixels, expected {expected}")]
    ImageSize {
        /// Rows of pixels.
        height: usize,
        /// Columns of pixels.
        width: usize,
        /// What would do.
        expected: ExpectedSize,
    },
}

/// Image sizes that a model can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedSize {
    /// Squares of one size: there is no interpolation.
    Exactly(usize),
    /// Any, from one patch on.
    AtLeast(usize),
}

impl fmt::Display for ExpectedSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(size) => write!(
                f,
                "{size} x {size}, or interpolate_pos_encoding for other sizes"
            ),
            Self::AtLeast(patch) => write!(f, "at least one patch of {patch} x {patch}"),
        }
    }
}

/// What is wrong with a safetensors header.
#[derive(Debug, Error)]
pub enum HeaderProblem {
    /// The file ends before its header does.
    #[error("it ends inside its header, after {found} bytes")]
    Short {
        /// Bytes there are.
        found: u64,
    },
    /// The length in the first eight bytes cannot be one.
    #[error("its header would be {length} bytes long")]
    TooLong {
        /// What the first eight bytes say.
        length: u64,
    },
    /// The header is not a table of tensors whose bytes follow each other.
    #[error("its header is malformed")]
    Malformed(#[from] serde_json::Error),
}

/// What can be wrong with a `config.json`.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// Not JSON.
    #[error(transparent)]
    Syntax(#[from] serde_json::Error),
    /// The one key that has no default.
    #[error("missing model_type")]
    NoModelType,
    /// A kind of model that is not of the family at hand.
    #[error("model_type is {found}, expected {}", expected.join(", "))]
    ModelType {
        /// The kind.
        found: String,
        /// The kinds that would do.
        expected: Vec<&'static str>,
    },
    /// No published model is known by this name.
    #[error("no shape is called {name}, expected one of {}", known.join(", "))]
    Shape {
        /// The name.
        name: String,
        /// The names there are.
        known: Vec<&'static str>,
    },
    /// A value of the wrong type.
    #[error("{key}")]
    Type {
        /// The key.
        key: String,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// A value that this crate does not implement or that cannot be.
    #[error("{key} is {found}, expected {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// Its value.
        found: String,
        /// What would do.
        expected: &'static str,
    },
}

/// Weights of a checkpoint that do not fit the model.
#[derive(Debug)]
pub struct WeightProblems(pub Vec<WeightProblem>);

impl fmt::Display for WeightProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

/// One weight that does not fit, under its Hugging Face name and shape.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum WeightProblem {
    /// The model needs it.
    #[error("missing {name} {expected:?}")]
    Missing {
        /// The weight, without prefix.
        name: String,
        /// Its shape by the config.
        expected: Vec<usize>,
    },
    /// The model has no place for it.
    #[error("unknown {name} {found:?}")]
    Unknown {
        /// The weight as the file names it.
        name: String,
        /// Its shape.
        found: Vec<usize>,
    },
    /// Wrong shape.
    #[error("{name} has shape {found:?}, expected {expected:?}")]
    Shape {
        /// The weight as the file names it.
        name: String,
        /// Its shape by the config.
        expected: Vec<usize>,
        /// Its shape in the file.
        found: Vec<usize>,
    },
    /// A value that is no number.
    #[error("{name} has the value {found}, expected finite numbers")]
    NotFinite {
        /// The weight as the file names it.
        name: String,
        /// The value.
        found: String,
    },
    /// A number type other than those of [`crate::Checkpoint`].
    #[error("{name} is stored as {found:?}, expected F32, F16 or BF16")]
    Dtype {
        /// The weight as the file names it.
        name: String,
        /// Its type.
        found: safetensors::Dtype,
    },
}
