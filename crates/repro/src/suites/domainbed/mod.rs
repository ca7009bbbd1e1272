//! The DomainBed suite behind Tables 5, 8, 9 and 10: a vision transformer is fine-tuned on one
//! environment of a data set and measured on all four (the paper's section 5.3, appendix F).

mod data;
mod section;
mod tables;
mod task;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use lab::pictures::{SheetLayout, contact_sheet};
use models::{Checkpoint, ViTConfig, Vit};
use results::TableSpec;
use tasks::domainbed::ImageSet;

use super::{ExperimentOf, Suite, TableFrame, Weights, World, smoke_shape};
use crate::experiment::{DataSource, StepsEntry};
use crate::run::{Digests, Run};

pub use data::Pictures;
pub use section::{DataEntry, Own};
pub use task::{HEAD, PictureClassification, loss, n_right, pixels};

/// Pictures of each environment in a smoke run.
const SMOKE_PICTURES: usize = 16;

/// The suite, opened.
pub struct DomainBed {
    model: Weights<Vit>,
    pictures: BTreeMap<String, Pictures>,
    device: Device,
    eval_batch_size: usize,
}

impl Suite for DomainBed {
    const NAME: &'static str = "domainbed";
    const REVISION: u32 = 1;

    type Entry = StepsEntry;
    type Data = DataEntry;
    type Own = Own;
    type Task<'a> = PictureClassification<'a>;

    fn task_keys() -> Vec<&'static str> {
        ImageSet::ALL.iter().map(|set| set.key()).collect()
    }

    fn check_task(key: &str) -> Result<()> {
        key.parse::<ImageSet>()?;
        Ok(())
    }

    fn check(experiment: &ExperimentOf<Self>) -> Result<()> {
        if experiment.model.head_dropout.is_some_and(|p| p > 0.0) {
            bail!("model.head_dropout: the head of a vision model has no dropout");
        }
        smoke_shape::<Vit>(&experiment.model.smoke_shape).map(|_| ())
    }

    fn shrink(experiment: &mut ExperimentOf<Self>) {
        experiment.data.source = DataSource::Lab;
        experiment.data.per_environment = Some(SMOKE_PICTURES);
        let eval_batch_size = &mut experiment.train.eval_batch_size;
        *eval_batch_size = (*eval_batch_size).min(SMOKE_PICTURES);
    }

    fn open(experiment: &ExperimentOf<Self>, world: &World, tasks: &[String]) -> Result<Self> {
        let side = experiment.data.preprocess.side;
        let model = if world.smoke {
            Weights::random(ViTConfig {
                image_size: side,
                ..smoke_shape::<Vit>(&experiment.model.smoke_shape)?
            })
        } else {
            Weights::Checkpoint(open(
                &world.checkpoint(&experiment.model.checkpoint)?,
                side,
            )?)
        };
        let mut pictures = BTreeMap::new();
        for key in tasks {
            let set = Pictures::load(key.parse()?, &experiment.data, world.data())?;
            pictures.insert(key.clone(), set);
        }
        Ok(Self {
            model,
            pictures,
            device: world.device.clone(),
            eval_batch_size: experiment.train.eval_batch_size,
        })
    }

    fn digests(&self) -> Result<Digests> {
        self.model.digests()
    }

    fn data_digest(&self, task: &str) -> String {
        self.pictures[task].digest.clone()
    }

    fn own(&self, experiment: &ExperimentOf<Self>, task: &str) -> Own {
        let entry = &experiment.tasks[task];
        let set: ImageSet = task.parse().expect("a plan has known tasks alone");
        Own {
            source_environment: set.source().folder,
            steps: entry.steps,
            batch_size: entry.batch_size,
            watch_every: entry.watch_every,
            data: experiment.data.clone(),
            selection_rule: "largest held-out accuracy in the source environment, the first of \
                             equals",
            ood_pictures: "all of each other environment",
        }
    }

    fn task<'a>(&'a self, run: &'a Run<Own>) -> Result<PictureClassification<'a>> {
        Ok(PictureClassification::new(
            &run.settings,
            &self.pictures[&run.settings.task],
            &self.model,
            &self.device,
            self.eval_batch_size,
        ))
    }

    fn tables(frame: &TableFrame) -> Vec<TableSpec> {
        tables::specs(frame)
    }

    /// Contact sheets of drawn pictures.
    fn samples(&self, experiment: &ExperimentOf<Self>, root: &Path) -> Result<Vec<PathBuf>> {
        let folder = root.join("figures").join(&experiment.scale);
        let drawn = experiment.data.source == DataSource::Lab;
        let mut paths = Vec::new();
        for key in self.pictures.keys().filter(|_| drawn) {
            let (set, seed) = (key.parse()?, experiment.data.seed);
            let png = contact_sheet(set, seed, SheetLayout::default()).to_png()?;
            let path = folder.join(format!("contact-sheet-{key}.png"));
            std::fs::create_dir_all(&folder)
                .and_then(|()| std::fs::write(&path, png))
                .with_context(|| format!("{} cannot be written", path.display()))?;
            paths.push(path);
        }
        Ok(paths)
    }
}

/// A checkpoint for pictures of `side` x `side` pixels.
fn open(folder: &Path, side: usize) -> Result<Checkpoint<Vit>> {
    let checkpoint = Checkpoint::<Vit>::open(folder)?;
    let checkpoint = match checkpoint.config().image_size == side {
        true => checkpoint,
        // As DomainBed's forks do for other sizes.
        false => checkpoint.with_interpolation(),
    };
    let patch = checkpoint.config().patch_size;
    if !side.is_multiple_of(patch) {
        bail!(
            "data.preprocess.side is {side}, which the patches of {} of {patch} pixels do not fill",
            folder.display()
        );
    }
    Ok(checkpoint)
}
