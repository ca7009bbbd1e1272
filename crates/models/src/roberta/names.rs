//! RoBERTa's and BERT's weights: Hugging Face's names and paths in [`crate::SequenceClassifier`] or
//! [`crate::MaskedLm`].

use super::head::HeadStyle;
use crate::checkpoint::names::{Names, Rule, StoredHead, dense, norm, plain};

pub(super) static ROBERTA: Names = names("roberta.");
pub(super) static BERT: Names = names("bert.");

const fn names(prefix: &'static str) -> Names {
    Names {
        rules: &[RULES],
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
        heads: &["classifier.", "lm_head."],
        prefix,
    }
}

/// The heads that files have, the first that is whole being the one.
pub(super) const HEADS: &[StoredHead<HeadStyle>] = &[
    StoredHead {
        style: HeadStyle::Roberta,
        rules: ROBERTA_HEAD,
        weights: &["classifier.dense.weight", "classifier.out_proj.weight"],
    },
    StoredHead {
        style: HeadStyle::Bert,
        rules: BERT_HEAD,
        weights: &["pooler.dense.weight", "classifier.weight"],
    },
];

#[rustfmt::skip]
const RULES: &[Rule] = &[
    plain("embeddings.word_embeddings.weight",                 "encoder.embeddings.word.weight"),
    // RoBERTa's table has pad_token_id + 1 rows more than the longest sequence has tokens.
    plain("embeddings.position_embeddings.weight",             "encoder.embeddings.position.weight"),
    // RoBERTa has one token type, and this one row for it.
    plain("embeddings.token_type_embeddings.weight",           "encoder.embeddings.token_type.weight"),
    // The first TensorFlow conversions call these two gamma and beta: see `normalise`.
    norm("embeddings.LayerNorm",                               "encoder.embeddings.layer_norm"),
    dense("encoder.layer.*.attention.self.query",              "encoder.layers.*.attention.query"),
    dense("encoder.layer.*.attention.self.key",                "encoder.layers.*.attention.key"),
    dense("encoder.layer.*.attention.self.value",              "encoder.layers.*.attention.value"),
    dense("encoder.layer.*.attention.output.dense",            "encoder.layers.*.attention.output"),
    norm("encoder.layer.*.attention.output.LayerNorm",         "encoder.layers.*.attention.layer_norm"),
    dense("encoder.layer.*.intermediate.dense",                "encoder.layers.*.intermediate"),
    dense("encoder.layer.*.output.dense",                      "encoder.layers.*.output"),
    norm("encoder.layer.*.output.LayerNorm",                   "encoder.layers.*.layer_norm"),
];

const ROBERTA_HEAD: &[Rule] = &[
    dense("classifier.dense", "classifier.dense"),
    dense("classifier.out_proj", "classifier.out_proj"),
];

/// The pooler's matrix stands where RoBERTa's head has its first.
const BERT_HEAD: &[Rule] = &[
    dense("pooler.dense", "classifier.dense"),
    dense("classifier", "classifier.out_proj"),
];

pub(super) const LM_HEAD: &[Rule] = &[
    dense("lm_head.dense", "lm_head.dense"),
    // Lower case here, unlike every other normalisation.
    norm("lm_head.layer_norm", "lm_head.layer_norm"),
    // lm_head.decoder.weight is the word table again and lm_head.decoder.bias this bias again.
    plain("lm_head.bias", "lm_head.bias"),
];
