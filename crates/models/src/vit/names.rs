//! ViT's and DINOv2's weights: Hugging Face's names and paths in [`crate::ImageClassifier`].

use crate::checkpoint::names::{Names, Rule, StoredHead, dense, norm, plain};

pub(super) static VIT: Names = Names {
    rules: &[BOTH, VIT_LAYERS],
    ignored: &[
        // The classifier reads the class token's state itself.
        "pooler.",
        // Of masked image modelling.
        "embeddings.mask_token",
        "decoder.",
    ],
    heads: &["classifier."],
    prefix: "vit.",
};

pub(super) static DINOV2: Names = Names {
    rules: &[BOTH, DINOV2_LAYERS],
    ignored: &[
        // Of its pretraining.
        "embeddings.mask_token",
    ],
    heads: &["classifier."],
    prefix: "dinov2.",
};

/// The one matrix that both put on what they say of an image; DINOv2's reads the class token and the
/// mean of the others: `[n_classes, 2 d_model]`.
pub(super) const HEADS: &[StoredHead<()>] = &[StoredHead {
    style: (),
    rules: HEAD,
    weights: &["classifier.weight"],
}];

#[rustfmt::skip]
const BOTH: &[Rule] = &[
    plain("embeddings.cls_token",                                   "backbone.embeddings.cls_token"),
    plain("embeddings.position_embeddings",                         "backbone.embeddings.position"),
    // A convolution's weight, [d_model, channels, patch, patch] on both sides.
    plain("embeddings.patch_embeddings.projection.weight",          "backbone.embeddings.projection.weight"),
    plain("embeddings.patch_embeddings.projection.bias",            "backbone.embeddings.projection.bias"),
    dense("encoder.layer.*.attention.attention.query",              "backbone.layers.*.attention.query"),
    dense("encoder.layer.*.attention.attention.key",                "backbone.layers.*.attention.key"),
    dense("encoder.layer.*.attention.attention.value",              "backbone.layers.*.attention.value"),
    dense("encoder.layer.*.attention.output.dense",                 "backbone.layers.*.attention.output"),
    norm("layernorm",                                               "backbone.layer_norm"),
];

#[rustfmt::skip]
const VIT_LAYERS: &[Rule] = &[
    norm("encoder.layer.*.layernorm_before",                        "backbone.layers.*.norm_before"),
    norm("encoder.layer.*.layernorm_after",                         "backbone.layers.*.norm_after"),
    dense("encoder.layer.*.intermediate.dense",                     "backbone.layers.*.intermediate"),
    dense("encoder.layer.*.output.dense",                           "backbone.layers.*.output"),
];

#[rustfmt::skip]
const DINOV2_LAYERS: &[Rule] = &[
    norm("encoder.layer.*.norm1",                                   "backbone.layers.*.norm_before"),
    norm("encoder.layer.*.norm2",                                   "backbone.layers.*.norm_after"),
    dense("encoder.layer.*.mlp.fc1",                                "backbone.layers.*.intermediate"),
    dense("encoder.layer.*.mlp.fc2",                                "backbone.layers.*.output"),
    // Both are called lambda1, in two modules.
    plain("encoder.layer.*.layer_scale1.lambda1",                   "backbone.layers.*.attention_scale.lambda"),
    plain("encoder.layer.*.layer_scale2.lambda1",                   "backbone.layers.*.output_scale.lambda"),
];

pub(super) const HEAD: &[Rule] = &[dense("classifier", "classifier")];
