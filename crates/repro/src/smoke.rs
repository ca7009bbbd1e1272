//! `--smoke`: a scale's own arms, tasks and settings on two random layers and random inputs.
//!
//! It shows on any machine, in seconds and without a file or a network, that an experiment file
//! can be run; its numbers mean nothing.

use std::fmt;

use models::EncoderConfig;
use serde::Deserialize;
use tasks::glue::GlueTask;

use crate::encoded::{EncodedTask, RandomSizes};
use crate::experiment::Experiment;

/// Steps of each run.
pub const STEPS: usize = 3;

/// Batches of each evaluation split.
const EVAL_BATCHES: usize = 2;

/// A shape that a smoke run builds two layers of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SmokeShape {
    /// The mini lab's RoBERTa.
    Mini,
    /// all-MiniLM-L6-v2.
    #[serde(rename = "minilm-l6")]
    MiniLmL6,
    /// RoBERTa-base.
    RobertaBase,
    /// RoBERTa-large.
    RobertaLarge,
}

impl SmokeShape {
    /// The encoder, two layers deep.
    pub fn config(self) -> EncoderConfig {
        let config = match self {
            Self::Mini => EncoderConfig {
                vocab_size: 1280,
                hidden_size: 64,
                num_attention_heads: 4,
                intermediate_size: 256,
                max_position_embeddings: 50,
                ..EncoderConfig::roberta_base()
            },
            Self::MiniLmL6 => EncoderConfig::minilm_l6(),
            Self::RobertaBase => EncoderConfig::roberta_base(),
            Self::RobertaLarge => EncoderConfig::roberta_large(),
        };
        EncoderConfig {
            num_hidden_layers: 2,
            ..config
        }
    }

    /// The largest batch, and the longest input, that end in seconds on two cores.
    fn limits(self) -> (usize, usize) {
        match self {
            Self::Mini => (8, 48),
            Self::MiniLmL6 => (4, 64),
            Self::RobertaBase => (2, 48),
            Self::RobertaLarge => (2, 32),
        }
    }
}

impl fmt::Display for SmokeShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mini => "mini",
            Self::MiniLmL6 => "minilm-l6",
            Self::RobertaBase => "roberta-base",
            Self::RobertaLarge => "roberta-large",
        })
    }
}

/// Makes an experiment small: batches and inputs within the shape's limits, and no checkpoint.
///
/// Its rows and tables get a scale of their own, so that each number says what it is.
pub fn shrink(experiment: &mut Experiment) {
    let shape = experiment.model.smoke_shape;
    let (batch_size, max_len) = shape.limits();
    for task in experiment.tasks.values_mut() {
        task.batch_size = task.batch_size.min(batch_size);
        task.max_len = task.max_len.min(max_len);
    }
    let eval_batch_size = &mut experiment.train.eval_batch_size;
    *eval_batch_size = (*eval_batch_size).min(batch_size);
    experiment.model.checkpoint = format!("random {shape}");
    experiment.scale.push_str("-smoke");
}

/// Random examples of a task of a shrunk experiment, as many as a smoke run uses.
///
/// # Panics
/// If the experiment has no such task.
pub fn examples(experiment: &Experiment, task: GlueTask) -> EncodedTask {
    let entry = &experiment.tasks[task.key()];
    let sizes = RandomSizes {
        n_train: STEPS * entry.batch_size,
        n_validation: EVAL_BATCHES * experiment.train.eval_batch_size,
        max_len: entry.max_len,
    };
    let config = experiment.model.smoke_shape.config();
    EncodedTask::random(task, &config, sizes, experiment.data.seed)
}
