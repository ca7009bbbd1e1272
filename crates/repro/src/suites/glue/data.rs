//! The examples of a task: texts cut and split as the experiment says, or random ids.

use std::path::Path;

use anyhow::{Result, bail};
use lab::{self, LabConfig};
use rand::seq::SliceRandom;
use tasks::glue::{GlueData, GlueTask};

use super::encoded::EncodedTask;
use super::section::DataEntry;
use crate::assets;
use crate::experiment::DataSource;
use crate::train::seeds::{self, Purpose};

/// The examples of a task.
#[derive(Clone, Debug)]
pub enum Examples {
    /// Texts, still to be encoded by the checkpoint's tokenizer.
    Texts(GlueData),
    /// Random ids, for `--smoke`.
    Random(EncodedTask),
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
    items.shuffle(&mut seeds::rng(seed, Purpose::Subset));
}
