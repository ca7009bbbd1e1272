//! From an experiment to runs: what the command line asks for, resolved to settings.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use results::settings::Record;
use results::{Arm, ArmKind, PlanKeys};

use crate::experiment::{ArmEntry, TaskEntry};
use crate::run::{Run, Settings};
use crate::suites::{ExperimentOf, Suite, World};
use crate::train::Method;

/// Which learning rates a plan uses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rates {
    /// Each arm's own.
    PerArm,
    /// One for all arms.
    Shared(f64),
}

/// What is asked of an experiment, narrowed by the command line.
#[derive(Clone, Debug)]
pub struct Request {
    /// Arms, in table order.
    pub arms: Vec<Arm>,
    /// Task keys, in the suite's order.
    pub tasks: Vec<String>,
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Learning rates.
    pub rates: Rates,
}

impl Request {
    /// All of an experiment.
    pub fn all<S: Suite>(experiment: &ExperimentOf<S>, rates: Rates) -> Self {
        let in_order = S::task_keys().into_iter().map(str::to_owned);
        Self {
            arms: experiment.arms_by_row(),
            tasks: in_order
                .filter(|key| experiment.tasks.contains_key(key))
                .collect(),
            seeds: experiment.seeds.clone(),
            rates,
        }
    }

    /// What of this the command line names; an empty list stands for all. Arms may be others.
    ///
    /// # Errors
    /// A task that is not in this.
    pub fn narrow<S: Suite>(
        mut self,
        arms: &[Arm],
        tasks: &[String],
        seeds: &[u64],
    ) -> Result<Self> {
        for key in tasks {
            S::check_task(key)?;
            if !self.tasks.contains(key) {
                bail!(
                    "task `{key}` is not in this experiment, which has {}",
                    self.tasks.join(", ")
                );
            }
        }
        if !tasks.is_empty() {
            self.tasks = tasks.to_vec();
        }
        if !arms.is_empty() {
            self.arms = arms.to_vec();
        }
        if !seeds.is_empty() {
            self.seeds = seeds.to_vec();
        }
        Ok(self)
    }
}

/// The runs of a request.
pub struct Plan<O> {
    /// The runs, seeds outermost.
    pub runs: Vec<Run<O>>,
    /// What should be said about them, a sentence each.
    pub notes: Vec<String>,
}

/// Resolves a request for an opened suite.
///
/// # Errors
/// An arm without a learning rate, or a checkpoint that cannot be read.
pub fn plan<S: Suite>(
    suite: &S,
    experiment: &ExperimentOf<S>,
    request: &Request,
    world: &World,
) -> Result<Plan<S::Own>> {
    let digests = suite.digests()?;
    let (rates, notes) = RatesOf::<S>::new(experiment, request)?;
    let mut runs: Vec<Run<S::Own>> = Vec::new();
    // Seeds outermost: a sweep that is stopped early has whole columns for its first seeds.
    for &seed in &request.seeds {
        for task in &request.tasks {
            for &arm in &request.arms {
                let method = Method::of(arm, experiment.model.adapter_dropout);
                if !experiment.has(arm, task) || !method.can_run() {
                    continue;
                }
                for lr in rates.of(arm, task) {
                    let settings = Settings {
                        revision: S::REVISION,
                        suite: experiment.suite.clone(),
                        scale: experiment.scale.clone(),
                        task: task.clone(),
                        method: method.clone(),
                        targets: experiment.model.targets.clone(),
                        seed,
                        lr,
                        schedule: experiment.train.schedule,
                        optimizer: experiment.train.optimizer.clone(),
                        dropout: experiment.model.dropout,
                        head_dropout: experiment.model.head_dropout,
                        data_digest: suite.data_digest(task),
                        checkpoint: experiment.model.checkpoint.clone(),
                        digests: digests.clone(),
                        device: world.device_kind.clone(),
                        smoke: world.smoke,
                        dtype: experiment.model.dtype,
                        own: suite.own(experiment, task),
                    };
                    let record = Record::of(&settings)?;
                    let run = Run {
                        arm,
                        key: record.key(),
                        record,
                        settings,
                    };
                    // A rate may stand in the grid twice.
                    let is_same = |other: &Run<_>| other.key == run.key && other.arm == run.arm;
                    if !runs.iter().any(is_same) {
                        runs.push(run);
                    }
                }
            }
        }
    }
    Ok(Plan { runs, notes })
}

/// The run keys of each cell of a plan's tables.
pub fn plan_keys<O>(plan: &[Run<O>]) -> PlanKeys {
    let mut keys = PlanKeys::new();
    for run in plan {
        let cell = (run.arm.kind(), run.settings.task.clone());
        let cell: &mut Vec<String> = keys.entry(cell).or_default();
        // Arms of equal settings are one run, whatever they are called.
        if !cell.contains(&run.key) {
            cell.push(run.key.clone());
        }
    }
    keys
}

/// The learning rates of a request's arms.
struct RatesOf<'a, S: Suite> {
    experiment: &'a ExperimentOf<S>,
    rates: Rates,
    /// Arms that take another arm's rate.
    borrowed: BTreeMap<Arm, f64>,
}

impl<'a, S: Suite> RatesOf<'a, S> {
    /// Looks every arm's rate up once; also which arms take another's, a sentence each.
    fn new(experiment: &'a ExperimentOf<S>, request: &Request) -> Result<(Self, Vec<String>)> {
        let mut borrowed = BTreeMap::new();
        let mut notes = Vec::new();
        let is_own = request.rates == Rates::PerArm && experiment.grid.is_none();
        for &arm in request.arms.iter().filter(|_| is_own) {
            let entry = experiment.arms.get(&arm).and_then(|entry| entry.lr);
            let of_tasks = request.tasks.iter();
            let of_tasks = of_tasks.map(|task| experiment.tasks[task].lr());
            let can_run = Method::of(arm, 0.0).can_run();
            if entry.is_some() || !can_run || of_tasks.into_iter().all(|lr| lr.is_some()) {
                continue;
            }
            let Some((sibling, lr)) = nearest(&experiment.arms, arm) else {
                let names: Vec<String> = experiment
                    .arms_by_row()
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                bail!(
                    "arm `{arm}` has no learning rate in this experiment, nor has an arm of the \
                     same start and trained factor; add [arms.{arm}] with `lr`, or name one of {}",
                    names.join(", ")
                );
            };
            if !sibling.is_same_as(arm) {
                notes.push(format!(
                    "{arm} has no learning rate of its own and takes that of {sibling}, {lr}"
                ));
            }
            borrowed.insert(arm, lr);
        }
        let rates = Self {
            experiment,
            rates: request.rates,
            borrowed,
        };
        Ok((rates, notes))
    }

    fn of(&self, arm: Arm, task: &str) -> Vec<f64> {
        if let Rates::Shared(lr) = self.rates {
            return vec![lr];
        }
        if let Some(grid) = &self.experiment.grid {
            return grid.lr.clone();
        }
        let own = self.experiment.arms.get(&arm).and_then(|entry| entry.lr);
        let of_task = self.experiment.tasks[task].lr();
        let lr = own.or(of_task).or_else(|| self.borrowed.get(&arm).copied());
        vec![lr.expect("looked up when the plan began")]
    }
}

/// The arm of the same start and trained factor whose rank is nearest, of those with a rate; the
/// smaller rank of two that are equally near. Ranks are compared by their ratio.
fn nearest(arms: &BTreeMap<Arm, ArmEntry>, arm: Arm) -> Option<(Arm, f64)> {
    let ArmKind::LowRank {
        trains,
        start,
        rank,
    } = arm.kind()
    else {
        return None;
    };
    let distance = |other: usize| (other as f64 / rank as f64).log2().abs();
    arms.iter()
        .filter_map(|(&other, entry)| match other.kind() {
            ArmKind::LowRank {
                trains: t,
                start: s,
                rank,
            } if (t, s) == (trains, start) => Some((rank, other, entry.lr?)),
            _ => None,
        })
        .min_by(|a, b| distance(a.0).total_cmp(&distance(b.0)).then(a.0.cmp(&b.0)))
        .map(|(_, other, lr)| (other, lr))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arm_without_a_rate_takes_that_of_the_nearest_rank_and_no_other_kind() {
        let arms: BTreeMap<Arm, ArmEntry> = [
            ("lora-fa-r8", 1e-4),
            ("tuneA-Brand-r8", 2e-4),
            ("tuneB-Arand-r8", 3e-4),
            ("tuneB-Arand-r16", 4e-4),
        ]
        .into_iter()
        .map(|(key, lr)| {
            let entry = ArmEntry {
                row: 1,
                lr: Some(lr),
                tasks: None,
            };
            (key.parse().unwrap(), entry)
        })
        .collect();
        let of = |key: &str| nearest(&arms, key.parse().unwrap()).map(|(_, lr)| lr);
        assert_eq!(of("tuneB-Arand-r4"), Some(3e-4));
        assert_eq!(of("tuneB-Arand-r64"), Some(4e-4));
        assert_eq!(of("tuneA-Brand-r4"), Some(2e-4));
        assert_eq!(of("tuneB-Akm-r4"), Some(1e-4));
        assert_eq!(of("tuneB-AV-r8"), None);
        assert_eq!(of("lora-r8"), None);
        assert_eq!(of("full"), None);
    }
}
