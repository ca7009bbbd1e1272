//! Where the pretrained part of a suite's models comes from: a checkpoint, or random numbers for
//! `--smoke`.

use std::sync::OnceLock;

use anyhow::{Context, Result};
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};
use models::{Checkpoint, Classify, Dropouts, Family, ModelConfig, random_backbone, random_head};
use ops::MaskStream;
use rand::Rng;

use crate::run::Digests;
use crate::train::seeds::{self, Purpose};

/// The pretrained weights that every run of a suite starts from.
#[derive(Debug)]
pub enum Weights<F: Family> {
    /// A folder of weights.
    Checkpoint(Checkpoint<F>),
    /// Weights drawn from a fixed seed.
    Random(RandomWeights<F>),
}

/// Weights that are drawn when they are first asked for.
///
/// They take the place of a checkpoint, so all runs start from the same ones, whatever their seed.
/// Drawing the 76 million numbers of a RoBERTa-large of two layers takes longer than its three
/// steps, so they are kept.
#[derive(Debug)]
pub struct RandomWeights<F: Family> {
    config: F::Config,
    /// The parameters' values in the module's order.
    values: OnceLock<Vec<TensorData>>,
}

impl<F: Family> Weights<F> {
    /// Random weights of this shape.
    pub fn random(config: F::Config) -> Self {
        Self::Random(RandomWeights {
            config,
            values: OnceLock::new(),
        })
    }

    /// Shape of the models.
    pub fn config(&self) -> &F::Config {
        match self {
            Self::Checkpoint(checkpoint) => checkpoint.config(),
            Self::Random(weights) => &weights.config,
        }
    }

    /// What can change a number.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn digests(&self) -> Result<Digests> {
        let config_digest = self.config().digest();
        Ok(match self {
            Self::Checkpoint(checkpoint) => Digests {
                checkpoint_digest: checkpoint.digest()?,
                config_digest,
                tokenizer_digest: checkpoint.tokenizer_digest()?,
            },
            Self::Random(_) => Digests {
                // The seed is fixed, so the shape says which weights they are.
                checkpoint_digest: config_digest.clone(),
                config_digest,
                tokenizer_digest: None,
            },
        })
    }
}

impl<F: Classify> Weights<F> {
    /// A classifier with a fresh head of `n_outputs` drawn from `rng`.
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
    ) -> Result<F::Classifier> {
        match self {
            Self::Checkpoint(checkpoint) => {
                Ok(checkpoint.classifier(n_outputs, device, masks, dropouts, rng)?)
            }
            Self::Random(weights) => {
                let config = weights.config.clone().with_dropouts(dropouts);
                let backbone = F::backbone(&config, device, masks).map(&mut Give {
                    values: weights.values().iter(),
                });
                let head = random_head::<F>(&config, n_outputs, device, masks, rng);
                Ok(F::join(&config, backbone, head))
            }
        }
    }
}

impl<F: Family> RandomWeights<F> {
    fn values(&self) -> &[TensorData] {
        self.values.get_or_init(|| {
            let mut rng = seeds::rng(0, Purpose::Weights);
            let masks = MaskStream::default();
            let mut take = Take(Vec::new());
            random_backbone::<F>(&self.config, &Device::flex(), &masks, &mut rng).visit(&mut take);
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

/// Two layers of the shape called `name`, for `--smoke`.
///
/// # Errors
/// A name that is unknown.
pub fn smoke_shape<F: Family>(name: &str) -> Result<F::Config> {
    let config = F::Config::named(name).context("model.smoke_shape")?;
    Ok(config.with_layers(2))
}
