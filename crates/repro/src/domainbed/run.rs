//! A DomainBed run: one arm fine-tuned on one environment of a data set, resolved to every setting.

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;
use tasks::domainbed::{Augment, ImageSet};

use crate::arm::{Arm, Method};
use crate::domainbed::experiment::{DataEntry, Experiment};
use crate::optimizer::OptimizerConfig;
use crate::run::{PlannedRun, Rates, Request, RunHead, Sources, key, own_rate};

/// Raised whenever a change of the code changes the numbers of an unchanged experiment.
const REVISION: u32 = 1;

/// Every setting that can change a run's result; its hash is the run's key.
#[derive(Clone, Debug, Serialize)]
pub struct Settings {
    /// See [`REVISION`].
    pub revision: u32,
    /// Suite whose store has the run.
    pub suite: String,
    /// Scale of the experiment.
    pub scale: String,
    /// Key of the data set.
    pub task: String,
    /// The environment that the run trains on.
    pub source_environment: &'static str,
    /// Resolved method.
    pub method: Method,
    /// Names of the adapted layers.
    pub targets: Vec<String>,
    /// Seed of the run, and DomainBed's `trial_seed`.
    pub seed: u64,
    /// Learning rate, constant as in DomainBed.
    pub lr: f64,
    /// Steps of training.
    pub steps: usize,
    /// Pictures a step, drawn with replacement.
    pub batch_size: usize,
    /// Steps between two looks at the held-out part.
    pub checkpoint_every: usize,
    /// What is done to training pictures by chance.
    pub augment: Augment,
    /// Adam.
    pub optimizer: OptimizerConfig,
    /// Backbone dropout, where it is not the checkpoint's.
    pub dropout: Option<f64>,
    /// Source of the pictures.
    pub data: DataEntry,
    /// Digest of the pictures.
    pub data_digest: String,
    /// Name of the pretrained model.
    pub checkpoint: String,
    /// Digest of its weights.
    pub checkpoint_digest: String,
    /// Device kind.
    pub device: String,
    /// Number type of weights and activations.
    pub dtype: String,
    /// Which weights `best` rows are of.
    pub selection_rule: &'static str,
    /// What the `ood` rows are measured on.
    pub ood_pictures: &'static str,
    /// Whether it is three steps on random weights.
    pub smoke: bool,
}

/// One run of a plan.
#[derive(Clone, Debug)]
pub struct Run {
    /// The arm's name in this plan.
    pub arm: Arm,
    /// The data set.
    pub set: ImageSet,
    /// Everything that can change the result.
    pub settings: Settings,
    /// Hex SHA-256 of the settings.
    pub key: String,
    /// Pictures to train on.
    pub n_train: usize,
}

impl PlannedRun for Run {
    fn key(&self) -> &str {
        &self.key
    }

    fn head(&self) -> RunHead {
        let settings = self.settings.clone();
        RunHead {
            suite: settings.suite,
            scale: settings.scale,
            task: settings.task,
            arm: self.arm.key.clone(),
            seed: settings.seed,
            lr: settings.lr,
            epochs: (settings.steps * settings.batch_size).div_ceil(self.n_train.max(1)),
            device: settings.device,
            dtype: settings.dtype,
            data_digest: settings.data_digest,
            checkpoint_digest: settings.checkpoint_digest,
        }
    }

    fn settings_record(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.settings)
    }

    fn method(&self) -> &Method {
        &self.settings.method
    }
}

/// What the command line asks of an experiment.
///
/// # Errors
/// Arms or data sets that do not exist.
pub fn request(
    experiment: &Experiment,
    arms: &[String],
    sets: &[String],
    seeds: &[u64],
) -> Result<Request> {
    for key in arms {
        experiment.arm(key)?;
    }
    for key in sets {
        key.parse::<ImageSet>()?;
    }
    let all = Request {
        arms: experiment.arm_keys(),
        // In the paper's order, not the alphabet's.
        tasks: ImageSet::ALL
            .iter()
            .map(|set| set.key().to_owned())
            .filter(|key| experiment.sets.contains_key(key))
            .collect(),
        seeds: experiment.seeds.clone(),
        rates: Rates::PerArm,
    };
    all.narrow(arms, sets, seeds)
}

/// Resolves a request; `data` gives the digest of a set's pictures and how many a run of it trains on.
///
/// # Errors
/// An arm without a learning rate.
pub fn plan(
    experiment: &Experiment,
    request: &Request,
    sources: &Sources,
    data: impl Fn(ImageSet) -> (String, usize),
) -> Result<Vec<Run>> {
    let mut runs: Vec<Run> = Vec::new();
    // Seeds outermost: a sweep that is stopped early has whole columns for its first seeds.
    for &seed in &request.seeds {
        for task in &request.tasks {
            let set: ImageSet = task.parse()?;
            let entry = &experiment.sets[task];
            let (data_digest, n_train) = data(set);
            for arm_key in &request.arms {
                let arm = experiment.arm(arm_key)?;
                let sets = experiment
                    .arms
                    .get(arm_key)
                    .and_then(|arm| arm.tasks.as_ref());
                if sets.is_some_and(|sets| !sets.contains(task)) || !arm.method.can_run() {
                    continue;
                }
                let rates = match &experiment.grid {
                    Some(grid) => grid.lr.clone(),
                    None => vec![own_rate(&experiment.arms, &arm, None, |key| {
                        experiment.arm(key)
                    })?],
                };
                for lr in rates {
                    let settings = Settings {
                        revision: REVISION,
                        suite: experiment.suite.clone(),
                        scale: experiment.scale.clone(),
                        task: task.clone(),
                        source_environment: set.environments()[ImageSet::SOURCE],
                        method: arm.method.clone(),
                        targets: experiment.model.targets.clone(),
                        seed,
                        lr,
                        steps: entry.steps,
                        batch_size: experiment.train.batch_size,
                        checkpoint_every: experiment.train.checkpoint_every,
                        augment: experiment.train.augment.clone(),
                        optimizer: experiment.train.optimizer.clone(),
                        dropout: experiment.model.dropout,
                        data: experiment.data.clone(),
                        data_digest: data_digest.clone(),
                        checkpoint: experiment.model.checkpoint.clone(),
                        checkpoint_digest: sources.checkpoint_digest.clone(),
                        device: sources.device.clone(),
                        dtype: "f32".into(),
                        selection_rule: "largest held-out accuracy in the source environment, the \
                                         first of equals",
                        ood_pictures: "all of each other environment",
                        smoke: sources.smoke,
                    };
                    let key = key(&settings);
                    // Arms of equal settings are one run, whatever they are called.
                    if runs.iter().all(|run| run.key != key || run.arm != arm) {
                        runs.push(Run {
                            arm: arm.clone(),
                            set,
                            settings,
                            key,
                            n_train,
                        });
                    }
                }
            }
        }
    }
    Ok(runs)
}
