//! The GLUE suite behind Tables 1, 2 and 7: an encoder with a classification head (the paper's
//! section 5.1).

mod data;
mod encoded;
mod probe;
mod section;
mod tables;
mod task;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use anyhow::{Result, anyhow, bail};
use burn::tensor::Device;
use models::{Checkpoint, EncoderConfig, Roberta};
use results::TableSpec;
use tasks::encode::TextEncoder;
use tasks::glue::GlueTask;

use super::{ExperimentOf, Suite, TableFrame, Weights, World, smoke_shape};
use crate::experiment::SMOKE_STEPS;
use crate::run::{Digests, Run};
use crate::train::{Fit, Method, Outcome, Recipe, build, fit};

pub use data::Examples;
pub use encoded::{EncodedSplit, EncodedTask, RandomSizes};
pub use probe::Probe;
pub use section::{DataEntry, Own, TaskEntry};
pub use task::{Classification, HEAD};

/// Batches of each evaluation split of a smoke run.
const SMOKE_EVAL_BATCHES: usize = 2;

/// The suite, opened.
pub struct Glue {
    model: Weights<Roberta>,
    tasks: BTreeMap<GlueTask, Prepared>,
    encoder: OnceLock<Result<TextEncoder, String>>,
    device: Device,
    eval_batch_size: usize,
}

/// A task's examples, and the same as token ids once a run asks for them.
struct Prepared {
    examples: Examples,
    max_len: usize,
    encoded: OnceLock<Result<EncodedTask, String>>,
}

impl Suite for Glue {
    const NAME: &'static str = "glue";
    // 2: dense layers, attention and layer normalisation as kernels that round otherwise.
    const REVISION: u32 = 2;

    type Entry = TaskEntry;
    type Data = DataEntry;
    type Own = Own;
    type Task<'a> = Classification<'a>;

    fn task_keys() -> Vec<&'static str> {
        GlueTask::ALL.iter().map(|task| task.key()).collect()
    }

    fn check_task(key: &str) -> Result<()> {
        key.parse::<GlueTask>()?;
        Ok(())
    }

    fn check(experiment: &ExperimentOf<Self>) -> Result<()> {
        smoke_shape::<Roberta>(&experiment.model.smoke_shape).map(|_| ())
    }

    fn shrink(experiment: &mut ExperimentOf<Self>) {
        let config = smoke_shape::<Roberta>(&experiment.model.smoke_shape);
        let (batch_size, max_len) = smoke_limits(&config.expect("checked with the experiment"));
        for task in experiment.tasks.values_mut() {
            task.batch_size = task.batch_size.min(batch_size);
            task.max_len = task.max_len.min(max_len);
        }
        let eval_batch_size = &mut experiment.train.eval_batch_size;
        *eval_batch_size = (*eval_batch_size).min(batch_size);
    }

    fn open(experiment: &ExperimentOf<Self>, world: &World, tasks: &[String]) -> Result<Self> {
        let model: Weights<Roberta> = if world.smoke {
            Weights::random(smoke_shape::<Roberta>(&experiment.model.smoke_shape)?)
        } else {
            let folder = world.checkpoint(&experiment.model.checkpoint)?;
            Weights::Checkpoint(Checkpoint::open(&folder)?)
        };
        let most = model.config().max_seq();
        let mut prepared = BTreeMap::new();
        for key in tasks {
            let task: GlueTask = key.parse()?;
            let max_len = experiment.tasks[key].max_len;
            if max_len > most {
                bail!(
                    "experiments/{}/{}.toml: tasks.{key}.max_len is {max_len}, but {} has positions \
                     for {most} tokens",
                    experiment.scale,
                    experiment.suite,
                    experiment.model.checkpoint
                );
            }
            let examples = if world.smoke {
                let entry = &experiment.tasks[key];
                let sizes = RandomSizes {
                    n_train: SMOKE_STEPS * entry.batch_size,
                    n_validation: SMOKE_EVAL_BATCHES * experiment.train.eval_batch_size,
                    max_len,
                };
                let seed = experiment.data.seed;
                Examples::Random(EncodedTask::random(task, model.config(), sizes, seed))
            } else {
                Examples::load(task, &experiment.data, world.data())?
            };
            let entry = Prepared {
                examples,
                max_len,
                encoded: OnceLock::new(),
            };
            prepared.insert(task, entry);
        }
        Ok(Self {
            model,
            tasks: prepared,
            encoder: OnceLock::new(),
            device: world.device.clone(),
            eval_batch_size: experiment.train.eval_batch_size,
        })
    }

    fn digests(&self) -> Result<Digests> {
        self.model.digests()
    }

    fn data_digest(&self, task: &str) -> String {
        self.prepared(task).examples.digest()
    }

    fn own(&self, experiment: &ExperimentOf<Self>, task: &str) -> Own {
        let entry = &experiment.tasks[task];
        Own {
            epochs: entry.epochs,
            batch_size: entry.batch_size,
            max_len: entry.max_len,
            data: experiment.data.clone(),
        }
    }

    fn task<'a>(&'a self, run: &'a Run<Own>) -> Result<Classification<'a>> {
        Ok(Classification {
            settings: &run.settings,
            data: self.encoded(&run.settings.task)?,
            source: &self.model,
            device: &self.device,
            eval_batch_size: self.eval_batch_size,
        })
    }

    fn train(&self, run: &Run<Own>, recipe: &Recipe<'_>, fitting: &Fit<'_>) -> Result<Outcome> {
        let task = self.task(run)?;
        let model = build(&task, recipe)?;
        // Where nothing below the head trains or is random, its input never changes.
        let settings = &run.settings;
        if settings.method == Method::LinearProbe && settings.dropout == Some(0.0) {
            let (probe, head) = Probe::new(&task, model);
            return Ok(probe.timed(fit(&probe, head, fitting)?.1));
        }
        Ok(fit(&task, model, fitting)?.1)
    }

    fn tables(frame: &TableFrame) -> Vec<TableSpec> {
        tables::specs(frame)
    }
}

impl Glue {
    fn prepared(&self, task: &str) -> &Prepared {
        let task: GlueTask = task.parse().expect("a plan has known tasks alone");
        &self.tasks[&task]
    }

    /// The examples of a task as token ids, encoded the first time.
    fn encoded(&self, task: &str) -> Result<&EncodedTask> {
        let prepared = self.prepared(task);
        let (data, checkpoint) = match (&prepared.examples, &self.model) {
            (Examples::Random(encoded), _) => return Ok(encoded),
            (Examples::Texts(data), Weights::Checkpoint(checkpoint)) => (data, checkpoint),
            (Examples::Texts(_), Weights::Random(_)) => {
                bail!("random weights have no tokenizer for the texts of {task}")
            }
        };
        let encode = || -> Result<EncodedTask> {
            let path = checkpoint.tokenizer_path();
            let encoder = self
                .encoder
                .get_or_init(|| TextEncoder::from_file(&path).map_err(|error| error.to_string()));
            let encoder = encoder.as_ref().map_err(|error| anyhow!("{error}"))?;
            EncodedTask::new(data, encoder, prepared.max_len, checkpoint.config())
        };
        let encoded = prepared
            .encoded
            .get_or_init(|| encode().map_err(|error| format!("{error:#}")));
        encoded.as_ref().map_err(|error| anyhow!("{error}"))
    }
}

/// The largest batch, and the longest input, that end in seconds on two cores.
fn smoke_limits(config: &EncoderConfig) -> (usize, usize) {
    match config.hidden_size {
        ..128 => (8, 48),
        128..512 => (4, 64),
        512..1024 => (2, 48),
        _ => (2, 32),
    }
}
