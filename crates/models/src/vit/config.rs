//! What a vision transformer looks like: the part of Hugging Face's `config.json` that this crate
//! reads.

use std::fmt;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::config::{expect, initializer_range, required};
use crate::{ConfigError, Dropouts, ExpectedSize, ModelError};

/// Which of the two vision transformers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VisionKind {
    /// Classifies by the class token (Dosovitskiy et al., 2021).
    Vit,
    /// With LayerScale; classifies by the class token and the mean of the patches, and takes any
    /// image size (Oquab et al., 2024).
    Dinov2,
}

impl fmt::Display for VisionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Vit => "vit",
            Self::Dinov2 => "dinov2",
        })
    }
}

/// Configuration of a vision transformer, under Hugging Face's names.
///
/// The activation is always the exact GELU, and there is no stochastic depth; other values in
/// `config.json` are errors.
#[derive(Clone, Debug, PartialEq)]
pub struct ViTConfig {
    /// Which transformer (`model_type`).
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
    pub interpolate_pos_encoding: bool,
}

impl ViTConfig {
    /// ViT-B/16 at 224 pixels, 86 million parameters: the paper's model for DomainBed.
    pub fn vit_base_patch16_224() -> Self {
        Self {
            kind: VisionKind::Vit,
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            image_size: 224,
            patch_size: 16,
            num_channels: 3,
            layer_norm_eps: default_eps(VisionKind::Vit),
            qkv_bias: true,
            hidden_dropout_prob: 0.0,
            attention_probs_dropout_prob: 0.0,
            layerscale_value: 1.0,
            initializer_range: initializer_range(),
            interpolate_pos_encoding: false,
        }
    }

    /// DINOv2-S/14, 22 million parameters.
    pub fn dinov2_small() -> Self {
        Self {
            kind: VisionKind::Dinov2,
            hidden_size: 384,
            num_attention_heads: 6,
            intermediate_size: 1536,
            image_size: 518,
            patch_size: 14,
            layer_norm_eps: default_eps(VisionKind::Dinov2),
            ..Self::vit_base_patch16_224()
        }
    }

    /// Reads the text of a `config.json`.
    ///
    /// # Errors
    /// Malformed JSON, missing keys (all are named), or values this crate does not implement.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        serde_json::from_str::<RawConfig>(text)?.resolve()
    }

    /// The text of a `config.json` for a model of class `architecture`, with a head of `n_classes`
    /// if there is one.
    pub fn to_json(&self, architecture: &str, n_classes: Option<usize>) -> String {
        let mut config = json!({
            "architectures": [architecture],
            "model_type": self.kind.to_string(),
            "hidden_size": self.hidden_size,
            "num_hidden_layers": self.num_hidden_layers,
            "num_attention_heads": self.num_attention_heads,
            "image_size": self.image_size,
            "patch_size": self.patch_size,
            "num_channels": self.num_channels,
            "layer_norm_eps": self.layer_norm_eps,
            "qkv_bias": self.qkv_bias,
            "hidden_act": "gelu",
            "hidden_dropout_prob": self.hidden_dropout_prob,
            "attention_probs_dropout_prob": self.attention_probs_dropout_prob,
            "initializer_range": self.initializer_range,
        });
        match self.kind {
            VisionKind::Vit => config["intermediate_size"] = self.intermediate_size.into(),
            VisionKind::Dinov2 => {
                config["mlp_ratio"] = mlp_ratio(self.intermediate_size, self.hidden_size);
                config["layerscale_value"] = self.layerscale_value.into();
                config["use_swiglu_ffn"] = false.into();
                // There is none in the file; transformers would ask for it.
                config["use_mask_token"] = false.into();
            }
        }
        if let Some(n_classes) = n_classes {
            config["num_labels"] = n_classes.into();
        }
        format!("{config:#}\n")
    }

    /// The same configuration with some dropout probabilities replaced; the head has no dropout.
    pub fn with_dropouts(mut self, dropouts: Dropouts) -> Self {
        self.hidden_dropout_prob = dropouts.hidden.unwrap_or(self.hidden_dropout_prob);
        self.attention_probs_dropout_prob = dropouts
            .attention
            .unwrap_or(self.attention_probs_dropout_prob);
        self
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

    /// Checks that the values describe a model.
    ///
    /// # Errors
    /// The first value that cannot be.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let sizes = [
            ("hidden_size", self.hidden_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", self.num_attention_heads),
            (self.width_key(), self.intermediate_size),
            ("patch_size", self.patch_size),
            ("num_channels", self.num_channels),
        ];
        for (key, size) in sizes {
            expect(size > 0, key, size, "at least 1")?;
        }
        expect(
            self.image_size >= self.patch_size,
            "image_size",
            self.image_size,
            "at least patch_size",
        )?;
        expect(
            self.hidden_size.is_multiple_of(self.num_attention_heads),
            "hidden_size",
            self.hidden_size,
            "a multiple of num_attention_heads",
        )?;
        let probabilities = [
            ("hidden_dropout_prob", self.hidden_dropout_prob),
            (
                "attention_probs_dropout_prob",
                self.attention_probs_dropout_prob,
            ),
        ];
        for (key, prob) in probabilities {
            expect(
                (0.0..1.0).contains(&prob),
                key,
                prob,
                "at least 0 and below 1",
            )?;
        }
        expect(
            self.layer_norm_eps > 0.0 && self.layer_norm_eps.is_finite(),
            "layer_norm_eps",
            self.layer_norm_eps,
            "a positive number",
        )
    }

    fn width_key(&self) -> &'static str {
        match self.kind {
            VisionKind::Vit => "intermediate_size",
            VisionKind::Dinov2 => "mlp_ratio",
        }
    }
}

/// transformers' defaults, for files that leave it out.
fn default_eps(kind: VisionKind) -> f64 {
    match kind {
        VisionKind::Vit => 1e-12,
        VisionKind::Dinov2 => 1e-6,
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

/// `config.json` as it stands; keys this crate does not know are ignored.
#[derive(Deserialize)]
struct RawConfig {
    model_type: Option<String>,
    hidden_size: Option<usize>,
    num_hidden_layers: Option<usize>,
    num_attention_heads: Option<usize>,
    intermediate_size: Option<usize>,
    mlp_ratio: Option<f64>,
    image_size: Option<usize>,
    patch_size: Option<usize>,
    num_channels: Option<usize>,
    layer_norm_eps: Option<f64>,
    qkv_bias: Option<bool>,
    hidden_dropout_prob: Option<f64>,
    attention_probs_dropout_prob: Option<f64>,
    layerscale_value: Option<f64>,
    initializer_range: Option<f64>,
    hidden_act: Option<String>,
    use_swiglu_ffn: Option<bool>,
    drop_path_rate: Option<f64>,
}

impl RawConfig {
    /// Sizes have to be there; what older files leave out is transformers' default.
    fn resolve(self) -> Result<ViTConfig, ConfigError> {
        let kind = self.kind()?;
        let mut keys = Vec::new();
        let hidden_size = required(self.hidden_size, "hidden_size", &mut keys);
        let intermediate_size = match kind {
            VisionKind::Vit => required(self.intermediate_size, "intermediate_size", &mut keys),
            VisionKind::Dinov2 => {
                let ratio = required(self.mlp_ratio, "mlp_ratio", &mut keys);
                (hidden_size as f64 * ratio) as usize
            }
        };
        let config = ViTConfig {
            kind,
            hidden_size,
            num_hidden_layers: required(self.num_hidden_layers, "num_hidden_layers", &mut keys),
            num_attention_heads: required(
                self.num_attention_heads,
                "num_attention_heads",
                &mut keys,
            ),
            intermediate_size,
            image_size: required(self.image_size, "image_size", &mut keys),
            patch_size: required(self.patch_size, "patch_size", &mut keys),
            num_channels: self.num_channels.unwrap_or(3),
            layer_norm_eps: self.layer_norm_eps.unwrap_or(default_eps(kind)),
            qkv_bias: self.qkv_bias.unwrap_or(true),
            hidden_dropout_prob: self.hidden_dropout_prob.unwrap_or(0.0),
            attention_probs_dropout_prob: self.attention_probs_dropout_prob.unwrap_or(0.0),
            layerscale_value: self.layerscale_value.unwrap_or(1.0),
            initializer_range: self.initializer_range.unwrap_or(initializer_range()),
            interpolate_pos_encoding: false,
        };
        if !keys.is_empty() {
            return Err(ConfigError::Missing { keys });
        }
        let act = self.hidden_act.as_deref().unwrap_or("gelu");
        expect(act == "gelu", "hidden_act", act, "gelu")?;
        if kind == VisionKind::Dinov2 {
            let swiglu = self.use_swiglu_ffn.unwrap_or(false);
            expect(!swiglu, "use_swiglu_ffn", swiglu, "false")?;
            let rate = self.drop_path_rate.unwrap_or(0.0);
            expect(rate == 0.0, "drop_path_rate", rate, "0")?;
        }
        config.validate()?;
        Ok(config)
    }

    fn kind(&self) -> Result<VisionKind, ConfigError> {
        match self.model_type.as_deref() {
            Some("vit") => Ok(VisionKind::Vit),
            Some("dinov2") => Ok(VisionKind::Dinov2),
            Some(other) => Err(ConfigError::Value {
                key: "model_type",
                found: other.to_owned(),
                expected: "vit or dinov2",
            }),
            None => Err(ConfigError::Missing {
                keys: vec!["model_type"],
            }),
        }
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
            let again = ViTConfig::from_json(&config.to_json("Dinov2Model", None));
            assert_eq!(again.ok(), Some(config));
        }
        assert_eq!(mlp_ratio(1536, 384), 4);
    }
}
