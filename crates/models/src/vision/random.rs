//! Fresh vision models; the table in [`crate::random`] says how each parameter starts.

use adapters::AdaptedLinear;
use burn::module::Module;
use burn::tensor::Device;
use ops::MaskStream;
use rand::Rng;

use super::classifier::image_head;
use crate::random::{Fill, Scheme};
use crate::{ImageClassifier, ViTConfig, VisionTransformer};

/// A vision transformer with fresh weights.
pub fn random_vision_transformer(
    config: &ViTConfig,
    device: &Device,
    masks: &MaskStream,
    rng: &mut impl Rng,
) -> VisionTransformer {
    VisionTransformer::new(config, device, masks).map(&mut Fill::new(scheme(config), rng))
}

/// A classifier with fresh weights, to pretrain, or to try a scale's shapes without its checkpoint.
pub fn random_image_classifier(
    config: &ViTConfig,
    n_classes: usize,
    device: &Device,
    masks: &MaskStream,
    rng: &mut impl Rng,
) -> ImageClassifier {
    let backbone = random_vision_transformer(config, device, masks, rng);
    let head = random_image_head(config, n_classes, device, rng);
    ImageClassifier::from_parts(config, backbone, head)
}

/// A head with fresh weights: `[d_features, n_classes]`.
pub fn random_image_head(
    config: &ViTConfig,
    n_classes: usize,
    device: &Device,
    rng: &mut impl Rng,
) -> AdaptedLinear {
    image_head(config, n_classes, device).map(&mut Fill::new(scheme(config), rng))
}

fn scheme(config: &ViTConfig) -> Scheme {
    Scheme {
        std: config.initializer_range,
        zero_rows: Vec::new(),
        layer_scale: config.layerscale_value,
    }
}
