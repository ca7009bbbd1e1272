//! ViT and DINOv2: images to hidden states of patches, and classifiers on them.

mod config;
mod transformer;

mod embeddings;
mod positions;

mod classifier;

mod names;

use adapters::AdaptedLinear;
use burn::tensor::Device;
use ops::MaskStream;

pub use self::classifier::ImageClassifier;
pub use self::config::{ViTConfig, VisionKind};
pub use self::embeddings::{PatchProjection, VisionEmbeddings};
pub use self::transformer::{LayerScale, VisionLayer, VisionTransformer};

use self::classifier::image_head;
use crate::checkpoint::names::{Names, Rule, StoredHead};
use crate::random::Scheme;
use crate::{Checkpoint, Classify, Family, Stored};

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

impl Classify for Vit {
    type Head = AdaptedLinear;
    type HeadStyle = ();
    type Classifier = ImageClassifier;
    const CLASS: &'static str = "ForImageClassification";
    const HEADS: &'static [StoredHead<()>] = names::HEADS;

    fn head(
        config: &ViTConfig,
        (): (),
        n_classes: usize,
        device: &Device,
        _masks: &MaskStream,
    ) -> AdaptedLinear {
        image_head(config, n_classes, device)
    }

    fn classifier(
        config: &ViTConfig,
        backbone: VisionTransformer,
        head: AdaptedLinear,
    ) -> ImageClassifier {
        ImageClassifier::from_parts(config, backbone, head)
    }
}

impl Stored for VisionTransformer {
    type Family = Vit;
    const ROOT: &'static str = Vit::ROOT;
    const CLASS: &'static str = "Model";
    const HEAD: &'static [Rule] = &[];
}

impl Stored for ImageClassifier {
    type Family = Vit;
    const ROOT: &'static str = "";
    const CLASS: &'static str = Vit::CLASS;
    const HEAD: &'static [Rule] = names::HEAD;

    fn n_labels(&self) -> Option<usize> {
        Some(self.n_classes())
    }
}

impl Checkpoint<Vit> {
    /// Lets a ViT take images of any size, its position table interpolated as DINOv2's always is.
    pub fn with_interpolation(mut self) -> Self {
        self.config = self.config.with_interpolation();
        self
    }
}
