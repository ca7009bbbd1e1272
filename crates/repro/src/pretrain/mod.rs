//! Pretraining the mini lab's own models, from an experiment file to a Hugging Face folder.

mod pictures;
mod text;

use std::path::{Path, PathBuf};

use adapters::{MaskStream, train_all};
use anyhow::{Context, Result};
use burn::module::Module;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::check::{check_at_least_1, check_rate};
use crate::experiment::parse;
use crate::train::optimizer::OptimizerConfig;
use crate::train::progress::SweepProgress;
use crate::train::resume::StateFolder;
use crate::train::schedule::Schedule;
use crate::train::{Fit, Length, Measure, Method, Task, fit};

pub use pictures::PicturePretraining;
pub use text::TextPretraining;

/// The kind of model that an experiment pretrains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// An encoder of text, by masked language modelling.
    Roberta,
    /// A vision transformer, by classification.
    Vit,
}

/// A pretraining experiment as written down.
#[derive(Clone, Debug)]
pub enum Pretraining {
    /// Of an encoder of text.
    Text(TextPretraining),
    /// Of a vision transformer.
    Pictures(PicturePretraining),
}

impl Pretraining {
    /// Reads an experiment file.
    ///
    /// # Errors
    /// A missing file, unknown or missing keys, numbers out of range.
    pub fn load(path: &Path) -> Result<Self> {
        /// What the other keys depend on.
        #[derive(Deserialize)]
        struct Kind {
            family: Family,
        }
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        let read = || match parse(&text, |_: &Kind| Ok(()))?.family {
            Family::Roberta => parse(&text, TextPretraining::check).map(Self::Text),
            Family::Vit => parse(&text, PicturePretraining::check).map(Self::Pictures),
        };
        read().with_context(|| path.display().to_string())
    }

    /// Trains to the end, from the saved state if there is one; writes the checkpoint below
    /// `pretrained` and returns its folder.
    ///
    /// # Errors
    /// If files cannot be read or written, or the loss is not a number.
    pub fn run(&self, pretrained: &Path, device: &Device) -> Result<PathBuf> {
        match self {
            Self::Text(experiment) => experiment.run(pretrained, device),
            Self::Pictures(experiment) => experiment.run(pretrained, device),
        }
    }
}

/// Settings of training.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainEntry {
    /// Number of steps.
    pub steps: usize,
    /// Examples a step.
    pub batch_size: usize,
    /// Base learning rate.
    pub lr: f64,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// Steps between two saved states.
    pub save_every: usize,
    /// AdamW and clipping.
    pub optimizer: OptimizerConfig,
}

impl TrainEntry {
    fn check(&self) -> Result<()> {
        check_counts(&[
            ("train.steps", self.steps),
            ("train.batch_size", self.batch_size),
            ("train.save_every", self.save_every),
        ])?;
        check_rate("train.lr", Some(self.lr))?;
        self.schedule.check("train.schedule")?;
        self.optimizer.check("train.optimizer")
    }

    /// Looked at after the last step alone.
    fn length(&self) -> Length {
        Length::of_steps(self.steps, 0)
    }
}

/// Trains all of a task's model, from the saved state if there is one, and gives it and what was
/// measured of it to `save`, after which the state is removed.
fn train<T: Task>(
    task: &T,
    masks: &MaskStream,
    entry: &TrainEntry,
    out: &Path,
    experiment: &impl Serialize,
    save: impl FnOnce(T::Model, &[Measure]) -> Result<()>,
) -> Result<()> {
    let state = StateFolder::open(out, experiment, entry.save_every)?;
    let progress = SweepProgress::new(1);
    let name = out.display().to_string();
    let model = train_all(task.model(masks)?).train();
    let fitting = Fit {
        method: &Method::Full,
        lr: entry.lr,
        schedule: entry.schedule,
        optimizer: &entry.optimizer,
        progress: &progress.long_run(format!("pretraining {name}")),
        state: Some(&state),
    };
    let (model, outcome) = fit(task, model, &fitting)?;
    save(model.valid(), &outcome.last)?;
    state.remove()?;
    progress.finish_run(&format!("pretrained {name} in {:.0} s", outcome.seconds));
    Ok(())
}

fn check_counts(counts: &[(&str, usize)]) -> Result<()> {
    counts
        .iter()
        .try_for_each(|(name, count)| check_at_least_1(name, *count))
}
