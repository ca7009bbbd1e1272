//! The generated data of the published rows: their settings records carry these digests, so that a change here leaves
//! every published mini number without its data.

use lab::{CorpusLine, LabConfig, corpus, glue, pictures};
use sha2::{Digest, Sha256};
use tasks::digest::hex;
use tasks::domainbed::ImageSet;
use tasks::glue::GlueTask;

/// Digest of each task at the default sizes and difficulty, seed 0; the first half of one where the runs saw a part of
/// it. From `results/mini/glue/settings.jsonl`.
const TASKS: [(GlueTask, &str); 7] = [
    (GlueTask::Cola, "ca5c344691508f36"),
    (GlueTask::Sst2, "e2b1a7ba10205ffd"),
    (
        GlueTask::Mrpc,
        "07e1aa8ad1fcffc2fbfa19baf2694684354133bfb3c93326e07b9d189db9cf02",
    ),
    (GlueTask::Stsb, "a7ab8a0e14a15556"),
    (GlueTask::Mnli, "96b75707aa45f5a9"),
    (GlueTask::Qnli, "7b769e16969a31dc"),
    (
        GlueTask::Rte,
        "47104f017bbadb73525ec6b33f6b035787afbad92969e311e225fc0bde47eca5",
    ),
];

/// Digest of 800 pictures of 32 pixels in each environment, seed 0. From `results/mini/domainbed/settings.jsonl`.
const SETS: [(ImageSet, &str); 4] = [
    (
        ImageSet::Vlcs,
        "0b32411b0165e9896020233a6dfc872aaabc5ad4cafc19f844c6a94ca59adda3",
    ),
    (
        ImageSet::Pacs,
        "dd9901e2388cd2a8a5459d4a7bc5e84286b5be93a67adc9389f5f93fe6e033fd",
    ),
    (
        ImageSet::OfficeHome,
        "9007c4f5248bc508cdfc16dcabc6f2282c83128819e69a13ad68d83409bdb83b",
    ),
    (
        ImageSet::Terra,
        "88117be048aecdafb10a8892055cc8ba5cf4f685ac4e0906e8b10f3ce2839d3e",
    ),
];

#[test]
fn tasks_are_those_of_the_published_rows() {
    for (task, published) in TASKS {
        let digest = glue(task, 0, &LabConfig::default()).digest;
        assert_eq!(digest.len(), 64);
        assert!(digest.starts_with(published), "{task}: {digest}");
    }
    // Rates were chosen on data of another seed.
    let tuned = glue(GlueTask::Cola, 1000, &LabConfig::default()).digest;
    assert!(tuned.starts_with("1fbb3c6a386f8769"), "{tuned}");
}

#[test]
fn pictures_are_those_of_the_published_rows() {
    for (set, published) in SETS {
        let data = pictures::data(set, 0, pictures::ENVIRONMENT_LEN, pictures::SIDE);
        assert_eq!(data.digest().unwrap(), published, "{set}");
    }
}

/// The committed checkpoints were trained on the beginnings of these.
#[test]
fn text_and_pictures_are_those_of_pretraining() {
    let mut text = Sha256::new();
    for CorpusLine { a, b } in corpus(0, 5_000) {
        text.update(format!("{a}\t{}\n", b.unwrap_or_default()));
    }
    assert_eq!(
        hex(&text.finalize()),
        "d081b2044ac23fb2a007753fb0f3232e41e94848cc9d7b32d4f77d290d3bf0f2"
    );

    let mut pictures = Sha256::new();
    let drawn = pictures::pretraining(0, 800, pictures::SIDE);
    for (rgb, &label) in drawn.rgb.iter().zip(&drawn.labels) {
        pictures.update(rgb);
        pictures.update([label as u8]);
    }
    assert_eq!(
        hex(&pictures.finalize()),
        "01d9780a4472b27900745b3480c326a1a4af4a5b32e7cba9c4cd9f8a90ab0a19"
    );
}
