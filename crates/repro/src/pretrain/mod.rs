//! Pretraining the mini lab's own models, from an experiment file to a Hugging Face folder.

mod pictures;
mod state;
mod text;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::experiment::parse;

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
            Family::Roberta => parse(&text, TextPretraining::validate).map(Self::Text),
            Family::Vit => parse(&text, PicturePretraining::validate).map(Self::Pictures),
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

fn check_train(numbers: &[(&str, usize)]) -> Result<()> {
    match numbers.iter().find(|(_, number)| *number == 0) {
        Some((name, _)) => bail!("{name} must be at least 1, but is 0"),
        None => Ok(()),
    }
}
