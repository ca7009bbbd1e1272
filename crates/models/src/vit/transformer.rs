//! The transformer: embeddings, a stack of pre-norm layers and a last layer normalisation.

use adapters::{AdaptedLinear, AdaptedLinearConfig, adaptable};
use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::tensor::{Device, Tensor};
use ops::{Dropout, DropoutConfig, MaskStream};

use super::{ViTConfig, VisionEmbeddings, VisionKind};
use crate::LayerNorm;
use crate::attention::{AttentionConfig, MultiHeadAttention};

/// ViT or DINOv2 without pooler.
#[derive(Module, Debug)]
pub struct VisionTransformer {
    /// Images to vectors.
    pub embeddings: VisionEmbeddings,
    /// The layers, first to last; at least one.
    pub layers: Vec<VisionLayer>,
    /// Over d_model, after the last layer.
    pub layer_norm: LayerNorm,
}

/// Self-attention, then a feed-forward part, each with layer normalisation before it and a residual.
#[derive(Module, Debug)]
pub struct VisionLayer {
    /// Over d_model, before attention.
    pub norm_before: LayerNorm,
    /// The attention half.
    pub attention: MultiHeadAttention,
    /// DINOv2's, on the attention half.
    pub attention_scale: Option<LayerScale>,
    /// Over d_model, before the feed-forward part.
    pub norm_after: LayerNorm,
    /// d_model to the inner width, then GELU.
    pub intermediate: AdaptedLinear,
    /// The inner width to d_model.
    pub output: AdaptedLinear,
    /// On the feed-forward part's output, before the residual; DINOv2's drops nothing.
    pub dropout: Dropout,
    /// DINOv2's, on the feed-forward part.
    pub output_scale: Option<LayerScale>,
}

/// A factor for each feature of a residual branch (Touvron et al., 2021).
#[derive(Module, Debug)]
pub struct LayerScale {
    /// `[d_model]`.
    pub lambda: Param<Tensor<1>>,
}

adaptable!(VisionTransformer { layers });
adaptable!(VisionLayer {
    attention,
    intermediate,
    output
});
impl VisionTransformer {
    /// A transformer whose weights are still to be given; see [`crate::Family::backbone`].
    pub fn new(config: &ViTConfig, device: &Device, masks: &MaskStream) -> Self {
        Self {
            embeddings: VisionEmbeddings::new(config, device, masks),
            layers: (0..config.num_hidden_layers)
                .map(|_| VisionLayer::new(config, device, masks))
                .collect(),
            layer_norm: layer_norm(config, device),
        }
    }

    /// Hidden states of the class token and of all patches, after the last normalisation.
    ///
    /// # Shapes
    /// - pixels: `[batch, channels, height, width]`
    /// - output: `[batch, 1 + n_patches, d_model]`
    ///
    /// # Panics
    /// As [`VisionEmbeddings::forward`].
    pub fn forward(&self, pixels: Tensor<4>) -> Tensor<3> {
        let x = self.embeddings.forward(pixels);
        let x = self.layers.iter().fold(x, |x, layer| layer.forward(x));
        self.layer_norm.forward(x)
    }

    /// Hidden state of the class token alone, equal to the first row of
    /// [`VisionTransformer::forward`].
    ///
    /// The last layer needs keys and values of all tokens, but the rest for the class token only.
    ///
    /// # Shapes
    /// - pixels: `[batch, channels, height, width]`
    /// - output: `[batch, d_model]`
    ///
    /// # Panics
    /// As [`VisionEmbeddings::forward`].
    pub fn forward_first(&self, pixels: Tensor<4>) -> Tensor<2> {
        let x = self.embeddings.forward(pixels);
        let (last, before) = self
            .layers
            .split_last()
            .expect("ModelConfig::validate asks for a layer");
        let x = before.iter().fold(x, |x, layer| layer.forward(x));
        let first = last.forward_first(x); // [batch, 1, d_model]
        self.layer_norm.forward(first).squeeze_dim(1)
    }

    /// The embeddings' output and each layer's, before the last normalisation.
    ///
    /// # Shapes
    /// - pixels: `[batch, channels, height, width]`
    /// - each output: `[batch, 1 + n_patches, d_model]`
    ///
    /// # Panics
    /// As [`VisionEmbeddings::forward`].
    pub fn hidden_states(&self, pixels: Tensor<4>) -> Vec<Tensor<3>> {
        let mut states = vec![self.embeddings.forward(pixels)];
        for layer in &self.layers {
            let x = states.last().expect("never empty").clone();
            states.push(layer.forward(x));
        }
        states
    }

    /// Width of the hidden states.
    pub fn d_model(&self) -> usize {
        self.embeddings.cls_token.dims()[2]
    }
}

impl VisionLayer {
    fn new(config: &ViTConfig, device: &Device, masks: &MaskStream) -> Self {
        let (d_model, d_ff) = (config.hidden_size, config.intermediate_size);
        let layer_scale = || match config.kind {
            VisionKind::Vit => None,
            VisionKind::Dinov2 => Some(LayerScale::new(d_model, device)),
        };
        Self {
            norm_before: layer_norm(config, device),
            attention: AttentionConfig {
                d_model,
                n_heads: config.num_attention_heads,
                qkv_bias: config.qkv_bias,
                probs_dropout: config.attention_probs_dropout_prob,
                dropout: config.hidden_dropout_prob,
                post_norm_eps: None,
            }
            .init(device, masks),
            attention_scale: layer_scale(),
            norm_after: layer_norm(config, device),
            intermediate: AdaptedLinearConfig::new(d_model, d_ff).init(device),
            output: AdaptedLinearConfig::new(d_ff, d_model).init(device),
            dropout: DropoutConfig {
                prob: config.feed_forward_dropout(),
            }
            .init(masks),
            output_scale: layer_scale(),
        }
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let normed = self.norm_before.forward(x.clone());
        self.finish(x, normed.clone(), normed)
    }

    /// The layer's output for the first token: `[batch, 1, d_model]`.
    fn forward_first(&self, x: Tensor<3>) -> Tensor<3> {
        let normed = self.norm_before.forward(x.clone());
        let first = normed.clone().narrow(1, 0, 1); // [batch, 1, d_model]
        self.finish(x.narrow(1, 0, 1), first, normed)
    }

    /// The layer's output for some of its rows.
    ///
    /// # Shapes
    /// - x, rows, output: `[batch, n_rows, d_model]`, `rows` being `x` normalised
    /// - all: `[batch, seq, d_model]`
    fn finish(&self, x: Tensor<3>, rows: Tensor<3>, all: Tensor<3>) -> Tensor<3> {
        let y = self.attention.forward(rows, all, None); // [batch, n_rows, d_model]
        let x = scaled(&self.attention_scale, y) + x;
        let inner = self.norm_after.forward(x.clone());
        let inner = ops::gelu(self.intermediate.forward(inner)); // [batch, n_rows, d_ff]
        let y = self.dropout.forward(self.output.forward(inner)); // [batch, n_rows, d_model]
        scaled(&self.output_scale, y) + x
    }
}

impl LayerScale {
    fn new(d_model: usize, device: &Device) -> Self {
        Self {
            lambda: Initializer::Ones.init([d_model], device),
        }
    }

    /// # Shapes
    /// - x, output: `[batch, seq, d_model]`
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        x * self.lambda.val().unsqueeze()
    }
}

fn scaled(scale: &Option<LayerScale>, x: Tensor<3>) -> Tensor<3> {
    match scale {
        Some(scale) => scale.forward(x),
        None => x,
    }
}

fn layer_norm(config: &ViTConfig, device: &Device) -> LayerNorm {
    LayerNorm::new(config.hidden_size, config.layer_norm_eps, device)
}
