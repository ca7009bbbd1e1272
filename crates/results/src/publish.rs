//! From this machine's store to the published, tracked one.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::Path;

use crate::arm::Arm;
use crate::error::ResultsError;
use crate::row::Row;
use crate::settings::Record;
use crate::store::{Store, check_key, finished};

/// What publishing would do.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Merge {
    /// The runs to append to the published ones, each whole, with its settings.
    pub runs: Vec<(Record, Vec<Row>)>,
    /// Number of local runs whose key is published already.
    pub already_published: usize,
    /// Local runs that must not be published.
    pub refused: Vec<Refusal>,
}

/// A run that stays on this machine, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The run.
    pub run_key: String,
    /// Its arm.
    pub arm: Arm,
    /// Its task.
    pub task: String,
    /// Its seed.
    pub seed: u64,
    /// Why it stays.
    pub reason: RefusalReason,
}

/// Why a run is not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalReason {
    /// It ran from a tree with uncommitted changes.
    Dirty,
    /// It ended with an error.
    Failed,
    /// Its settings are not stored, so nobody could say what was run.
    NoSettings,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            run_key,
            arm,
            task,
            seed,
            reason,
        } = self;
        let why = match reason {
            RefusalReason::Dirty => "ran from a tree with uncommitted changes",
            RefusalReason::Failed => "failed",
            RefusalReason::NoSettings => "has no settings record",
        };
        write!(
            f,
            "run `{run_key}` ({arm} on {task}, seed {seed}) {why} and is not published"
        )
    }
}

/// What publishing did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Published {
    /// Runs appended.
    pub runs: usize,
    /// Rows appended.
    pub rows: usize,
    /// Local runs whose key was published already.
    pub already_published: usize,
    /// Local runs left behind.
    pub refused: Vec<Refusal>,
}

/// Sorts the local runs into those to publish, those published already and those to refuse.
///
/// Runs keep their order; `settings` are the local records. A run key that is published already is skipped, whatever the local values are:
/// published rows are never rewritten, and [`crate::compare`] says whether the two agree.
///
/// # Errors
/// [`ResultsError::WrongKey`] if the settings of a run to publish do not hash to its key.
pub fn merge(
    local: &[Row],
    settings: &BTreeMap<String, Record>,
    published: &[Row],
) -> Result<Merge, ResultsError> {
    let known = finished(published);
    let mut seen = HashSet::new();
    let mut merge = Merge::default();
    for first in local {
        if !seen.insert(&first.run_key) {
            continue;
        }
        let run: Vec<Row> = local
            .iter()
            .filter(|row| row.run_key == first.run_key)
            .cloned()
            .collect();
        if known.contains(&first.run_key) {
            merge.already_published += 1;
            continue;
        }
        let reason = if run.iter().any(Row::is_failure) {
            RefusalReason::Failed
        } else if run.iter().any(|row| row.dirty) {
            RefusalReason::Dirty
        } else if let Some(record) = settings.get(&first.run_key) {
            check_key(&first.run_key, record)?;
            merge.runs.push((record.clone(), run));
            continue;
        } else {
            RefusalReason::NoSettings
        };
        merge.refused.push(Refusal {
            run_key: first.run_key.clone(),
            arm: first.arm,
            task: first.task.clone(),
            seed: first.seed,
            reason,
        });
    }
    Ok(merge)
}

/// Appends the clean, finished runs of `local_dir`, with their settings, to those of `published_dir`.
///
/// The local store is left as it is, so that its next sweep finds its runs done.
///
/// # Errors
/// [`ResultsError::DirtyTree`] unless `git_clean`; and whatever reading one store or writing the other meets.
pub fn publish(
    local_dir: &Path,
    published_dir: &Path,
    git_clean: bool,
) -> Result<Published, ResultsError> {
    if !git_clean {
        return Err(ResultsError::DirtyTree);
    }
    let local = Store::read_only(local_dir);
    let published = Store::read_only(published_dir).load()?;
    let merge = merge(
        &local.load()?.rows,
        &local.load_settings()?,
        &published.rows,
    )?;
    let mut outcome = Published {
        already_published: merge.already_published,
        refused: merge.refused,
        ..Published::default()
    };
    if merge.runs.is_empty() {
        return Ok(outcome);
    }
    let target = Store::open(published_dir)?;
    for (settings, run) in &merge.runs {
        target.append_settings(&run[0].run_key, settings)?;
        target.append(run)?;
        outcome.runs += 1;
        outcome.rows += run.len();
    }
    Ok(outcome)
}
