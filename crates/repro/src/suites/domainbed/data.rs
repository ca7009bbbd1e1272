//! The pictures of a data set: folders, or drawings of the lab.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use rand::seq::SliceRandom;
use tasks::domainbed::{
    DomainData, Error, ImageSet, OnCorrupt, PictureSource, Rgb, Split, read_folder, split,
};

use super::section::DataEntry;
use crate::experiment::DataSource;
use crate::train::seeds::{self, Purpose};

/// A data set and its digest.
#[derive(Debug)]
pub struct Pictures {
    /// The environments.
    pub data: DomainData,
    /// Hex SHA-256 of what is in them.
    pub digest: String,
    /// What has been said about pictures that are left out, so that it is said once.
    told: Mutex<BTreeSet<String>>,
}

impl Pictures {
    /// The pictures of a set, as the experiment says; folders are looked for in `folder`.
    ///
    /// # Errors
    /// Folders that are missing or not as expected, or an environment too small to be split.
    pub fn load(set: ImageSet, entry: &DataEntry, folder: Option<&Path>) -> Result<Self> {
        let mut data = match entry.source {
            DataSource::Lab => {
                let n = entry
                    .per_environment
                    .context("data.per_environment is checked with the experiment")?;
                lab::pictures::data(set, entry.seed, n, entry.preprocess.side)
            }
            DataSource::Files => {
                let Some(folder) = folder else {
                    bail!(
                        "the pictures of {set} are not on a hub; give the folder that has {}/ with \
                         --data",
                        set.folder()
                    );
                };
                if !folder.is_dir() {
                    bail!("data folder {} does not exist", folder.display());
                }
                read_folder(folder, set)?
            }
        };
        if let (DataSource::Files, Some(most)) = (entry.source, entry.per_environment) {
            for domain in &mut data.domains {
                if domain.pictures.len() > most {
                    domain.pictures =
                        Arc::new(Subset::new(Arc::clone(&domain.pictures), most, entry.seed));
                }
            }
        }
        let source = &data.domains[ImageSet::SOURCE];
        let n = source.pictures.len();
        if split(n, 0, ImageSet::SOURCE).held_out.is_empty() {
            bail!(
                "environment {} of {set} has {n} pictures, of which no fifth can be held out",
                source.name
            );
        }
        let this = Self {
            digest: data.digest()?,
            data,
            told: Mutex::default(),
        };
        for note in &this.data.notes {
            eprintln!("note: {note}");
        }
        this.look(entry.on_corrupt)?;
        Ok(this)
    }

    /// Finds the files that are no pictures before anything is trained on the others. Damage inside
    /// a picture shows when it is decoded.
    fn look(&self, on_corrupt: OnCorrupt) -> Result<()> {
        for domain in &self.data.domains {
            for index in 0..domain.pictures.len() {
                match domain.pictures.look(index) {
                    Err(error) if error.is_damage() && on_corrupt == OnCorrupt::Skip => {
                        self.tell(&error.to_string());
                    }
                    looked => looked?,
                }
            }
        }
        Ok(())
    }

    /// Says that a picture is left out, unless it has been said.
    pub fn tell(&self, sentence: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.insert(sentence.to_owned()) {
            eprintln!("warning: left out: {sentence}");
        }
    }

    /// DomainBed's split of the source environment for a trial.
    pub fn split(&self, trial: u64) -> Split {
        let n = self.data.domains[ImageSet::SOURCE].pictures.len();
        split(n, trial, ImageSet::SOURCE)
    }
}

/// Some pictures of a source, in its order.
struct Subset {
    of: Arc<dyn PictureSource>,
    indices: Vec<usize>,
}

impl Subset {
    fn new(of: Arc<dyn PictureSource>, n: usize, seed: u64) -> Self {
        let mut indices: Vec<usize> = (0..of.len()).collect();
        indices.shuffle(&mut seeds::rng(seed, Purpose::Subset));
        indices.truncate(n);
        indices.sort_unstable();
        Self { of, indices }
    }
}

impl PictureSource for Subset {
    fn len(&self) -> usize {
        self.indices.len()
    }

    fn label(&self, index: usize) -> usize {
        self.of.label(self.indices[index])
    }

    fn name(&self, index: usize) -> Cow<'_, str> {
        self.of.name(self.indices[index])
    }

    fn stored(&self, index: usize) -> Result<Cow<'_, [u8]>, Error> {
        self.of.stored(self.indices[index])
    }

    fn look(&self, index: usize) -> Result<(), Error> {
        self.of.look(self.indices[index])
    }

    fn rgb(&self, index: usize) -> Result<Rgb, Error> {
        self.of.rgb(self.indices[index])
    }
}
