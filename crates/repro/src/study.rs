//! A suite's experiment from its file to its rows: open, plan, train, gather.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use adapters::{AdapterError, trained_paths};
use anyhow::{Error, Result, bail};
use results::settings::Record;
use results::{Arm, Comparison, PlanKeys, Row, Side, Store, View, compare};

use crate::cli::{self, TableArgs};
use crate::experiment::{DataEntry, TaskEntry};
use crate::plan::{Plan, Rates, Request, plan, plan_keys};
use crate::provenance::Revision;
use crate::run::{Run, RunStore, SweepReport, sweep};
use crate::suites::{ExperimentOf, Suite, TableFrame, World};
use crate::train::progress::RunProgress;
use crate::train::{Outcome, Recipe, Task, build};

/// A suite ready to train: everything that can be wrong with its input has been looked at.
pub struct Study<S: Suite> {
    /// The experiment file, shrunk if it is a smoke run.
    pub experiment: ExperimentOf<S>,
    /// What is asked for.
    pub request: Request,
    /// The runs of the plan.
    pub runs: Vec<Run<S::Own>>,
    /// What should be said about the plan, a sentence each.
    notes: Vec<String>,
    suite: S,
    world: World,
    store: RunStore,
    args: TableArgs,
}

impl<S: Suite> Study<S> {
    /// Reads the experiment `name` of the scale that `args` names, its data and its checkpoint; of
    /// the tasks only those of `shown`, unless the command line names some.
    ///
    /// # Errors
    /// Whatever is wrong with them, or a results folder that cannot be written.
    pub fn open(name: &str, args: &TableArgs, shown: Option<&[String]>) -> Result<Self> {
        let root = cli::workspace_root()?;
        let mut experiment = ExperimentOf::<S>::load(&root, &args.scale, name, |experiment| {
            for key in experiment.tasks.keys() {
                S::check_task(key)?;
            }
            S::check(experiment)
        })?;
        let rates = match (args.shared_lr, experiment.train.shared_lr) {
            (false, _) => Rates::PerArm,
            (true, Some(lr)) => Rates::Shared(lr),
            (true, None) => bail!("this experiment has no train.shared_lr"),
        };
        let mut request = Request::all::<S>(&experiment, rates);
        if let (Some(shown), true) = (shown, args.tasks.is_empty()) {
            request.tasks.retain(|key| shown.contains(key));
            if request.tasks.is_empty() {
                bail!(
                    "experiments/{}/{name}.toml has none of this table's tasks, which are {}",
                    args.scale,
                    shown.join(", ")
                );
            }
        }
        let request = request.narrow::<S>(&args.arms()?, &args.tasks, &args.seeds)?;
        let world = World::new(root, args)?;
        if args.smoke {
            experiment.tasks.values_mut().for_each(TaskEntry::shrink);
            S::shrink(&mut experiment);
            experiment.model.checkpoint = format!("random {}", experiment.model.smoke_shape);
            // Its rows and tables get a scale of their own, so that each number says what it is.
            experiment.scale.push_str("-smoke");
        }
        let suite = S::open(&experiment, &world, &request.tasks)?;
        let Plan { runs, notes } = plan(&suite, &experiment, &request, &world)?;
        let folder = folder_of(&args.results, args, &experiment.suite);
        Ok(Self {
            store: RunStore::open(folder, args)?,
            experiment,
            request,
            runs,
            notes,
            suite,
            world,
            args: args.clone(),
        })
    }

    /// The opened suite.
    pub fn suite(&self) -> &S {
        &self.suite
    }

    /// The folder of this machine's rows and tables.
    pub fn local_folder(&self) -> PathBuf {
        self.store.folder().to_path_buf()
    }

    /// The folder of the published rows and tables.
    pub fn published_folder(&self) -> PathBuf {
        let results = self.world.root.join("results");
        folder_of(&results, &self.args, &self.experiment.suite)
    }

    /// The root of the workspace.
    pub fn root(&self) -> &Path {
        &self.world.root
    }

    /// Prints the runs and what each arm trains.
    ///
    /// # Errors
    /// If a model cannot be built, or the store is damaged.
    pub fn dry_run(&self) -> Result<()> {
        let done = self.store.finished()?;
        let older = self.store.finished_by_other_revisions(&self.runs, &done)?;
        let lengths = self.runs.iter().map(|run| run.settings.task.len());
        let width = lengths.max().unwrap_or(0).max(5);
        for run in &self.runs {
            let state = match &run.key {
                key if done.contains(key) => "done",
                key if older.contains(key) => "done by another revision",
                _ => "to do",
            };
            println!(
                "{:20} {:width$} seed {} lr {:<8} {state}  {}",
                run.arm,
                run.settings.task,
                run.settings.seed,
                run.settings.lr,
                &run.key[..12],
            );
        }
        println!();
        for note in &self.notes {
            println!("note: {note}");
        }
        for &arm in &self.request.arms {
            match self.runs.iter().find(|run| run.arm == arm) {
                Some(run) => println!("{arm} trains {}", self.trained_set(run)?),
                None => println!("{arm}: not run yet"),
            }
        }
        Ok(())
    }

    /// Trains the runs that have no finished rows.
    ///
    /// # Errors
    /// If a model cannot be built, or rows cannot be stored.
    pub fn train(&self) -> Result<SweepReport> {
        let todo = self.store.todo(&self.runs)?;
        if todo.is_empty() {
            return Ok(SweepReport::default());
        }
        // Whatever can be wrong with the input is found before anything stored is touched.
        for run in &todo {
            self.suite.task(run)?;
        }
        let mut sets = Vec::new();
        for &arm in &self.request.arms {
            if let Some(run) = todo.iter().find(|run| run.arm == arm) {
                sets.push(format!("{arm} trains {}", self.trained_set(run)?));
            }
        }
        if self.args.smoke {
            eprintln!("A smoke run: random weights, three steps; the numbers mean nothing.");
        }
        for note in &self.notes {
            eprintln!("note: {note}");
        }
        sets.iter().for_each(|line| eprintln!("{line}"));
        self.store.forget_if_fresh(&todo)?;
        sweep(
            &todo,
            self.store.store(),
            self.args.jobs.unwrap_or(self.experiment.jobs),
            &Revision::of(&self.world.root),
            |run, progress| self.train_run(run, progress),
        )
    }

    /// Trains one run of the plan.
    ///
    /// # Errors
    /// If the model cannot be built, or a loss, gradient or output is not a finite number.
    pub fn train_run(&self, run: &Run<S::Own>, progress: &RunProgress<'_>) -> Result<Outcome> {
        let recipe = self.recipe(run);
        self.suite.train(run, &recipe, &run.settings.fit(progress))
    }

    /// How a run's model is made ready.
    pub fn recipe<'a>(&'a self, run: &'a Run<S::Own>) -> Recipe<'a> {
        run.settings.recipe(&self.world.device)
    }

    /// The trained set of a run, as its model declares it.
    fn trained_set(&self, run: &Run<S::Own>) -> Result<String> {
        let task = self.suite.task(run)?;
        let model = build(&task, &self.recipe(run)).map_err(|error| blame_arm(error, run.arm))?;
        let count = task.count(&model);
        Ok(format!(
            "{} of {} parameters ({:.3} %; as the paper counts: {}): {}",
            count.trainable,
            count.total,
            count.percent(),
            run.paper_count(&count),
            folded(trained_paths(&model))
        ))
    }

    /// All rows of this machine's store; what was wrong with its end is said on standard error, the
    /// first time.
    ///
    /// # Errors
    /// If the store is damaged beyond a torn end.
    pub fn rows(&self) -> Result<Vec<Row>> {
        self.store.rows()
    }

    /// The published rows, those of another revision of the code under the keys that their settings
    /// have in this one; also how many runs these are.
    ///
    /// # Errors
    /// If the published store is damaged.
    pub fn published_rows(&self) -> Result<(Vec<Row>, usize)> {
        let store = self.published_store();
        let mut rows = store.load()?.rows;
        let planned = self.runs.iter();
        let planned: HashMap<Record, &str> = planned
            .map(|run| (run.record.without_revision(), run.key.as_str()))
            .collect();
        let published: HashSet<String> = rows.iter().map(|row| row.run_key.clone()).collect();
        let records = store.load_settings()?;
        let own: HashMap<&str, &str> = records
            .iter()
            .filter_map(|(key, record)| Some((&**key, *planned.get(&record.without_revision())?)))
            .filter(|(_, own)| !published.contains(*own))
            .collect();
        for row in &mut rows {
            if let Some(key) = own.get(row.run_key.as_str()) {
                row.run_key = (*key).to_owned();
            }
        }
        let n_others = published
            .iter()
            .filter(|key| own.contains_key(key.as_str()));
        Ok((rows, n_others.count()))
    }

    /// How this machine's runs of the plan compare with the published ones of the same settings.
    ///
    /// # Errors
    /// If a store is damaged.
    pub fn agreement(&self) -> Result<Comparison> {
        let planned: HashSet<&str> = self.runs.iter().map(|run| run.key.as_str()).collect();
        let mut ours = self.rows()?;
        ours.retain(|row| planned.contains(row.run_key.as_str()));
        let published = self.published_store();
        Ok(compare(
            Side {
                rows: &ours,
                settings: &self.store.store().load_settings()?,
            },
            Side {
                rows: &published.load()?.rows,
                settings: &published.load_settings()?,
            },
        ))
    }

    /// What the tables of its suite have in common.
    pub fn frame(&self, view: View) -> TableFrame {
        TableFrame {
            scale: self.experiment.scale.clone(),
            view,
            shared_lr: self.args.shared_lr,
            is_generated: self.experiment.data.is_generated(),
            arms: self.experiment.arms_by_row(),
        }
    }

    fn published_store(&self) -> Store {
        Store::read_only(self.published_folder())
    }

    /// The run keys of each cell.
    pub fn plan_keys(&self) -> PlanKeys {
        plan_keys(&self.runs)
    }
}

/// The folder of a suite's store below `results`; smoke runs have stores of their own, so that they
/// never mix with real ones.
fn folder_of(results: &Path, args: &TableArgs, suite: &str) -> PathBuf {
    let results = if args.smoke {
        results.join("smoke")
    } else {
        results.to_path_buf()
    };
    results.join(&args.scale).join(suite)
}

/// An adapter that does not fit is the arm's fault; a checkpoint that does not is not.
fn blame_arm(error: Error, arm: Arm) -> Error {
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
