use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use adapters::MaskStream;
use burn::tensor::Device;
use models::{Checkpoint, Dropouts, ModelError, Roberta, WeightProblem};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors, serialize};

use crate::fixture;

type Tensors = BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

/// A copy of a fixture's folder.
pub fn copy(name: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(fixture::dir(name)).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), dir.path().join(entry.file_name())).unwrap();
    }
    dir
}

/// Loads a copy of a fixture after `damage`, which gets the copy's folder.
fn load(name: &str, damage: impl FnOnce(&Path)) -> Result<(), ModelError> {
    let dir = copy(name);
    damage(dir.path());
    Checkpoint::<Roberta>::open(dir.path())?.backbone(
        &Device::flex(),
        &MaskStream::new(0),
        Dropouts::off(),
    )?;
    Ok(())
}

/// The error's message, causes included, is one line that has all of `parts`.
#[track_caller]
pub fn check(result: Result<(), ModelError>, parts: &[&str]) {
    let message = fixture::chain(&result.unwrap_err());
    assert!(!message.contains('\n'), "{message}");
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
}

pub fn edit_config(dir: &Path, edit: impl FnOnce(&mut serde_json::Map<String, serde_json::Value>)) {
    let path = dir.join("config.json");
    let text = fs::read_to_string(&path).unwrap();
    let mut config: serde_json::Map<_, _> = serde_json::from_str(&text).unwrap();
    edit(&mut config);
    fs::write(path, serde_json::to_string(&config).unwrap()).unwrap();
}

pub fn edit_tensors(dir: &Path, edit: impl FnOnce(&mut Tensors)) {
    let path = dir.join("model.safetensors");
    let bytes = fs::read(&path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: Tensors = file
        .iter()
        .map(|(name, view)| {
            let tensor = (view.dtype(), view.shape().to_vec(), view.data().to_vec());
            (name.to_owned(), tensor)
        })
        .collect();
    edit(&mut tensors);
    let views = tensors.iter().map(|(name, (dtype, shape, bytes))| {
        (name, TensorView::new(*dtype, shape.clone(), bytes).unwrap())
    });
    fs::write(&path, serialize(views, None).unwrap()).unwrap();
}

fn cut(path: &Path, n_bytes: usize) {
    let bytes = fs::read(path).unwrap();
    fs::write(path, &bytes[..n_bytes]).unwrap();
}

#[test]
fn the_copies_load_undamaged() {
    load("bert", |_| ()).unwrap();
    load("roberta", |_| ()).unwrap();
    load("bert-sharded", |_| ()).unwrap();
    load("bert", |dir| edit_tensors(dir, |_| ())).unwrap();
}

#[test]
fn a_missing_folder_is_named() {
    let error = Checkpoint::<Roberta>::open("no/such/folder").unwrap_err();
    check(Err(error), &["cannot read no/such/folder/config.json: "]);
}

#[test]
fn a_config_that_is_not_json_is_an_error_with_its_line() {
    let result = load("bert", |dir| {
        fs::write(
            dir.join("config.json"),
            "{\n  \"vocab_size\": 60,\n  oops\n}",
        )
        .unwrap();
    });
    check(result, &["config.json: ", "at line 3 column 3"]);
}

#[test]
fn a_config_without_a_model_type_is_an_error() {
    let result = load("bert", |dir| {
        edit_config(dir, |config| {
            config.remove("model_type");
        });
    });
    check(result, &["config.json: missing model_type"]);
}

#[test]
fn unknown_config_keys_are_ignored() {
    load("bert", |dir| {
        edit_config(dir, |config| {
            config.insert("something_new".to_owned(), [1, 2].as_slice().into());
        });
    })
    .unwrap();
}

#[test]
fn config_values_that_are_not_implemented_or_cannot_be_are_errors() {
    let cases: [(&str, serde_json::Value, &str); 9] = [
        (
            "model_type",
            "gpt2".into(),
            "model_type is gpt2, expected roberta, bert, xlm-roberta, camembert",
        ),
        (
            "hidden_act",
            "gelu_new".into(),
            "hidden_act is gelu_new, expected gelu",
        ),
        (
            "position_embedding_type",
            "relative_key".into(),
            "position_embedding_type is relative_key, expected absolute",
        ),
        (
            "is_decoder",
            true.into(),
            "is_decoder is true, expected false",
        ),
        (
            "num_attention_heads",
            3.into(),
            "hidden_size is 16, expected a multiple of num_attention_heads",
        ),
        (
            "num_attention_heads",
            0.into(),
            "num_attention_heads is 0, expected at least 1",
        ),
        (
            "hidden_dropout_prob",
            1.0.into(),
            "hidden_dropout_prob is 1, expected at least 0 and below 1",
        ),
        (
            "layer_norm_eps",
            0.0.into(),
            "layer_norm_eps is 0, expected a positive number",
        ),
        (
            "pad_token_id",
            60.into(),
            "pad_token_id is 60, expected an id below vocab_size",
        ),
    ];
    for (key, value, message) in cases {
        let result = load("bert", |dir| {
            edit_config(dir, |config| {
                config.insert(key.to_owned(), value);
            });
        });
        check(result, &[&format!("config.json: {message}")]);
    }
    let result = load("bert", |dir| {
        edit_config(dir, |config| {
            config.insert("vocab_size".to_owned(), "sixty".into());
        });
    });
    check(result, &["config.json: vocab_size: ", "sixty"]);
}

#[test]
fn a_folder_without_safetensors_names_both_files_it_could_have() {
    let result = load("bert", |dir| {
        fs::rename(dir.join("model.safetensors"), dir.join("pytorch_model.bin")).unwrap();
    });
    check(
        result,
        &[
            "has no weights",
            "model.safetensors or model.safetensors.index.json",
        ],
    );
}

#[test]
fn truncated_weights_are_an_error_wherever_the_cut_is() {
    let length = fs::metadata(fixture::dir("bert").join("model.safetensors"))
        .unwrap()
        .len();
    for (n_bytes, expected) in [
        (0, "it ends inside its header, after 0 bytes".to_owned()),
        (5, "it ends inside its header, after 5 bytes".to_owned()),
        (600, "it ends inside its header, after 600 bytes".to_owned()),
        (
            length - 1,
            format!(
                "should be {length} bytes long by its header, but is {}",
                length - 1
            ),
        ),
    ] {
        let result = load("bert", |dir| {
            cut(&dir.join("model.safetensors"), n_bytes as usize)
        });
        check(result, &["model.safetensors ", &expected]);
    }
}

#[test]
fn bytes_after_the_last_tensor_are_an_error() {
    let result = load("bert", |dir| {
        let path = dir.join("model.safetensors");
        let mut bytes = fs::read(&path).unwrap();
        bytes.push(0);
        fs::write(path, bytes).unwrap();
    });
    check(result, &["model.safetensors should be "]);
}

#[test]
fn weights_that_are_no_safetensors_are_an_error() {
    let result = load("bert", |dir| {
        fs::write(dir.join("model.safetensors"), "version https://git-lfs").unwrap();
    });
    check(
        result,
        &["model.safetensors is not a safetensors file: its header would be "],
    );
    for header in [
        "{not json}",
        "[1, 2, 3]",
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
    ] {
        let result = load("bert", |dir| {
            let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
            bytes.extend(header.as_bytes());
            bytes.extend([0; 4]);
            fs::write(dir.join("model.safetensors"), bytes).unwrap();
        });
        check(
            result,
            &["model.safetensors is not a safetensors file: its header is malformed"],
        );
    }
}

#[test]
fn every_weight_that_does_not_fit_is_listed_at_once() {
    let query = "bert.encoder.layer.1.attention.self.query.weight";
    let result = load("bert", |dir| {
        edit_tensors(dir, |tensors| {
            tensors
                .remove("bert.encoder.layer.0.output.dense.bias")
                .unwrap();
            let bytes = vec![0; 4 * 12];
            tensors.insert(
                "bert.encoder.layer.7.extra".to_owned(),
                (Dtype::F32, vec![3, 4], bytes),
            );
            tensors.insert(
                query.to_owned(),
                (Dtype::F32, vec![16, 15], vec![0; 4 * 240]),
            );
            let word = tensors
                .get_mut("bert.embeddings.word_embeddings.weight")
                .unwrap();
            *word = (Dtype::I32, word.1.clone(), word.2.clone());
        });
    });
    let Err(ModelError::Weights { problems, .. }) = &result else {
        panic!("{result:?}");
    };
    let expected = [
        WeightProblem::Dtype {
            name: "bert.embeddings.word_embeddings.weight".to_owned(),
            found: Dtype::I32,
        },
        WeightProblem::Missing {
            name: "encoder.layer.0.output.dense.bias".to_owned(),
            expected: vec![16],
        },
        WeightProblem::Shape {
            name: query.to_owned(),
            expected: vec![16, 16],
            found: vec![16, 15],
        },
        WeightProblem::Unknown {
            name: "bert.encoder.layer.7.extra".to_owned(),
            found: vec![3, 4],
        },
    ];
    assert_eq!(problems.0, expected);
    check(
        result,
        &[
            "does not fit its config.json: ",
            "missing encoder.layer.0.output.dense.bias [16]; ",
            "bert.encoder.layer.1.attention.self.query.weight has shape [16, 15], expected [16, 16]",
        ],
    );
}

#[test]
fn a_config_with_other_sizes_than_the_weights_is_an_error() {
    let result = load("bert", |dir| {
        edit_config(dir, |config| {
            config.insert("num_hidden_layers".to_owned(), 1.into());
        });
    });
    check(
        result,
        &["unknown bert.encoder.layer.1.attention.output.dense.bias [16]"],
    );
    let result = load("bert", |dir| {
        edit_config(dir, |config| {
            config.insert("vocab_size".to_owned(), 61.into());
        });
    });
    check(
        result,
        &["word_embeddings.weight has shape [60, 16], expected [61, 16]"],
    );
}

#[test]
fn a_weight_with_and_without_prefix_is_an_error() {
    let result = load("bert", |dir| {
        edit_tensors(dir, |tensors| {
            let word = tensors["bert.embeddings.word_embeddings.weight"].clone();
            tensors.insert("embeddings.word_embeddings.weight".to_owned(), word);
        });
    });
    check(
        result,
        &["has the weight embeddings.word_embeddings.weight twice"],
    );
}

#[test]
fn old_normalisation_names_and_index_buffers_are_accepted() {
    load("bert", |dir| {
        edit_tensors(dir, |tensors| {
            let renamed = std::mem::take(tensors).into_iter().map(|(name, tensor)| {
                let name = name
                    .replace("LayerNorm.weight", "LayerNorm.gamma")
                    .replace("LayerNorm.bias", "LayerNorm.beta");
                (name, tensor)
            });
            tensors.extend(renamed);
            assert!(tensors.contains_key("bert.embeddings.LayerNorm.gamma"));
            let ids = (Dtype::I64, vec![1, 2], vec![0; 16]);
            tensors.insert("bert.embeddings.position_ids".to_owned(), ids);
        });
    })
    .unwrap();
}

#[test]
fn weights_without_any_prefix_are_accepted() {
    load("bert", |dir| {
        edit_tensors(dir, |tensors| {
            let renamed = std::mem::take(tensors)
                .into_iter()
                .map(|(name, tensor)| (name.trim_start_matches("bert.").to_owned(), tensor));
            tensors.extend(renamed);
        });
    })
    .unwrap();
}

const INDEX: &str = "model.safetensors.index.json";

fn edit_index(dir: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(dir.join(INDEX)).unwrap();
    assert!(text.contains(from));
    fs::write(dir.join(INDEX), text.replacen(from, to, 1)).unwrap();
}

#[test]
fn an_index_that_is_not_json_is_an_error() {
    let result = load("bert-sharded", |dir| cut(&dir.join(INDEX), 100));
    check(result, &[INDEX, "is not a list of shards"]);
    let result = load("bert-sharded", |dir| {
        fs::write(dir.join(INDEX), r#"{"metadata": {}}"#).unwrap();
    });
    check(result, &[INDEX, "weight_map"]);
}

#[test]
fn an_index_that_names_a_missing_file_is_an_error() {
    let shard = "model-00003-of-00004.safetensors";
    let result = load("bert-sharded", |dir| {
        fs::remove_file(dir.join(shard)).unwrap()
    });
    check(
        result,
        &[INDEX, " puts ", shard, "but that file does not exist"],
    );
}

#[test]
fn an_index_that_names_a_tensor_the_shard_lacks_is_an_error() {
    let word = "bert.embeddings.word_embeddings.weight";
    let result = load("bert-sharded", |dir| {
        edit_index(dir, word, "bert.embeddings.words")
    });
    check(
        result,
        &[
            INDEX,
            "puts bert.embeddings.words in model-0000",
            "but that file does not have it",
        ],
    );
}

#[test]
fn a_shard_outside_the_folder_is_not_read() {
    let shard = "model-00003-of-00004.safetensors";
    for outside in ["../elsewhere.safetensors", "/elsewhere.safetensors", "./.."] {
        let outer = tempfile::tempdir().unwrap();
        let dir = outer.path().join("checkpoint");
        fs::rename(copy("bert-sharded").keep(), &dir).unwrap();
        let text = fs::read_to_string(dir.join(INDEX)).unwrap();
        // It is there, whole, so that reading it would succeed.
        fs::copy(dir.join(shard), outer.path().join("elsewhere.safetensors")).unwrap();
        let outside = match outside.starts_with('/') {
            true => format!("{}{outside}", outer.path().display()),
            false => outside.to_owned(),
        };
        fs::write(dir.join(INDEX), text.replace(shard, &outside)).unwrap();
        let opened = Checkpoint::<Roberta>::open(&dir).map(drop);
        check(
            opened,
            &[
                INDEX,
                &format!(" names the shard {outside}, expected a file in its folder"),
            ],
        );
    }
}

#[test]
fn a_weight_that_is_not_a_number_is_named() {
    let query = "bert.encoder.layer.1.attention.self.query.weight";
    for (value, shown) in [(f32::NAN, "NaN"), (f32::NEG_INFINITY, "-inf")] {
        let result = load("bert", |dir| {
            edit_tensors(dir, |tensors| {
                let (_, _, bytes) = tensors.get_mut(query).unwrap();
                bytes[40..44].copy_from_slice(&value.to_le_bytes());
            });
        });
        let sentence = format!("{query} has the value {shown}, expected finite numbers");
        check(result, &["does not fit its config.json: ", &sentence]);
    }
    // What nothing reads may be anything.
    load("bert", |dir| {
        edit_tensors(dir, |tensors| {
            let (_, _, bytes) = tensors.get_mut("bert.pooler.dense.bias").unwrap();
            bytes[..4].copy_from_slice(&f32::NAN.to_le_bytes());
        });
    })
    .unwrap();
}

#[test]
fn a_truncated_shard_is_named() {
    let shard = "model-00002-of-00004.safetensors";
    let result = load("bert-sharded", |dir| cut(&dir.join(shard), 9000));
    check(result, &[shard, "bytes long by its header, but is 9000"]);
}

#[test]
fn a_shard_left_out_of_the_index_leaves_weights_missing() {
    let shard = "model-00002-of-00004.safetensors";
    let result = load("bert-sharded", |dir| {
        let text = fs::read_to_string(dir.join(INDEX)).unwrap();
        let mut index: serde_json::Value = serde_json::from_str(&text).unwrap();
        let map = index["weight_map"].as_object_mut().unwrap();
        map.retain(|_, file| file != shard);
        fs::write(dir.join(INDEX), index.to_string()).unwrap();
    });
    check(result, &["does not fit its config.json: missing "]);
}

#[test]
fn heads_that_are_not_there_are_errors() {
    let (device, masks) = (Device::flex(), MaskStream::new(0));
    let bert = fixture::open("bert");
    assert_eq!(bert.head_outputs().unwrap(), None);
    let error = bert
        .classifier_with_head(&device, &masks, Dropouts::off())
        .unwrap_err();
    check(
        Err(error),
        &["has no classification head", "classifier.dense"],
    );
    let error = bert
        .masked_lm(&device, &masks, Dropouts::off())
        .unwrap_err();
    check(
        Err(error),
        &["needs a model of RoBERTa's kind, but this one is bert"],
    );
    let error = fixture::open("roberta")
        .masked_lm(&device, &masks, Dropouts::off())
        .unwrap_err();
    check(
        Err(error),
        &[
            "missing lm_head.dense.weight [32, 32]",
            "missing lm_head.bias [60]",
        ],
    );
}

#[test]
fn a_dropout_that_cannot_be_is_an_error() {
    let dropouts = Dropouts {
        attention: Some(1.5),
        ..Dropouts::default()
    };
    let error = fixture::open("bert")
        .backbone(&Device::flex(), &MaskStream::new(0), dropouts)
        .unwrap_err();
    check(
        Err(error),
        &["attention_probs_dropout_prob is 1.5, expected at least 0 and below 1"],
    );
}
