//! From this machine's rows to the published ones: `table1`, `publish`, and both again.

use std::process::{Command, Output};

use crate::sandbox::{EXPERIMENT, Sandbox, finished, stderr, stdout};

const INPUTS: [&str; 4] = ["--checkpoints", "models", "--data", "data"];

fn workspace() -> Sandbox {
    let sandbox = Sandbox::with(EXPERIMENT);
    sandbox.write_inputs();
    sandbox.write(".gitignore", "/results/local/\n/models/\n/data/\n");
    sandbox
}

/// Trains one arm on one task for real, into `results/local`.
fn train(sandbox: &Sandbox) {
    let mut args = vec![
        "--arms",
        "lora-r8",
        "--tasks",
        "rte",
        "--results",
        "results/local",
    ];
    args.extend(INPUTS);
    sandbox.run(&args, 0);
}

fn publish(sandbox: &Sandbox, code: i32) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_publish"));
    command
        .current_dir(sandbox.path(""))
        .env("HF_HUB_OFFLINE", "1")
        .args(["--scale", "tiny", "--suite", "glue"])
        .args(INPUTS);
    finished(command, code)
}

fn commit_all(sandbox: &Sandbox) {
    for args in [
        &["init", "-q"][..],
        &["add", "-A"],
        &["commit", "-q", "-m", "all"],
    ] {
        let mut git = Command::new("git");
        git.current_dir(sandbox.path(""))
            .args(["-c", "user.name=t", "-c", "user.email=t@example.org"])
            .args(args);
        finished(git, 0);
    }
}

#[test]
fn rows_of_a_clean_tree_are_published_once_with_their_tables_and_plots() {
    let sandbox = workspace();
    commit_all(&sandbox);
    train(&sandbox);

    let first = stdout(&publish(&sandbox, 0));
    assert!(
        first.contains("1 runs published, 0 were already"),
        "{first}"
    );
    let local = sandbox.files("results/local/tiny/glue");
    let published = sandbox.files("results/tiny/glue");
    let rows = |files: &std::collections::BTreeMap<std::path::PathBuf, Vec<u8>>| {
        let runs = files.iter().find(|(path, _)| path.ends_with("runs.csv"));
        String::from_utf8(runs.unwrap().1.clone()).unwrap()
    };
    assert_eq!(rows(&local), rows(&published));
    for file in [
        "results/tiny/glue/table1.md",
        "results/tiny/glue/table1.csv",
        "figures/tiny/table1.svg",
        "figures/tiny/index.html",
    ] {
        assert!(sandbox.path(file).is_file(), "{file} is missing");
    }

    let again = stdout(&publish(&sandbox, 0));
    assert!(
        again.contains("0 runs published, 1 were already"),
        "{again}"
    );
    assert_eq!(sandbox.files("results/tiny/glue"), published);
}

#[test]
fn rows_of_a_changed_tree_stay_where_they_are() {
    let sandbox = workspace();
    commit_all(&sandbox);
    sandbox.write(".gitignore", "/results/local/\n/models/\n/data/\n/more/\n");
    train(&sandbox);
    let message = stderr(&publish(&sandbox, 2));
    assert!(message.contains("uncommitted changes"), "{message}");

    // Committed or not by now: the run was made from what no commit has.
    commit_all(&sandbox);
    // Nothing is published, so there is nothing to draw either.
    let message = stderr(&publish(&sandbox, 2));
    assert!(message.contains("lora-r8 on rte, seed 0"), "{message}");
    assert!(message.contains("is not published"), "{message}");
    assert!(!sandbox.path("results/tiny/glue/runs.csv").exists());
}
