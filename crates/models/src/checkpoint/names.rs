//! Hugging Face's weight names and ours, as one table for each family of models.

/// One weight (or, with `*`, the same weight of every layer) under both names.
#[derive(Debug)]
struct Rule {
    /// Name in a safetensors file, without the prefix that models with a head put before it.
    hugging_face: &'static str,
    /// Path in our module.
    ours: &'static str,
    /// PyTorch stores a dense layer's weight as `[d_out, d_in]`, Burn as `[d_in, d_out]`.
    transpose: bool,
}

const fn dense(hugging_face: &'static str, ours: &'static str) -> Rule {
    Rule {
        hugging_face,
        ours,
        transpose: true,
    }
}

const fn plain(hugging_face: &'static str, ours: &'static str) -> Rule {
    Rule {
        hugging_face,
        ours,
        transpose: false,
    }
}

/// The names of one family of models.
#[derive(Debug)]
pub(crate) struct Names {
    rules: &'static [Rule],
    /// Weights that a checkpoint may have and the models do not need, by the start of their name.
    ignored: &'static [&'static str],
    /// Prefixes of the weights below the head, in a checkpoint that also has one.
    prefixes: &'static [&'static str],
}

/// Starts of the names of heads, which stand beside the prefixed weights.
const HEADS: [&str; 2] = ["classifier.", "lm_head."];

/// RoBERTa and BERT: paths in [`crate::SequenceClassifier`] or [`crate::MaskedLm`].
pub(crate) static ENCODER: Names = Names {
    rules: ENCODER_RULES,
    ignored: &[
        // The paper's classifier reads the first token's state itself.
        "pooler.",
        // BERT's pretraining heads.
        "cls.",
        // Not weights: the numbers 0, 1, 2, ... and a row of zeros.
        "embeddings.position_ids",
        "embeddings.token_type_ids",
        // Tied to the word table and to lm_head.bias.
        "lm_head.decoder.",
    ],
    prefixes: &["roberta.", "bert."],
};

/// ViT: paths in [`crate::ImageClassifier`].
pub(crate) static VIT: Names = Names {
    rules: VIT_RULES,
    ignored: &[
        // The classifier reads the first token's state itself.
        "pooler.",
        // Of masked image modelling.
        "embeddings.mask_token",
        "decoder.",
    ],
    prefixes: &["vit."],
};

/// DINOv2: paths in [`crate::ImageClassifier`].
pub(crate) static DINOV2: Names = Names {
    rules: DINOV2_RULES,
    ignored: &[
        // Of its pretraining.
        "embeddings.mask_token",
    ],
    prefixes: &["dinov2."],
};

#[rustfmt::skip]
const ENCODER_RULES: &[Rule] = &[
    plain("embeddings.word_embeddings.weight",          "encoder.embeddings.word.weight"),
    // RoBERTa's table has pad_token_id + 1 rows more than the longest sequence has tokens.
    plain("embeddings.position_embeddings.weight",      "encoder.embeddings.position.weight"),
    // RoBERTa has one token type, and this one row for it.
    plain("embeddings.token_type_embeddings.weight",    "encoder.embeddings.token_type.weight"),
    // The first TensorFlow conversions call these two gamma and beta: see `normalise`.
    plain("embeddings.LayerNorm.weight",                "encoder.embeddings.layer_norm.gamma"),
    plain("embeddings.LayerNorm.bias",                  "encoder.embeddings.layer_norm.beta"),
    dense("encoder.layer.*.attention.self.query.weight", "encoder.layers.*.attention.query.weight"),
    plain("encoder.layer.*.attention.self.query.bias",   "encoder.layers.*.attention.query.bias"),
    dense("encoder.layer.*.attention.self.key.weight",   "encoder.layers.*.attention.key.weight"),
    plain("encoder.layer.*.attention.self.key.bias",     "encoder.layers.*.attention.key.bias"),
    dense("encoder.layer.*.attention.self.value.weight", "encoder.layers.*.attention.value.weight"),
    plain("encoder.layer.*.attention.self.value.bias",   "encoder.layers.*.attention.value.bias"),
    dense("encoder.layer.*.attention.output.dense.weight",     "encoder.layers.*.attention.output.weight"),
    plain("encoder.layer.*.attention.output.dense.bias",       "encoder.layers.*.attention.output.bias"),
    plain("encoder.layer.*.attention.output.LayerNorm.weight", "encoder.layers.*.attention.layer_norm.gamma"),
    plain("encoder.layer.*.attention.output.LayerNorm.bias",   "encoder.layers.*.attention.layer_norm.beta"),
    dense("encoder.layer.*.intermediate.dense.weight",  "encoder.layers.*.intermediate.weight"),
    plain("encoder.layer.*.intermediate.dense.bias",    "encoder.layers.*.intermediate.bias"),
    dense("encoder.layer.*.output.dense.weight",        "encoder.layers.*.output.weight"),
    plain("encoder.layer.*.output.dense.bias",          "encoder.layers.*.output.bias"),
    plain("encoder.layer.*.output.LayerNorm.weight",    "encoder.layers.*.layer_norm.gamma"),
    plain("encoder.layer.*.output.LayerNorm.bias",      "encoder.layers.*.layer_norm.beta"),
    // RoBERTa's classification head; BERT's is a single `classifier.weight`, which we do not use.
    dense("classifier.dense.weight",                    "classifier.dense.weight"),
    plain("classifier.dense.bias",                      "classifier.dense.bias"),
    dense("classifier.out_proj.weight",                 "classifier.out_proj.weight"),
    plain("classifier.out_proj.bias",                   "classifier.out_proj.bias"),
    dense("lm_head.dense.weight",                       "lm_head.dense.weight"),
    plain("lm_head.dense.bias",                         "lm_head.dense.bias"),
    // Lower case here, unlike every other normalisation.
    plain("lm_head.layer_norm.weight",                  "lm_head.layer_norm.gamma"),
    plain("lm_head.layer_norm.bias",                    "lm_head.layer_norm.beta"),
    // lm_head.decoder.weight is the word table again and lm_head.decoder.bias this bias again.
    plain("lm_head.bias",                               "lm_head.bias"),
];

#[rustfmt::skip]
const VIT_RULES: &[Rule] = &[
    plain("embeddings.cls_token",                       "backbone.embeddings.cls_token"),
    plain("embeddings.position_embeddings",             "backbone.embeddings.position"),
    // A convolution's weight, [d_model, channels, patch, patch] on both sides.
    plain("embeddings.patch_embeddings.projection.weight", "backbone.embeddings.projection.weight"),
    plain("embeddings.patch_embeddings.projection.bias",   "backbone.embeddings.projection.bias"),
    plain("encoder.layer.*.layernorm_before.weight",    "backbone.layers.*.norm_before.gamma"),
    plain("encoder.layer.*.layernorm_before.bias",      "backbone.layers.*.norm_before.beta"),
    dense("encoder.layer.*.attention.attention.query.weight", "backbone.layers.*.attention.query.weight"),
    plain("encoder.layer.*.attention.attention.query.bias",   "backbone.layers.*.attention.query.bias"),
    dense("encoder.layer.*.attention.attention.key.weight",   "backbone.layers.*.attention.key.weight"),
    plain("encoder.layer.*.attention.attention.key.bias",     "backbone.layers.*.attention.key.bias"),
    dense("encoder.layer.*.attention.attention.value.weight", "backbone.layers.*.attention.value.weight"),
    plain("encoder.layer.*.attention.attention.value.bias",   "backbone.layers.*.attention.value.bias"),
    dense("encoder.layer.*.attention.output.dense.weight", "backbone.layers.*.attention.output.weight"),
    plain("encoder.layer.*.attention.output.dense.bias",   "backbone.layers.*.attention.output.bias"),
    plain("encoder.layer.*.layernorm_after.weight",     "backbone.layers.*.norm_after.gamma"),
    plain("encoder.layer.*.layernorm_after.bias",       "backbone.layers.*.norm_after.beta"),
    dense("encoder.layer.*.intermediate.dense.weight",  "backbone.layers.*.intermediate.weight"),
    plain("encoder.layer.*.intermediate.dense.bias",    "backbone.layers.*.intermediate.bias"),
    dense("encoder.layer.*.output.dense.weight",        "backbone.layers.*.output.weight"),
    plain("encoder.layer.*.output.dense.bias",          "backbone.layers.*.output.bias"),
    plain("layernorm.weight",                           "backbone.layer_norm.gamma"),
    plain("layernorm.bias",                             "backbone.layer_norm.beta"),
    dense("classifier.weight",                          "classifier.weight"),
    plain("classifier.bias",                            "classifier.bias"),
];

#[rustfmt::skip]
const DINOV2_RULES: &[Rule] = &[
    plain("embeddings.cls_token",                       "backbone.embeddings.cls_token"),
    plain("embeddings.position_embeddings",             "backbone.embeddings.position"),
    plain("embeddings.patch_embeddings.projection.weight", "backbone.embeddings.projection.weight"),
    plain("embeddings.patch_embeddings.projection.bias",   "backbone.embeddings.projection.bias"),
    plain("encoder.layer.*.norm1.weight",               "backbone.layers.*.norm_before.gamma"),
    plain("encoder.layer.*.norm1.bias",                 "backbone.layers.*.norm_before.beta"),
    dense("encoder.layer.*.attention.attention.query.weight", "backbone.layers.*.attention.query.weight"),
    plain("encoder.layer.*.attention.attention.query.bias",   "backbone.layers.*.attention.query.bias"),
    dense("encoder.layer.*.attention.attention.key.weight",   "backbone.layers.*.attention.key.weight"),
    plain("encoder.layer.*.attention.attention.key.bias",     "backbone.layers.*.attention.key.bias"),
    dense("encoder.layer.*.attention.attention.value.weight", "backbone.layers.*.attention.value.weight"),
    plain("encoder.layer.*.attention.attention.value.bias",   "backbone.layers.*.attention.value.bias"),
    dense("encoder.layer.*.attention.output.dense.weight", "backbone.layers.*.attention.output.weight"),
    plain("encoder.layer.*.attention.output.dense.bias",   "backbone.layers.*.attention.output.bias"),
    plain("encoder.layer.*.layer_scale1.lambda1",       "backbone.layers.*.attention_scale.lambda"),
    plain("encoder.layer.*.norm2.weight",               "backbone.layers.*.norm_after.gamma"),
    plain("encoder.layer.*.norm2.bias",                 "backbone.layers.*.norm_after.beta"),
    dense("encoder.layer.*.mlp.fc1.weight",             "backbone.layers.*.intermediate.weight"),
    plain("encoder.layer.*.mlp.fc1.bias",               "backbone.layers.*.intermediate.bias"),
    dense("encoder.layer.*.mlp.fc2.weight",             "backbone.layers.*.output.weight"),
    plain("encoder.layer.*.mlp.fc2.bias",               "backbone.layers.*.output.bias"),
    // Both are called lambda1, in two modules.
    plain("encoder.layer.*.layer_scale2.lambda1",       "backbone.layers.*.output_scale.lambda"),
    plain("layernorm.weight",                           "backbone.layer_norm.gamma"),
    plain("layernorm.bias",                             "backbone.layer_norm.beta"),
    // From the class token and the mean of the others: [n_classes, 2 d_model].
    dense("classifier.weight",                          "classifier.weight"),
    plain("classifier.bias",                            "classifier.bias"),
];

/// Which weights of a checkpoint a model is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parts {
    /// The encoder alone, or the backbone alone.
    Encoder,
    /// The same and the classification head.
    Classifier,
    /// The same and the language-model head.
    MaskedLm,
}

impl Names {
    /// Whether a weight (without prefix) may be in the file without being used.
    pub(crate) fn ignores(&self, parts: Parts, name: &str) -> bool {
        self.ignored.iter().any(|start| name.starts_with(start))
            || (parts != Parts::Classifier && name.starts_with("classifier."))
            || (parts != Parts::MaskedLm && name.starts_with("lm_head."))
    }

    /// The name without prefix and with today's names of layer normalisation's weights.
    pub(crate) fn normalise(&self, name: &str) -> String {
        let name = self
            .prefixes
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))
            .unwrap_or(name);
        for (old, new) in [("gamma", "weight"), ("beta", "bias")] {
            if let Some(layer) = name.strip_suffix(old)
                && layer.ends_with("LayerNorm.")
            {
                return format!("{layer}{new}");
            }
        }
        name.to_owned()
    }

    /// The Hugging Face name, without prefix, of the parameter at a path, and whether to transpose
    /// it.
    pub(crate) fn hugging_face(&self, ours: &str) -> Option<(String, bool)> {
        self.rules.iter().find_map(|rule| {
            let name = translate(ours, rule.ours, rule.hugging_face)?;
            Some((name, rule.transpose))
        })
    }
}

/// Whether a weight belongs to a head, before which no prefix is written.
pub(crate) fn is_of_head(name: &str) -> bool {
    HEADS.iter().any(|head| name.starts_with(head))
}

/// `name` as `to` writes it, if it matches `from`; `*` stands for a layer's number.
fn translate(name: &str, from: &str, to: &str) -> Option<String> {
    let Some((before, after)) = from.split_once('*') else {
        return (name == from).then(|| to.to_owned());
    };
    let layer = name.strip_prefix(before)?.strip_suffix(after)?;
    let is_number = !layer.is_empty() && layer.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| to.replace('*', layer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layer_numbers_carry_over() {
        assert_eq!(
            ENCODER.hugging_face("encoder.layers.11.attention.query.weight"),
            Some((
                "encoder.layer.11.attention.self.query.weight".to_owned(),
                true
            )),
        );
        assert_eq!(ENCODER.hugging_face("encoder.layers.x.output.bias"), None);
        assert_eq!(
            ENCODER.hugging_face("encoder.layers.0.attention.query.adapter.a"),
            None
        );
    }

    #[test]
    fn prefixes_and_old_normalisation_names_are_dropped() {
        assert_eq!(
            ENCODER.normalise("bert.embeddings.LayerNorm.gamma"),
            "embeddings.LayerNorm.weight"
        );
        assert_eq!(
            ENCODER.normalise("roberta.pooler.dense.bias"),
            "pooler.dense.bias"
        );
        assert_eq!(ENCODER.normalise("gamma"), "gamma");
        assert_eq!(VIT.normalise("vit.layernorm.bias"), "layernorm.bias");
        assert_eq!(DINOV2.normalise("classifier.bias"), "classifier.bias");
    }

    #[test]
    fn both_columns_of_each_table_are_unique() {
        for names in [&ENCODER, &VIT, &DINOV2] {
            for (i, rule) in names.rules.iter().enumerate() {
                for other in &names.rules[..i] {
                    assert_ne!(rule.ours, other.ours);
                    assert_ne!(rule.hugging_face, other.hugging_face);
                }
            }
        }
    }
}
