//! What a vision transformer looks like: the part of Hugging Face's `config.json` that this crate
//! reads.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::{
    ConfigFile, expect, expect_epsilon, expect_heads, expect_probabilities, expect_sizes,
    implemented, number,
};
use crate::shapes::VISION_TRANSFORMERS;
use crate::{ConfigError, Dropouts, ExpectedSize, ModelConfig, ModelError, Shape};

/// Which of the two vision transformers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VisionKind {
    /// Classifies by the class token (Dosovitskiy et al., 2021).
    Vit,
    /// With LayerScale; classifies by the class token and the mean of the patches, and takes any
    /// image size (Oquab et al., 2024).
    Dinov2,
}

/// Configuration of a vision transformer, under Hugging Face's names.
///
/// The activation is always the exact GELU, and there is no stochastic depth; other values in
/// `config.json` are errors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViTConfig {
    /// Which transformer (`model_type`).
    #[serde(rename = "model_type")]
    pub kind: VisionKind,
    /// Width of the hidden states, d_model; a multiple of `num_attention_heads`.
    pub hidden_size: usize,
    /// Number of layers.
    pub num_hidden_layers: usize,
    /// Number of attention heads.
    pub num_attention_heads: usize,
    /// Width inside the feed-forward part; DINOv2 writes it as `mlp_ratio * hidden_size`.
    pub intermediate_size: usize,
    /// Side, in pixels, of the square images that the position table was made for.
    pub image_size: usize,
    /// Side of a patch in pixels.
    pub patch_size: usize,
    /// Channels of an image.
    pub num_channels: usize,
    /// Added to the variance in layer normalisation.
    pub layer_norm_eps: f64,
    /// Whether query, key and value have biases.
    pub qkv_bias: bool,
    /// Dropout after embeddings and attention, for ViT also after feed-forward, in `[0, 1)`.
    pub hidden_dropout_prob: f64,
    /// Dropout on attention probabilities, in `[0, 1)`.
    pub attention_probs_dropout_prob: f64,
    /// Where fresh LayerScale starts; ViT has none.
    pub layerscale_value: f64,
    /// Standard deviation of fresh matrices and tables.
    pub initializer_range: f64,
    /// Whether a ViT takes images of any size, its position table interpolated; DINOv2 always does.
    /// An argument of a model's call in transformers, so not in `config.json`.
    #[serde(skip)]
    pub interpolate_pos_encoding: bool,
}

impl ViTConfig {
    /// transformers' defaults (4.57.1, `configuration_vit.py` and `configuration_dinov2.py`).
    pub(crate) fn default_of(kind: VisionKind) -> Self {
        let (patch_size, layer_norm_eps) = match kind {
            VisionKind::Vit => (16, 1e-12),
            VisionKind::Dinov2 => (14, 1e-6),
        };
        Self {
            kind,
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            image_size: 224,
            patch_size,
            num_channels: 3,
            layer_norm_eps,
            qkv_bias: true,
            hidden_dropout_prob: 0.0,
            attention_probs_dropout_prob: 0.0,
            layerscale_value: 1.0,
            initializer_range: 0.02,
            interpolate_pos_encoding: false,
        }
    }

    /// The same configuration, for images of any size.
    pub fn with_interpolation(mut self) -> Self {
        self.interpolate_pos_encoding = true;
        self
    }

    /// Patches along a side of an image of `image_size`: the position table has this squared plus
    /// one rows.
    pub fn grid(&self) -> usize {
        self.image_size / self.patch_size
    }

    /// Width of what a classifier reads: d_model for ViT, 2 d_model for DINOv2.
    pub fn d_features(&self) -> usize {
        match self.kind {
            VisionKind::Vit => self.hidden_size,
            VisionKind::Dinov2 => 2 * self.hidden_size,
        }
    }

    /// Whether images may have another size than `image_size`.
    pub fn interpolates(&self) -> bool {
        self.kind == VisionKind::Dinov2 || self.interpolate_pos_encoding
    }

    /// Checks the shape of images; the model itself would panic on a wrong one.
    ///
    /// # Errors
    /// Another number of channels, an image smaller than a patch, or, without interpolation, of
    /// another size than `image_size`.
    pub fn check_images(
        &self,
        channels: usize,
        height: usize,
        width: usize,
    ) -> Result<(), ModelError> {
        if channels != self.num_channels {
            return Err(ModelError::Channels {
                found: channels,
                expected: self.num_channels,
            });
        }
        let (fits, expected) = if self.interpolates() {
            let patch = self.patch_size;
            let fits = height >= patch && width >= patch;
            (fits, ExpectedSize::AtLeast(patch))
        } else {
            let size = self.image_size;
            let fits = height == size && width == size;
            (fits, ExpectedSize::Exactly(size))
        };
        if fits {
            return Ok(());
        }
        Err(ModelError::ImageSize {
            height,
            width,
            expected,
        })
    }

    /// Dropout on the feed-forward part's output; DINOv2's drops nothing.
    pub(super) fn feed_forward_dropout(&self) -> f64 {
        match self.kind {
            VisionKind::Vit => self.hidden_dropout_prob,
            VisionKind::Dinov2 => 0.0,
        }
    }

    fn width_key(&self) -> &'static str {
        match self.kind {
            VisionKind::Vit => "intermediate_size",
            VisionKind::Dinov2 => "mlp_ratio",
        }
    }
}

impl ModelConfig for ViTConfig {
    const MODEL_TYPES: &'static [&'static str] = &["vit", "dinov2"];
    const SHAPES: &'static [Shape<Self>] = VISION_TRANSFORMERS;

    fn defaults(model_type: &str) -> Option<Self> {
        let kind = serde_json::from_value(model_type.into()).ok()?;
        Some(Self::default_of(kind))
    }

    fn check_file(&self, file: &mut ConfigFile) -> Result<(), ConfigError> {
        implemented(file, "hidden_act", "gelu")?;
        if self.kind == VisionKind::Dinov2 {
            implemented(file, "use_swiglu_ffn", "false")?;
            implemented(file, "drop_path_rate", "0")?;
            // A ratio in place of the width, which this configuration has.
            let ratio = number(file, "mlp_ratio", 4.0)?;
            let width = number(file, "hidden_size", self.hidden_size as f64)? * ratio;
            file.insert("intermediate_size".to_owned(), (width as usize).into());
        }
        Ok(())
    }

    fn finish_file(&self, file: &mut BTreeMap<String, Value>) {
        let mut say = |key: &str, value: Value| file.insert(key.to_owned(), value);
        say("hidden_act", "gelu".into());
        match self.kind {
            VisionKind::Vit => {
                file.remove("layerscale_value");
            }
            VisionKind::Dinov2 => {
                say(
                    "mlp_ratio",
                    mlp_ratio(self.intermediate_size, self.hidden_size),
                );
                say("use_swiglu_ffn", false.into());
                // There is none in the file; transformers would ask for it.
                say("use_mask_token", false.into());
                file.remove("intermediate_size");
            }
        }
    }

    fn class(&self) -> &'static str {
        match self.kind {
            VisionKind::Vit => "ViT",
            VisionKind::Dinov2 => "Dinov2",
        }
    }

    /// The head has no dropout.
    fn with_dropouts(mut self, dropouts: Dropouts) -> Self {
        self.hidden_dropout_prob = dropouts.hidden.unwrap_or(self.hidden_dropout_prob);
        self.attention_probs_dropout_prob = dropouts
            .attention
            .unwrap_or(self.attention_probs_dropout_prob);
        self
    }

    fn with_layers(self, n_layers: usize) -> Self {
        Self {
            num_hidden_layers: n_layers,
            ..self
        }
    }

    fn validate(&self) -> Result<(), ConfigError> {
        expect_sizes(&[
            ("hidden_size", self.hidden_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", self.num_attention_heads),
            (self.width_key(), self.intermediate_size),
            ("patch_size", self.patch_size),
            ("num_channels", self.num_channels),
        ])?;
        expect(
            self.image_size >= self.patch_size,
            "image_size",
            self.image_size,
            "at least patch_size",
        )?;
        expect_heads(self.hidden_size, self.num_attention_heads)?;
        expect_probabilities(&[
            ("hidden_dropout_prob", self.hidden_dropout_prob),
            (
                "attention_probs_dropout_prob",
                self.attention_probs_dropout_prob,
            ),
        ])?;
        expect_epsilon("layer_norm_eps", self.layer_norm_eps)
    }
}

/// The ratio from which transformers, rounding down, gets `intermediate_size` again.
fn mlp_ratio(intermediate_size: usize, hidden_size: usize) -> Value {
    if intermediate_size.is_multiple_of(hidden_size) {
        (intermediate_size / hidden_size).into()
    } else {
        // Half a unit more, so that no rounding of the quotient can lose one.
        ((intermediate_size as f64 + 0.5) / hidden_size as f64).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inner_width_survives_being_written_as_a_ratio() {
        for (hidden_size, intermediate_size) in [(384, 1536), (49, 3), (48, 125), (30, 29)] {
            let config = ViTConfig {
                hidden_size,
                intermediate_size,
                num_attention_heads: 1,
                ..ViTConfig::dinov2_small()
            };
            let again = ViTConfig::from_json(&config.to_json("Model", None));
            assert_eq!(again.ok(), Some(config));
        }
        assert_eq!(mlp_ratio(1536, 384), 4);
    }
}
