//! Suites: each is one folder that says what its tasks are, where their examples come from, and which
//! tables they fill. A new suite is a folder and a line in [`dispatch`].

pub mod domainbed;
pub mod glue;

mod frame;
mod weights;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use burn::tensor::Device;
use results::TableSpec;
use serde::Serialize;

use crate::assets;
use crate::cli::{self, TableArgs};
use crate::experiment::{DataEntry, Experiment, TaskEntry};
use crate::run::{Digests, Run};
use crate::train::{Fit, Outcome, Recipe, Task, build, fit};

pub use domainbed::DomainBed;
pub use frame::{SHARED_LR, TableFrame};
pub use glue::Glue;
pub use weights::{RandomWeights, Weights, smoke_shape};

/// A suite's experiment file.
pub type ExperimentOf<S> = Experiment<<S as Suite>::Entry, <S as Suite>::Data>;

/// A suite, opened: its checkpoint and its examples are at hand.
pub trait Suite: Sized + Sync {
    /// The name of its experiment files and of its run store.
    const NAME: &'static str;
    /// Raised whenever a change of the code changes the numbers of an unchanged experiment.
    const REVISION: u32;

    /// A task's entry in the experiment file.
    type Entry: TaskEntry;
    /// The experiment file's source of examples.
    type Data: DataEntry;
    /// Its own share of a run's settings record.
    type Own: Serialize + Clone + PartialEq + std::fmt::Debug + Send + Sync;
    /// What one run learns.
    type Task<'a>: Task
    where
        Self: 'a;

    /// The keys of all tasks, in the paper's order.
    fn task_keys() -> Vec<&'static str>;

    /// Checks a task key.
    ///
    /// # Errors
    /// One that is not in [`Suite::task_keys`]; the message lists them.
    fn check_task(key: &str) -> Result<()> {
        let known = Self::task_keys();
        if !known.contains(&key) {
            bail!(
                "unknown {} task `{key}`; tasks are {}",
                Self::NAME,
                known.join(", ")
            );
        }
        Ok(())
    }

    /// Checks what is this suite's own in an experiment file, beyond its entries; nothing by default.
    ///
    /// # Errors
    /// A name or number that does not fit.
    fn check(_experiment: &ExperimentOf<Self>) -> Result<()> {
        Ok(())
    }

    /// Makes an experiment small for `--smoke` beyond its entries: inputs that need no file, and few of
    /// them; nothing by default.
    fn shrink(_experiment: &mut ExperimentOf<Self>) {}

    /// Opens the checkpoint and the examples of `tasks`.
    ///
    /// # Errors
    /// Whatever is wrong with them.
    fn open(experiment: &ExperimentOf<Self>, world: &World, tasks: &[String]) -> Result<Self>;

    /// Digests of the pretrained model.
    ///
    /// # Errors
    /// If a file cannot be read.
    fn digests(&self) -> Result<Digests>;

    /// Digest of the examples of an opened task.
    fn data_digest(&self, task: &str) -> String;

    /// The suite's own share of a run's settings.
    fn own(&self, experiment: &ExperimentOf<Self>, task: &str) -> Self::Own;

    /// What a run of the plan learns.
    ///
    /// # Errors
    /// Examples that cannot be made ready.
    fn task<'a>(&'a self, run: &'a Run<Self::Own>) -> Result<Self::Task<'a>>;

    /// Builds and trains the model of a run; a suite with a shorter way for some arms overrides it.
    ///
    /// # Errors
    /// As [`build`] and [`fit`].
    fn train(
        &self,
        run: &Run<Self::Own>,
        recipe: &Recipe<'_>,
        fitting: &Fit<'_>,
    ) -> Result<Outcome> {
        let task = self.task(run)?;
        let model = build(&task, recipe)?;
        Ok(fit(&task, model, fitting)?.1)
    }

    /// The tables that its rows fill, in the order of their numbers.
    fn tables(frame: &TableFrame) -> Vec<TableSpec>;

    /// Writes examples of the data for the page, where they are the program's own; returns the files.
    ///
    /// # Errors
    /// If a file cannot be written.
    fn samples(&self, _experiment: &ExperimentOf<Self>, _root: &Path) -> Result<Vec<PathBuf>> {
        Ok(Vec::new())
    }
}

/// What a suite sees of the world.
pub struct World {
    /// Root of the workspace.
    pub root: PathBuf,
    /// Where models live.
    pub device: Device,
    /// The device's kind.
    pub device_kind: String,
    /// Folder of pretrained models.
    pub checkpoints: Option<PathBuf>,
    /// Folder of data sets.
    pub data: Option<PathBuf>,
    /// Whether weights are random and runs three steps long.
    pub smoke: bool,
}

impl World {
    /// What the command line says of it.
    ///
    /// # Errors
    /// An unknown device.
    pub fn new(root: PathBuf, args: &TableArgs) -> Result<Self> {
        Ok(Self {
            root,
            device: cli::device(&args.device)?,
            device_kind: cli::device_kind(&args.device).to_owned(),
            checkpoints: args.checkpoints.clone(),
            data: args.data.clone(),
            smoke: args.smoke,
        })
    }

    /// The folder of a pretrained model.
    ///
    /// # Errors
    /// If no place has it.
    pub fn checkpoint(&self, id: &str) -> Result<PathBuf> {
        assets::checkpoint(&self.root, id, self.checkpoints.as_deref())
    }

    /// The folder of data sets that the command line names.
    pub fn data(&self) -> Option<&Path> {
        self.data.as_deref()
    }
}

/// Something to do with a suite that is known by name.
pub trait Visitor {
    /// What comes of it.
    type Output;

    /// Does it.
    fn visit<S: Suite>(self) -> Self::Output;
}

/// The names of all suites.
pub const NAMES: [&str; 2] = [Glue::NAME, DomainBed::NAME];

/// Does something with the suite called `name`.
///
/// # Errors
/// An unknown name.
pub fn dispatch<V: Visitor>(name: &str, visitor: V) -> Result<V::Output> {
    Ok(match name {
        Glue::NAME => visitor.visit::<Glue>(),
        DomainBed::NAME => visitor.visit::<DomainBed>(),
        _ => bail!("unknown suite `{name}`; suites are {}", NAMES.join(", ")),
    })
}
