//! Every table's experiment file, at every scale, on any machine.

use std::fs;
use std::process::Command;

use repro::experiment::Experiment;

use crate::sandbox::{finished, reports, repository, stdout};

/// The table suites under `experiments/`: scale, name, binary.
fn suites() -> Vec<(String, String, &'static str)> {
    let mut suites = Vec::new();
    for scale in fs::read_dir(repository().join("experiments")).unwrap() {
        let scale = scale.unwrap();
        for file in fs::read_dir(scale.path()).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            let binary = match name.as_str() {
                "glue.toml" => env!("CARGO_BIN_EXE_table1"),
                "glue-tune.toml" => env!("CARGO_BIN_EXE_tune"),
                _ => continue,
            };
            let name = name.trim_end_matches(".toml").to_owned();
            suites.push((scale.file_name().into_string().unwrap(), name, binary));
        }
    }
    suites.sort();
    suites
}

#[test]
fn every_suite_runs_in_smoke() {
    let suites = suites();
    for scale in ["mini", "small", "paper"] {
        assert!(
            suites
                .iter()
                .any(|(s, name, _)| s == scale && name == "glue"),
            "{scale}"
        );
    }
    for (scale, name, binary) in suites {
        let experiment = Experiment::load(&repository(), &scale, &name).unwrap();
        // The first and the last arm that run, and two tasks; the last seed.
        let runnable = |key: &String| experiment.arm(key).unwrap().method.can_run();
        let arms: Vec<String> = experiment.arm_keys().into_iter().filter(runnable).collect();
        let arms = format!("{},{}", arms[0], arms[arms.len() - 1]);
        let tasks: Vec<&str> = experiment
            .tasks
            .keys()
            .map(String::as_str)
            .take(2)
            .collect();
        let seed = experiment.seeds.last().unwrap().to_string();
        let dir = tempfile::tempdir().unwrap();
        let command = |args: &[&str]| {
            let mut command = Command::new(binary);
            command
                .current_dir(repository())
                .args(["--smoke", "--scale", &scale, "--seeds", &seed, "--results"])
                .arg(dir.path())
                .args(args);
            command
        };
        let plan = stdout(&finished(command(&["--dry-run"]), 0));
        for key in experiment.arm_keys() {
            let says = |line: &str| {
                line.starts_with(&format!("{key} trains ")) || line == format!("{key}: not run yet")
            };
            assert!(plan.lines().any(says), "{scale} {name} {key}: {plan}");
        }
        let output = finished(command(&["--arms", &arms, "--tasks", &tasks.join(",")]), 0);
        let n_rates = experiment.grid.as_ref().map_or(1, |grid| grid.lr.len());
        assert_eq!(
            reports(&output).len(),
            2 * tasks.len() * n_rates,
            "{scale} {name}"
        );
    }
}
