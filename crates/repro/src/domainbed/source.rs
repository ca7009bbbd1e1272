//! Where the suite's weights and pictures come from: a checkpoint and folders, the lab, or chance.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use models::{
    Dropouts, ImageClassifier, ViTConfig, VisionCheckpoint, random_image_classifier,
    random_image_head,
};
use ops::MaskStream;
use rand::Rng;
use rand::seq::SliceRandom;
use sha2::{Digest, Sha256};
use tasks::domainbed::{
    DomainData, Error, ImageSet, OnCorrupt, PictureSource, Rgb, Split, read_folder, split,
};
use tasks::lab::vision;

use crate::domainbed::experiment::DataEntry;
use crate::experiment::DataSource;
use crate::run::hex;
use crate::seeds::{self, Purpose};

/// The pretrained transformer that every run of the suite starts from.
#[derive(Debug)]
pub enum VisionSource {
    /// A folder of weights.
    Checkpoint(VisionCheckpoint),
    /// Weights drawn from a fixed seed, for `--smoke`.
    Random(ViTConfig),
}

impl VisionSource {
    /// A checkpoint for pictures of `side` x `side` pixels.
    ///
    /// # Errors
    /// A folder that holds no vision transformer, or patches that do not fill such a picture.
    pub fn open(folder: &Path, side: usize) -> Result<Self> {
        let checkpoint = VisionCheckpoint::open(folder)?;
        let checkpoint = match checkpoint.config().image_size == side {
            true => checkpoint,
            // As DomainBed's forks do for other sizes.
            false => checkpoint.with_interpolation(),
        };
        let patch = checkpoint.config().patch_size;
        if !side.is_multiple_of(patch) {
            bail!(
                "data.preprocess.side is {side}, which the patches of {} of {patch} pixels do not fill",
                folder.display()
            );
        }
        Ok(Self::Checkpoint(checkpoint))
    }

    /// Shape of the transformer.
    pub fn config(&self) -> &ViTConfig {
        match self {
            Self::Checkpoint(checkpoint) => checkpoint.config(),
            Self::Random(config) => config,
        }
    }

    /// Digest of the weights.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn digest(&self) -> Result<String> {
        match self {
            Self::Checkpoint(checkpoint) => Ok(checkpoint.digest()?),
            // The seed is fixed, so the shape says which weights they are.
            Self::Random(config) => Ok(hex(&Sha256::digest(format!("{config:?}").as_bytes()))),
        }
    }

    /// The transformer with a fresh head of `n_classes` drawn from `rng`.
    ///
    /// # Errors
    /// Weights that do not fit, or that cannot be read.
    pub fn classifier(
        &self,
        n_classes: usize,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
        rng: &mut impl Rng,
    ) -> Result<ImageClassifier> {
        match self {
            Self::Checkpoint(checkpoint) => {
                Ok(checkpoint.classifier(n_classes, device, masks, dropouts, rng)?)
            }
            Self::Random(config) => {
                let config = config.clone().with_dropouts(dropouts);
                let mut weights = seeds::rng(0, Purpose::Weights);
                let mut model =
                    random_image_classifier(&config, n_classes, device, masks, &mut weights);
                model.classifier = random_image_head(&config, n_classes, device, rng);
                Ok(model)
            }
        }
    }
}

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
                vision::data(set, entry.seed, n, entry.preprocess.side)
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
