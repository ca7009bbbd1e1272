//! A Hugging Face folder: `config.json`, safetensors weights, a tokeniser.

mod load;
pub(crate) mod names;
mod save;
pub(crate) mod weights;

use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::Device;
use ops::MaskStream;
use rand::Rng;

pub use self::save::{Stored, WeightDtype, save};

use self::load::Load;
use self::names::{Rule, StoredHead, Table};
use self::weights::{WeightFiles, digest, read_text};
use crate::random::random_head;
use crate::{Classify, Dropouts, Family, ModelConfig, ModelError, config};

/// A checkpoint whose headers have been read and checked, but not its weights.
///
/// Weights may be stored as f32, f16 or bf16 and become f32. Those of poolers, of heads that are not
/// asked for and of other things that the family's models do not have are ignored by name; any other
/// weight that is missing or left over, of a wrong shape or type, or not a number, makes loading fail
/// with a list.
#[derive(Debug)]
pub struct Checkpoint<F: Family> {
    dir: PathBuf,
    pub(crate) config: F::Config,
    /// transformers' class of the model, if the file says.
    architecture: Option<String>,
    files: WeightFiles,
}

/// A head that files have, and its number of outputs.
type OwnHead<F> = (&'static StoredHead<<F as Classify>::HeadStyle>, usize);

impl<F: Family> Checkpoint<F> {
    /// Reads `config.json` and the headers of the weight files in `dir`.
    ///
    /// # Errors
    /// A file that is missing, malformed, truncated or of another family.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, ModelError> {
        let dir = dir.as_ref().to_owned();
        let path = dir.join("config.json");
        let (config, architecture) = config::read::<F::Config>(&read_text(&path)?)
            .map_err(|source| ModelError::Config { path, source })?;
        let files = WeightFiles::open(&dir, F::names(&config))?;
        Ok(Self {
            dir,
            config,
            architecture,
            files,
        })
    }

    /// What `config.json` says, transformers' defaults included.
    pub fn config(&self) -> &F::Config {
        &self.config
    }

    /// Where the tokeniser would be; nothing has looked whether it is there.
    pub fn tokenizer_path(&self) -> PathBuf {
        self.dir.join("tokenizer.json")
    }

    /// SHA-256 of the weight files, one after the other by name, in hexadecimal.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn digest(&self) -> Result<String, ModelError> {
        self.files.digest()
    }

    /// Digest of what `config.json` says to this crate: see [`ModelConfig::digest`].
    pub fn config_digest(&self) -> String {
        self.config.digest()
    }

    /// SHA-256 of `tokenizer.json` in hexadecimal; none if there is no such file.
    ///
    /// # Errors
    /// If the file is there but cannot be read.
    pub fn tokenizer_digest(&self) -> Result<Option<String>, ModelError> {
        let path = self.tokenizer_path();
        path.exists().then(|| digest(&[path])).transpose()
    }

    /// The network below any head.
    ///
    /// # Errors
    /// Weights that do not fit, or that cannot be read.
    pub fn backbone(
        &self,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
    ) -> Result<F::Backbone, ModelError> {
        let config = self.config_with(dropouts)?;
        self.fill(F::ROOT, F::backbone(&config, device, masks), &[])
    }

    /// Gives the weights to a model whose root stands at `root` in the family's table of names, the
    /// names of its head beside it.
    pub(crate) fn fill<M: Module>(
        &self,
        root: &str,
        model: M,
        head: &'static [Rule],
    ) -> Result<M, ModelError> {
        let names = F::names(&self.config);
        Load::fill(&self.dir, &self.files, Table { names, head }, root, model)
    }

    pub(crate) fn config_with(&self, dropouts: Dropouts) -> Result<F::Config, ModelError> {
        let config = self.config.clone().with_dropouts(dropouts);
        config.validate().map_err(|source| ModelError::Config {
            path: self.dir.join("config.json"),
            source,
        })?;
        Ok(config)
    }
}

impl<F: Classify> Checkpoint<F> {
    /// Outputs of the checkpoint's own classification head, if it has one.
    ///
    /// # Errors
    /// If there is a head, but of a layout that the family does not read.
    pub fn head_outputs(&self) -> Result<Option<usize>, ModelError> {
        Ok(self.own_head()?.map(|(_, n_outputs)| n_outputs))
    }

    /// The backbone with a fresh head of `n_outputs` drawn from `rng`, whatever head the checkpoint
    /// has.
    ///
    /// # Errors
    /// As [`Checkpoint::backbone`].
    pub fn classifier(
        &self,
        n_outputs: usize,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
        rng: &mut impl Rng,
    ) -> Result<F::Classifier, ModelError> {
        let config = self.config_with(dropouts)?;
        let backbone = self.backbone(device, masks, dropouts)?;
        let head = random_head::<F>(&config, n_outputs, device, masks, rng);
        Ok(F::join(&config, backbone, head))
    }

    /// The backbone with the checkpoint's own head.
    ///
    /// # Errors
    /// As [`Checkpoint::backbone`] and [`Checkpoint::head_outputs`]; also if there is no head.
    pub fn classifier_with_head(
        &self,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
    ) -> Result<F::Classifier, ModelError> {
        let config = self.config_with(dropouts)?;
        let Some((stored, n_outputs)) = self.own_head()? else {
            return Err(ModelError::NoHead {
                dir: self.dir.clone(),
                expected: expected_heads::<F>(),
            });
        };
        let backbone = F::backbone(&config, device, masks);
        let head = F::head(&config, stored.style, n_outputs, device, masks);
        self.fill("", F::join(&config, backbone, head), stored.rules)
    }

    fn own_head(&self) -> Result<Option<OwnHead<F>>, ModelError> {
        let mut found = self.head_weights();
        if found.is_empty() {
            return Ok(None);
        }
        let shape = |weight: &&str| self.files.shape(weight);
        let whole = F::HEADS
            .iter()
            .find(|head| head.weights.iter().all(|weight| shape(weight).is_some()));
        // A classifier of tokens, say, may have the same weights as one of sequences.
        let other_class = self
            .architecture
            .as_ref()
            .filter(|class| class.contains("For") && !class.ends_with(F::CLASS));
        match (whole, other_class) {
            (Some(head), None) => {
                let rows = head.weights.last().and_then(|last| shape(last)?.first());
                Ok(Some((head, rows.copied().unwrap_or(1))))
            }
            _ => {
                found.extend(other_class.map(|class| format!("the head of {class}")));
                Err(ModelError::UnknownHead {
                    dir: self.dir.clone(),
                    weights: found,
                    expected: expected_heads::<F>(),
                })
            }
        }
    }

    /// Names and shapes of the weights that are called as a classification head's.
    fn head_weights(&self) -> Vec<String> {
        let names = F::names(&self.config);
        let weights = F::HEADS.iter().flat_map(|head| head.weights);
        let starts: Vec<_> = weights.filter_map(|weight| names.head_of(weight)).collect();
        let tensors = self.files.tensors.iter();
        tensors
            .filter(|(name, _)| starts.iter().any(|start| name.starts_with(start)))
            .map(|(name, tensor)| format!("{name} {:?}", tensor.shape))
            .collect()
    }
}

/// The weights of the heads that a family reads.
fn expected_heads<F: Classify>() -> String {
    let heads: Vec<String> = F::HEADS.iter().map(|h| h.weights.join(" and ")).collect();
    heads.join(", or ")
}
