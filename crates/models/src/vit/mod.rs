//! ViT and DINOv2: images to hidden states of patches, and classifiers on them.

mod config;
mod transformer;

mod embeddings;
mod positions;

mod classifier;

mod names;

use burn::tensor::Device;
use ops::MaskStream;

pub use self::classifier::ImageClassifier;
pub use self::config::{ViTConfig, VisionKind};
pub use self::embeddings::{PatchProjection, VisionEmbeddings};
pub use self::transformer::{LayerScale, VisionLayer, VisionTransformer};

use crate::checkpoint::names::{Names, Rule};
use crate::random::Scheme;
use crate::{Checkpoint, Family, Stored};

/// ViT (Dosovitskiy et al., 2021) and DINOv2 (Oquab et al., 2024).
#[derive(Debug)]
pub enum Vit {}

impl Family for Vit {
    type Config = ViTConfig;
    type Backbone = VisionTransformer;
    const ROOT: &'static str = "backbone";

    fn names(config: &ViTConfig) -> &'static Names {
        match config.kind {
            VisionKind::Vit => &names::VIT,
            VisionKind::Dinov2 => &names::DINOV2,
        }
    }

    fn scheme(config: &ViTConfig) -> Scheme {
        Scheme {
            std: config.initializer_range,
            zero_rows: Vec::new(),
            layer_scale: config.layerscale_value,
        }
    }

    fn backbone(config: &ViTConfig, device: &Device, masks: &MaskStream) -> VisionTransformer {
        VisionTransformer::new(config, device, masks)
    }
}

impl Stored for VisionTransformer {
    type Family = Vit;
    const ROOT: &'static str = Vit::ROOT;
    const CLASS: &'static str = "Model";
    const HEAD: &'static [Rule] = &[];
}

impl Checkpoint<Vit> {
    /// Lets a ViT take images of any size, its position table interpolated as DINOv2's always is.
    pub fn with_interpolation(mut self) -> Self {
        self.config = self.config.with_interpolation();
        self
    }
}
