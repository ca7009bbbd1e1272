//! A Hugging Face folder of a vision transformer.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use ops::MaskStream;
use rand::Rng;

use super::classifier::image_head;
use crate::load::Load;
use crate::names::{DINOV2, Names, Parts, VIT};
use crate::weights::{WeightFiles, read_text};
use crate::{
    Dropouts, ImageClassifier, ModelError, ViTConfig, VisionKind, VisionTransformer,
    random_image_head,
};

/// A checkpoint of a ViT or DINOv2 whose headers have been read and checked, but not its weights.
///
/// As [`crate::Checkpoint`]: poolers and mask tokens are ignored by name, weights may be stored as
/// f32, f16 or bf16, and whatever else does not fit is an error that lists all of it.
#[derive(Debug)]
pub struct VisionCheckpoint {
    dir: PathBuf,
    config: ViTConfig,
    files: WeightFiles,
}

pub(crate) fn names(kind: VisionKind) -> &'static Names {
    match kind {
        VisionKind::Vit => &VIT,
        VisionKind::Dinov2 => &DINOV2,
    }
}

impl VisionCheckpoint {
    /// Reads `config.json` and the headers of the weight files in `dir`.
    ///
    /// # Errors
    /// A file that is missing, malformed, truncated or of a model this crate does not have.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, ModelError> {
        let dir = dir.as_ref().to_owned();
        let path = dir.join("config.json");
        let config = ViTConfig::from_json(&read_text(&path)?)
            .map_err(|source| ModelError::Config { path, source })?;
        let files = WeightFiles::open(&dir, names(config.kind))?;
        Ok(Self { dir, config, files })
    }

    /// Lets a ViT take images of any size, its position table interpolated as DINOv2's always is.
    pub fn with_interpolation(mut self) -> Self {
        self.config = self.config.with_interpolation();
        self
    }

    /// What `config.json` says.
    pub fn config(&self) -> &ViTConfig {
        &self.config
    }

    /// SHA-256 of the weight files, one after the other by name, in hexadecimal.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn digest(&self) -> Result<String, ModelError> {
        self.files.digest()
    }

    /// Number of classes of the checkpoint's head, if it has one.
    pub fn head_classes(&self) -> Option<usize> {
        let weight = self.files.tensors.get("classifier.weight")?;
        weight.shape.first().copied()
    }

    /// The transformer.
    ///
    /// # Errors
    /// Weights that do not fit, or that cannot be read.
    pub fn backbone(
        &self,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
    ) -> Result<VisionTransformer, ModelError> {
        let config = self.config_with(dropouts)?;
        let mut load = Load::new(&self.dir, &self.files, Parts::Encoder);
        let backbone = load.fill("backbone", VisionTransformer::new(&config, device, masks));
        load.finish()?;
        Ok(backbone)
    }

    /// The transformer with a fresh head of `n_classes` drawn from `rng`.
    ///
    /// # Errors
    /// As [`VisionCheckpoint::backbone`].
    pub fn classifier(
        &self,
        n_classes: usize,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
        rng: &mut impl Rng,
    ) -> Result<ImageClassifier, ModelError> {
        let backbone = self.backbone(device, masks, dropouts)?;
        let head = random_image_head(&self.config, n_classes, device, rng);
        Ok(ImageClassifier::from_parts(&self.config, backbone, head))
    }

    /// The transformer with the checkpoint's own head.
    ///
    /// # Errors
    /// As [`VisionCheckpoint::backbone`]; also if there is no head.
    pub fn classifier_with_head(
        &self,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
    ) -> Result<ImageClassifier, ModelError> {
        let Some(n_classes) = self.head_classes() else {
            return Err(ModelError::NoHead {
                dir: self.dir.clone(),
                expected: "classifier.weight",
            });
        };
        let config = self.config_with(dropouts)?;
        let mut load = Load::new(&self.dir, &self.files, Parts::Classifier);
        let backbone = load.fill("backbone", VisionTransformer::new(&config, device, masks));
        let head = load.fill("classifier", image_head(&config, n_classes, device));
        load.finish()?;
        Ok(ImageClassifier::from_parts(&config, backbone, head))
    }

    fn config_with(&self, dropouts: Dropouts) -> Result<ViTConfig, ModelError> {
        let config = self.config.clone().with_dropouts(dropouts);
        config.validate().map_err(|source| ModelError::Config {
            path: self.dir.join("config.json"),
            source,
        })?;
        Ok(config)
    }
}
