//! Running the runs of a plan: several at a time, each row stored as it lands.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context, Result, anyhow};
use results::{Row, Selection, Store};

use super::Run;
use crate::provenance::{BURN_VERSION, Revision, now, peak_memory_mib, processor};
use crate::train::outcome::{Measure, Outcome, headline};
use crate::train::progress::{RunProgress, SweepProgress};

/// How a sweep went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Runs that finished.
    pub finished: usize,
    /// Runs that left an error.
    pub failed: usize,
}

/// Runs `runs`, `jobs` at a time (0: one a core), and appends their rows to `store`.
///
/// Each job has a thread pool of its own, so that one run's matrices do not wait for another's.
/// A run that fails or panics leaves a row with its error and the sweep goes on.
///
/// # Errors
/// If rows cannot be stored; the runs in flight are then finished and dropped.
pub fn sweep<O: Sync>(
    runs: &[Run<O>],
    store: &Store,
    jobs: usize,
    revision: &Revision,
    train: impl Fn(&Run<O>, &RunProgress<'_>) -> Result<Outcome> + Sync,
) -> Result<SweepReport> {
    let progress = SweepProgress::new(runs.len());
    let next = AtomicUsize::new(0);
    let failed = AtomicUsize::new(0);
    let finished = AtomicUsize::new(0);
    let stopped = AtomicBool::new(false);
    let error: Mutex<Option<anyhow::Error>> = Mutex::new(None);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = if jobs == 0 { cores } else { jobs };
    let jobs = jobs.clamp(1, runs.len().max(1));

    std::thread::scope(|scope| -> Result<()> {
        for _ in 0..jobs {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads((cores / jobs).max(1))
                .build()
                .context("the threads of a job could not be started")?;
            let (progress, next, failed, finished) = (&progress, &next, &failed, &finished);
            let (stopped, error, train) = (&stopped, &error, &train);
            scope.spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    let Some(run) = runs.get(next.fetch_add(1, Ordering::Relaxed)) else {
                        return;
                    };
                    let name = run.name();
                    let bar = progress.run(name.clone());
                    let result = pool.install(|| caught(|| train(run, &bar)));
                    drop(bar);
                    let (rows, line) = match &result {
                        Ok(outcome) => {
                            finished.fetch_add(1, Ordering::Relaxed);
                            (rows(run, outcome, revision), summary(&name, outcome))
                        }
                        Err(error) => {
                            failed.fetch_add(1, Ordering::Relaxed);
                            let text = one_line(&format!("{error:#}"));
                            (
                                vec![failure(run, &text, revision)],
                                format!("{name}: failed: {text}"),
                            )
                        }
                    };
                    let stored = store
                        .append_settings(&run.key, &run.record)
                        .and_then(|()| store.append(&rows));
                    match stored {
                        Ok(_) => progress.finish_run(&line),
                        Err(failure) => {
                            stopped.store(true, Ordering::Relaxed);
                            if let Ok(mut error) = error.lock() {
                                error.get_or_insert(failure.into());
                            }
                        }
                    }
                }
            });
        }
        Ok(())
    })?;

    match error.into_inner() {
        Ok(Some(error)) => Err(error),
        _ => Ok(SweepReport {
            finished: finished.into_inner(),
            failed: failed.into_inner(),
        }),
    }
}

/// Runs `work`, and makes an error of a panic.
fn caught(work: impl FnOnce() -> Result<Outcome>) -> Result<Outcome> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(anyhow!("the run panicked: {text}"))
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn summary(name: &str, outcome: &Outcome) -> String {
    format!(
        "{name}: {:.1} in {:.1} s ({:.0} examples/s)",
        100.0 * headline(&outcome.last),
        outcome.seconds,
        outcome.examples_per_second
    )
}

fn rows<O>(run: &Run<O>, outcome: &Outcome, revision: &Revision) -> Vec<Row> {
    let template = template(run, revision);
    let run_rows = (outcome.last.len() + outcome.best.len()) as u64;
    let row = |measure: &Measure, selection| Row {
        split: measure.split.clone(),
        metric: measure.metric.to_owned(),
        value: Some(measure.value),
        n_examples: measure.n_examples as u64,
        selection,
        n_trainable: outcome.count.trainable as u64,
        n_total: outcome.count.total as u64,
        paper_count: run.paper_count(&outcome.count) as u64,
        epochs: outcome.epochs as u64,
        steps: outcome.steps as u64,
        wall_s: round(outcome.seconds),
        examples_per_s: round(outcome.examples_per_second),
        run_rows,
        ..template.clone()
    };
    let last = outcome.last.iter().map(|m| row(m, Selection::Last));
    let best = outcome.best.iter().map(|m| row(m, Selection::Best));
    last.chain(best).collect()
}

fn failure<O>(run: &Run<O>, error: &str, revision: &Revision) -> Row {
    Row {
        metric: Row::ERROR_METRIC.into(),
        error: error.to_owned(),
        run_rows: 1,
        ..template(run, revision)
    }
}

fn template<O>(run: &Run<O>, revision: &Revision) -> Row {
    let settings = &run.settings;
    Row {
        suite: settings.suite.clone(),
        scale: settings.scale.clone(),
        task: settings.task.clone(),
        arm: run.arm,
        seed: settings.seed,
        split: String::new(),
        metric: String::new(),
        value: None,
        n_examples: 0,
        selection: Selection::Last,
        n_trainable: 0,
        n_total: 0,
        paper_count: 0,
        lr: settings.lr,
        epochs: 0,
        steps: 0,
        wall_s: 0.0,
        examples_per_s: 0.0,
        peak_mem_mb: peak_memory_mib(),
        device: settings.device.clone(),
        processor: processor(),
        dtype: settings.dtype.to_string(),
        burn: BURN_VERSION.into(),
        git: revision.commit.clone(),
        dirty: revision.dirty,
        run_key: run.key.clone(),
        run_rows: 0,
        data_digest: settings.data_digest.clone(),
        checkpoint_digest: settings.digests.checkpoint_digest.clone(),
        finished_at: now(),
        error: String::new(),
    }
}

/// Three decimals are enough for times; infinities (a run of no time) become 0.
fn round(value: f64) -> f64 {
    if value.is_finite() {
        (value * 1000.0).round() / 1000.0
    } else {
        0.0
    }
}
