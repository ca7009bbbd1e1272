//! What all pretraining shares: a model with its optimiser, saved now and then, and progress.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use burn::module::Module;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::optimizer::{Optimizer, OptimizerConfig};
use crate::progress::{RunProgress, SweepProgress};
use crate::run::hex;

/// Steps between two lines about the loss.
const LINE_EVERY: usize = 500;

/// A model in training.
pub struct Trainer<M: Module> {
    pub model: M,
    pub step: usize,
    optimizer: Optimizer,
}

impl<M: Module> Trainer<M> {
    pub fn new(model: M, optimizer: &OptimizerConfig) -> Self {
        Self {
            model,
            step: 0,
            optimizer: optimizer.init(),
        }
    }

    /// One step down the gradient of `loss`.
    pub fn update(&mut self, lr: f64, loss: Tensor<1>) {
        self.model = self.optimizer.step(lr, self.model.clone(), loss.backward());
        self.step += 1;
    }
}

/// Where an interrupted pretraining goes on.
#[derive(Serialize, Deserialize)]
struct State {
    step: usize,
    /// Of the experiment: a state of other settings is not gone on with.
    digest: String,
}

/// The folder of the saved state, next to where the checkpoint will be.
pub struct StateFolder {
    folder: PathBuf,
    digest: String,
}

impl StateFolder {
    /// The folder for the checkpoint `out` of `experiment`, made if need be.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn open(out: &Path, experiment: &impl Serialize) -> Result<Self> {
        let folder = out.with_extension("part");
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("{} cannot be written", folder.display()))?;
        let digest = hex(&Sha256::digest(toml::to_string(experiment)?.as_bytes()));
        Ok(Self { folder, digest })
    }

    /// Writes weights and optimiser state; the step goes last, so that a torn save does not count.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn save<M: Module>(&self, trainer: &Trainer<M>) -> Result<()> {
        let folder = &self.folder;
        let name = |kind: &str| folder.join(format!("{kind}-{}", trainer.step));
        trainer
            .model
            .valid()
            .into_record()
            .save(name("model"))
            .context("the state of pretraining cannot be saved")?;
        trainer.optimizer.save(&name("optimizer"))?;
        let state = State {
            step: trainer.step,
            digest: self.digest.clone(),
        };
        let part = folder.join("state.json.part");
        std::fs::write(&part, serde_json::to_vec(&state)?)?;
        std::fs::rename(part, folder.join("state.json"))?;
        for entry in std::fs::read_dir(folder)?.flatten() {
            let file = entry.file_name().to_string_lossy().into_owned();
            if file != "state.json" && !file.contains(&format!("-{}", trainer.step)) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Goes on where a saved state is, if there is one.
    ///
    /// # Errors
    /// A state of other settings, or one that cannot be read.
    pub fn resume<M: Module>(&self, trainer: &mut Trainer<M>) -> Result<()> {
        let folder = &self.folder;
        let Ok(bytes) = std::fs::read(folder.join("state.json")) else {
            return Ok(());
        };
        let state: State = serde_json::from_slice(&bytes)
            .with_context(|| format!("{} is not a state", folder.join("state.json").display()))?;
        if state.digest != self.digest {
            bail!(
                "{} holds a state of other settings; remove it to start over",
                folder.display()
            );
        }
        let name = |kind: &str| folder.join(format!("{kind}-{}", state.step));
        let record = burn::store::ModuleRecord::load(name("model"))
            .context("the saved weights cannot be read")?;
        trainer.model = trainer.model.clone().valid().load_record(record).train();
        trainer.optimizer.load(&name("optimizer"))?;
        trainer.step = state.step;
        eprintln!("going on at step {}", state.step);
        Ok(())
    }

    /// Removes it, once the checkpoint is written.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove(self) -> Result<()> {
        std::fs::remove_dir_all(&self.folder)
            .with_context(|| format!("{} cannot be removed", self.folder.display()))
    }
}

/// Progress and the running loss.
pub struct Watch<'a> {
    progress: &'a SweepProgress,
    bar: RunProgress<'a>,
    out: String,
    steps: usize,
    first: usize,
    started: Instant,
    recent: f64,
}

impl<'a> Watch<'a> {
    /// Watches the pretraining of `out` from step `first` of `steps`.
    pub fn new(progress: &'a SweepProgress, out: &str, steps: usize, first: usize) -> Self {
        let bar = progress.run(format!("pretraining {out}"));
        bar.set_length(steps);
        bar.advance(first);
        Self {
            progress,
            bar,
            out: out.to_owned(),
            steps,
            first,
            started: Instant::now(),
            recent: f64::NAN,
        }
    }

    /// Notes the loss before step `step`, counted from 1.
    ///
    /// # Errors
    /// If it is not a finite number.
    pub fn step(&mut self, step: usize, loss: f64) -> Result<()> {
        if !loss.is_finite() {
            bail!("the loss is {loss} at step {step} of pretraining");
        }
        self.recent = if self.recent.is_nan() {
            loss
        } else {
            0.98 * self.recent + 0.02 * loss
        };
        self.bar.step();
        if step.is_multiple_of(LINE_EVERY) {
            let rate = (step - self.first) as f64 / self.started.elapsed().as_secs_f64();
            self.progress.line(&format!(
                "step {step} of {}: loss {:.3}, {rate:.1} steps/s",
                self.steps, self.recent
            ));
        }
        Ok(())
    }

    /// Says that it is done.
    pub fn finish(self) {
        drop(self.bar);
        self.progress.finish_run(&format!(
            "pretrained {} in {:.0} s, last loss {:.3}",
            self.out,
            self.started.elapsed().as_secs_f64(),
            self.recent
        ));
    }
}
