//! Where a suite's weights and examples come from: a checkpoint and texts, or random numbers.

use std::path::Path;
use std::sync::OnceLock;

use anyhow::{Result, bail};
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};
use models::{
    Checkpoint, Dropouts, Encoder, EncoderConfig, SequenceClassifier, random_encoder, random_head,
};
use ops::MaskStream;
use rand::Rng;
use sha2::{Digest, Sha256};
use tasks::glue::{GlueData, GlueTask};
use tasks::lab::{self, LabConfig};

use crate::assets;
use crate::encoded::EncodedTask;
use crate::experiment::{DataEntry, DataSource};
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
    /// The texts of a task, cut and split as the experiment says; files are looked for in `folder`,
    /// then where [`assets::glue`] looks.
    ///
    /// # Errors
    /// Files that are missing or malformed, or a cut that leaves nothing.
    pub fn load(task: GlueTask, entry: &DataEntry, folder: Option<&Path>) -> Result<Self> {
        Ok(Self::Texts(texts(task, entry, folder)?))
    }

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

/// The data of a task, cut and split as the experiment says.
fn texts(task: GlueTask, entry: &DataEntry, folder: Option<&Path>) -> Result<GlueData> {
    let mut data = match entry.source {
        DataSource::Lab => lab::glue(task, entry.seed, &LabConfig::default()),
        DataSource::Files => GlueData::load(task, &assets::glue(folder, task.key())?)?,
    };
    let cuts = entry.holdout.is_some()
        || entry.max_train.is_some_and(|n| n < data.train.len())
        || data.validation.iter().any(|split| {
            entry
                .max_validation
                .is_some_and(|n| n < split.examples.len())
        });
    if !cuts {
        return Ok(data);
    }
    let digest = data.digest.clone();
    shuffle(&mut data.train, entry.seed);
    if let Some(share) = entry.holdout {
        let n = (share * data.train.len() as f64) as usize;
        if n == 0 || n == data.train.len() {
            bail!(
                "data.holdout of {share} leaves a split of {} empty",
                task.key()
            );
        }
        let held_out = data.train.split_off(data.train.len() - n);
        data.validation.truncate(1);
        data.validation[0].examples = held_out;
    }
    data.train.truncate(entry.max_train.unwrap_or(usize::MAX));
    for split in &mut data.validation {
        if entry
            .max_validation
            .is_some_and(|n| n < split.examples.len())
        {
            shuffle(&mut split.examples, entry.seed);
            split
                .examples
                .truncate(entry.max_validation.unwrap_or(usize::MAX));
        }
    }
    let mut cut = GlueData::from_examples(task, data.train, data.validation);
    // Both the files and the cut are part of what the run has seen.
    cut.digest = format!("{}-{}", &digest[..16], &cut.digest[..16]);
    Ok(cut)
}

fn shuffle<T>(items: &mut [T], seed: u64) {
    use rand::seq::SliceRandom;
    items.shuffle(&mut seeds::rng(seed, Purpose::Subset));
}
