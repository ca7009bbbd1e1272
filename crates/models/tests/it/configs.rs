use std::fs;
use std::path::Path;

use adapters::MaskStream;
use models::{
    Checkpoint, ConfigError, Dropouts, EncoderConfig, EncoderKind, ModelConfig, Roberta, ViTConfig,
    VisionKind, Vit,
};

use crate::bad_checkpoints::{copy, edit_config, edit_tensors};
use crate::fixture::{self, Reference, host};

/// transformers 4.57.1, `RobertaConfig()`: all defaults, those of the published roberta-base not
/// among them (514 positions, one token type, 1e-5).
fn roberta() -> EncoderConfig {
    EncoderConfig {
        kind: EncoderKind::Roberta,
        vocab_size: 50_265,
        hidden_size: 768,
        num_hidden_layers: 12,
        num_attention_heads: 12,
        intermediate_size: 3072,
        max_position_embeddings: 512,
        type_vocab_size: 2,
        layer_norm_eps: 1e-12,
        hidden_dropout_prob: 0.1,
        attention_probs_dropout_prob: 0.1,
        classifier_dropout: None,
        pad_token_id: 1,
        initializer_range: 0.02,
    }
}

/// transformers 4.57.1, `ViTConfig()`.
fn vit() -> ViTConfig {
    ViTConfig {
        kind: VisionKind::Vit,
        hidden_size: 768,
        num_hidden_layers: 12,
        num_attention_heads: 12,
        intermediate_size: 3072,
        image_size: 224,
        patch_size: 16,
        num_channels: 3,
        layer_norm_eps: 1e-12,
        qkv_bias: true,
        hidden_dropout_prob: 0.0,
        attention_probs_dropout_prob: 0.0,
        layerscale_value: 1.0,
        initializer_range: 0.02,
        interpolate_pos_encoding: false,
    }
}

#[track_caller]
fn check_defaults<C: ModelConfig>(model_type: &str, expected: C) {
    let text = format!(r#"{{"model_type": "{model_type}"}}"#);
    assert_eq!(C::from_json(&text).unwrap(), expected);
    assert!(C::MODEL_TYPES.contains(&model_type));
}

#[test]
fn an_empty_roberta_config_is_transformers_default() {
    check_defaults("roberta", roberta());
}

/// transformers 4.57.1, `BertConfig()`.
#[test]
fn an_empty_bert_config_is_transformers_default() {
    let expected = EncoderConfig {
        kind: EncoderKind::Bert,
        vocab_size: 30_522,
        pad_token_id: 0,
        ..roberta()
    };
    check_defaults("bert", expected);
}

/// transformers 4.57.1, `XLMRobertaConfig()`; the published models say 250,002 words.
#[test]
fn an_empty_xlm_roberta_config_is_transformers_default() {
    let expected = EncoderConfig {
        kind: EncoderKind::XlmRoberta,
        vocab_size: 30_522,
        ..roberta()
    };
    check_defaults("xlm-roberta", expected);
}

/// transformers 4.57.1, `CamembertConfig()`; the published model says 32,005 words.
#[test]
fn an_empty_camembert_config_is_transformers_default() {
    let expected = EncoderConfig {
        kind: EncoderKind::Camembert,
        vocab_size: 30_522,
        ..roberta()
    };
    check_defaults("camembert", expected);
}

#[test]
fn an_empty_vit_config_is_transformers_default() {
    check_defaults("vit", vit());
}

/// transformers 4.57.1, `Dinov2Config()`.
#[test]
fn an_empty_dinov2_config_is_transformers_default() {
    let expected = ViTConfig {
        kind: VisionKind::Dinov2,
        patch_size: 14,
        layer_norm_eps: 1e-6,
        ..vit()
    };
    check_defaults("dinov2", expected);
}

#[test]
fn a_key_that_is_null_is_as_if_it_were_not_there() {
    let text = r#"{"model_type": "bert", "pad_token_id": null, "classifier_dropout": null}"#;
    let config = EncoderConfig::from_json(text).unwrap();
    assert_eq!(config, EncoderConfig::bert_base_uncased());
}

/// The width follows from the ratio, whichever of the two numbers it is of is written down.
#[test]
fn dinov2_multiplies_its_width_by_the_ratio() {
    let width = |rest: &str| {
        let text = format!(r#"{{"model_type": "dinov2"{rest}}}"#);
        ViTConfig::from_json(&text).unwrap().intermediate_size
    };
    assert_eq!(width(r#", "hidden_size": 384"#), 1536);
    assert_eq!(width(r#", "mlp_ratio": 2"#), 1536);
    // Not a key of Dinov2Config.
    assert_eq!(width(r#", "intermediate_size": 5"#), 3072);
}

/// Published models often leave out what is the default.
#[test]
fn a_checkpoint_loads_without_the_keys_that_are_defaults() {
    let dir = copy("bert");
    let input = Reference::open("bert").input(&fixture::device());
    edit_config(dir.path(), |config| {
        for key in [
            "layer_norm_eps",
            "pad_token_id",
            "type_vocab_size",
            "hidden_dropout_prob",
        ] {
            config.remove(key).unwrap();
        }
    });
    let states = open(dir.path())
        .backbone(&fixture::device(), &MaskStream::new(0), Dropouts::off())
        .unwrap()
        .forward(&input);
    assert_eq!(host(states), host(fixture::encoder("bert").forward(&input)));
}

fn open(dir: &Path) -> Checkpoint<Roberta> {
    Checkpoint::open(dir).unwrap()
}

#[test]
fn xlm_roberta_and_camembert_are_read_and_written_as_roberta() {
    let device = fixture::device();
    let input = Reference::open("roberta").input(&device);
    let masks = MaskStream::new(0);
    let logits = |checkpoint: &Checkpoint<Roberta>| {
        let model = checkpoint.classifier_with_head(&device, &masks, Dropouts::off());
        host(model.unwrap().forward(&input))
    };
    let expected = logits(&fixture::open("roberta"));
    for (model_type, class) in [("xlm-roberta", "XLMRoberta"), ("camembert", "Camembert")] {
        let dir = copy("roberta");
        edit_config(dir.path(), |config| {
            config.insert("model_type".to_owned(), model_type.into());
            let architecture = vec![format!("{class}ForSequenceClassification")];
            config.insert("architectures".to_owned(), architecture.into());
        });
        let checkpoint = open(dir.path());
        assert_eq!(logits(&checkpoint), expected);

        let mut rng = crate::properties::rng(0);
        let config = EncoderConfig {
            hidden_size: 8,
            ..checkpoint.config().clone()
        };
        let model = models::random_masked_lm(&config, &device, &masks, &mut rng).unwrap();
        let saved = tempfile::tempdir().unwrap();
        models::save(saved.path(), &config, &model, models::WeightDtype::F32).unwrap();
        assert_eq!(open(saved.path()).config(), &config);
        let text = fs::read_to_string(saved.path().join("config.json")).unwrap();
        assert!(text.contains(&format!("\"{class}ForMaskedLM\"")), "{text}");
        edit_tensors(saved.path(), |tensors| {
            assert!(tensors.contains_key("roberta.embeddings.word_embeddings.weight"));
        });
    }
}

/// They are in published rows, and so must not depend on how this crate is written. The expected ones
/// are Python's, `sha256("".join(f"{key} {config[key]}\\n" for key in sorted(config)))` with numbers
/// written out.
#[test]
fn digests_of_configurations_stay() {
    assert_eq!(
        EncoderConfig::roberta_base().digest(),
        "fc48f0e4e199391584950d11b56d9458eb7592f1a2126f4bc77f50eb0aaaea38"
    );
    assert_eq!(
        ViTConfig::vit_base_patch16_224().digest(),
        "8b44ca82778a29856640609b70dfb5e96a8cf573becc359e60616d66e5746147"
    );
}

#[test]
fn what_changes_no_number_does_not_change_the_digest() {
    let digest = fixture::open("bert").config_digest();
    let dir = copy("bert");
    edit_config(dir.path(), |config| {
        let turned: Vec<_> = std::mem::take(config).into_iter().rev().collect();
        config.extend(turned);
        config.insert("architectures".to_owned(), vec!["Other"].into());
        config.insert("transformers_version".to_owned(), "1.2.3".into());
        config.insert("classifier_dropout".to_owned(), serde_json::Value::Null);
        // The default, which the file may spell out or not.
        config.remove("layer_norm_eps").unwrap();
        config.remove("is_decoder");
    });
    assert_eq!(open(dir.path()).config_digest(), digest);
    // Reversed by hand, since a map may sort its keys.
    let text = fs::read_to_string(dir.path().join("config.json")).unwrap();
    let lines: Vec<&str> = text.trim_matches(['{', '}']).split(",\"").collect();
    let turned: Vec<String> = lines
        .iter()
        .rev()
        .map(|line| format!("\"{}", line.trim_start_matches('"')))
        .collect();
    let turned = format!("{{\n{}\n}}", turned.join(",\n"));
    assert_ne!(turned, text);
    fs::write(dir.path().join("config.json"), turned).unwrap();
    assert_eq!(open(dir.path()).config_digest(), digest);
}

#[test]
fn what_changes_numbers_changes_the_digest() {
    let mut digests = vec![fixture::open("bert").config_digest()];
    for (key, value) in [
        ("num_attention_heads", serde_json::Value::from(2)),
        ("layer_norm_eps", 1e-5.into()),
        ("hidden_dropout_prob", 0.0.into()),
        ("classifier_dropout", 0.3.into()),
        ("pad_token_id", 1.into()),
    ] {
        let dir = copy("bert");
        edit_config(dir.path(), |config| {
            config.insert(key.to_owned(), value);
        });
        digests.push(open(dir.path()).config_digest());
    }
    let n = digests.len();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), n);
}

#[test]
fn the_tokenizers_digest_is_of_its_bytes() {
    let dir = copy("bert");
    let checkpoint = open(dir.path());
    assert_eq!(checkpoint.tokenizer_digest().unwrap(), None);
    fs::write(checkpoint.tokenizer_path(), "abc").unwrap();
    // NIST's example of SHA-256.
    assert_eq!(
        checkpoint.tokenizer_digest().unwrap().as_deref(),
        Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    );
    fs::remove_file(checkpoint.tokenizer_path()).unwrap();
    fs::create_dir(checkpoint.tokenizer_path()).unwrap();
    let error = checkpoint.tokenizer_digest().unwrap_err();
    assert!(error.to_string().starts_with("cannot read "), "{error}");
}

#[test]
fn shapes_are_known_by_name() {
    for (name, _) in EncoderConfig::SHAPES {
        EncoderConfig::named(name).unwrap().validate().unwrap();
    }
    for (name, _) in ViTConfig::SHAPES {
        ViTConfig::named(name).unwrap().validate().unwrap();
    }
    let large = EncoderConfig::named("roberta-large").unwrap();
    assert_eq!(large, EncoderConfig::roberta_large());
    assert_eq!(large.with_layers(2).num_hidden_layers, 2);
    let error: ConfigError = ViTConfig::named("vit-b").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no shape is called vit-b, expected one of mini, vit-s16, vit-b16, dinov2-s"
    );
    // As Hugging Face's configurations of these models.
    let shape = |config: &ViTConfig| (config.hidden_size, config.num_attention_heads);
    assert_eq!(shape(&ViTConfig::named("vit-s16").unwrap()), (384, 6));
    let open: Result<Checkpoint<Vit>, _> = Checkpoint::open(fixture::dir("vit"));
    assert_eq!(open.unwrap().config().kind, VisionKind::Vit);
}
