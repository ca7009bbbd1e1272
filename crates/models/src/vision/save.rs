//! Writing a vision model as a Hugging Face folder.

use std::path::Path;

use super::checkpoint::names;
use crate::save::{Folder, Savable, WeightDtype, save};
use crate::{ImageClassifier, ModelError, ViTConfig, VisionKind, VisionTransformer};

impl Savable for VisionTransformer {
    type Config = ViTConfig;

    fn folder(&self, config: &ViTConfig) -> Folder {
        let architecture = match config.kind {
            VisionKind::Vit => "ViTModel",
            VisionKind::Dinov2 => "Dinov2Model",
        };
        folder("backbone", config, architecture, None)
    }
}

impl Savable for ImageClassifier {
    type Config = ViTConfig;

    fn folder(&self, config: &ViTConfig) -> Folder {
        let architecture = match config.kind {
            VisionKind::Vit => "ViTForImageClassification",
            VisionKind::Dinov2 => "Dinov2ForImageClassification",
        };
        folder("", config, architecture, Some(self.n_classes()))
    }
}

fn folder(
    root: &'static str,
    config: &ViTConfig,
    architecture: &str,
    n_classes: Option<usize>,
) -> Folder {
    Folder {
        root,
        names: names(config.kind),
        prefix: match config.kind {
            VisionKind::Vit => "vit.",
            VisionKind::Dinov2 => "dinov2.",
        },
        config: config.to_json(architecture, n_classes),
    }
}

/// Writes `config.json` and `model.safetensors` into `dir`, which is made if need be.
///
/// Each file appears whole or not at all, the weights first.
///
/// # Errors
/// If a file cannot be written, or the model carries adapters.
pub fn save_vision<M: Savable<Config = ViTConfig>>(
    dir: impl AsRef<Path>,
    config: &ViTConfig,
    model: &M,
    dtype: WeightDtype,
) -> Result<(), ModelError> {
    save(dir.as_ref(), &model.folder(config), model, dtype)
}
