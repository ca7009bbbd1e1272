//! Rows for the tests.

use results::{Row, Selection};

/// A row of a finished run with every field set to something plausible.
pub fn row(arm: &str, task: &str, seed: u64, split: &str, metric: &str, value: f64) -> Row {
    Row {
        suite: "glue".into(),
        scale: "mini".into(),
        task: task.into(),
        arm: arm.into(),
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
        train_s: 12.5,
        examples_per_s: 1993.6,
        peak_mem_mb: Some(210.25),
        device: "flex, 2 threads".into(),
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
    let headline = results::headline(task).expect("a GLUE task");
    let mut rows = vec![
        row(arm, task, seed, headline.split, headline.metric, value),
        row(arm, task, seed, headline.split, "loss", 0.5),
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
