//! The `bench` binary: the two sides taking turns, with a script in Python's place.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The root of this repository.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a command to its end and checks the exit code.
#[track_caller]
fn finished(mut command: Command, code: i32) -> Output {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    output
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Parameters that `tuneB-Arand-r8` trains at MiniLM-L6's shape: B of two layers in each of six,
/// and the head's two dense layers.
const TRAINABLE: usize = 6 * 2 * 8 * 384 + (384 * 384 + 384) + (384 * 2 + 2);

struct Bench {
    dir: TempDir,
}

impl Bench {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// A Python that has every package, and answers every job with the same sample.
    fn python(&self, trainable: usize) -> PathBuf {
        let path = self.dir.path().join("python");
        let script = format!(
            r#"#!/bin/sh
case "$*" in
  *import*) exit 0 ;;
  *--versions*) echo '{{"torch": "0.0"}}' ;;
  *) cat > {job}
     echo 'a line that is not the sample'
     echo '{{"seconds": [2.0, 4.0], "peak_rss_mb": 800, "built_rss_mb": 400, "trainable": {trainable}}}' ;;
esac
"#,
            job = self.dir.path().join("job.json").display(),
        );
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn run(&self, args: &[&str], code: i32) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bench"));
        command
            .current_dir(repository())
            .env_remove("LORA_PYTHON")
            .env("HF_HUB_OFFLINE", "1")
            .env("HF_HOME", self.dir.path().join("hf"))
            .arg("--results")
            .arg(self.dir.path().join("bench"))
            .args(args);
        finished(command, code)
    }

    /// The one folder of results.
    fn folder(&self) -> PathBuf {
        let folders = fs::read_dir(self.dir.path().join("bench")).unwrap();
        let folders: Vec<PathBuf> = folders.map(|entry| entry.unwrap().path()).collect();
        assert_eq!(folders.len(), 1, "{folders:?}");
        folders[0].clone()
    }
}

/// Evaluation alone: the measurement that is over soonest.
const ONE: [&str; 7] = [
    "--quick",
    "--shapes",
    "minilm-l6",
    "--arms",
    "tuneB-Arand-r8",
    "--what",
    "evaluate",
];

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn the_two_sides_take_turns_and_the_summary_has_their_ratio() {
    let bench = Bench::new();
    let python = bench.python(TRAINABLE);
    let python = ["--python", python.to_str().unwrap()];
    bench.run(&[&ONE[..], &python].concat(), 0);

    let folder = bench.folder();
    let raw = read(&folder, "raw.csv");
    let rows: Vec<&str> = raw.lines().skip(1).collect();
    assert_eq!(rows.len(), 2, "{raw}");
    assert!(rows[0].starts_with("ours,minilm-l6,tuneB-Arand-r8,evaluate,none,1,"));
    let theirs = "theirs,minilm-l6,tuneB-Arand-r8,evaluate,none,1,3.00000,800,400,2,";
    assert_eq!(rows[1], format!("{theirs}{TRAINABLE}"));
    assert!(rows[0].ends_with(&format!(",1,{TRAINABLE}")), "{}", rows[0]);
    let versions = read(&folder, "versions.toml");
    assert!(versions.contains("torch = \"0.0\"") && versions.contains("burn = "));

    // The summary is made of the rows alone.
    let summary = read(&folder, "summary.csv");
    assert!(summary.contains("minilm-l6,tuneB-Arand-r8,none,evaluation,s,1,"));
    fs::remove_file(folder.join("summary.csv")).unwrap();
    bench.run(&["--summarize", folder.to_str().unwrap()], 0);
    assert_eq!(read(&folder, "summary.csv"), summary);

    // The other side was told the whole shape.
    let job: serde_json::Value = serde_json::from_str(&read(bench.dir.path(), "job.json")).unwrap();
    assert_eq!(job["model"]["config"]["num_hidden_layers"], 6);
    assert_eq!(job["method"]["low-rank"]["trains"], "B");
}

#[test]
fn sides_that_train_different_parameters_are_not_compared() {
    let bench = Bench::new();
    let python = bench.python(1);
    let python = ["--python", python.to_str().unwrap()];
    let output = bench.run(&[&ONE[..], &python].concat(), 2);
    let expected = format!("trains {TRAINABLE} parameters here and 1 there");
    assert!(stderr(&output).contains(&expected), "{}", stderr(&output));
}

#[test]
fn a_wrong_request_is_one_sentence_and_leaves_no_folder() {
    let bench = Bench::new();
    for (args, expected) in [
        (
            &["--shapes", "gpt"][..],
            "unknown shape `gpt`; shapes are minilm-l6",
        ),
        (&["--arms", "lora-rx"], "unknown arm `lora-rx`"),
        (&["--arms", "ia3"], "arm `ia3` does not run yet"),
        (&["--what", "speed"], "unknown measurement `speed`"),
        (&["--rounds", "0"], "--rounds must be at least 1, but is 0"),
        (&["--device", "gpu"], "unknown device `gpu`"),
        (
            &["--python", "/nowhere/python"],
            "/nowhere/python cannot be started",
        ),
        (
            &["--what", "rte-epoch", "--data", "/nowhere"],
            "checkpoint `sentence-transformers/all-MiniLM-L6-v2` was not found",
        ),
    ] {
        let output = bench.run(args, 2);
        let message = stderr(&output);
        assert!(message.contains(expected), "{args:?}: {message}");
    }
    assert!(!bench.dir.path().join("bench").exists());
}
