//! Where a suite's weights and examples come from: a checkpoint and texts, or random numbers.

use std::sync::OnceLock;

use anyhow::Result;
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};
use models::{
    Checkpoint, Dropouts, Encoder, EncoderConfig, SequenceClassifier, random_encoder, random_head,
};
use ops::MaskStream;
use rand::Rng;
use sha2::{Digest, Sha256};
use tasks::glue::GlueData;

use crate::encoded::EncodedTask;
use crate::run::hex;
use crate::seeds::{self, Purpose};

/// The pretrained encoder that every run of a suite starts from.
#[derive(Debug)]
pub enum ModelSource {
    /// A folder of weights.
    Checkpoint(Checkpoint),
    /// Weights drawn from a fixed seed, for `--smoke`.
    Random(RandomWeights),
}

/// The examples of a task.
#[derive(Clone, Debug)]
pub enum Examples {
    /// Texts, still to be encoded by the checkpoint's tokenizer.
    Texts(GlueData),
    /// Random ids, for `--smoke`.
    Random(EncodedTask),
}

/// An encoder's weights, drawn when they are first asked for.
///
/// They take the place of a checkpoint, so all runs start from the same ones, whatever their seed.
/// Drawing the 76 million numbers of a RoBERTa-large of two layers takes longer than its three
/// steps, so they are kept.
#[derive(Debug)]
pub struct RandomWeights {
    config: EncoderConfig,
    /// The parameters' values in the module's order.
    values: OnceLock<Vec<TensorData>>,
}

impl ModelSource {
    /// Random weights of this shape.
    pub fn random(config: EncoderConfig) -> Self {
        Self::Random(RandomWeights {
            config,
            values: OnceLock::new(),
        })
    }

    /// Shape of the encoder.
    pub fn config(&self) -> &EncoderConfig {
        match self {
            Self::Checkpoint(checkpoint) => checkpoint.config(),
            Self::Random(weights) => &weights.config,
        }
    }

    /// Digest of the weights.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn digest(&self) -> Result<String> {
        match self {
            Self::Checkpoint(checkpoint) => Ok(checkpoint.digest()?),
            Self::Random(weights) => {
                // The seed is fixed, so the shape says which weights they are.
                let shape = serde_json::to_string(&weights.config)?;
                Ok(hex(&Sha256::digest(shape.as_bytes())))
            }
        }
    }

    /// The encoder with a fresh head of `n_outputs` drawn from `rng`.
    ///
    /// # Errors
    /// Weights that do not fit, or that cannot be read.
    pub fn classifier(
        &self,
        n_outputs: usize,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
        rng: &mut impl Rng,
    ) -> Result<SequenceClassifier> {
        match self {
            Self::Checkpoint(checkpoint) => {
                Ok(checkpoint.classifier(n_outputs, device, masks, dropouts, rng)?)
            }
            Self::Random(weights) => {
                let config = weights.config.clone().with_dropouts(dropouts);
                let encoder = Encoder::new(&config, device, masks).map(&mut Give {
                    values: weights.values().iter(),
                });
                Ok(SequenceClassifier {
                    encoder,
                    classifier: random_head(&config, n_outputs, device, masks, rng),
                })
            }
        }
    }
}

impl Examples {
    /// Digest of the examples.
    pub fn digest(&self) -> String {
        match self {
            Self::Texts(data) => data.digest.clone(),
            Self::Random(data) => data.digest(),
        }
    }
}

impl RandomWeights {
    fn values(&self) -> &[TensorData] {
        self.values.get_or_init(|| {
            let mut rng = seeds::rng(0, Purpose::Weights);
            let masks = MaskStream::default();
            let mut take = Take(Vec::new());
            random_encoder(&self.config, &Device::flex(), &masks, &mut rng).visit(&mut take);
            take.0
        })
    }
}

/// Takes the values out of a module, in its order.
struct Take(Vec<TensorData>);

impl ModuleVisitor for Take {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(param.val().into_data());
    }
}

/// Gives the values to a module of the same shape.
struct Give<'a> {
    values: std::slice::Iter<'a, TensorData>,
}

impl ModuleMapper for Give<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let values = self
            .values
            .next()
            .expect("a module of the same shape has as many parameters");
        Param::from_data(values.clone(), &param.lazy_device())
    }
}
