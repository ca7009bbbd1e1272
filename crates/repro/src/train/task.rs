//! What one run learns and how it is judged.

use adapters::count::ParamCount;
use adapters::{Adaptable, MaskStream};
use anyhow::Result;
use burn::module::Module;
use burn::tensor::Tensor;

use super::outcome::Measure;

/// How long a run is, and how often it is looked at on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// Steps of the optimiser.
    pub steps: usize,
    /// Steps between two looks; the last step is always looked at.
    pub watch_every: usize,
    /// Passes over the training data, the last one perhaps in part.
    pub epochs: usize,
}

impl Length {
    /// A number of steps, looked at after the last.
    pub fn of_steps(steps: usize, epochs: usize) -> Self {
        Self {
            steps,
            watch_every: steps,
            epochs,
        }
    }
}

/// What one run learns and how it is judged; [`fit`](super::fit()) is its only caller.
///
/// A task is made for one run: its seed, its examples and its source of weights are in it.
pub trait Task: Sync {
    /// The model.
    type Model: Module + Adaptable;
    /// What a step learns from.
    type Batch;

    /// The name below which the head's parameters lie.
    const HEAD: &'static str;

    /// Whether [`Task::report`] measures more than [`Task::watch`], so that the best weights must be
    /// kept until the end.
    const REPORTS_MORE: bool = false;

    /// A model with its weights loaded and its head drawn, not adapted yet; its dropout draws from `masks`.
    ///
    /// # Errors
    /// Weights that do not fit, or that cannot be read.
    fn model(&self, masks: &MaskStream) -> Result<Self::Model>;

    /// Parameter counts of a model ready to train.
    fn count(&self, model: &Self::Model) -> ParamCount {
        ParamCount::of(model, Self::HEAD)
    }

    /// Steps, and steps between looks.
    fn length(&self) -> Length;

    /// The batches from step `from` on, in order: a function of the run's seed and the step.
    fn batches(&self, from: usize) -> Box<dyn Iterator<Item = Result<Self::Batch>> + '_>;

    /// Examples in a batch, for the rate.
    fn size(&self, batch: &Self::Batch) -> usize;

    /// The mean loss of a batch: `[1]`.
    ///
    /// # Errors
    /// A batch that the model cannot take.
    fn loss(&self, model: &Self::Model, batch: &Self::Batch) -> Result<Tensor<1>>;

    /// What is measured on the way, of a model that is not training; the first number selects the
    /// best weights. Nothing by default.
    ///
    /// # Errors
    /// Examples that cannot be read, or an output that is not a finite number.
    fn watch(&self, _model: &Self::Model) -> Result<Vec<Measure>> {
        Ok(Vec::new())
    }

    /// What is measured at the end; `watched` is what [`Task::watch`] said of the same weights.
    ///
    /// # Errors
    /// As [`Task::watch`].
    fn report(&self, _model: &Self::Model, watched: Vec<Measure>) -> Result<Vec<Measure>> {
        Ok(watched)
    }
}
