//! The GLUE suite behind tables 1, 2 and 7: plan, train what is missing, gather the rows.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use burn::tensor::Device;
use models::Checkpoint;
use results::{PlanKeys, Row, Store, canonical_arm, finished};
use tasks::encode::TextEncoder;
use tasks::glue::{GlueData, GlueTask};
use tasks::lab::{self, LabConfig};

use crate::assets;
use crate::cli::{self, TableArgs};
use crate::experiment::{DataEntry, DataSource, Experiment};
use crate::glue::{self, EncodedTask};
use crate::provenance::Revision;
use crate::run::{Rates, Request, Run, Sources, plan};
use crate::seeds::{self, Purpose};
use crate::sweep::{SweepReport, sweep};

/// A suite ready to train: everything that can be wrong with its input has been looked at.
pub struct Suite {
    /// The experiment file.
    pub experiment: Experiment,
    /// What is asked for.
    pub request: Request,
    /// The runs of the plan.
    pub runs: Vec<Run>,
    data: BTreeMap<GlueTask, GlueData>,
    checkpoint: Checkpoint,
    device: Device,
    store: Store,
    root: PathBuf,
    args: TableArgs,
}

impl Suite {
    /// Reads the experiment `name` of the scale that `args` names, its data and its checkpoint.
    ///
    /// # Errors
    /// Whatever is wrong with them, or a results folder that cannot be written.
    pub fn open(name: &str, args: &TableArgs) -> Result<Self> {
        let root = cli::workspace_root()?;
        let experiment = Experiment::load(&root, &args.scale, name)?;
        let rates = match (args.shared_lr, experiment.train.shared_lr) {
            (false, _) => Rates::PerArm,
            (true, Some(lr)) => Rates::Shared(lr),
            (true, None) => bail!("this experiment has no train.shared_lr"),
        };
        let request = Request::new(&experiment, &args.arms, &args.tasks, &args.seeds, rates)?;
        let device = cli::device(&args.device)?;
        if args.smoke {
            bail!("--smoke is not available yet");
        }

        let folder = assets::checkpoint(
            &root,
            &experiment.model.checkpoint,
            args.checkpoints.as_deref(),
        )?;
        let checkpoint = Checkpoint::open(&folder)?;
        let mut data = BTreeMap::new();
        for key in &request.tasks {
            let task: GlueTask = key.parse()?;
            data.insert(task, load(task, &experiment.data, args.data.as_deref())?);
        }
        let sources = Sources {
            checkpoint_digest: checkpoint.digest()?,
            device: args.device.clone(),
            smoke: args.smoke,
        };
        let runs = plan(&experiment, &request, &sources, |task| {
            data[&task].digest.clone()
        })?;
        let store = folder_of(&args.results, &experiment);
        let store = if args.dry_run {
            Store::read_only(store)
        } else {
            Store::open(store)?
        };
        Ok(Self {
            experiment,
            request,
            runs,
            data,
            checkpoint,
            device,
            store,
            root,
            args: args.clone(),
        })
    }

    /// The folder of this machine's rows and tables.
    pub fn local_folder(&self) -> PathBuf {
        folder_of(&self.args.results, &self.experiment)
    }

    /// The folder of the published rows and tables.
    pub fn published_folder(&self) -> PathBuf {
        folder_of(&self.root.join("results"), &self.experiment)
    }

    /// Whether all arms use one learning rate.
    pub fn has_shared_rate(&self) -> bool {
        self.args.shared_lr
    }

    /// Prints the runs and what each trains.
    ///
    /// # Errors
    /// If a model cannot be built.
    pub fn dry_run(&self) -> Result<()> {
        let done = finished(&self.rows()?);
        for run in &self.runs {
            let state = if done.contains(&run.key) { "done" } else { "to do" };
            println!(
                "{:20} {:5} seed {} lr {:<8} {state}  {}",
                run.arm.key,
                run.settings.task,
                run.settings.seed,
                run.settings.lr,
                &run.key[..12]
            );
        }
        println!();
        for key in &self.request.arms {
            let Some(run) = self.runs.iter().find(|run| &run.arm.key == key) else {
                println!("{key}: not run yet");
                continue;
            };
            println!("{key} trains {}", self.trained_set(run)?);
        }
        Ok(())
    }

    /// The trained set of a run, as its model declares it: names with layer numbers folded, and counts.
    fn trained_set(&self, run: &Run) -> Result<String> {
        let model = glue::build(&run.settings, &self.checkpoint, run.task, &self.device)?;
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for path in adapters::trained_paths(&model) {
            let folded: Vec<&str> = path
                .split('.')
                .map(|part| if part.parse::<usize>().is_ok() { "*" } else { part })
                .collect();
            *names.entry(folded.join(".")).or_default() += 1;
        }
        let count = adapters::count::ParamCount::of(&model, glue::HEAD);
        let names: Vec<String> = names
            .into_iter()
            .map(|(name, n)| if n > 1 { format!("{name} x{n}") } else { name })
            .collect();
        Ok(format!(
            "{} of {} parameters ({:.3} %; as the paper counts: {}): {}",
            count.trainable,
            count.total,
            count.percent(),
            run.paper_count(&count),
            names.join(", ")
        ))
    }

    /// Trains the runs that have no finished rows.
    ///
    /// # Errors
    /// If the data cannot be encoded or rows cannot be stored.
    pub fn train(&self) -> Result<SweepReport> {
        if self.args.fresh {
            self.forget()?;
        }
        let done = finished(&self.rows()?);
        let mut keys = HashSet::new();
        let todo: Vec<Run> = self
            .runs
            .iter()
            .filter(|run| !done.contains(&run.key) && keys.insert(run.key.clone()))
            .cloned()
            .collect();
        let todo = match &self.args.shard {
            Some(text) => {
                let (i, n) = cli::shard(text)?;
                let shares = todo.into_iter().enumerate();
                shares
                    .filter(|(k, _)| k % n == i - 1)
                    .map(|(_, run)| run)
                    .collect()
            }
            None => todo,
        };
        if todo.is_empty() {
            return Ok(SweepReport::default());
        }
        let encoder = TextEncoder::from_file(&self.checkpoint.tokenizer_path())?;
        let mut encoded: HashMap<GlueTask, EncodedTask> = HashMap::new();
        for run in &todo {
            if !encoded.contains_key(&run.task) {
                let max_len = run.settings.max_len;
                let data = &self.data[&run.task];
                let task = EncodedTask::new(data, &encoder, max_len, &self.checkpoint)?;
                encoded.insert(run.task, task);
            }
        }
        for arm in &self.request.arms {
            if let Some(run) = todo.iter().find(|run| &run.arm.key == arm) {
                eprintln!("{arm} trains {}", self.trained_set(run)?);
            }
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let jobs = match self.args.jobs.unwrap_or(self.experiment.jobs) {
            0 => cores,
            jobs => jobs,
        };
        let revision = Revision::of(&self.root);
        let eval_batch_size = self.experiment.train.eval_batch_size;
        sweep(&todo, &self.store, jobs, &revision, |run, progress| {
            glue::train(
                run,
                &encoded[&run.task],
                &self.checkpoint,
                &self.device,
                eval_batch_size,
                progress,
            )
        })
    }

    /// Takes the runs of this plan out of this machine's store.
    fn forget(&self) -> Result<()> {
        let planned: HashSet<&str> = self.runs.iter().map(|run| run.key.as_str()).collect();
        let mut kept: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for row in self.rows()? {
            if !planned.contains(row.run_key.as_str()) {
                kept.entry(row.run_key.clone()).or_default().push(row);
            }
        }
        // The new file is complete before it takes the old one's place.
        let part = tempfile::tempdir_in(self.local_folder())?;
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

    /// All rows of this machine's store; what was wrong with its end is said on standard error.
    ///
    /// # Errors
    /// If the store is damaged beyond a torn end.
    pub fn rows(&self) -> Result<Vec<Row>> {
        let loaded = self.store.load()?;
        for warning in &loaded.warnings {
            eprintln!("warning: {warning}");
        }
        Ok(loaded.rows)
    }

    /// The published rows.
    ///
    /// # Errors
    /// If the published store is damaged.
    pub fn published_rows(&self) -> Result<Vec<Row>> {
        Ok(Store::read_only(self.published_folder()).load()?.rows)
    }

    /// The run keys of each cell.
    pub fn plan_keys(&self) -> PlanKeys {
        let mut keys = PlanKeys::new();
        for run in &self.runs {
            let cell = (canonical_arm(&run.arm.key), run.settings.task.clone());
            let cell = keys.entry(cell).or_default();
            if !cell.contains(&run.key) {
                cell.push(run.key.clone());
            }
        }
        keys
    }
}

fn folder_of(results: &Path, experiment: &Experiment) -> PathBuf {
    results.join(&experiment.scale).join(&experiment.suite)
}

/// The data of a task, cut and split as the experiment says.
fn load(task: GlueTask, entry: &DataEntry, folder: Option<&Path>) -> Result<GlueData> {
    let mut data = match entry.source {
        DataSource::Lab => lab::glue(task, entry.seed, &LabConfig::default()),
        DataSource::Files => GlueData::load(task, &assets::glue(folder, task.key())?)?,
    };
    let cuts = entry.holdout.is_some()
        || entry.max_train.is_some_and(|n| n < data.train.len())
        || data
            .validation
            .iter()
            .any(|split| entry.max_validation.is_some_and(|n| n < split.examples.len()));
    if !cuts {
        return Ok(data);
    }
    let digest = data.digest.clone();
    shuffle(&mut data.train, entry.seed);
    if let Some(share) = entry.holdout {
        let n = (share * data.train.len() as f64) as usize;
        if n == 0 || n == data.train.len() {
            bail!("data.holdout of {share} leaves a split of {} empty", task.key());
        }
        let held_out = data.train.split_off(data.train.len() - n);
        data.validation.truncate(1);
        data.validation[0].examples = held_out;
    }
    data.train.truncate(entry.max_train.unwrap_or(usize::MAX));
    for split in &mut data.validation {
        if entry.max_validation.is_some_and(|n| n < split.examples.len()) {
            shuffle(&mut split.examples, entry.seed);
            split.examples.truncate(entry.max_validation.unwrap_or(usize::MAX));
        }
    }
    let mut cut = GlueData::from_examples(task, data.train, data.validation);
    // Both the files and the cut are part of what the run has seen.
    cut.digest = format!("{}-{}", &digest[..16], &cut.digest[..16]);
    Ok(cut)
}

fn shuffle<T>(items: &mut [T], seed: u64) {
    use rand::seq::SliceRandom;
    items.shuffle(&mut seeds::rng(seed, Purpose::Subset));
}
