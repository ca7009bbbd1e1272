//! What `--dry-run` says, and that it does nothing.

use std::process::Command;

use crate::sandbox::{Sandbox, finished, repository, stdout};

/// The head of the mini plan. After a change of `experiments/mini/glue.toml` that is meant:
/// `INSTA_UPDATE=always cargo test -p repro --test it dry_run`.
#[test]
fn the_mini_plan_is_as_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_table1"));
    command
        .current_dir(repository())
        .args([
            "--smoke",
            "--dry-run",
            "--seeds",
            "0",
            "--tasks",
            "mnli,stsb",
            "--results",
        ])
        .arg(dir.path());
    let text = stdout(&finished(command, 0));
    // Run keys change with every setting; the settings themselves are what is recorded.
    let lines = text.lines().map(|line| match line.rsplit_once("  ") {
        Some((run, key)) if key.len() == 12 => format!("{run}  <key>"),
        _ => line.to_owned(),
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_dry_run_tells_what_is_done_and_what_is_not() {
    let sandbox = Sandbox::new();
    sandbox.run(&["--smoke", "--arms", "lora-r8", "--tasks", "rte"], 0);
    let before = sandbox.files("results");
    let text = stdout(&sandbox.run(&["--smoke", "--dry-run", "--tasks", "rte"], 0));
    assert_eq!(
        text.lines()
            .filter(|line| line.contains("  done  ") || line.contains(" done "))
            .count(),
        1
    );
    assert_eq!(
        text.lines().filter(|line| line.contains("to do")).count(),
        5
    );
    assert_eq!(sandbox.files("results"), before);
}
