//! A Hugging Face folder: `config.json`, safetensors weights, a tokeniser.

use std::path::{Path as FilePath, PathBuf};

use burn::tensor::Device;
use ops::MaskStream;
use rand::Rng;

use crate::head::ClassificationHead;
use crate::load::Load;
use crate::names::{ENCODER, Parts};
use crate::random::random_head;
use crate::weights::{WeightFiles, read_text};
use crate::{
    Dropouts, Encoder, EncoderConfig, EncoderKind, MaskedLm, ModelError, SequenceClassifier,
};

/// A checkpoint whose headers have been read and checked, but not its weights.
///
/// Weights may be stored as f32, f16 or bf16 and become f32. Those of poolers, language-model heads
/// and other things an encoder does not have are ignored by name; any other weight that is missing
/// or left over, or of a wrong shape or type, makes loading fail with a list of all of them.
#[derive(Debug)]
pub struct Checkpoint {
    dir: PathBuf,
    config: EncoderConfig,
    files: WeightFiles,
}

impl Checkpoint {
    /// Reads `config.json` and the headers of the weight files in `dir`.
    ///
    /// # Errors
    /// A file that is missing, malformed, truncated or of a model this crate does not have.
    pub fn open(dir: impl AsRef<FilePath>) -> Result<Self, ModelError> {
        let dir = dir.as_ref().to_owned();
        let path = dir.join("config.json");
        let config = EncoderConfig::from_json(&read_text(&path)?)
            .map_err(|source| ModelError::Config { path, source })?;
        let files = WeightFiles::open(&dir, &ENCODER)?;
        Ok(Self { dir, config, files })
    }

    /// What `config.json` says.
    pub fn config(&self) -> &EncoderConfig {
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

    /// Whether the checkpoint has a classification head of RoBERTa's layout.
    pub fn has_head(&self) -> bool {
        self.files.tensors.contains_key("classifier.dense.weight")
            && self
                .files
                .tensors
                .contains_key("classifier.out_proj.weight")
    }

    /// The encoder.
    ///
    /// # Errors
    /// Weights that do not fit, or that cannot be read.
    pub fn encoder(
        &self,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
    ) -> Result<Encoder, ModelError> {
        let config = self.config_with(dropouts)?;
        let mut load = Load::new(&self.dir, &self.files, Parts::Encoder);
        let encoder = load.fill("encoder", Encoder::new(&config, device, masks));
        load.finish()?;
        Ok(encoder)
    }

    /// The encoder with a fresh head of `n_outputs` drawn from `rng`.
    ///
    /// # Errors
    /// As [`Checkpoint::encoder`].
    pub fn classifier(
        &self,
        n_outputs: usize,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
        rng: &mut impl Rng,
    ) -> Result<SequenceClassifier, ModelError> {
        let config = self.config_with(dropouts)?;
        Ok(SequenceClassifier {
            encoder: self.encoder(device, masks, dropouts)?,
            classifier: random_head(&config, n_outputs, device, masks, rng),
        })
    }

    /// The encoder with the checkpoint's own head.
    ///
    /// # Errors
    /// As [`Checkpoint::encoder`]; also if there is no head.
    pub fn classifier_with_head(
        &self,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
    ) -> Result<SequenceClassifier, ModelError> {
        let out_proj = self.files.tensors.get("classifier.out_proj.weight");
        let (true, Some(out_proj)) = (self.has_head(), out_proj) else {
            return Err(ModelError::NoHead {
                dir: self.dir.clone(),
                expected: "classifier.dense and classifier.out_proj",
            });
        };
        let n_outputs = out_proj.shape.first().copied().unwrap_or(1);
        let config = self.config_with(dropouts)?;
        let mut load = Load::new(&self.dir, &self.files, Parts::Classifier);
        let encoder = load.fill("encoder", Encoder::new(&config, device, masks));
        let head = ClassificationHead::new(&config, n_outputs, device, masks);
        let classifier = load.fill("classifier", head);
        load.finish()?;
        Ok(SequenceClassifier {
            encoder,
            classifier,
        })
    }

    /// The encoder with the checkpoint's language-model head, to go on pretraining.
    ///
    /// # Errors
    /// As [`Checkpoint::encoder`]; also for BERT, whose head is another one.
    pub fn masked_lm(
        &self,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
    ) -> Result<MaskedLm, ModelError> {
        if self.config.kind != EncoderKind::Roberta {
            return Err(ModelError::NoLanguageModel {
                kind: self.config.kind,
            });
        }
        let config = self.config_with(dropouts)?;
        let mut load = Load::new(&self.dir, &self.files, Parts::MaskedLm);
        let model = load.fill("", MaskedLm::new(&config, device, masks));
        load.finish()?;
        Ok(model)
    }

    fn config_with(&self, dropouts: Dropouts) -> Result<EncoderConfig, ModelError> {
        let config = self.config.clone().with_dropouts(dropouts);
        config.validate().map_err(|source| ModelError::Config {
            path: self.dir.join("config.json"),
            source,
        })?;
        Ok(config)
    }
}
