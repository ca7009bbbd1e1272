//! A new suite is one folder (`toy/`) and one line outside it: here, in [`child`].

use std::fs;
use std::process::{Command, ExitCode, Output, Stdio};
use std::time::Duration;

use clap::Parser;
use repro::cli::{TableArgs, exit};
use repro::command;

use crate::sandbox::{Sandbox, column, reports, stdout};
use crate::toy::Toy;

const EXPERIMENT: &str = r#"
suite = "toy"
scale = "tiny"
seeds = [0, 1]
jobs = 1

[model]
checkpoint = "none"
targets = ["body"]
adapter_dropout = 0.0
smoke_shape = "none"

[data]
distance = 0.5

[train]
schedule = "constant"
eval_batch_size = 64
shared_lr = 1e-2

[train.optimizer]
beta_1 = 0.9
beta_2 = 0.999
epsilon = 1e-8
weight_decay = 0.0

[tasks]
clouds = { steps = 60, batch_size = 32, watch_every = 60 }
more_clouds = { steps = 60, batch_size = 32, watch_every = 60 }

[arms]
tuneB-Arand-r2 = { row = 1, lr = 1e-2 }
full = { row = 2, lr = 1e-2 }
linear-probe = { row = 3, lr = 1e-2 }
"#;

const ARGS: &str = "TOY_ARGS";

/// Not a test of its own: the table binary of the toy suite, where [`toy`] starts this program again.
#[test]
fn child() {
    let Ok(args) = std::env::var(ARGS) else {
        return;
    };
    let args = TableArgs::parse_from(["toy"].into_iter().chain(args.split(' ')));
    let code = exit(command::run::<Toy>(&["table99"], &args));
    std::process::exit(i32::from(code != ExitCode::SUCCESS));
}

/// The toy suite's binary in a sandbox.
fn toy(sandbox: &Sandbox, args: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .current_dir(sandbox.path(""))
        .args(["toy_suite::child", "--exact", "--nocapture"])
        .env(
            ARGS,
            format!("--scale tiny --results results {args}").trim_end(),
        );
    command
}

fn ended(sandbox: &Sandbox, args: &str) -> Output {
    crate::sandbox::finished(toy(sandbox, args), 0)
}

#[test]
fn a_toy_suite_plans_trains_is_killed_and_resumes_and_prints_a_table() {
    let undisturbed = Sandbox::with(EXPERIMENT);
    let plan = stdout(&ended(&undisturbed, "--dry-run"));
    assert_eq!(
        plan.lines().filter(|line| line.contains("to do")).count(),
        12
    );
    assert!(
        plan.contains("linear-probe trains 10 of 30 parameters"),
        "{plan}"
    );
    assert!(
        plan.contains("tuneB-Arand-r2 trains 18 of 46 parameters"),
        "{plan}"
    );
    let whole = ended(&undisturbed, "");
    assert_eq!(reports(&whole).len(), 12);
    let table = stdout(&whole);
    assert!(table.contains("Table 99: two clouds of points"), "{table}");

    let sandbox = Sandbox::with(EXPERIMENT);
    let runs = sandbox.path("results/tiny/toy/runs.csv");
    let mut child = toy(&sandbox, "")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Killed once a few runs are stored.
    while child.try_wait().unwrap().is_none()
        && fs::read_to_string(&runs)
            .unwrap_or_default()
            .lines()
            .count()
            < 4
    {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = column(&runs, "run_key");
    let n_kept = kept.iter().collect::<std::collections::BTreeSet<_>>().len();
    assert!(n_kept < 12, "it was killed too late");

    let resumed = ended(&sandbox, "");
    assert_eq!(reports(&resumed).len(), 12 - n_kept);
    let of_table = |text: &str| text[text.find("Table 99").unwrap()..].to_owned();
    assert_eq!(of_table(&stdout(&resumed)), of_table(&table));
    let rows = crate::sandbox::stable_rows;
    assert_eq!(
        rows(&runs),
        rows(&undisturbed.path("results/tiny/toy/runs.csv"))
    );
}
