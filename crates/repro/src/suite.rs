//! The GLUE suite behind tables 1, 2 and 7: plan, train what is missing, gather the rows.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use burn::tensor::Device;
use models::{Checkpoint, EncoderConfig};
use results::{PlanKeys, Row, Store};
use tasks::encode::TextEncoder;
use tasks::glue::GlueTask;

use crate::assets;
use crate::cli::{self, TableArgs};
use crate::encoded::EncodedTask;
use crate::experiment::Experiment;
use crate::glue;
use crate::run::{Rates, Request, Run, Sources, plan};
use crate::runs::{RunStore, blame_arm, first_of, folder_of, plan_keys, trained_set};
use crate::smoke;
use crate::source::{Examples, ModelSource};
use crate::sweep::SweepReport;

/// A suite ready to train: everything that can be wrong with its input has been looked at.
pub struct Suite {
    /// The experiment file.
    pub experiment: Experiment,
    /// What is asked for.
    pub request: Request,
    /// The runs of the plan.
    pub runs: Vec<Run>,
    data: BTreeMap<GlueTask, Examples>,
    model: ModelSource,
    device: Device,
    store: RunStore,
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
        let mut experiment = Experiment::load(&root, &args.scale, name)?;
        let rates = match (args.shared_lr, experiment.train.shared_lr) {
            (false, _) => Rates::PerArm,
            (true, Some(lr)) => Rates::Shared(lr),
            (true, None) => bail!("this experiment has no train.shared_lr"),
        };
        let request = Request::new(&experiment, &args.arms, &args.tasks, &args.seeds, rates)?;
        let device = cli::device(&args.device)?;

        let model = if args.smoke {
            ModelSource::random(experiment.model.smoke_shape.config())
        } else {
            let name = &experiment.model.checkpoint;
            let folder = assets::checkpoint(&root, name, args.checkpoints.as_deref())?;
            ModelSource::Checkpoint(Checkpoint::open(&folder)?)
        };
        check_lengths(&experiment, &request, model.config())?;
        if args.smoke {
            smoke::shrink(&mut experiment);
        }
        let mut data = BTreeMap::new();
        for key in &request.tasks {
            let task: GlueTask = key.parse()?;
            let examples = if args.smoke {
                Examples::Random(smoke::examples(&experiment, task))
            } else {
                Examples::load(task, &experiment.data, args.data.as_deref())?
            };
            data.insert(task, examples);
        }
        let sources = Sources {
            checkpoint_digest: model.digest()?,
            device: cli::device_kind(&args.device).to_owned(),
            smoke: args.smoke,
        };
        let digests: BTreeMap<GlueTask, String> = data
            .iter()
            .map(|(&task, examples)| (task, examples.digest()))
            .collect();
        let runs = plan(&experiment, &request, &sources, |task| {
            digests[&task].clone()
        })?;
        let store = folder_of(&args.results, args, &experiment.suite);
        let store = RunStore::open(store, args)?;
        Ok(Self {
            experiment,
            request,
            runs,
            data,
            model,
            device,
            store,
            root,
            args: args.clone(),
        })
    }

    /// The folder of this machine's rows and tables.
    pub fn local_folder(&self) -> PathBuf {
        self.store.folder().to_path_buf()
    }

    /// The folder of the published rows and tables.
    pub fn published_folder(&self) -> PathBuf {
        let results = self.root.join("results");
        folder_of(&results, &self.args, &self.experiment.suite)
    }

    /// The root of the workspace.
    pub fn root(&self) -> &Path {
        &self.root
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
        let trained_set = |run: &Run| self.trained_set(run);
        self.store
            .print_plan(&self.runs, &self.request.arms, trained_set)
    }

    /// The trained set of a run, as its model declares it.
    fn trained_set(&self, run: &Run) -> Result<String> {
        let model = glue::build(&run.settings, &self.model, run.task, &self.device)
            .map_err(|error| blame_arm(error, &run.arm))?;
        Ok(trained_set(run, &model, glue::HEAD))
    }

    /// Trains the runs that have no finished rows.
    ///
    /// # Errors
    /// If the data cannot be encoded or rows cannot be stored.
    pub fn train(&self) -> Result<SweepReport> {
        let todo = self.store.todo(&self.runs)?;
        if todo.is_empty() {
            return Ok(SweepReport::default());
        }
        // Whatever can be wrong with the input is found before anything stored is touched.
        let mut sets = Vec::new();
        for arm in &self.request.arms {
            if let Some(run) = first_of(&todo, arm) {
                sets.push(format!("{arm} trains {}", self.trained_set(run)?));
            }
        }
        let encoded = self.encode(&todo)?;
        if self.args.smoke {
            eprintln!("A smoke run: random weights, three steps; the numbers mean nothing.");
        }
        sets.iter().for_each(|line| eprintln!("{line}"));
        let jobs = self.experiment.jobs;
        let eval_batch_size = self.experiment.train.eval_batch_size;
        self.store.train(&todo, jobs, &self.root, |run, progress| {
            glue::train(
                run,
                &encoded[&run.task],
                &self.model,
                &self.device,
                eval_batch_size,
                progress,
            )
        })
    }

    /// The examples of the tasks of `runs` as token ids.
    fn encode(&self, runs: &[Run]) -> Result<HashMap<GlueTask, EncodedTask>> {
        let mut encoder = None;
        let mut encoded = HashMap::new();
        for run in runs {
            if encoded.contains_key(&run.task) {
                continue;
            }
            let task = match (&self.data[&run.task], &self.model) {
                (Examples::Texts(data), ModelSource::Checkpoint(checkpoint)) => {
                    let encoder = match &encoder {
                        Some(encoder) => encoder,
                        None => {
                            encoder.insert(TextEncoder::from_file(&checkpoint.tokenizer_path())?)
                        }
                    };
                    EncodedTask::new(data, encoder, run.settings.max_len, checkpoint.config())?
                }
                (Examples::Texts(_), ModelSource::Random(_)) => {
                    bail!(
                        "random weights have no tokenizer for the texts of {}",
                        run.task
                    )
                }
                (Examples::Random(task), _) => task.clone(),
            };
            encoded.insert(run.task, task);
        }
        Ok(encoded)
    }

    /// All rows of this machine's store; what was wrong with its end is said on standard error,
    /// the first time.
    ///
    /// # Errors
    /// If the store is damaged beyond a torn end.
    pub fn rows(&self) -> Result<Vec<Row>> {
        self.store.rows()
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
        plan_keys(&self.runs)
    }
}

/// Checks that the model has a position for each token of the longest inputs.
fn check_lengths(experiment: &Experiment, request: &Request, config: &EncoderConfig) -> Result<()> {
    let most = config.max_seq();
    for key in &request.tasks {
        let max_len = experiment.tasks[key].max_len;
        if max_len > most {
            bail!(
                "experiments/{}/{}.toml: tasks.{key}.max_len is {max_len}, but {} has positions for \
                 {most} tokens",
                experiment.scale,
                experiment.suite,
                experiment.model.checkpoint
            );
        }
    }
    Ok(())
}
