//! A plan's side of a run store: what is done, what is to do, what is to be forgotten.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Once;

use adapters::count::ParamCount;
use adapters::{AdapterError, trained_paths};
use anyhow::{Error, Result};
use burn::module::Module;
use results::{PlanKeys, Row, Store, canonical_arm, finished};

use crate::arm::Arm;
use crate::cli::{self, TableArgs};
use crate::outcome::Outcome;
use crate::progress::RunProgress;
use crate::provenance::Revision;
use crate::run::{PlannedRun, RunHead};
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

    /// Prints the runs of a plan, and what each of `arms` trains as `trained_set` says.
    ///
    /// # Errors
    /// As [`RunStore::rows`] and `trained_set`.
    pub fn print_plan<R: PlannedRun>(
        &self,
        plan: &[R],
        arms: &[String],
        trained_set: impl Fn(&R) -> Result<String>,
    ) -> Result<()> {
        let done = self.finished()?;
        let heads: Vec<RunHead> = plan.iter().map(PlannedRun::head).collect();
        let width = heads
            .iter()
            .map(|head| head.task.len())
            .max()
            .unwrap_or(0)
            .max(5);
        for (run, head) in plan.iter().zip(&heads) {
            let state = if done.contains(run.key()) {
                "done"
            } else {
                "to do"
            };
            println!(
                "{:20} {:width$} seed {} lr {:<8} {state}  {}",
                head.arm,
                head.task,
                head.seed,
                head.lr,
                &run.key()[..12],
            );
        }
        println!();
        for arm in arms {
            match first_of(plan, arm) {
                Some(run) => println!("{arm} trains {}", trained_set(run)?),
                None => println!("{arm}: not run yet"),
            }
        }
        Ok(())
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

/// The first run of an arm in a plan.
pub fn first_of<'a, R: PlannedRun>(plan: &'a [R], arm: &str) -> Option<&'a R> {
    plan.iter().find(|run| run.head().arm == arm)
}

/// The run keys of each cell of a plan's tables.
pub fn plan_keys<R: PlannedRun>(plan: &[R]) -> PlanKeys {
    let mut keys = PlanKeys::new();
    for run in plan {
        let head = run.head();
        let cell = keys
            .entry((canonical_arm(&head.arm), head.task))
            .or_default();
        if !cell.iter().any(|key| key == run.key()) {
            cell.push(run.key().to_owned());
        }
    }
    keys
}

/// What a run's model trains, as it declares it: counts, and names with layer numbers folded.
pub fn trained_set<M: Module>(run: &impl PlannedRun, model: &M, head: &str) -> String {
    let count = ParamCount::of(model, head);
    format!(
        "{} of {} parameters ({:.3} %; as the paper counts: {}): {}",
        count.trainable,
        count.total,
        count.percent(),
        run.paper_count(&count),
        folded(trained_paths(model))
    )
}

/// An adapter that does not fit is the arm's fault; a checkpoint that does not is not.
pub fn blame_arm(error: Error, arm: &Arm) -> Error {
    if error.is::<AdapterError>() {
        error.context(format!("arm `{arm}`"))
    } else {
        error
    }
}

/// Parameter names with layer numbers folded, each with how often it occurs.
fn folded(paths: Vec<String>) -> String {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for path in paths {
        let folded: Vec<&str> = path
            .split('.')
            .map(|part| {
                if part.parse::<usize>().is_ok() {
                    "*"
                } else {
                    part
                }
            })
            .collect();
        *names.entry(folded.join(".")).or_default() += 1;
    }
    let names: Vec<String> = names
        .into_iter()
        .map(|(name, n)| if n > 1 { format!("{name} x{n}") } else { name })
        .collect();
    names.join(", ")
}
