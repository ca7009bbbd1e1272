use serde::Deserialize;
use tasks::Error;
use tasks::encode::{Encoded, TextEncoder};
use tasks::glue::Example;

const ROBERTA: &[u8] = include_bytes!("../fixtures/roberta-tokenizer.json");
const BERT: &[u8] = include_bytes!("../fixtures/bert-tokenizer.json");

#[derive(Deserialize)]
struct Case {
    a: String,
    b: Option<String>,
    max_len: usize,
    ids: Vec<u32>,
    type_ids: Vec<u32>,
}

/// Compares with what transformers 4.57.1 gave, written by `python reference/tokenize_pairs.py`.
#[track_caller]
fn check(tokenizer: &[u8], cases: &str) {
    let encoder = TextEncoder::from_bytes(tokenizer).unwrap();
    let cases: Vec<Case> = serde_json::from_str(cases).unwrap();
    assert!(
        cases.iter().any(|case| case.ids.len() == case.max_len),
        "the fixture truncates"
    );
    for Case {
        a,
        b,
        max_len,
        ids,
        type_ids,
    } in cases
    {
        let ours = encoder.encode(&a, b.as_deref(), max_len).unwrap();
        assert_eq!(
            ours,
            Encoded { ids, type_ids },
            "a = {a:?}, b = {b:?}, max_len = {max_len}"
        );
    }
}

#[test]
fn roberta_ids_equal_transformers() {
    check(ROBERTA, include_str!("../fixtures/roberta-pairs.json"));
}

#[test]
fn bert_ids_and_type_ids_equal_transformers() {
    check(BERT, include_str!("../fixtures/bert-pairs.json"));
}

#[test]
fn layouts_are_those_of_the_two_families() {
    let roberta = TextEncoder::from_bytes(ROBERTA).unwrap();
    let id = |token| roberta.token_to_id(token).unwrap();
    let ids = roberta.encode("", Some(""), 8).unwrap().ids;
    assert_eq!(ids, [id("<s>"), id("</s>"), id("</s>"), id("</s>")]);

    let bert = TextEncoder::from_bytes(BERT).unwrap();
    let id = |token| bert.token_to_id(token).unwrap();
    let Encoded { ids, type_ids } = bert.encode("the", Some("the"), 8).unwrap();
    assert_eq!(
        ids,
        [id("[CLS]"), id("the"), id("[SEP]"), id("the"), id("[SEP]")]
    );
    assert_eq!(type_ids, [0, 0, 0, 1, 1]);
}

#[test]
fn encode_all_keeps_the_order() {
    let encoder = TextEncoder::from_bytes(BERT).unwrap();
    let examples: Vec<Example> = (0..200)
        .map(|n| Example {
            a: format!("sailor {n}"),
            b: (n % 2 == 0).then(|| "the rope".to_owned()),
            label: 0.0,
        })
        .collect();
    let all = encoder.encode_all(&examples, 32).unwrap();
    for (example, encoded) in examples.iter().zip(&all) {
        assert_eq!(
            *encoded,
            encoder
                .encode(&example.a, example.b.as_deref(), 32)
                .unwrap()
        );
    }
    assert_eq!(all.len(), examples.len());
}

#[test]
fn a_limit_without_room_for_text_is_an_error() {
    let encoder = TextEncoder::from_bytes(ROBERTA).unwrap();
    assert_eq!(encoder.encode("sailor", None, 3).unwrap().len(), 3);
    let error = encoder.encode("sailor", None, 2).unwrap_err();
    assert!(
        matches!(
            error,
            Error::MaxLength {
                max_len: 2,
                n_special: 2
            }
        ),
        "{error}"
    );
    let error = encoder.encode("sailor", Some("rope"), 4).unwrap_err();
    assert_eq!(
        error.to_string(),
        "maximum length 4 leaves no room for text, expected more than the 4 special tokens"
    );
}

#[test]
fn a_file_that_is_no_tokenizer_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tokenizer.json");
    assert!(
        TextEncoder::from_file(&path)
            .unwrap_err()
            .to_string()
            .contains("tokenizer.json: cannot be read")
    );
    std::fs::write(&path, "{\"model\": 3}").unwrap();
    assert!(
        TextEncoder::from_file(&path)
            .unwrap_err()
            .to_string()
            .contains("not a usable tokenizer.json")
    );
    std::fs::write(&path, BERT).unwrap();
    assert_eq!(TextEncoder::from_file(&path).unwrap().vocab_size(), 300);
}
