//! The state of a training that takes long enough to be interrupted.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use burn::module::Module;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::optimizer::Optimizer;

/// Where an interrupted training goes on.
#[derive(Serialize, Deserialize)]
struct State {
    step: usize,
    /// Of the settings: a state of others is not gone on with.
    digest: String,
}

/// A folder with the weights and the optimiser's moments of the last step that was saved.
pub struct StateFolder {
    folder: PathBuf,
    digest: String,
    save_every: usize,
}

impl StateFolder {
    /// The folder beside `out`, made if need be, for a training with these settings.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn open(out: &Path, settings: &impl Serialize, save_every: usize) -> Result<Self> {
        let folder = out.with_extension("part");
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("{} cannot be written", folder.display()))?;
        let digest = format!(
            "{:x}",
            Sha256::digest(toml::to_string(settings)?.as_bytes())
        );
        Ok(Self {
            folder,
            digest,
            save_every,
        })
    }

    /// Whether the state after `step` steps is to be saved.
    pub fn is_due(&self, step: usize) -> bool {
        step.is_multiple_of(self.save_every)
    }

    /// Writes weights and moments; the step goes last, so that a torn save does not count.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn save<M: Module>(&self, step: usize, model: &M, optimizer: &Optimizer) -> Result<()> {
        let folder = &self.folder;
        let name = |kind: &str| folder.join(format!("{kind}-{step}"));
        model
            .valid()
            .into_record()
            .save(name("model"))
            .context("the state of the training cannot be saved")?;
        optimizer.save(&name("optimizer"))?;
        let state = State {
            step,
            digest: self.digest.clone(),
        };
        let part = folder.join("state.json.part");
        std::fs::write(&part, serde_json::to_vec(&state)?)?;
        std::fs::rename(part, folder.join("state.json"))?;
        for entry in std::fs::read_dir(folder)?.flatten() {
            let file = entry.file_name().to_string_lossy().into_owned();
            if file != "state.json" && !file.contains(&format!("-{step}")) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Goes on where a saved state is, if there is one; returns the steps that it has behind it.
    ///
    /// # Errors
    /// A state of other settings, or one that cannot be read.
    pub fn resume<M: Module>(&self, model: &mut M, optimizer: &mut Optimizer) -> Result<usize> {
        let folder = &self.folder;
        let path = folder.join("state.json");
        let Ok(bytes) = std::fs::read(&path) else {
            return Ok(0);
        };
        let state: State = serde_json::from_slice(&bytes)
            .with_context(|| format!("{} is not a state", path.display()))?;
        if state.digest != self.digest {
            bail!(
                "{} holds a state of other settings; remove it to start over",
                folder.display()
            );
        }
        let name = |kind: &str| folder.join(format!("{kind}-{}", state.step));
        let record = burn::store::ModuleRecord::load(name("model"))
            .context("the saved weights cannot be read")?;
        *model = model.clone().valid().load_record(record).train();
        optimizer.load(&name("optimizer"))?;
        eprintln!("going on at step {}", state.step);
        Ok(state.step)
    }

    /// Removes it, once what was trained is written.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove(self) -> Result<()> {
        std::fs::remove_dir_all(&self.folder)
            .with_context(|| format!("{} cannot be removed", self.folder.display()))
    }
}
