//! From local to published, and whether two sets of rows agree.

use results::{RefusalReason, ResultsError, Row, Store, compare, publish};
use serde_json::json;
use tempfile::tempdir;

use crate::fixture::{failed_run, run};

#[test]
fn clean_finished_runs_are_appended_once_with_their_settings() {
    let (local_dir, published_dir) = (tempdir().expect("folder"), tempdir().expect("folder"));
    let local = Store::open(local_dir.path()).expect("writable");
    let clean = run("lora-r8", "rte", 0, 0.8);
    let mut dirty = run("lora-r8", "rte", 1, 0.7);
    dirty.iter_mut().for_each(|row| row.dirty = true);
    for rows in [&clean, &dirty, &failed_run("ia3", "rte", 0, "NaN")] {
        local.append(rows).expect("appends");
        local
            .append_settings(&rows[0].run_key, &json!({"n": 1}))
            .expect("appends");
    }
    let first = publish(local_dir.path(), published_dir.path(), true).expect("publishes");
    assert_eq!((first.runs, first.rows, first.already_published), (1, 2, 0));
    let reasons: Vec<RefusalReason> = first.refused.iter().map(|refusal| refusal.reason).collect();
    assert_eq!(reasons, [RefusalReason::Dirty, RefusalReason::Failed]);
    assert_eq!(
        first.refused[0].to_string(),
        "run `lora-r8/rte/1` (lora-r8 on rte, seed 1) ran from a tree with uncommitted changes and is not published"
    );

    let second = publish(local_dir.path(), published_dir.path(), true).expect("publishes");
    assert_eq!((second.runs, second.already_published), (0, 1));
    let published = Store::read_only(published_dir.path());
    assert_eq!(published.load().expect("loads").rows, clean);
    assert_eq!(published.load_settings().expect("loads").len(), 1);
    assert_eq!(
        local.load().expect("loads").rows.len(),
        5,
        "the local store keeps its runs"
    );
}

#[test]
fn a_dirty_tree_publishes_nothing() {
    let dir = tempdir().expect("folder");
    let error = publish(dir.path(), &dir.path().join("published"), false).expect_err("dirty");
    assert!(matches!(error, ResultsError::DirtyTree));
    assert!(!dir.path().join("published").exists());
}

#[test]
fn a_published_value_is_never_rewritten() {
    let (local_dir, published_dir) = (tempdir().expect("folder"), tempdir().expect("folder"));
    let old = run("lora-r8", "rte", 0, 0.8);
    Store::open(published_dir.path())
        .expect("writable")
        .append(&old)
        .expect("appends");
    Store::open(local_dir.path())
        .expect("writable")
        .append(&run("lora-r8", "rte", 0, 0.7))
        .expect("appends");
    let outcome = publish(local_dir.path(), published_dir.path(), true).expect("publishes");
    assert_eq!((outcome.runs, outcome.already_published), (0, 1));
    assert_eq!(
        Store::read_only(published_dir.path())
            .load()
            .expect("loads")
            .rows,
        old
    );
}

#[test]
fn comparison_lists_metrics_beyond_the_tolerance_and_ignores_times() {
    let a = [
        run("lora-r8", "rte", 0, 0.8),
        run("lora-r8", "rte", 1, 0.7),
        run("ia3", "rte", 0, 0.5),
    ]
    .concat();
    let mut b: Vec<Row> = [
        run("lora-r8", "rte", 0, 0.8),
        run("lora-r8", "rte", 1, 0.75),
    ]
    .concat();
    b.iter_mut().for_each(|row| row.train_s = 99.0);
    let outcome = compare(&a, &b, 0.01);
    assert_eq!(
        (outcome.compared, outcome.only_a, outcome.only_b),
        (4, 1, 0)
    );
    assert!((outcome.largest - 0.05).abs() < 1e-12);
    assert_eq!(outcome.differences.len(), 1);
    let difference = &outcome.differences[0];
    assert_eq!(
        (difference.seed, difference.metric.as_str()),
        (1, "accuracy")
    );
    assert_eq!((difference.a, difference.b), (Some(0.7), Some(0.75)));
    assert!(compare(&a, &b, 0.051).differences.is_empty());
}

#[test]
fn a_metric_that_one_side_lacks_is_a_difference() {
    let a = run("lora-r8", "rte", 0, 0.8);
    let failed = failed_run("lora-r8", "rte", 0, "NaN");
    let outcome = compare(&a, &failed, 1.0);
    assert_eq!(
        outcome.differences.len(),
        3,
        "two metrics and the error row"
    );
    assert!(compare(&failed, &failed, 0.0).differences.is_empty());
}
