//! Published models by name: their configurations, without weights.
//!
//! An experiment file or a benchmark names one by its key ([`crate::ModelConfig::named`]), and a
//! quick run takes its first layers ([`crate::ModelConfig::with_layers`]).

use crate::{EncoderConfig, EncoderKind, ViTConfig, VisionKind};

/// A name and the configuration that it stands for.
pub type Shape<C> = (&'static str, fn() -> C);

pub(crate) const ENCODERS: &[Shape<EncoderConfig>] = &[
    ("mini", EncoderConfig::mini),
    ("minilm-l6", EncoderConfig::minilm_l6),
    ("distilroberta", EncoderConfig::distilroberta_base),
    ("bert-base", EncoderConfig::bert_base_uncased),
    ("roberta-base", EncoderConfig::roberta_base),
    ("roberta-large", EncoderConfig::roberta_large),
];

pub(crate) const VISION_TRANSFORMERS: &[Shape<ViTConfig>] = &[
    ("mini", ViTConfig::mini),
    ("vit-s16", ViTConfig::vit_small_patch16_224),
    ("vit-b16", ViTConfig::vit_base_patch16_224),
    ("dinov2-s", ViTConfig::dinov2_small),
];

impl EncoderConfig {
    /// The encoder that `pretrain` makes for the mini scale, of 0.3 million parameters.
    pub fn mini() -> Self {
        Self {
            vocab_size: 1280,
            hidden_size: 64,
            num_hidden_layers: 4,
            num_attention_heads: 4,
            intermediate_size: 256,
            max_position_embeddings: 50,
            ..Self::roberta_base()
        }
    }

    /// RoBERTa-base, 124 million parameters.
    pub fn roberta_base() -> Self {
        Self {
            max_position_embeddings: 514,
            type_vocab_size: 1,
            layer_norm_eps: 1e-5,
            ..Self::default_of(EncoderKind::Roberta)
        }
    }

    /// RoBERTa-large, 354 million parameters: the paper's model for GLUE.
    pub fn roberta_large() -> Self {
        Self {
            hidden_size: 1024,
            num_hidden_layers: 24,
            num_attention_heads: 16,
            intermediate_size: 4096,
            ..Self::roberta_base()
        }
    }

    /// DistilRoBERTa-base: RoBERTa-base with half the layers.
    pub fn distilroberta_base() -> Self {
        Self {
            num_hidden_layers: 6,
            ..Self::roberta_base()
        }
    }

    /// BERT-base, uncased.
    pub fn bert_base_uncased() -> Self {
        Self::default_of(EncoderKind::Bert)
    }

    /// all-MiniLM-L6-v2: a BERT of 6 layers, 384 wide.
    pub fn minilm_l6() -> Self {
        Self {
            hidden_size: 384,
            num_hidden_layers: 6,
            intermediate_size: 1536,
            ..Self::bert_base_uncased()
        }
    }
}

impl ViTConfig {
    /// The transformer that `pretrain` makes for the mini scale, of 0.2 million parameters.
    pub fn mini() -> Self {
        Self {
            hidden_size: 64,
            num_hidden_layers: 4,
            num_attention_heads: 4,
            intermediate_size: 256,
            image_size: 32,
            patch_size: 4,
            ..Self::vit_base_patch16_224()
        }
    }

    /// ViT-B/16 at 224 pixels, 86 million parameters: the paper's model for DomainBed.
    pub fn vit_base_patch16_224() -> Self {
        Self::default_of(VisionKind::Vit)
    }

    /// ViT-S/16 at 224 pixels, 22 million parameters.
    pub fn vit_small_patch16_224() -> Self {
        Self {
            hidden_size: 384,
            num_attention_heads: 6,
            intermediate_size: 1536,
            ..Self::vit_base_patch16_224()
        }
    }

    /// DINOv2-S/14, 22 million parameters.
    pub fn dinov2_small() -> Self {
        Self {
            hidden_size: 384,
            num_attention_heads: 6,
            intermediate_size: 1536,
            image_size: 518,
            ..Self::default_of(VisionKind::Dinov2)
        }
    }
}
