//! What is DomainBed's own in an experiment file and in a run's settings.

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use tasks::domainbed::{Augment, OnCorrupt, Preprocess};

use crate::check::check_at_least_1;
use crate::experiment::{self, DataSource};

/// Where the pictures of an experiment come from, and how they reach the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataEntry {
    /// `lab` (drawn by the program) or `files` (folders found under `--data`).
    pub source: DataSource,
    /// Seed of the drawings, and of the choice of a subset.
    pub seed: u64,
    /// Pictures that the lab draws for each environment; of files, at most so many are used.
    pub per_environment: Option<usize>,
    /// What every picture goes through.
    pub preprocess: Preprocess,
    /// What is done to training pictures by chance; DomainBed's numbers where they are missing.
    #[serde(default)]
    pub augment: Augment,
    /// What happens when a file turns out to be no picture.
    pub on_corrupt: OnCorrupt,
}

/// DomainBed's share of a run's settings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Own {
    /// The environment that the run trains on.
    pub source_environment: &'static str,
    /// Steps of training.
    pub steps: usize,
    /// Pictures a step, drawn with replacement.
    pub batch_size: usize,
    /// Steps between two looks at the held-out part.
    pub watch_every: usize,
    /// Source of the pictures.
    pub data: DataEntry,
    /// Which weights `best` rows are of.
    pub selection_rule: &'static str,
    /// What the `ood` rows are measured on.
    pub ood_pictures: &'static str,
}

impl experiment::DataEntry for DataEntry {
    fn check(&self) -> Result<()> {
        check_at_least_1("data.preprocess.side", self.preprocess.side)?;
        check_at_least_1("data.per_environment", self.per_environment.unwrap_or(1))?;
        if self.source == DataSource::Lab && self.per_environment.is_none() {
            bail!("data.per_environment must say how many pictures the lab draws");
        }
        Ok(())
    }

    fn is_generated(&self) -> bool {
        self.source == DataSource::Lab
    }
}
