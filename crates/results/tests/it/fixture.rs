//! Rows for the tests.

use results::{Record, Row, Selection};
use serde_json::json;

use crate::specs::{self, GLUE, IMAGES, glue_split, image_split};

/// A row of a finished run with every field set to something plausible.
pub fn row(arm: &str, task: &str, seed: u64, split: &str, metric: &str, value: f64) -> Row {
    Row {
        suite: "glue".into(),
        scale: "mini".into(),
        task: task.into(),
        arm: specs::arm(arm),
        seed,
        split: split.into(),
        metric: metric.into(),
        value: Some(value),
        n_examples: 277,
        selection: Selection::Last,
        n_trainable: 20_000,
        n_total: 1_000_000,
        paper_count: 37_000,
        lr: 4e-4,
        epochs: 20,
        steps: 1560,
        wall_s: 12.5,
        examples_per_s: 1993.6,
        peak_mem_mb: Some(210.25),
        device: "flex, 2 threads".into(),
        processor: String::new(),
        dtype: "f32".into(),
        burn: "0.22.1".into(),
        git: "0123abc".into(),
        dirty: false,
        run_key: format!("{arm}/{task}/{seed}"),
        run_rows: 1,
        data_digest: "d0".into(),
        checkpoint_digest: "c0".into(),
        finished_at: "2026-01-02T03:04:05Z".into(),
        error: String::new(),
    }
}

/// One whole run of two rows.
pub fn run(arm: &str, task: &str, seed: u64, value: f64) -> Vec<Row> {
    let found = GLUE.iter().find(|glue| glue.0 == task);
    let (_, _, metric) = found.expect("a GLUE task");
    let split = glue_split(task);
    let mut rows = vec![
        row(arm, task, seed, split, metric, value),
        row(arm, task, seed, split, "loss", 0.5),
    ];
    rows.iter_mut().for_each(|row| row.run_rows = 2);
    rows
}

/// The single row of a failed run.
pub fn failed_run(arm: &str, task: &str, seed: u64, error: &str) -> Vec<Row> {
    let mut failed = row(arm, task, seed, "", Row::ERROR_METRIC, 0.0);
    failed.value = None;
    failed.error = error.into();
    vec![failed]
}

/// One whole run of an image task: the accuracy on what it trained on, then on the four environments in order.
pub fn image_run(arm: &str, task: &str, seed: u64, train: f64, tests: [f64; 4]) -> Vec<Row> {
    let set = IMAGES.iter().find(|set| set.0 == task);
    let set = set.expect("an image task");
    let mut rows = vec![image_row(arm, task, seed, "in", train)];
    for (position, value) in tests.into_iter().enumerate() {
        rows.push(image_row(
            arm,
            task,
            seed,
            &image_split(set, position),
            value,
        ));
    }
    // Optional rows that no table reads.
    rows.push(image_row(arm, task, seed, "train_augmented", train - 0.1));
    rows.push(image_row(arm, task, seed, "ood_mean", 0.0));
    rows.iter_mut().for_each(|row| row.run_rows = 7);
    rows
}

fn image_row(arm: &str, task: &str, seed: u64, split: &str, value: f64) -> Row {
    Row {
        suite: "domainbed".into(),
        n_trainable: if task == "officehome" { 24_000 } else { 20_000 },
        ..row(arm, task, seed, split, "accuracy", value)
    }
}

/// The settings of a run, as far as these tests care.
pub fn record(lr: f64, revision: u64) -> Record {
    Record::of(&json!({"lr": lr, "revision": revision})).expect("plain data")
}

/// The run under the key of its settings.
pub fn keyed(mut run: Vec<Row>, record: &Record) -> Vec<Row> {
    run.iter_mut().for_each(|row| row.run_key = record.key());
    run
}
