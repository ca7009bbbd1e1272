//! What must hold for every suite: each of the program's modes, one test over all of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use repro::experiment::parse;
use repro::suites::{ExperimentOf, NAMES, Suite, Visitor, dispatch};
use repro::train::Precision;
use repro::train::{Method, build};

use crate::sandbox::{
    EXPERIMENT, PICTURES, Sandbox, SmokeRun, column, finished, reports, repository, stable_rows,
    stderr, stdout,
};

const TUNE: &str = env!("CARGO_BIN_EXE_tune");

/// A suite with the binary of its tables and a tiny experiment.
struct Case {
    name: &'static str,
    binary: &'static str,
    experiment: &'static str,
}

const CASES: [Case; 2] = [
    Case {
        name: "glue",
        binary: env!("CARGO_BIN_EXE_table1"),
        experiment: EXPERIMENT,
    },
    Case {
        name: "domainbed",
        binary: env!("CARGO_BIN_EXE_domainbed"),
        experiment: PICTURES,
    },
];

impl Case {
    fn runs_csv(&self, sandbox: &Sandbox) -> PathBuf {
        sandbox.path(&format!("results/smoke/tiny/{}/runs.csv", self.name))
    }

    /// A sandbox in which a smoke run with these arguments has ended well.
    #[track_caller]
    fn smoked(&self, args: &[&str]) -> Sandbox {
        let sandbox = Sandbox::with(self.experiment);
        sandbox.run_binary(self.binary, &[&["--smoke"], args].concat(), 0);
        sandbox
    }
}

#[test]
fn every_suite_has_a_case() {
    let cases: Vec<&str> = CASES.iter().map(|case| case.name).collect();
    assert_eq!(cases, NAMES);
}

/// Scale and name of every experiment file but those of pretraining.
fn experiments() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for scale in fs::read_dir(repository().join("experiments")).unwrap() {
        let scale = scale.unwrap();
        for file in fs::read_dir(scale.path()).unwrap() {
            let file = file.unwrap().file_name().into_string().unwrap();
            let name = file.strip_suffix(".toml").unwrap();
            if !name.starts_with("pretrain-") {
                found.push((scale.file_name().into_string().unwrap(), name.to_owned()));
            }
        }
    }
    found.sort();
    found
}

/// The arms and tasks of an experiment file, and how many rates a run of it tries.
struct Outline<'a> {
    scale: &'a str,
    name: &'a str,
}

impl Visitor for Outline<'_> {
    type Output = Result<(Vec<(String, bool)>, Vec<String>, usize)>;

    fn visit<S: Suite>(self) -> Self::Output {
        let experiment = ExperimentOf::<S>::load(&repository(), self.scale, self.name, |_| Ok(()))?;
        let arms = experiment.arms_by_row();
        let can_run = |arm| Method::of(arm, 0.0).can_run();
        Ok((
            arms.iter()
                .map(|&arm| (arm.to_string(), can_run(arm)))
                .collect(),
            experiment.tasks.keys().cloned().collect(),
            experiment.grid.map_or(1, |grid| grid.lr.len()),
        ))
    }
}

#[test]
fn every_experiment_file_runs_in_smoke() {
    let files = experiments();
    let scales: BTreeSet<&str> = files.iter().map(|(scale, _)| scale.as_str()).collect();
    assert_eq!(scales, BTreeSet::from(["mini", "paper", "small"]));
    for (scale, name) in &files {
        let suite = name.trim_end_matches("-tune");
        let outline = Outline { scale, name };
        let (arms, tasks, n_rates) = dispatch(suite, outline).unwrap().unwrap();
        // The first and the last arm that run, and two tasks.
        let runnable: Vec<&str> = arms
            .iter()
            .filter(|(_, can_run)| *can_run)
            .map(|(arm, _)| arm.as_str())
            .collect();
        let some_arms = format!("{},{}", runnable[0], runnable[runnable.len() - 1]);
        let some_tasks: Vec<&str> = tasks.iter().map(String::as_str).take(2).collect();
        let case = CASES.iter().find(|case| case.name == suite).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let command = |args: &[&str]| {
            let mut command = match name == suite {
                true => Command::new(case.binary),
                false => Command::new(TUNE),
            };
            if name != suite {
                command.args(["--suite", suite]);
            }
            command
                .current_dir(repository())
                .args(["--smoke", "--scale", scale, "--seeds", "7", "--results"])
                .arg(dir.path())
                .args(args);
            command
        };
        let plan = stdout(&finished(command(&["--dry-run"]), 0));
        for (arm, _) in &arms {
            let says = |line: &str| {
                line.starts_with(&format!("{arm} trains ")) || line == format!("{arm}: not run yet")
            };
            assert!(plan.lines().any(says), "{scale} {name} {arm}: {plan}");
        }
        let narrowed = ["--arms", &some_arms, "--tasks", &some_tasks.join(",")];
        let output = finished(command(&narrowed), 0);
        let expected = 2 * some_tasks.len() * n_rates;
        assert_eq!(reports(&output).len(), expected, "{scale} {name}");
    }
}

#[test]
fn runs_do_not_depend_on_the_number_of_jobs_or_on_chance() {
    for case in &CASES {
        let rows = |jobs: &str| stable_rows(&case.runs_csv(&case.smoked(&["--jobs", jobs])));
        let once = rows("1");
        assert!(once.len() >= 24, "{}", case.name);
        assert_eq!(once, rows("1"), "{}", case.name);
        assert_eq!(once, rows("2"), "{}", case.name);
    }
}

/// Matrices large enough for several threads to share one product.
#[test]
fn larger_matrices_do_not_depend_on_the_number_of_threads() {
    for (case, task) in CASES.iter().zip(["rte", "pacs"]) {
        let rows = |jobs: &str| {
            let dir = tempfile::tempdir().unwrap();
            let mut command = Command::new(case.binary);
            command
                .current_dir(repository())
                .args([
                    "--scale", "small", "--smoke", "--seeds", "0", "--tasks", task,
                ])
                .args(["--arms", "lora-r8,tuneB-Arand-r16", "--jobs", jobs])
                .arg("--results")
                .arg(dir.path());
            finished(command, 0);
            stable_rows(
                &dir.path()
                    .join(format!("smoke/small/{}/runs.csv", case.name)),
            )
        };
        assert_eq!(rows("1"), rows("2"), "{}", case.name);
    }
}

#[test]
fn seeds_differ() {
    for case in &CASES {
        let sandbox = case.smoked(&["--seeds", "0,1", "--arms", "lora-r8"]);
        let path = case.runs_csv(&sandbox);
        let keys: BTreeSet<String> = column(&path, "run_key").into_iter().collect();
        // Two tasks, two seeds.
        assert_eq!(keys.len(), 4, "{}", case.name);
    }
}

#[test]
fn shards_share_nothing_and_leave_nothing_out() {
    for case in &CASES {
        let whole = case.smoked(&["--jobs", "1"]);
        let sandbox = Sandbox::with(case.experiment);
        let mut seen = BTreeSet::new();
        for shard in ["1/3", "2/3", "3/3"] {
            let args = ["--smoke", "--shard", shard];
            let output = sandbox.run_binary(case.binary, &args, 0);
            let runs: Vec<String> = reports(&output)
                .iter()
                .map(|line| line.split_once("] ").unwrap().1.to_owned())
                .map(|run| run.split_once(':').unwrap().0.to_owned())
                .collect();
            for run in runs {
                assert!(seen.insert(run.clone()), "{}: {run} twice", case.name);
            }
        }
        let rows = |sandbox| stable_rows(&case.runs_csv(sandbox));
        assert_eq!(rows(&sandbox), rows(&whole), "{}", case.name);
    }
}

#[test]
fn a_fresh_start_trains_the_share_again_and_nothing_else() {
    for case in &CASES {
        let sandbox = case.smoked(&["--jobs", "1"]);
        let before = stable_rows(&case.runs_csv(&sandbox));
        let args = ["--smoke", "--fresh", "--arms", "lora-r8"];
        let output = sandbox.run_binary(case.binary, &args, 0);
        assert_eq!(reports(&output).len(), 2, "{}", case.name);
        assert_eq!(
            stable_rows(&case.runs_csv(&sandbox)),
            before,
            "{}",
            case.name
        );
    }
}

#[test]
fn all_arms_can_have_one_shared_rate() {
    for case in &CASES {
        let sandbox = case.smoked(&["--shared-lr"]);
        let rates: BTreeSet<String> = column(&case.runs_csv(&sandbox), "lr").into_iter().collect();
        assert_eq!(rates, BTreeSet::from(["0.001".to_owned()]), "{}", case.name);
        let folder = case.runs_csv(&sandbox).parent().unwrap().to_path_buf();
        assert!(
            tables(&folder)
                .iter()
                .all(|name| name.contains("-shared-lr."))
        );
        assert!(!tables(&folder).is_empty(), "{}", case.name);
        // A file without such a rate says so.
        let without = case.experiment.replace("shared_lr = 1e-3\n", "");
        let output =
            Sandbox::with(&without).run_binary(case.binary, &["--smoke", "--shared-lr"], 2);
        assert!(
            stderr(&output).contains("no train.shared_lr"),
            "{}",
            case.name
        );
    }
}

fn tables(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("table")).collect()
}

#[test]
fn tuning_prefers_the_better_rate_and_leaves_out_one_whose_run_failed() {
    for case in &CASES {
        let suite = format!("suite = \"{}\"", case.name);
        let tune = format!("suite = \"{}-tune\"", case.name);
        // At 1e300 every run diverges.
        let text = case
            .experiment
            .replace(&suite, &tune)
            .replace("[train]\n", "[grid]\nlr = [1e-3, 1e300]\n\n[train]\n");
        let sandbox = Sandbox::with(&text);
        let args = ["--smoke", "--suite", case.name, "--arms", "lora-r8"];
        let output = sandbox.run_binary(TUNE, &args, 1);
        let text = stdout(&output);
        assert!(
            text.contains("lora-r8            best   1e-3   1e-3: "),
            "{text}"
        );
        assert!(text.contains("1e300 is left out: no number of "), "{text}");
        assert!(text.contains("(seed 0)"), "{text}");
    }
}

/// Every kind of arm, in bf16: one run of three steps that ends with numbers.
#[test]
fn every_kind_of_arm_runs_in_bf16() {
    struct InBf16<'a>(&'a Case);

    impl Visitor for InBf16<'_> {
        type Output = ();

        fn visit<S: Suite>(self) {
            for arm in [
                "lora-r8",
                "lora-fa-r8",
                "tuneB-Arand-r8",
                "tuneB-AV-r4",
                "tuneA-Brand-r8",
                "tuneA-Bkm-r8",
                "tuneAB-BU-r4",
                "linear-probe",
                "full",
            ] {
                let mut experiment: ExperimentOf<S> = parse(self.0.experiment, |_| Ok(())).unwrap();
                experiment.model.dtype = Precision::Bf16;
                experiment.train.shared_lr = Some(1e-3);
                let task = experiment.tasks.keys().next().unwrap().clone();
                let smoke = SmokeRun::<S>::at_shared_rate(experiment, arm, &task);
                let task = smoke.suite.task(&smoke.run).unwrap();
                let model = build(&task, &smoke.recipe()).unwrap();
                let outcome = smoke.fit(&task, model).unwrap().1;
                let is_number = |value: f64| value.is_finite();
                assert!(outcome.last.iter().all(|m| is_number(m.value)), "{arm}");
            }
        }
    }

    for case in &CASES {
        dispatch(case.name, InBf16(case)).unwrap();
    }
}

/// Run keys hold whatever changes a number, and nothing that does not.
#[test]
fn a_run_key_moves_with_every_setting() {
    for case in &CASES {
        let keys = |text: &str| -> Vec<String> {
            let sandbox = Sandbox::with(text);
            let args = ["--smoke", "--dry-run", "--arms", "lora-r8"];
            let plan = stdout(&sandbox.run_binary(case.binary, &args, 0));
            let keys = plan.lines().filter_map(|line| line.rsplit_once("  "));
            keys.map(|(_, key)| key.to_owned())
                .filter(|key| key.len() == 12)
                .collect()
        };
        let usual = keys(case.experiment);
        assert_eq!(usual.len(), 2);
        let comment = format!("# a comment\n{}", case.experiment);
        assert_eq!(keys(&comment), usual);
        assert_eq!(
            keys(
                &case
                    .experiment
                    .replace("eval_batch_size = 16", "eval_batch_size = 8")
            ),
            usual
        );
        for (from, to) in [
            ("beta_2 = 0.999", "beta_2 = 0.99"),
            ("adapter_dropout = 0.05", "adapter_dropout = 0.1"),
            ("\ndropout = 0.1", "\ndropout = 0.2"),
            ("seeds = [0]", "seeds = [1]"),
            ("\"query\", \"value\"", "\"query\""),
        ] {
            let changed = case.experiment.replace(from, to);
            assert_ne!(changed, case.experiment, "{from}");
            let changed = keys(&changed);
            assert!(
                usual.iter().all(|key| !changed.contains(key)),
                "{} {to}",
                case.name
            );
        }
    }
}

/// The tokenizer's and the configuration's content are in the key, and how their files are written
/// is not.
#[test]
fn a_run_key_moves_with_the_tokenizer_and_the_configuration() {
    let sandbox = Sandbox::new();
    sandbox.write_inputs();
    let key = || {
        let args = ["--dry-run", "--arms", "lora-r8", "--tasks", "rte"];
        let inputs = ["--checkpoints", "models", "--data", "data"];
        let plan = stdout(&sandbox.run(&[&args[..], &inputs].concat(), 0));
        plan.lines()
            .next()
            .unwrap()
            .rsplit_once("  ")
            .unwrap()
            .1
            .to_owned()
    };
    let read = |name: &str| {
        let path = sandbox.path(&format!("models/lab/bert/{name}"));
        fs::read_to_string(path).unwrap()
    };
    let usual = key();
    assert_eq!(usual.len(), 12);
    let (config, tokenizer) = (read("config.json"), read("tokenizer.json"));
    let write = |name: &str, text: &str| sandbox.write(&format!("models/lab/bert/{name}"), text);

    let parsed: serde_json::Value = serde_json::from_str(&config).unwrap();
    write("config.json", &parsed.to_string());
    assert_eq!(key(), usual, "the same configuration on one line");
    for (name, value) in [
        ("num_attention_heads", serde_json::json!(1)),
        ("layer_norm_eps", serde_json::json!(1e-6)),
    ] {
        let mut changed = parsed.clone();
        assert_ne!(changed[name], value);
        changed[name] = value;
        write("config.json", &changed.to_string());
        assert_ne!(key(), usual, "{name}");
    }
    write("config.json", &config);
    assert_eq!(key(), usual);
    write("tokenizer.json", &tokenizer.replace("\"dog\"", "\"god\""));
    assert_ne!(key(), usual, "the tokenizer");
}

/// Every published run is one that its experiment plans, whose settings are as they are stored.
#[test]
fn published_runs_are_found_by_the_plans_that_need_no_files() {
    for (name, binary) in [("glue", CASES[0].binary), ("domainbed", CASES[1].binary)] {
        let mut command = Command::new(binary);
        command
            .current_dir(repository())
            .args(["--dry-run", "--results", "results"]);
        let plan = stdout(&finished(command, 0));
        let runs: Vec<&str> = plan.lines().take_while(|line| !line.is_empty()).collect();
        assert!(runs.len() >= 84, "{name}");
        let is_done = |line: &&&str| line.contains(" done ");
        assert_eq!(runs.iter().filter(is_done).count(), runs.len(), "{name}");
    }
}
