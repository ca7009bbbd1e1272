//! `pretrain`: same seed, same weights, interrupted or not; and the committed checkpoint is its work.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use repro::pretrain::Pretraining;

const TINY: &str = r#"
family = "roberta"
out = "tiny"
seed = 3
[corpus]
seed = 1
n_lines = 400
vocab_size = 400
mask_prob = 0.2
[model]
hidden_size = 16
num_hidden_layers = 2
num_attention_heads = 2
intermediate_size = 32
max_len = 48
dropout = 0.1
initializer_range = 0.05
[train]
steps = 200
batch_size = 8
lr = 1e-3
schedule = { linear = { warmup_ratio = 0.1 } }
save_every = 10
[train.optimizer]
beta_1 = 0.9
beta_2 = 0.98
epsilon = 1e-6
weight_decay = 0.01
max_grad_norm = 1.0
"#;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The command in a workspace of its own that holds the tiny experiment.
fn pretrain(folder: &Path) -> Command {
    fs::create_dir_all(folder.join("experiments")).unwrap();
    fs::write(folder.join("experiments/tiny.toml"), TINY).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_pretrain"));
    command
        .args([
            "--experiment",
            "experiments/tiny.toml",
            "--out",
            "pretrained",
        ])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn weights(folder: &Path) -> Vec<u8> {
    fs::read(folder.join("pretrained/tiny/model.safetensors")).unwrap()
}

#[test]
fn a_killed_pretraining_goes_on_to_the_same_weights() {
    let undisturbed = tempfile::tempdir().unwrap();
    assert!(pretrain(undisturbed.path()).status().unwrap().success());

    let disturbed = tempfile::tempdir().unwrap();
    let state = disturbed.path().join("pretrained/tiny.part/state.json");
    let mut kills = 0;
    loop {
        let before = fs::read(&state).ok();
        let mut child = pretrain(disturbed.path()).spawn().unwrap();
        let ended = loop {
            if let Some(status) = child.try_wait().unwrap() {
                assert!(status.success());
                break true;
            }
            // Killed right after a state is saved, with steps of the next one under way.
            if kills < 3 && fs::read(&state).is_ok_and(|now| Some(now) != before) {
                child.kill().unwrap();
                child.wait().unwrap();
                break false;
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        if ended {
            break;
        }
        kills += 1;
    }
    assert_eq!(kills, 3, "it was not interrupted often enough");
    assert_eq!(weights(undisturbed.path()), weights(disturbed.path()));
}

#[test]
fn a_state_of_other_settings_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("pretrained/tiny.part");
    fs::create_dir_all(&state).unwrap();
    fs::write(state.join("state.json"), r#"{"step":10,"digest":"other"}"#).unwrap();
    let output = pretrain(folder.path())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("other settings"), "{error}");
}

#[test]
fn the_committed_tokenizer_is_the_one_of_the_lab_as_it_is_now() {
    let experiment = workspace().join("experiments/mini/pretrain-roberta.toml");
    let Pretraining::Text(experiment) = Pretraining::load(&experiment).unwrap() else {
        panic!("a pretraining of text");
    };
    let lines = lab::corpus(experiment.corpus.seed, experiment.corpus.n_lines);
    let trained = lab::train_tokenizer(&lines, experiment.corpus.vocab_size).unwrap();
    let committed = workspace()
        .join("pretrained")
        .join(experiment.out)
        .join("tokenizer.json");
    let committed = fs::read(committed).unwrap();
    assert!(
        trained == committed,
        "the lab has changed: run `make pretrain`"
    );
}
