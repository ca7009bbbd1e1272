//! A run that fails leaves an error row and the rest goes on.

use repro::provenance::Revision;
use repro::run::{SweepReport, sweep};
use repro::suites::{Glue, Suite};
use repro::train::build;
use results::{Row, Store};

use crate::sandbox::{EXPERIMENT, Sandbox, SmokeRun, reports, stderr, stdout};

fn rows(sandbox: &Sandbox) -> Vec<Row> {
    let store = Store::read_only(sandbox.path("results/smoke/tiny/glue"));
    store.load().unwrap().rows
}

#[test]
fn a_loss_that_is_not_a_number_fails_the_run_and_no_other() {
    let bad = "lora-r8 = { row = 1, lr = 1e300 }";
    let text = EXPERIMENT.replace("lora-r8 = { row = 1, lr = 1e-3 }", bad);
    assert!(text.contains(bad));
    let sandbox = Sandbox::with(&text);
    let output = sandbox.run(&["--smoke", "--tasks", "rte"], 1);
    let rows_after = rows(&sandbox);
    let failed: Vec<&Row> = rows_after.iter().filter(|row| row.is_failure()).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].arm.to_string(), "lora-r8");
    assert_eq!(failed[0].value, None);
    assert!(
        failed[0].error.contains("the loss is NaN at step"),
        "{}",
        failed[0].error
    );
    assert_eq!(rows_after.len(), 1 + 5 * 2);
    assert_eq!(reports(&output).len(), 6);
    let table = stdout(&output);
    assert!(
        table.contains("lora-r8 on rte failed: the loss is NaN"),
        "{table}"
    );
    assert!(stderr(&output).contains("1 runs failed"));

    // Called again, only the failed run is tried again; it is still one row.
    let again = sandbox.run(&["--smoke", "--tasks", "rte"], 1);
    assert_eq!(reports(&again).len(), 1);
    assert_eq!(rows(&sandbox).len(), rows_after.len());
    assert_eq!(stdout(&again), table);
}

#[test]
fn a_panic_fails_the_run_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let smoke = |arm| SmokeRun::<Glue>::of_text(EXPERIMENT, arm, "rte");
    let (good, bad) = (smoke("linear-probe"), smoke("lora-r8"));
    let revision = Revision {
        commit: "unknown".into(),
        dirty: true,
    };
    let runs = [bad.run.clone(), good.run.clone()];
    let report = sweep(&runs, &store, 1, &revision, |run, _| {
        assert!(run.key != bad.run.key, "a model of\ntwo lines");
        let task = good.suite.task(run)?;
        Ok(good.fit(&task, build(&task, &good.recipe())?)?.1)
    });
    let expected = SweepReport {
        finished: 1,
        failed: 1,
    };
    assert_eq!(report.unwrap(), expected);
    let rows = store.load().unwrap().rows;
    assert_eq!(rows[0].error, "the run panicked: a model of two lines");
    let good = "linear-probe".parse().unwrap();
    let rest = &rows[1..];
    assert!(rest.iter().all(|row| row.arm == good && !row.is_failure()));
}
