use adapters::{Adaptable, MaskStream};
use burn::module::Module;
use burn::tensor::{Bool, Device, Distribution, Int, Tensor};
use models::{
    Dropouts, EncoderConfig, EncoderInput, EncoderKind, KeysValues, ModelConfig, Roberta,
    SequenceClassifier, random_backbone, random_classifier,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::fixture::{self, Reference, host, max_difference};

/// The same sums in another order: a few units in the last place of values around 4.
const ROUNDING: f64 = 2e-6;

pub fn tiny(kind: EncoderKind) -> EncoderConfig {
    EncoderConfig {
        kind,
        vocab_size: 50,
        hidden_size: 16,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        intermediate_size: 32,
        max_position_embeddings: 14,
        type_vocab_size: 2,
        pad_token_id: 1,
        initializer_range: 0.02,
        ..EncoderConfig::roberta_base()
    }
}

pub fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Rows of ids; `pad` more columns of padding at the end.
pub fn input(rows: &[&[i64]], pad: usize, device: &Device) -> EncoderInput {
    let seq = rows.iter().map(|row| row.len()).max().unwrap() + pad;
    let mut ids = Vec::new();
    let mut mask = Vec::new();
    for row in rows {
        ids.extend((0..seq).map(|i| row.get(i).copied().unwrap_or(1)));
        mask.extend((0..seq).map(|i| i < row.len()));
    }
    let ids = Tensor::<1, Int>::from_data(ids.as_slice(), device);
    let mask = Tensor::<1, Bool>::from_data(mask.as_slice(), device);
    EncoderInput::new(
        ids.reshape([rows.len(), seq]),
        mask.reshape([rows.len(), seq]),
    )
}

#[test]
fn padding_does_not_change_the_logits() {
    let device = fixture::device();
    for name in ["roberta", "bert"] {
        let masks = MaskStream::new(0);
        let mut model = fixture::open(name)
            .classifier(3, &device, &masks, Dropouts::off(), &mut rng(1))
            .unwrap();
        // A fresh head is small: with it, any error would be small too.
        for layer in [&mut model.classifier.dense, &mut model.classifier.out_proj] {
            layer.weight = layer.weight.clone().map(|weight| weight * 20.0);
        }
        let rows: [&[i64]; 3] = [&[5, 9, 33, 7], &[40, 6], &[8, 8, 8]];
        let together = host(model.forward(&input(&rows, 5, &device)));
        let alone: Vec<f64> = rows
            .iter()
            .flat_map(|row| host(model.forward(&input(&[row], 0, &device))))
            .collect();
        let error = max_difference(&together, &alone);
        assert!(error < ROUNDING, "{name}: {error:e}");
        assert!(max_difference(&alone[..3], &alone[3..6]) > 0.01);
    }
}

#[test]
fn first_row_alone_equals_the_first_row_of_all() {
    let device = fixture::device();
    for name in ["roberta", "bert"] {
        let reference = Reference::open(name);
        let encoder = fixture::encoder(name);
        let input = reference.input(&device);
        let all = encoder.forward(&input); // [batch, seq, d_model]
        let first: Tensor<2> = all.narrow(1, 0, 1).squeeze_dim(1);
        let error = max_difference(&host(encoder.forward_first(&input)), &host(first));
        assert!(error < ROUNDING, "{name}: {error:e}");
    }
}

/// As a decoder keeps them, or as one attends to an encoder.
#[test]
fn attention_to_kept_keys_and_values_equals_attention_to_all_tokens() {
    let device = fixture::device();
    let attention = &fixture::encoder("bert").layers[0].attention;
    let random = |seq| Tensor::random([2, seq, 16], Distribution::Normal(0.0, 1.0), &device);
    let (queries, memory): (Tensor<3>, Tensor<3>) = (random(3), random(5));
    let expected = host(attention.forward(queries.clone(), memory.clone(), None));

    let first = attention.keys_values(memory.clone().narrow(1, 0, 2));
    let second = attention.keys_values(memory.narrow(1, 2, 3));
    let kept = KeysValues {
        keys: Tensor::cat(vec![first.keys, second.keys], 1),
        values: Tensor::cat(vec![first.values, second.values], 1),
    };
    let found = attention.attend(attention.query.forward(queries), kept, None);
    assert_eq!(found.dims(), [2, 3, 16]);
    let error = max_difference(&host(found), &expected);
    assert!(error < ROUNDING, "{error:e}");
}

#[test]
fn absent_token_types_are_type_zero() {
    let device = fixture::device();
    let encoder = fixture::encoder("bert");
    let input = input(&[&[5, 9, 33], &[2, 3]], 0, &device);
    let zeros = input.clone().with_type_ids(Tensor::zeros([2, 3], &device));
    assert_eq!(host(encoder.forward(&input)), host(encoder.forward(&zeros)));
    let ones = input.clone().with_type_ids(Tensor::ones([2, 3], &device));
    assert_ne!(host(encoder.forward(&input)), host(encoder.forward(&ones)));
}

/// Dropout changes what a training model computes, by the seed of its masks, and nothing else does.
#[test]
fn dropout_follows_the_mask_stream_and_stops_at_validation() {
    let device = fixture::device();
    let autodiff = device.clone().autodiff();
    let masks = MaskStream::new(3);
    let config = tiny(EncoderKind::Roberta);
    let model = random_classifier::<Roberta>(&config, 2, &device, &masks, &mut rng(0));
    let training = model.clone().train();
    let run = |model: &SequenceClassifier, device: &Device| {
        host(model.forward(&input(&[&[5, 6, 7]], 0, device)))
    };
    let plain = run(&model, &device);
    assert_eq!(plain, run(&model, &device));

    masks.reseed(3);
    let (first, second) = (run(&training, &autodiff), run(&training, &autodiff));
    assert_ne!(first, plain);
    assert_ne!(first, second);
    masks.reseed(3);
    assert_eq!(first, run(&training, &autodiff));
    assert_eq!(plain, run(&training.valid(), &device));
}

#[test]
fn dropouts_replace_the_configured_probabilities() {
    let config = EncoderConfig::roberta_base();
    let off = config.clone().with_dropouts(Dropouts::off());
    assert_eq!(
        (
            off.hidden_dropout_prob,
            off.attention_probs_dropout_prob,
            off.head_dropout()
        ),
        (0.0, 0.0, 0.0)
    );
    let hidden = Dropouts {
        hidden: Some(0.3),
        ..Dropouts::default()
    };
    let changed = config.clone().with_dropouts(hidden);
    assert_eq!(
        (changed.hidden_dropout_prob, changed.head_dropout()),
        (0.3, 0.3)
    );
    assert_eq!(changed.attention_probs_dropout_prob, 0.1);
    assert_eq!(config.clone().with_dropouts(Dropouts::default()), config);
}

#[test]
fn the_names_of_adaptable_layers_are_hugging_faces() {
    let device = fixture::device();
    let config = tiny(EncoderKind::Bert);
    let mut model =
        random_classifier::<Roberta>(&config, 2, &device, &MaskStream::new(0), &mut rng(0));
    let mut paths = Vec::new();
    model.visit_linears("", &mut |path, layer| {
        paths.push(format!("{path} {:?}", layer.dims()));
    });
    let mut expected = Vec::new();
    for layer in 0..2 {
        for name in ["query", "key", "value", "output"] {
            expected.push(format!("encoder.layers.{layer}.attention.{name} [16, 16]"));
        }
        expected.push(format!("encoder.layers.{layer}.intermediate [16, 32]"));
        expected.push(format!("encoder.layers.{layer}.output [32, 16]"));
    }
    expected.push("classifier.dense [16, 16]".to_owned());
    expected.push("classifier.out_proj [16, 2]".to_owned());
    assert_eq!(paths, expected);
}

#[test]
fn fresh_weights_are_a_function_of_the_generator() {
    let device = fixture::device();
    let config = tiny(EncoderKind::Roberta);
    let word = |seed| {
        let encoder =
            random_backbone::<Roberta>(&config, &device, &MaskStream::new(9), &mut rng(seed));
        host(encoder.embeddings.word.weight.val())
    };
    assert_eq!(word(4), word(4));
    assert_ne!(word(4), word(5));

    let values = word(4);
    let std = (values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64).sqrt();
    // 800 draws estimate a standard deviation to within 2.5 % (one sigma).
    assert!((std / 0.02 - 1.0).abs() < 0.1, "{std}");
    let padding = &values[16..32];
    assert!(padding.iter().all(|&v| v == 0.0));
}

#[test]
fn padding_rows_of_position_tables_are_zero_for_roberta_alone() {
    let device = fixture::device();
    let row = |kind| {
        let encoder =
            random_backbone::<Roberta>(&tiny(kind), &device, &MaskStream::new(0), &mut rng(0));
        host(encoder.embeddings.position.weight.val())[16..32].to_vec()
    };
    assert!(row(EncoderKind::Roberta).iter().all(|&v| v == 0.0));
    assert!(row(EncoderKind::Bert).iter().any(|&v| v != 0.0));
}

#[test]
fn inputs_outside_the_tables_are_errors_that_name_them() {
    let config = tiny(EncoderKind::Roberta);
    assert!(config.check_ids([0, 49]).is_ok());
    let message = |result: Result<(), models::ModelError>| result.unwrap_err().to_string();
    assert_eq!(
        message(config.check_ids([3, 50])),
        "token id 50 is outside the vocabulary of 50"
    );
    assert_eq!(
        message(config.check_ids([-1])),
        "token id -1 is outside the vocabulary of 50"
    );
    assert_eq!(
        message(config.check_types([2])),
        "token type 2 is outside the model's 2 token types"
    );
    assert!(config.check_seq(12).is_ok());
    assert_eq!(
        message(config.check_seq(13)),
        "a sequence has 13 tokens, but the model has positions for 12"
    );
}

#[test]
#[should_panic(expected = "a sequence has 13 tokens, but the model has positions for 12")]
fn a_sequence_longer_than_the_position_table_panics_with_both_lengths() {
    let device = fixture::device();
    let config = tiny(EncoderKind::Roberta);
    let encoder = random_backbone::<Roberta>(&config, &device, &MaskStream::new(0), &mut rng(0));
    encoder.forward(&input(&[&[5; 13]], 0, &device));
}
