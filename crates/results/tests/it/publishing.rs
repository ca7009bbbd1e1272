//! From local to published.

use std::fs;

use results::{RefusalReason, ResultsError, Store, publish};
use tempfile::tempdir;

use crate::fixture::{failed_run, keyed, record, run};

#[test]
fn clean_finished_runs_are_appended_once_with_their_settings() {
    let (local_dir, published_dir) = (tempdir().expect("folder"), tempdir().expect("folder"));
    let local = Store::open(local_dir.path()).expect("writable");
    // A number that moves by a bit when it is parsed and printed again.
    let settings = record(0.9990000128746033, 1);
    let clean = keyed(run("lora-r8", "rte", 0, 0.8), &settings);
    let mut dirty = run("lora-r8", "rte", 1, 0.7);
    dirty.iter_mut().for_each(|row| row.dirty = true);
    let unknown = run("lora-r8", "rte", 2, 0.7);
    for rows in [
        &clean,
        &dirty,
        &failed_run("ia3", "rte", 0, "NaN"),
        &unknown,
    ] {
        local.append(rows).expect("appends");
    }
    local
        .append_settings(&settings.key(), &settings)
        .expect("appends");
    let first = publish(local_dir.path(), published_dir.path(), true).expect("publishes");
    assert_eq!((first.runs, first.rows, first.already_published), (1, 2, 0));
    let reasons: Vec<RefusalReason> = first.refused.iter().map(|refusal| refusal.reason).collect();
    let expected = [
        RefusalReason::Dirty,
        RefusalReason::Failed,
        RefusalReason::NoSettings,
    ];
    assert_eq!(reasons, expected);
    assert_eq!(
        first.refused[0].to_string(),
        "run `lora-r8/rte/1` (lora-r8 on rte, seed 1) ran from a tree with uncommitted changes and is not published"
    );

    let second = publish(local_dir.path(), published_dir.path(), true).expect("publishes");
    assert_eq!((second.runs, second.already_published), (0, 1));
    let published = Store::read_only(published_dir.path());
    assert_eq!(published.load().expect("loads").rows, clean);
    assert_eq!(
        fs::read_to_string(published.settings_path()).expect("there"),
        fs::read_to_string(local.settings_path()).expect("there"),
        "the record is copied byte for byte"
    );
    assert_eq!(
        local.load().expect("loads").rows.len(),
        7,
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
fn settings_that_do_not_hash_to_the_runs_key_are_refused() {
    let (local_dir, published_dir) = (tempdir().expect("folder"), tempdir().expect("folder"));
    let local = Store::open(local_dir.path()).expect("writable");
    let settings = record(4e-4, 1);
    let error = local
        .append_settings("another", &settings)
        .expect_err("not its key");
    assert!(matches!(error, ResultsError::WrongKey { .. }), "{error}");
    assert!(!local.settings_path().exists());

    let rows = keyed(run("lora-r8", "rte", 0, 0.8), &settings);
    local.append(&rows).expect("appends");
    local
        .append_settings(&settings.key(), &settings)
        .expect("appends");
    let text = fs::read_to_string(local.settings_path()).expect("there");
    fs::write(local.settings_path(), text.replace("0.0004", "0.0005")).expect("writable");
    let error = publish(local_dir.path(), published_dir.path(), true).expect_err("edited");
    assert!(error.to_string().contains("hashes to"), "{error}");
    assert!(!Store::read_only(published_dir.path()).runs_path().exists());
}
