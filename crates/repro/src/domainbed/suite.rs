//! The suite: plan, train what is missing, gather the rows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use burn::tensor::Device;
use models::ViTConfig;
use results::{PlanKeys, Row, Store};
use tasks::domainbed::ImageSet;

use crate::assets;
use crate::cli::{self, TableArgs};
use crate::domainbed::experiment::Experiment;
use crate::domainbed::run::{Run, plan, request};
use crate::domainbed::source::{Pictures, VisionSource};
use crate::domainbed::train;
use crate::experiment::DataSource;
use crate::run::{Request, Sources};
use crate::runs::{RunStore, blame_arm, first_of, folder_of, plan_keys, trained_set};
use crate::smoke;
use crate::sweep::SweepReport;

/// Pictures of each environment in a smoke run.
const SMOKE_PICTURES: usize = 16;

/// Pictures a step of a smoke run.
const SMOKE_BATCH: usize = 4;

/// A suite ready to train: everything that can be wrong with its input has been looked at.
pub struct Suite {
    /// The experiment file.
    pub experiment: Experiment,
    /// What is asked for.
    pub request: Request,
    /// The runs of the plan.
    pub runs: Vec<Run>,
    pictures: BTreeMap<&'static str, Pictures>,
    model: VisionSource,
    device: Device,
    store: RunStore,
    root: PathBuf,
    args: TableArgs,
}

impl Suite {
    /// Reads the experiment `name` of the scale that `args` names, its pictures and its checkpoint.
    ///
    /// # Errors
    /// Whatever is wrong with them, or a results folder that cannot be written.
    pub fn open(name: &str, args: &TableArgs) -> Result<Self> {
        Self::open_for(name, args, &ImageSet::ALL.map(ImageSet::key))
    }

    /// The same with the data sets of `shown` alone, unless the command line names some.
    ///
    /// # Errors
    /// As [`Suite::open`]; also if the experiment has none of them.
    pub fn open_for(name: &str, args: &TableArgs, shown: &[&str]) -> Result<Self> {
        if args.shared_lr {
            bail!("the DomainBed suite has no table at one shared learning rate");
        }
        let root = cli::workspace_root()?;
        let mut experiment = Experiment::load(&root, &args.scale, name)?;
        let mut request = request(&experiment, &args.arms, &args.tasks, &args.seeds)?;
        if args.tasks.is_empty() {
            request.tasks.retain(|key| shown.contains(&key.as_str()));
        }
        if request.tasks.is_empty() {
            bail!(
                "experiments/{}/{name}.toml has none of this table's sets, which are {}",
                args.scale,
                shown.join(", ")
            );
        }
        let device = cli::device(&args.device)?;
        let side = experiment.data.preprocess.side;
        let model = if args.smoke {
            VisionSource::Random(smoke_shape(&experiment.scale, side))
        } else {
            let name = &experiment.model.checkpoint;
            let folder = assets::checkpoint(&root, name, args.checkpoints.as_deref())?;
            VisionSource::open(&folder, side)?
        };
        if args.smoke {
            shrink(&mut experiment);
        }
        let mut pictures = BTreeMap::new();
        for key in &request.tasks {
            let set: ImageSet = key.parse()?;
            let data = Pictures::load(set, &experiment.data, args.data.as_deref())?;
            pictures.insert(set.key(), data);
        }
        let sources = Sources {
            checkpoint_digest: model.digest()?,
            device: cli::device_kind(&args.device).to_owned(),
            smoke: args.smoke,
        };
        let runs = plan(&experiment, &request, &sources, |set| {
            let data = &pictures[set.key()];
            (data.digest.clone(), data.split(0).kept.len())
        })?;
        let store = folder_of(&args.results, args, &experiment.suite);
        Ok(Self {
            store: RunStore::open(store, args)?,
            experiment,
            request,
            runs,
            pictures,
            model,
            device,
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
        let n_classes = self.pictures[run.set.key()].data.classes.len();
        let model = train::build(&run.settings, &self.model, n_classes, &self.device)
            .map_err(|error| blame_arm(error, &run.arm))?;
        Ok(trained_set(run, &model, train::HEAD))
    }

    /// Trains the runs that have no finished rows.
    ///
    /// # Errors
    /// If a model cannot be built or rows cannot be stored.
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
        if self.args.smoke {
            eprintln!("A smoke run: random weights, three steps; the numbers mean nothing.");
        }
        sets.iter().for_each(|line| eprintln!("{line}"));
        let eval_batch_size = self.experiment.train.eval_batch_size;
        let jobs = self.experiment.jobs;
        self.store.train(&todo, jobs, &self.root, |run, progress| {
            train::train(
                run,
                &self.pictures[run.set.key()],
                &self.model,
                &self.device,
                eval_batch_size,
                progress,
            )
        })
    }

    /// All rows of this machine's store.
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

/// Two layers of a scale's own shape.
fn smoke_shape(scale: &str, side: usize) -> ViTConfig {
    let config = match scale {
        "mini" => ViTConfig {
            hidden_size: 64,
            num_attention_heads: 4,
            intermediate_size: 256,
            patch_size: 4,
            ..ViTConfig::vit_base_patch16_224()
        },
        "small" => ViTConfig::dinov2_small(),
        _ => ViTConfig::vit_base_patch16_224(),
    };
    ViTConfig {
        num_hidden_layers: 2,
        image_size: side,
        ..config
    }
}

/// Makes an experiment small: a few drawn pictures, small batches, three steps and no checkpoint.
fn shrink(experiment: &mut Experiment) {
    for set in experiment.sets.values_mut() {
        set.steps = smoke::STEPS;
    }
    experiment.data.source = DataSource::Lab;
    experiment.data.per_environment = Some(SMOKE_PICTURES);
    experiment.train.batch_size = SMOKE_BATCH;
    experiment.train.eval_batch_size = experiment.train.eval_batch_size.min(SMOKE_PICTURES);
    experiment.model.checkpoint = format!("random {}", experiment.scale);
    experiment.scale.push_str("-smoke");
}
