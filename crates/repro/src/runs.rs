//! A plan's side of a run store: what is done, what is to do, what is to be forgotten.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Once;

use anyhow::Result;
use results::{Row, Store, finished};

use crate::cli::{self, TableArgs};
use crate::outcome::Outcome;
use crate::progress::RunProgress;
use crate::provenance::Revision;
use crate::run::PlannedRun;
use crate::sweep::{SweepReport, sweep};

/// This machine's store of one suite, as the command line asks for it.
pub struct RunStore {
    store: Store,
    folder: PathBuf,
    shard: (usize, usize),
    fresh: bool,
    jobs: Option<usize>,
    warned: Once,
}

impl RunStore {
    /// The store in `folder`; a dry run does not make it.
    ///
    /// # Errors
    /// A folder that cannot be written, or a wrong `--shard`.
    pub fn open(folder: PathBuf, args: &TableArgs) -> Result<Self> {
        Ok(Self {
            // Shares are counted from one; without any, this process has all of the plan.
            shard: args.shard.as_deref().map_or(Ok((1, 1)), cli::shard)?,
            store: if args.dry_run {
                Store::read_only(folder.clone())
            } else {
                Store::open(folder.clone())?
            },
            folder,
            fresh: args.fresh,
            jobs: args.jobs,
            warned: Once::new(),
        })
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All rows; what was wrong with the store's end is said on standard error, the first time.
    ///
    /// # Errors
    /// If the store is damaged beyond a torn end.
    pub fn rows(&self) -> Result<Vec<Row>> {
        let loaded = self.store.load()?;
        self.warned.call_once(|| {
            for warning in &loaded.warnings {
                eprintln!("warning: {warning}");
            }
        });
        Ok(loaded.rows)
    }

    /// Keys of the runs that have all their rows.
    ///
    /// # Errors
    /// As [`RunStore::rows`].
    pub fn finished(&self) -> Result<HashSet<String>> {
        Ok(finished(&self.rows()?))
    }

    /// The runs of this process's share of a plan that have no finished rows.
    ///
    /// # Errors
    /// As [`RunStore::rows`].
    pub fn todo<R: PlannedRun + Clone>(&self, plan: &[R]) -> Result<Vec<R>> {
        let mut done = self.finished()?;
        if self.fresh {
            done.clear();
        }
        let mut keys = HashSet::new();
        let planned = plan.iter().filter(|run| keys.insert(run.key()));
        // Shares are cut from the plan, not from what is left of it, so that processes that start
        // at different times share nothing and forget nothing.
        let (i, n) = self.shard;
        Ok(planned
            .enumerate()
            .filter(|(k, run)| k % n == i - 1 && !done.contains(run.key()))
            .map(|(_, run)| run.clone())
            .collect())
    }

    /// Trains `runs`, as many at a time as the command line or else the experiment says (0: one a
    /// core), after forgetting them if the command line says so.
    ///
    /// # Errors
    /// If rows cannot be stored.
    pub fn train<R: PlannedRun>(
        &self,
        runs: &[R],
        jobs: usize,
        root: &Path,
        train: impl Fn(&R, &RunProgress<'_>) -> Result<Outcome> + Sync,
    ) -> Result<SweepReport> {
        if self.fresh {
            self.forget(runs)?;
        }
        let jobs = match self.jobs.unwrap_or(jobs) {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            jobs => jobs,
        };
        sweep(runs, &self.store, jobs, &Revision::of(root), train)
    }

    /// Takes `runs` out of the store.
    fn forget<R: PlannedRun>(&self, runs: &[R]) -> Result<()> {
        let forgotten: HashSet<&str> = runs.iter().map(PlannedRun::key).collect();
        let mut kept: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for row in self.rows()? {
            if !forgotten.contains(row.run_key.as_str()) {
                kept.entry(row.run_key.clone()).or_default().push(row);
            }
        }
        // The new file is complete before it takes the old one's place.
        let part = tempfile::tempdir_in(&self.folder)?;
        let rewritten = Store::open(part.path())?;
        for rows in kept.values() {
            rewritten.append(rows)?;
        }
        let path = self.store.runs_path();
        if rewritten.runs_path().exists() {
            std::fs::rename(rewritten.runs_path(), &path)?;
        } else if path.exists() {
            std::fs::remove_file(&path)?;
        }
        Ok(())
    }
}

/// The folder of a suite's store below `results`; smoke runs have stores of their own, so that they
/// never mix with real ones.
pub fn folder_of(results: &Path, args: &TableArgs, suite: &str) -> PathBuf {
    let results = if args.smoke {
        results.join("smoke")
    } else {
        results.to_path_buf()
    };
    results.join(&args.scale).join(suite)
}
