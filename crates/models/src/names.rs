//! Hugging Face's weight names and ours, as one table.

/// One weight (or, with `*`, the same weight of every layer) under both names.
struct Rule {
    /// Name in a safetensors file, without `roberta.` or `bert.`.
    hugging_face: &'static str,
    /// Path in [`crate::SequenceClassifier`] or [`crate::MaskedLm`].
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

#[rustfmt::skip]
const RULES: &[Rule] = &[
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

/// Weights that a checkpoint may have and an encoder does not need, by the start of their name.
const IGNORED: &[&str] = &[
    // The paper's classifier reads the first token's state itself.
    "pooler.",
    // BERT's pretraining heads.
    "cls.",
    // Not weights: the numbers 0, 1, 2, ... and a row of zeros.
    "embeddings.position_ids",
    "embeddings.token_type_ids",
    // Tied to the word table and to lm_head.bias.
    "lm_head.decoder.",
];

/// Prefixes of the encoder's weights in a checkpoint that also has a head.
const PREFIXES: &[&str] = &["roberta.", "bert."];

/// Which weights of a checkpoint a model is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parts {
    /// The encoder alone.
    Encoder,
    /// The encoder and the classification head.
    Classifier,
    /// The encoder and the language-model head.
    MaskedLm,
}

impl Parts {
    /// Whether a weight (without prefix) may be in the file without being used.
    pub(crate) fn ignores(self, name: &str) -> bool {
        IGNORED.iter().any(|start| name.starts_with(start))
            || (self != Self::Classifier && name.starts_with("classifier."))
            || (self != Self::MaskedLm && name.starts_with("lm_head."))
    }
}

/// The name without the encoder's prefix and with today's names of layer normalisation's weights.
pub(crate) fn normalise(name: &str) -> String {
    let name = PREFIXES
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

/// The Hugging Face name, without prefix, of the parameter at a path, and whether to transpose it.
pub(crate) fn hugging_face(ours: &str) -> Option<(String, bool)> {
    RULES.iter().find_map(|rule| {
        let name = translate(ours, rule.ours, rule.hugging_face)?;
        Some((name, rule.transpose))
    })
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
            hugging_face("encoder.layers.11.attention.query.weight"),
            Some((
                "encoder.layer.11.attention.self.query.weight".to_owned(),
                true
            )),
        );
        assert_eq!(hugging_face("encoder.layers.x.output.bias"), None);
        assert_eq!(
            hugging_face("encoder.layers.0.attention.query.adapter.a"),
            None
        );
    }

    #[test]
    fn prefixes_and_old_normalisation_names_are_dropped() {
        assert_eq!(
            normalise("bert.embeddings.LayerNorm.gamma"),
            "embeddings.LayerNorm.weight"
        );
        assert_eq!(normalise("roberta.pooler.dense.bias"), "pooler.dense.bias");
        assert_eq!(normalise("gamma"), "gamma");
    }

    #[test]
    fn both_columns_of_the_table_are_unique() {
        for (i, rule) in RULES.iter().enumerate() {
            for other in &RULES[..i] {
                assert_ne!(rule.ours, other.ours);
                assert_ne!(rule.hugging_face, other.hugging_face);
            }
        }
    }
}
