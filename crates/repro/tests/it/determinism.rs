//! Same seed, same numbers: run twice, and with another number of jobs.

use crate::sandbox::{Sandbox, finished, repository, stable_rows};

#[test]
fn runs_do_not_depend_on_the_number_of_jobs_or_on_chance() {
    let rows = |jobs: &str| {
        let sandbox = Sandbox::new();
        sandbox.run(&["--smoke", "--jobs", jobs], 0);
        sandbox.rows()
    };
    let once = rows("1");
    assert_eq!(once.len(), 24);
    assert_eq!(once, rows("1"));
    assert_eq!(once, rows("2"));
}

/// Matrices large enough for several threads to share one product.
#[test]
fn larger_matrices_do_not_depend_on_the_number_of_threads() {
    let rows = |jobs: &str| {
        let dir = tempfile::tempdir().unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_table1"));
        command
            .current_dir(repository())
            .args([
                "--scale", "small", "--smoke", "--seeds", "0", "--tasks", "rte",
            ])
            .args([
                "--arms",
                "lora-r8,tuneB-Arand-r16",
                "--jobs",
                jobs,
                "--results",
            ])
            .arg(dir.path());
        finished(command, 0);
        stable_rows(&dir.path().join("smoke/small/glue/runs.csv"))
    };
    assert_eq!(rows("1"), rows("2"));
}

#[test]
fn seeds_differ() {
    let sandbox = Sandbox::new();
    sandbox.run(
        &[
            "--smoke", "--seeds", "0,1", "--arms", "lora-r8", "--tasks", "rte",
        ],
        0,
    );
    let settings = std::fs::read_to_string(sandbox.path("results/smoke/tiny/glue/settings.jsonl"));
    assert_eq!(settings.unwrap().lines().count(), 2);
    assert_eq!(sandbox.rows().len(), 4);
}
