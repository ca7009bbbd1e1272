//! What is measured, and what comes back: the lines that the driver and its children exchange.

use std::fmt;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Shape;
use repro::train::Method;
use repro::train::optimizer::OptimizerConfig;
use results::Arm;

/// Dropout on an adapter's input, on both sides; all other dropout is off.
pub const ADAPTER_DROPOUT: f64 = 0.05;

/// Learning rate of the timed steps.
pub const LR: f64 = 1e-4;

/// The optimiser of the timed steps: AdamW with clipping, as transformers' trainer has it.
pub const OPTIMIZER: OptimizerConfig = OptimizerConfig {
    beta_1: 0.9,
    beta_2: 0.999,
    epsilon: 1e-8,
    weight_decay: 0.01,
    max_grad_norm: Some(1.0),
};

/// A kind of measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Forward, loss, backward, clipping and AdamW.
    TrainStep,
    /// The forward pass and the loss, with what the backward pass needs kept.
    Forward,
    /// The forward pass without gradients.
    Evaluate,
    /// One epoch of RTE from a real checkpoint: ours padded to each batch's longest example,
    /// batches grouped by length; theirs as transformers' `run_glue` does by default, padded to 128.
    RteEpoch,
}

/// Which tokens of a batch are padding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Padding {
    /// None.
    #[default]
    None,
    /// Lengths fall evenly from the full length in the first row to half of it in the last.
    Ragged,
}

/// One measurement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// Key of the shape.
    pub shape: String,
    /// Key of the arm.
    pub arm: String,
    /// What to measure.
    pub what: What,
    /// Padding of the batch.
    pub padding: Padding,
    /// Steps that count.
    pub steps: usize,
    /// Steps before them.
    pub warmup: usize,
    /// Threads to compute with.
    pub threads: usize,
    /// Name of our side's device.
    pub device: String,
    /// Where a real epoch gets its weights and examples.
    pub rte: Option<Rte>,
}

/// The files of a real epoch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rte {
    /// Folder with the checkpoint.
    pub checkpoint: String,
    /// JSON lines with `a`, `b` and `label`.
    pub examples: String,
    /// Examples a step.
    pub batch_size: usize,
    /// Longest input, and the length that `run_glue` pads to.
    pub max_len: usize,
}

/// What one process has measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sample {
    /// Seconds of each timed step.
    pub seconds: Vec<f64>,
    /// Largest resident memory of the process in MiB, where the system tells.
    pub peak_rss_mb: Option<f64>,
    /// The same before the first step: libraries and weights.
    pub built_rss_mb: Option<f64>,
    /// Parameters that train; must be equal on both sides.
    pub trainable: usize,
}

impl What {
    /// What is measured unless asked otherwise.
    pub const DEFAULT: [Self; 3] = [Self::TrainStep, Self::Forward, Self::Evaluate];

    /// Reads the name of a measurement.
    ///
    /// # Errors
    /// An unknown name.
    pub fn parse(name: &str) -> Result<Self> {
        [
            Self::TrainStep,
            Self::Forward,
            Self::Evaluate,
            Self::RteEpoch,
        ]
        .into_iter()
        .find(|what| what.to_string() == name)
        .map_or_else(
            || {
                bail!(
                    "unknown measurement `{name}`; \
                         they are train-step, forward, evaluate and rte-epoch"
                )
            },
            Ok,
        )
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TrainStep => "train-step",
            Self::Forward => "forward",
            Self::Evaluate => "evaluate",
            Self::RteEpoch => "rte-epoch",
        })
    }
}

impl fmt::Display for Padding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Ragged => "ragged",
        })
    }
}

impl Padding {
    /// Tokens of each row of a batch.
    pub fn lengths(self, batch: usize, seq: usize) -> Vec<usize> {
        (0..batch)
            .map(|row| match self {
                Self::None => seq,
                Self::Ragged => seq - row * (seq / 2) / (batch.max(2) - 1),
            })
            .collect()
    }
}

impl Job {
    /// How the arm fine-tunes.
    ///
    /// # Errors
    /// An unknown arm, or one that this program cannot train.
    pub fn method(&self) -> Result<Method> {
        let arm: Arm = self.arm.parse()?;
        let method = Method::of(arm, ADAPTER_DROPOUT);
        if !method.can_run() {
            bail!("arm `{}` does not run yet", self.arm);
        }
        Ok(method)
    }

    /// The job with all that its names stand for, as `reference/bench_peft.py` takes it.
    ///
    /// # Errors
    /// An unknown shape or arm.
    pub fn resolved(&self) -> Result<Value> {
        let mut job = serde_json::to_value(self)?;
        job["method"] = serde_json::to_value(self.method()?)?;
        if self.rte.is_some() {
            // The checkpoint has its own shape, and the trainer its own batches.
            job["targets"] = json!(["query", "value"]);
            return Ok(job);
        }
        let shape = Shape::find(&self.shape)?;
        job["model"] = shape.model.to_json(shape.batch, self.padding);
        job["targets"] = json!(shape.targets);
        job["batch"] = json!(shape.batch);
        job["n_outputs"] = json!(shape.n_outputs);
        job["lr"] = json!(LR);
        job["optimizer"] = serde_json::to_value(&OPTIMIZER)?;
        Ok(job)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ragged_rows_fall_from_the_full_length_to_half_of_it() {
        assert_eq!(Padding::Ragged.lengths(5, 64), [64, 56, 48, 40, 32]);
        assert_eq!(Padding::None.lengths(2, 64), [64, 64]);
        assert_eq!(Padding::Ragged.lengths(1, 64), [64]);
    }

    #[test]
    fn the_reference_is_told_all_that_the_names_stand_for() {
        let job = Job {
            shape: "minilm-l6".into(),
            arm: "tuneB-Arand-r8".into(),
            what: What::TrainStep,
            padding: Padding::None,
            steps: 1,
            warmup: 0,
            threads: 2,
            device: "flex".into(),
            rte: None,
        };
        let resolved = job.resolved().unwrap();
        assert_eq!(resolved["what"], "train-step");
        assert_eq!(resolved["method"]["low-rank"]["rank"], 8);
        assert_eq!(resolved["method"]["low-rank"]["trains"], "B");
        assert_eq!(resolved["model"]["config"]["hidden_size"], 384);
        assert_eq!(resolved["model"]["lengths"].as_array().unwrap().len(), 32);
    }
}
