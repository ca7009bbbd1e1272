//! A plan's side of a run store: what is done, what is to do, what is to be forgotten.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Once;

use anyhow::Result;
use results::settings::Record;
use results::{Row, Store, finished};

use super::Run;
use crate::cli::{self, TableArgs};

/// This machine's store of one suite, as the command line asks for it.
pub struct RunStore {
    store: Store,
    folder: PathBuf,
    shard: (usize, usize),
    fresh: bool,
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
            warned: Once::new(),
        })
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The rows' side.
    pub fn store(&self) -> &Store {
        &self.store
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

    /// The planned runs that are finished, but by another revision of the code alone; `done` are the
    /// keys of [`RunStore::finished`].
    ///
    /// # Errors
    /// If the settings records cannot be read.
    pub fn finished_by_other_revisions<O>(
        &self,
        plan: &[Run<O>],
        done: &HashSet<String>,
    ) -> Result<HashSet<String>> {
        let records = self.store.load_settings()?;
        let others: HashSet<Record> = records
            .iter()
            .filter(|(key, _)| done.contains(*key))
            .map(|(_, record)| record.without_revision())
            .collect();
        let is_other = |run: &&Run<O>| {
            !done.contains(&run.key) && others.contains(&run.record.without_revision())
        };
        Ok(plan
            .iter()
            .filter(is_other)
            .map(|run| run.key.clone())
            .collect())
    }

    /// The runs of this process's share of a plan that have no finished rows, or all of the share if
    /// they are to be trained again.
    ///
    /// # Errors
    /// As [`RunStore::rows`].
    pub fn todo<O: Clone>(&self, plan: &[Run<O>]) -> Result<Vec<Run<O>>> {
        let mut done = self.finished()?;
        if self.fresh {
            done.clear();
        }
        let mut keys = HashSet::new();
        let planned = plan.iter().filter(|run| keys.insert(run.key.as_str()));
        // Shares are cut from the plan, not from what is left of it, so that processes that start
        // at different times share nothing and forget nothing.
        let (i, n) = self.shard;
        Ok(planned
            .enumerate()
            .filter(|(k, run)| k % n == i - 1 && !done.contains(&run.key))
            .map(|(_, run)| run.clone())
            .collect())
    }

    /// Takes `runs` out of the store, if the command line asks for a fresh start.
    ///
    /// # Errors
    /// If the store cannot be rewritten.
    pub fn forget_if_fresh<O>(&self, runs: &[Run<O>]) -> Result<()> {
        if self.fresh {
            let keys: Vec<&str> = runs.iter().map(|run| run.key.as_str()).collect();
            self.store.forget(&keys)?;
        }
        Ok(())
    }
}
