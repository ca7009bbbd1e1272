//! The `forward` binary on the tiny checkpoints of `models`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors, serialize};

/// See `crates/models/tests/it/parity.rs`, which compares the same numbers inside the library.
const TOLERANCE: f32 = 1e-5;

type Stored<'a> = (&'a str, Dtype, Vec<usize>, Vec<u8>);

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../models/tests/fixtures")
        .join(name)
}

fn forward(checkpoint: &Path, inputs: &Path, outputs: &Path) -> Output {
    forward_with(&[], checkpoint, inputs, outputs)
}

fn forward_with(options: &[&str], checkpoint: &Path, inputs: &Path, outputs: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_forward"))
        .args(options)
        .arg("--checkpoint")
        .arg(checkpoint)
        .arg("--inputs")
        .arg(inputs)
        .arg("--outputs")
        .arg(outputs)
        .output()
        .unwrap()
}

fn floats(path: &Path, name: &str) -> (Vec<usize>, Vec<f32>) {
    let bytes = fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let view = file.tensor(name).unwrap();
    assert_eq!(view.dtype(), Dtype::F32);
    let values = view
        .data()
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
        .collect();
    (view.shape().to_vec(), values)
}

#[track_caller]
fn assert_close(ours: (Vec<usize>, Vec<f32>), theirs: (Vec<usize>, Vec<f32>)) {
    assert_eq!(ours.0, theirs.0);
    for (a, b) in ours.1.iter().zip(&theirs.1) {
        assert!((a - b).abs() < TOLERANCE, "{a} and {b}");
    }
}

fn i64s(values: &[i64]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

fn write(path: &Path, tensors: &[Stored]) {
    let views = tensors.iter().map(|(name, dtype, shape, bytes)| {
        (
            *name,
            TensorView::new(*dtype, shape.clone(), bytes).unwrap(),
        )
    });
    fs::write(path, serialize(views, None).unwrap()).unwrap();
}

#[test]
fn forward_writes_what_transformers_computes() {
    let dir = tempfile::tempdir().unwrap();
    for (name, last, logits) in [
        ("roberta", Some("hidden.3"), Some("k3.plain_logits")),
        ("bert", Some("hidden.2"), None),
        ("bert-classifier", None, Some("logits")),
    ] {
        let reference = fixture(name).join("reference.safetensors");
        let outputs = dir.path().join(format!("{name}.safetensors"));
        let run = forward(&fixture(name), &reference, &outputs);
        assert!(run.status.success(), "{run:?}");
        let hidden = floats(&outputs, "last_hidden_state");
        if let Some(last) = last {
            assert_close(hidden, floats(&reference, last));
        }
        match logits {
            Some(logits) => assert_close(floats(&outputs, "logits"), floats(&reference, logits)),
            None => {
                let bytes = fs::read(&outputs).unwrap();
                assert_eq!(SafeTensors::deserialize(&bytes).unwrap().len(), 1);
            }
        }
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3);
}

/// More rows than are computed at a time, as 32-bit integers: row by row the same result.
#[test]
fn long_batches_of_i32_give_the_rows_of_short_ones() {
    let dir = tempfile::tempdir().unwrap();
    let run = |n_rows: usize| {
        let inputs = dir.path().join("in.safetensors");
        let outputs = dir.path().join("out.safetensors");
        let bytes = |value: &dyn Fn(usize) -> i32| -> Vec<u8> {
            (0..n_rows * 4)
                .flat_map(|i| value(i).to_le_bytes())
                .collect()
        };
        let shape = vec![n_rows, 4];
        let ids = bytes(&|i| 5 + (i as i32 * 7) % 50);
        let mask = bytes(&|_| 1);
        write(
            &inputs,
            &[
                ("input_ids", Dtype::I32, shape.clone(), ids),
                ("attention_mask", Dtype::I32, shape, mask),
            ],
        );
        let run = forward(&fixture("bert"), &inputs, &outputs);
        assert!(run.status.success(), "{run:?}");
        floats(&outputs, "last_hidden_state")
    };
    let (long, short) = (run(37), run(16));
    assert_eq!(long.0, [37, 4, 16]);
    assert_eq!(long.1[..short.1.len()], short.1);
}

/// Runs on inputs made of `tensors`; checks exit code 2, one line on stderr, and no output file.
#[track_caller]
fn check_error(tensors: &[Stored], expected: &str) {
    let dir = tempfile::tempdir().unwrap();
    let inputs = dir.path().join("in.safetensors");
    write(&inputs, tensors);
    let outputs = dir.path().join("out.safetensors");
    let run = forward(&fixture("bert"), &inputs, &outputs);
    check_message(&run, &format!("in.safetensors: {expected}"));
    assert!(!outputs.exists());
}

#[track_caller]
fn check_message(run: &Output, expected: &str) {
    let message = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(2), "{message}");
    assert!(message.starts_with("error: "), "{message}");
    assert_eq!(message.trim_end().lines().count(), 1, "{message}");
    assert!(
        message.contains(expected),
        "{expected:?} is not in: {message}"
    );
}

fn pair<'a>(ids: Stored<'a>, mask: &[i64]) -> [Stored<'a>; 2] {
    let shape = vec![1, mask.len()];
    [ids, ("attention_mask", Dtype::I64, shape, i64s(mask))]
}

fn ids<'a>(values: &[i64]) -> Stored<'a> {
    ("input_ids", Dtype::I64, vec![1, values.len()], i64s(values))
}

#[test]
fn bad_inputs_end_with_exit_code_2_and_one_sentence() {
    check_error(
        &[ids(&[5, 6])],
        "no tensor attention_mask; the file has input_ids",
    );
    check_error(
        &pair(ids(&[5, 60]), &[1, 1]),
        "token id 60 is outside the vocabulary of 60",
    );
    check_error(
        &pair(ids(&[5, -1]), &[1, 1]),
        "token id -1 is outside the vocabulary of 60",
    );
    check_error(
        &pair(ids(&[5; 17]), &[1; 17]),
        "a sequence has 17 tokens, but the model has positions for 16",
    );
    check_error(
        &pair(ids(&[5, 6]), &[1, 1, 1]),
        "attention_mask has shape [1, 3], expected [1, 2] as input_ids",
    );
    check_error(
        &pair(ids(&[5, 6]), &[0, 0]),
        "attention_mask has no token in row 0",
    );
    check_error(
        &pair(ids(&[5, 6]), &[1, 2]),
        "attention_mask has the value 2, expected 1",
    );
    let halves = ("input_ids", Dtype::F32, vec![1, 2], vec![0; 8]);
    check_error(
        &pair(halves, &[1, 1]),
        "input_ids is stored as F32, expected I64 or I32",
    );
    let flat = ("input_ids", Dtype::I64, vec![2], i64s(&[5, 6]));
    check_error(
        &pair(flat, &[1, 1]),
        "input_ids has shape [2], expected [batch, seq]",
    );
    let [ids, mask] = pair(ids(&[5, 6]), &[1, 1]);
    let types = ("token_type_ids", Dtype::I64, vec![1, 2], i64s(&[0, 2]));
    check_error(
        &[ids, mask, types],
        "token type 2 is outside the model's 2 token types",
    );
}

#[test]
fn bad_paths_end_with_exit_code_2_and_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let outputs = dir.path().join("out.safetensors");
    let good = fixture("bert").join("reference.safetensors");

    let run = forward(
        &fixture("bert"),
        &good,
        &dir.path().join("no/folder/out.safetensors"),
    );
    check_message(&run, "no/folder/out.safetensors: its folder does not exist");
    let run = forward(&dir.path().join("nothing"), &good, &outputs);
    check_message(&run, "cannot read ");
    let run = forward(
        &fixture("bert"),
        &dir.path().join("no.safetensors"),
        &outputs,
    );
    check_message(&run, "no.safetensors: ");

    let cut = dir.path().join("cut.safetensors");
    let bytes = fs::read(&good).unwrap();
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let run = forward(&fixture("bert"), &cut, &outputs);
    check_message(&run, "cut.safetensors: not a whole safetensors file");
    assert!(!outputs.exists());
}

/// A file with the `pixel_values` of a fixture's `images`.
fn pixels(dir: &Path, name: &str, images: &str) -> PathBuf {
    let reference = fixture(name).join("reference.safetensors");
    let (shape, values) = floats(&reference, &format!("{images}.pixel_values"));
    let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    let path = dir.join(format!("{name}-{images}.safetensors"));
    write(&path, &[("pixel_values", Dtype::F32, shape, bytes)]);
    path
}

#[test]
fn forward_of_images_writes_what_transformers_computes() {
    let dir = tempfile::tempdir().unwrap();
    for (name, images, options) in [
        ("vit", "native", &[][..]),
        ("vit", "other", &["--interpolate-pos-encoding"][..]),
        ("dinov2", "native", &[]),
        ("dinov2", "other", &[]),
    ] {
        let reference = fixture(name).join("reference.safetensors");
        let inputs = pixels(dir.path(), name, images);
        let outputs = dir.path().join("out.safetensors");
        let run = forward_with(options, &fixture(name), &inputs, &outputs);
        assert!(run.status.success(), "{run:?}");
        for (ours, theirs) in [("last_hidden_state", "last"), ("logits", "logits")] {
            assert_close(
                floats(&outputs, ours),
                floats(&reference, &format!("{images}.{theirs}")),
            );
        }
    }
}

#[test]
fn bad_images_end_with_exit_code_2_and_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let outputs = dir.path().join("out.safetensors");
    let check = |dtype: Dtype, shape: &[usize], fill: f32, expected: &str| {
        let inputs = dir.path().join("in.safetensors");
        let bytes = (0..shape.iter().product())
            .flat_map(|_| fill.to_le_bytes())
            .collect();
        write(&inputs, &[("pixel_values", dtype, shape.to_vec(), bytes)]);
        let run = forward(&fixture("vit"), &inputs, &outputs);
        check_message(&run, &format!("in.safetensors: {expected}"));
    };
    check(
        Dtype::F32,
        &[1, 3, 16, 20],
        0.0,
        "images are 16 x 20 pixels, expected 16 x 16",
    );
    check(
        Dtype::F32,
        &[1, 1, 16, 16],
        0.0,
        "images have 1 channels, but the model takes 3",
    );
    check(
        Dtype::F32,
        &[3, 16, 16],
        0.0,
        "pixel_values has shape [3, 16, 16], expected [batch, channels, height, width]",
    );
    check(
        Dtype::F32,
        &[0, 3, 16, 16],
        0.0,
        "pixel_values has shape [0, 3, 16, 16], expected at least one image",
    );
    check(
        Dtype::I32,
        &[1, 3, 16, 16],
        0.0,
        "pixel_values is stored as I32, expected F32",
    );
    check(
        Dtype::F32,
        &[2, 3, 16, 16],
        f32::NAN,
        "pixel_values has the value NaN in image 0",
    );

    let text = fixture("bert").join("reference.safetensors");
    let run = forward(&fixture("vit"), &text, &outputs);
    check_message(
        &run,
        "reference.safetensors: no tensor pixel_values; the file has ",
    );
    let images = pixels(dir.path(), "vit", "native");
    let run = forward(&fixture("bert"), &images, &outputs);
    check_message(&run, "no tensor input_ids; the file has pixel_values");
    let run = forward_with(
        &["--interpolate-pos-encoding"],
        &fixture("bert"),
        &text,
        &outputs,
    );
    check_message(&run, "--interpolate-pos-encoding is for images, but ");
    assert!(!outputs.exists());
}
