use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use adapters::{FactorInit, LoraConfig, MaskStream, adapt};
use burn::tensor::Device;
use models::{
    Checkpoint, Dropouts, FamilyName, ModelError, ViTConfig, VisionKind, Vit, WeightDtype,
    random_backbone, random_classifier, save,
};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors, serialize};

use crate::bad_checkpoints::{check, edit_config, edit_tensors};
use crate::fixture::{self, Reference, host};
use crate::properties::rng;
use crate::vision_properties::tiny;

type Stored = BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

fn tensors(dir: &Path) -> Stored {
    let bytes = fs::read(dir.join("model.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    file.iter()
        .map(|(name, view)| {
            let tensor = (view.dtype(), view.shape().to_vec(), view.data().to_vec());
            (name.to_owned(), tensor)
        })
        .collect()
}

/// Loads a copy of a fixture with its head after `damage`, and computes its logits.
fn load(name: &str, damage: impl FnOnce(&Path)) -> Result<Vec<f64>, ModelError> {
    let dir = tempfile::tempdir().unwrap();
    for file in ["config.json", "model.safetensors"] {
        fs::copy(fixture::dir(name).join(file), dir.path().join(file)).unwrap();
    }
    damage(dir.path());
    let (device, masks) = (Device::flex(), MaskStream::new(0));
    let model = Checkpoint::<Vit>::open(dir.path())?.classifier_with_head(
        &device,
        &masks,
        Dropouts::off(),
    )?;
    let pixels = Reference::open(name).float("native.pixel_values", &device);
    Ok(host(model.forward(pixels)))
}

/// What transformers wrote is written again, byte for byte: names, shapes, order of axes, values.
#[test]
fn saved_classifiers_have_the_tensors_that_transformers_wrote() {
    for name in ["vit", "dinov2"] {
        let checkpoint = fixture::open_vision(name);
        let dir = tempfile::tempdir().unwrap();
        let model = fixture::image_classifier(name);
        save(dir.path(), checkpoint.config(), &model, WeightDtype::F32).unwrap();
        let mut theirs = tensors(&fixture::dir(name));
        assert_eq!(
            theirs.remove("dinov2.embeddings.mask_token").is_some(),
            name == "dinov2"
        );
        assert_eq!(tensors(dir.path()), theirs);
        let again = Checkpoint::<Vit>::open(dir.path()).unwrap();
        assert_eq!(again.config(), checkpoint.config());
        assert_eq!(again.head_outputs().unwrap(), Some(3));
    }
}

#[test]
fn a_saved_backbone_loads_without_head() {
    for kind in [VisionKind::Vit, VisionKind::Dinov2] {
        let config = ViTConfig {
            qkv_bias: false,
            ..tiny(kind)
        };
        let (device, masks) = (Device::flex(), MaskStream::new(0));
        let model = random_backbone::<Vit>(&config, &device, &masks, &mut rng(1));
        let dir = tempfile::tempdir().unwrap();
        save(dir.path(), &config, &model, WeightDtype::F16).unwrap();
        assert_eq!(FamilyName::of(dir.path()).unwrap(), FamilyName::Vit);
        let checkpoint = Checkpoint::<Vit>::open(dir.path()).unwrap();
        assert_eq!(checkpoint.config(), &config);
        assert_eq!(checkpoint.head_outputs().unwrap(), None);
        let again = checkpoint
            .backbone(&device, &masks, Dropouts::default())
            .unwrap();
        assert!(again.layers[0].attention.query.bias.is_none());
        let error = fixture::max_difference(
            &host(model.layers[1].output.weight.val()),
            &host(again.layers[1].output.weight.val()),
        );
        // Weights are below 0.1, and half precision has 11 significant bits.
        assert!(error > 0.0 && error < 0.1 / 2048.0, "{error:e}");
        let error = checkpoint
            .classifier_with_head(&device, &masks, Dropouts::default())
            .unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("has no classification head: expected classifier.weight"),
            "{error}"
        );
    }
}

#[test]
fn a_fresh_head_takes_the_place_of_the_checkpoints_own() {
    let (device, masks) = (Device::flex(), MaskStream::new(0));
    let checkpoint = fixture::open_vision("dinov2");
    let head = |seed: u64| {
        let model = checkpoint
            .classifier(7, &device, &masks, Dropouts::off(), &mut rng(seed))
            .unwrap();
        assert_eq!(model.classifier.dims(), [32, 7]);
        host(model.classifier.weight.val())
    };
    assert_eq!(head(1), head(1));
    assert_ne!(head(1), head(2));
}

#[test]
fn an_adapted_classifier_is_not_saved_as_a_plain_one() {
    let config = tiny(VisionKind::Vit);
    let masks = MaskStream::new(0);
    let mut model = random_classifier::<Vit>(&config, 2, &Device::flex(), &masks, &mut rng(0));
    let lora = LoraConfig::train_b(2, FactorInit::Orthonormal);
    adapt(&mut model, &lora, &["value"], 0, &masks).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let error = save(dir.path(), &config, &model, WeightDtype::F32).unwrap_err();
    assert!(
        matches!(&error, ModelError::NotPlain { path }
            if path == "backbone.layers.0.attention.value.adapter.a"),
        "{error}"
    );
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn poolers_mask_tokens_and_missing_prefixes_change_nothing() {
    let plain = load("vit", |_| ()).unwrap();
    let changed = load("vit", |dir| {
        edit_tensors(dir, |tensors| {
            let renamed = std::mem::take(tensors)
                .into_iter()
                .map(|(name, tensor)| (name.trim_start_matches("vit.").to_owned(), tensor));
            tensors.extend(renamed);
            for (name, n) in [
                ("pooler.dense.weight", 16),
                ("pooler.dense.bias", 1),
                ("embeddings.mask_token", 1),
            ] {
                let tensor = (Dtype::F32, vec![n, 16], vec![0; 4 * n * 16]);
                tensors.insert(name.to_owned(), tensor);
            }
        });
    })
    .unwrap();
    assert_eq!(plain, changed);
}

#[test]
fn shards_and_half_precision_are_read() {
    let plain = load("dinov2", |_| ()).unwrap();
    let sharded = load("dinov2", |dir| {
        let path = dir.join("model.safetensors");
        let all = tensors(dir);
        fs::remove_file(path).unwrap();
        let mut weight_map = serde_json::Map::new();
        for half in 0..2 {
            let shard = format!("model-0000{}-of-00002.safetensors", half + 1);
            let views = all
                .iter()
                .skip(half)
                .step_by(2)
                .map(|(name, (dtype, shape, bytes))| {
                    weight_map.insert(name.clone(), shard.clone().into());
                    (name, TensorView::new(*dtype, shape.clone(), bytes).unwrap())
                })
                .collect::<Vec<_>>();
            fs::write(dir.join(&shard), serialize(views, None).unwrap()).unwrap();
        }
        let index = serde_json::json!({ "weight_map": weight_map });
        let index_path = dir.join("model.safetensors.index.json");
        fs::write(index_path, index.to_string()).unwrap();
    })
    .unwrap();
    assert_eq!(plain, sharded);

    let halved = load("dinov2", |dir| {
        edit_tensors(dir, |tensors| {
            for (dtype, _, bytes) in tensors.values_mut() {
                // The upper half of an f32 is a bf16.
                *bytes = bytes.chunks(4).flat_map(|b| [b[2], b[3]]).collect();
                *dtype = Dtype::BF16;
            }
        });
    })
    .unwrap();
    let error = fixture::max_difference(&plain, &halved);
    assert!(error > 1e-6 && error < 0.1, "{error:e}");
}

#[test]
fn every_weight_that_does_not_fit_is_listed_at_once() {
    let result = load("dinov2", |dir| {
        edit_tensors(dir, |tensors| {
            let lambda = "dinov2.encoder.layer.1.layer_scale1.lambda1";
            tensors.remove(lambda).unwrap();
            let extra = (Dtype::F32, vec![2], vec![0; 8]);
            tensors.insert("dinov2.encoder.layer.0.norm3.weight".to_owned(), extra);
            let position = tensors
                .get_mut("dinov2.embeddings.position_embeddings")
                .unwrap();
            *position = (Dtype::F32, vec![1, 10, 16], vec![0; 640]);
        });
    });
    check(
        result.map(drop),
        &[
            "does not fit its config.json: ",
            "dinov2.embeddings.position_embeddings has shape [1, 10, 16], expected [1, 17, 16]; ",
            "missing encoder.layer.1.layer_scale1.lambda1 [16]; ",
            "unknown dinov2.encoder.layer.0.norm3.weight [2]",
        ],
    );
    // A head of the wrong width.
    let result = load("dinov2", |dir| {
        edit_tensors(dir, |tensors| {
            let head = (Dtype::F32, vec![3, 16], vec![0; 4 * 48]);
            tensors.insert("classifier.weight".to_owned(), head);
        });
    });
    check(
        result.map(drop),
        &["classifier.weight has shape [3, 16], expected [3, 32]"],
    );
    // Weights of the one kind under the name of the other.
    let result = load("vit", |dir| {
        edit_config(dir, |config| {
            config.insert("model_type".to_owned(), "dinov2".into());
            config.insert("mlp_ratio".to_owned(), 2.into());
        });
    });
    check(
        result.map(drop),
        &[
            "missing encoder.layer.0.layer_scale1.lambda1 [16]",
            "unknown vit.encoder.layer.0.layernorm_after.bias [16]",
        ],
    );
}

#[test]
fn config_values_that_are_not_implemented_or_cannot_be_are_errors() {
    let cases: [(&str, &str, serde_json::Value, &str); 10] = [
        (
            "dinov2",
            "use_swiglu_ffn",
            true.into(),
            "use_swiglu_ffn is true, expected false",
        ),
        (
            "dinov2",
            "drop_path_rate",
            0.1.into(),
            "drop_path_rate is 0.1, expected 0",
        ),
        (
            "dinov2",
            "mlp_ratio",
            0.into(),
            "mlp_ratio is 0, expected at least 1",
        ),
        (
            "dinov2",
            "mlp_ratio",
            "four".into(),
            "mlp_ratio is four, expected a number",
        ),
        (
            "vit",
            "hidden_act",
            "gelu_new".into(),
            "hidden_act is gelu_new, expected gelu",
        ),
        (
            "vit",
            "num_attention_heads",
            3.into(),
            "hidden_size is 16, expected a multiple of num_attention_heads",
        ),
        (
            "vit",
            "patch_size",
            0.into(),
            "patch_size is 0, expected at least 1",
        ),
        (
            "vit",
            "image_size",
            3.into(),
            "image_size is 3, expected at least patch_size",
        ),
        (
            "vit",
            "attention_probs_dropout_prob",
            1.into(),
            "attention_probs_dropout_prob is 1, expected at least 0 and below 1",
        ),
        (
            "vit",
            "model_type",
            "deit".into(),
            "model_type is deit, expected vit, dinov2",
        ),
    ];
    for (name, key, value, message) in cases {
        let result = load(name, |dir| {
            edit_config(dir, |config| {
                config.insert(key.to_owned(), value);
            });
        });
        check(result.map(drop), &[&format!("config.json: {message}")]);
    }
}

#[test]
fn the_model_type_says_which_family_a_folder_is_of() {
    for (name, family) in [
        ("vit", FamilyName::Vit),
        ("dinov2", FamilyName::Vit),
        ("bert", FamilyName::Roberta),
        ("roberta", FamilyName::Roberta),
    ] {
        assert_eq!(FamilyName::of(fixture::dir(name)).unwrap(), family);
    }
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("config.json");
    fs::write(&config, r#"{"model_type": "gpt2"}"#).unwrap();
    let of = || FamilyName::of(dir.path()).map(drop);
    check(
        of(),
        &[
            "config.json: model_type is gpt2, expected roberta, bert, xlm-roberta, camembert, vit, dinov2",
        ],
    );
    fs::write(&config, "{}").unwrap();
    check(of(), &["config.json: missing model_type"]);
}
