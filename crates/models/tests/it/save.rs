use std::collections::BTreeMap;
use std::fs;

use adapters::{FactorInit, LoraConfig, MaskStream, adapt};
use models::{
    Checkpoint, Dropouts, Encoder, EncoderConfig, ModelError, Roberta, WeightDtype,
    random_backbone, random_masked_lm, save,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use safetensors::{Dtype, SafeTensors};

use crate::fixture::{self, Reference, host, max_difference};

fn load(dir: &std::path::Path) -> Encoder {
    Checkpoint::<Roberta>::open(dir)
        .unwrap()
        .backbone(&fixture::device(), &MaskStream::new(0), Dropouts::off())
        .unwrap()
}

/// Raw tensors of a file by name.
fn tensors(dir: &std::path::Path) -> BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)> {
    let bytes = fs::read(dir.join("model.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    file.iter()
        .map(|(name, view)| {
            let tensor = (view.dtype(), view.shape().to_vec(), view.data().to_vec());
            (name.to_owned(), tensor)
        })
        .collect()
}

/// What transformers wrote is written again, byte for byte: names, shapes, order of axes, values.
#[test]
fn a_saved_masked_lm_has_the_tensors_that_transformers_wrote() {
    let checkpoint = fixture::open("roberta-mlm");
    let model = checkpoint
        .masked_lm(&fixture::device(), &MaskStream::new(0), Dropouts::off())
        .unwrap();
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), checkpoint.config(), &model, WeightDtype::F32).unwrap();
    let (ours, theirs) = (tensors(dir.path()), tensors(&fixture::dir("roberta-mlm")));
    assert_eq!(
        ours.keys().collect::<Vec<_>>(),
        theirs.keys().collect::<Vec<_>>()
    );
    assert_eq!(ours, theirs);
}

#[test]
fn single_precision_round_trip_is_exact() {
    for name in ["roberta", "bert"] {
        let device = fixture::device();
        let reference = Reference::open(name);
        let checkpoint = fixture::open(name);
        let dir = tempfile::tempdir().unwrap();
        let encoder = fixture::encoder(name);
        save(dir.path(), checkpoint.config(), &encoder, WeightDtype::F32).unwrap();
        let again = Checkpoint::<Roberta>::open(dir.path()).unwrap();
        assert_eq!(again.config(), checkpoint.config());
        let input = reference.input(&device);
        assert_eq!(
            host(load(dir.path()).forward(&input)),
            host(encoder.forward(&input))
        );
    }
}

#[test]
fn half_precision_round_trip_keeps_three_digits() {
    // Half precision has 11 significant bits.
    const HALF: f64 = 1.0 / 2048.0;
    let checkpoint = fixture::open("roberta");
    let encoder = fixture::encoder("roberta");
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), checkpoint.config(), &encoder, WeightDtype::F16).unwrap();
    let (before, after) = (
        host(encoder.layers[1].intermediate.weight.val()),
        host(load(dir.path()).layers[1].intermediate.weight.val()),
    );
    let largest = before.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    let error = max_difference(&before, &after);
    assert!(error > 0.0 && error <= largest * HALF, "{error:e}");
}

#[test]
fn saving_replaces_an_older_checkpoint_and_leaves_no_other_file() {
    let config = EncoderConfig {
        vocab_size: 30,
        hidden_size: 8,
        num_hidden_layers: 1,
        num_attention_heads: 2,
        intermediate_size: 16,
        max_position_embeddings: 10,
        ..EncoderConfig::roberta_base()
    };
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("new/folder");
    let mut digests = Vec::new();
    for seed in [0, 1, 1] {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let masks = MaskStream::new(0);
        let model = random_masked_lm(&config, &fixture::device(), &masks, &mut rng).unwrap();
        save(&target, &config, &model, WeightDtype::F16).unwrap();
        digests.push(
            Checkpoint::<Roberta>::open(&target)
                .unwrap()
                .digest()
                .unwrap(),
        );
    }
    assert_ne!(digests[0], digests[1]);
    assert_eq!(digests[1], digests[2]);
    let mut files: Vec<String> = fs::read_dir(&target)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, ["config.json", "model.safetensors"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_that_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let checkpoint = fixture::open("bert");
    let encoder = fixture::encoder("bert");
    let target = file.join("below");
    let error = save(&target, checkpoint.config(), &encoder, WeightDtype::F32).unwrap_err();
    let message = fixture::chain(&error);
    assert!(message.starts_with("cannot write "), "{message}");
    assert!(message.contains("file/below"), "{message}");
}

#[test]
fn an_adapted_encoder_is_not_saved_as_a_plain_one() {
    let config = fixture::open("bert").config().clone();
    let masks = MaskStream::new(0);
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut encoder = random_backbone::<Roberta>(&config, &fixture::device(), &masks, &mut rng);
    let lora = LoraConfig::train_b(2, FactorInit::Orthonormal);
    adapt(&mut encoder, &lora, &["query"], 0, &masks).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let error = save(dir.path(), &config, &encoder, WeightDtype::F32).unwrap_err();
    assert!(
        matches!(&error, ModelError::NotPlain { path }
            if path == "encoder.layers.0.attention.query.adapter.a"),
        "{error}"
    );
    assert!(!dir.path().join("model.safetensors").exists());
}
