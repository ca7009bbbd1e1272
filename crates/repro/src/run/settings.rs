//! Every setting that can change a run's result, and the key made of them.

use burn::tensor::Device;
use serde::Serialize;

use crate::train::optimizer::OptimizerConfig;
use crate::train::progress::RunProgress;
use crate::train::schedule::Schedule;
use crate::train::{Fit, Method, Precision, Recipe};

/// Every setting that can change a run's result; the hash of its record is the run's key.
///
/// `O` is what the suite alone knows of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Settings<O> {
    /// Raised whenever a change of the code changes the numbers of an unchanged experiment.
    pub revision: u32,
    /// Suite whose store has the run.
    pub suite: String,
    /// Scale of the experiment.
    pub scale: String,
    /// Task key.
    pub task: String,
    /// Resolved method.
    pub method: Method,
    /// Names of the adapted layers.
    pub targets: Vec<String>,
    /// Seed of the run.
    pub seed: u64,
    /// Base learning rate.
    pub lr: f64,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// AdamW and clipping.
    pub optimizer: OptimizerConfig,
    /// Dropout of the pretrained part, where it is not the checkpoint's.
    pub dropout: Option<f64>,
    /// Dropout of the head, where it is not the checkpoint's.
    pub head_dropout: Option<f64>,
    /// Digest of the examples.
    pub data_digest: String,
    /// Name of the pretrained model.
    pub checkpoint: String,
    /// Digests of the pretrained model.
    #[serde(flatten)]
    pub digests: Digests,
    /// Device kind.
    pub device: String,
    /// Whether it is a few steps on random weights.
    pub smoke: bool,
    /// Number type of frozen weights and activations.
    pub dtype: Precision,
    /// What the suite alone knows of.
    pub own: O,
}

impl<O> Settings<O> {
    /// How the run's model is made ready on `device`.
    pub fn recipe<'a>(&'a self, device: &'a Device) -> Recipe<'a> {
        Recipe {
            method: &self.method,
            targets: &self.targets,
            seed: self.seed,
            dtype: self.dtype,
            device,
        }
    }

    /// How the run's model is trained, from its first step.
    pub fn fit<'a>(&'a self, progress: &'a RunProgress<'a>) -> Fit<'a> {
        Fit {
            method: &self.method,
            lr: self.lr,
            schedule: self.schedule,
            optimizer: &self.optimizer,
            progress,
            state: None,
        }
    }
}

/// What of a pretrained model can change a number.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Digests {
    /// Digest of its weights.
    pub checkpoint_digest: String,
    /// Digest of its configuration.
    pub config_digest: String,
    /// Digest of its tokenizer; none where there is none.
    pub tokenizer_digest: Option<String>,
}
