//! The paper's parameter counts that follow from the shapes of a model's layers alone.
//!
//! Those that need an encoder's modules are in `crates/models/tests/it/counts.rs`.

use adapters::count::{ParamCount, adalora, low_rank};

/// RoBERTa-large: 24 layers, 1024 wide, 4096 inside the feed-forward part.
const LARGE: (usize, usize, usize) = (24, 1024, 4096);

/// ViT-B/16: 12 layers, 768 wide, 3072 inside the feed-forward part, 224 x 224 pixels.
const VIT: (usize, usize, usize) = (12, 768, 3072);

/// Its backbone as the paper counts it, with the pooler.
const VIT_BACKBONE: usize = 86_389_248;

/// The single linear head of the ViT arms.
fn vit_head(n_classes: usize) -> usize {
    VIT.1 * n_classes + n_classes
}

/// A and B of an adapter on query and value.
fn vit_adapters(rank: usize) -> (usize, usize) {
    let (n_layers, d_model, _) = VIT;
    let (a, b) = low_rank(rank, d_model, d_model);
    (2 * n_layers * a, 2 * n_layers * b)
}

#[test]
fn vit_backbone_has_the_size_the_paper_gives() {
    let (n_layers, d, d_ff) = VIT;
    let norm = 2 * d;
    let patches = (224 / 16) * (224 / 16);
    let embeddings = d + (patches + 1) * d + (3 * 16 * 16 * d + d);
    let attention = 4 * (d * d + d);
    let feed_forward = (d * d_ff + d_ff) + (d_ff * d + d);
    let layer = attention + feed_forward + 2 * norm;
    let pooler = d * d + d;
    assert_eq!(embeddings + n_layers * layer + norm + pooler, VIT_BACKBONE);
}

#[test]
fn vit_adapters_and_heads_have_the_papers_counts() {
    let (a, b) = vit_adapters(8);
    assert_eq!(b, 147_456);
    assert_eq!(a + b, 294_912);
    assert_eq!(vit_head(5), 3_845);
    assert_eq!(vit_head(65), 49_985);
}

/// Paper count and percentage of a ViT arm: VLCS has 5 classes, Office-Home 65.
///
/// Percentages of the backbone alone, in three digits; by PEFT's own denominator they agree in the
/// two digits that the paper prints.
#[test]
fn vit_arms_have_the_papers_percentages() {
    let (a, b) = vit_adapters(8);
    for (trained, n_classes, count, of_backbone, printed) in [
        (b, 5, 155_146, "0.180", "0.18"),
        (b, 65, 247_426, "0.286", "0.29"),
        (a + b, 5, 302_602, "0.350", "0.35"),
        (a + b, 65, 394_882, "0.457", "0.46"),
    ] {
        let head = vit_head(n_classes);
        let counts = ParamCount {
            total: VIT_BACKBONE + a + b + head,
            trainable: trained + head,
            head,
        };
        assert_eq!(counts.paper_trainable(), count);
        let percent = 100.0 * count as f64 / VIT_BACKBONE as f64;
        assert_eq!(format!("{percent:.3}"), of_backbone);
        assert_eq!(format!("{:.2}", counts.paper_percent()), printed);
    }
}

#[test]
fn ia3_on_roberta_large_scales_keys_values_and_both_output_layers() {
    let (n_layers, d, d_ff) = LARGE;
    // `output.dense` also names the attention's output, whose input is d wide.
    let (key, value, attention_output, output) = (d, d, d, d_ff);
    assert_eq!(
        n_layers * (key + value + attention_output + output),
        172_032
    );
}

#[test]
fn adalora_on_roberta_large_adapts_every_dense_layer_of_the_encoder() {
    let (n_layers, d, d_ff) = LARGE;
    let init_rank = 12;
    // query, key, value and the attention's output; then the two feed-forward layers.
    let layer =
        4 * adalora(init_rank, d, d) + adalora(init_rank, d, d_ff) + adalora(init_rank, d_ff, d);
    assert_eq!(n_layers * layer, 5_310_144);
}

#[test]
fn low_rank_on_roberta_large_has_the_papers_counts() {
    let (n_layers, d, _) = LARGE;
    for (rank, n_targets, expected_b, expected_both) in [
        (8, 2, 393_216, 786_432),
        (16, 2, 786_432, 1_572_864),
        (8, 3, 589_824, 1_179_648),
    ] {
        let (a, b) = low_rank(rank, d, d);
        let n = n_layers * n_targets;
        assert_eq!((n * b, n * (a + b)), (expected_b, expected_both));
    }
}
