//! The reference side: `reference/bench_peft.py` and the Python that runs it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Job, Sample, child};

/// What the script imports; a Python that has all of it needs no setting up.
const IMPORTS: &str = "import torch, transformers, peft, accelerate";

/// The environment variable that names a Python of one's own.
pub const PYTHON_VARIABLE: &str = "LORA_PYTHON";

/// A Python that has PyTorch, transformers and PEFT.
#[derive(Clone, Debug)]
pub struct Reference {
    python: PathBuf,
    script: PathBuf,
}

impl Reference {
    /// The Python that is named, or the one in `reference/.venv`, which is made if need be.
    ///
    /// # Errors
    /// A named Python without the packages, or an environment that cannot be made.
    pub fn find(root: &Path, named: Option<PathBuf>) -> Result<Self> {
        let folder = root.join("reference");
        let script = folder.join("bench_peft.py");
        if !script.is_file() {
            bail!("{} does not exist", script.display());
        }
        if let Some(python) = named {
            if !has_packages(&python)? {
                bail!(
                    "{} cannot import PyTorch, transformers, PEFT and accelerate; install {}",
                    python.display(),
                    folder.join("requirements.txt").display()
                );
            }
            return Ok(Self { python, script });
        }
        let environment = folder.join(".venv");
        let python = environment.join("bin").join("python");
        if !(python.is_file() && has_packages(&python)?) {
            set_up(&folder, &environment, &python)?;
            if !has_packages(&python)? {
                bail!(
                    "{} was set up but lacks a package of {}; remove it and run again",
                    environment.display(),
                    folder.join("requirements.txt").display()
                );
            }
        }
        Ok(Self { python, script })
    }

    /// Measures in a new process.
    ///
    /// # Errors
    /// If the script fails.
    pub fn measure(&self, job: &Job) -> Result<Sample> {
        self.ask(job.threads, &job.resolved()?)
    }

    /// Bytes that PyTorch keeps for the backward pass of a job's training step, part by part:
    /// storages, each counted once, parameters left out.
    ///
    /// # Errors
    /// If the script fails.
    pub fn kept(&self, job: &Job) -> Result<Vec<(String, f64)>> {
        let mut question = job.resolved()?;
        question["what"] = "kept".into();
        self.ask(job.threads, &question)
    }

    fn ask<T: DeserializeOwned>(&self, threads: usize, question: &Value) -> Result<T> {
        let threads = threads.to_string();
        let mut command = Command::new(&self.python);
        command
            .arg(&self.script)
            .env("OMP_NUM_THREADS", &threads)
            .env("MKL_NUM_THREADS", &threads)
            .env("TOKENIZERS_PARALLELISM", "false")
            // Nothing is to be fetched, so nothing should wait for a network.
            .env("HF_HUB_OFFLINE", "1");
        child::run(command, question)
    }

    /// Versions of Python and the packages.
    ///
    /// # Errors
    /// If the script fails.
    pub fn versions(&self) -> Result<BTreeMap<String, String>> {
        let output = Command::new(&self.python)
            .arg(&self.script)
            .arg("--versions")
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("{} cannot be started", self.python.display()))?;
        serde_json::from_slice(&output.stdout)
            .with_context(|| format!("{} printed no versions", self.script.display()))
    }
}

fn has_packages(python: &Path) -> Result<bool> {
    let status = Command::new(python)
        .args(["-c", IMPORTS])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .with_context(|| format!("{} cannot be started", python.display()))?;
    Ok(status.success())
}

/// Makes the virtual environment and installs the pinned packages into it.
fn set_up(folder: &Path, environment: &Path, python: &Path) -> Result<()> {
    let requirements = folder.join("requirements.txt");
    eprintln!(
        "Installing {} into {} ...",
        requirements.display(),
        environment.display()
    );
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv"]).arg(environment);
    step(venv)?;
    let mut install = Command::new(python);
    install
        .args(["-m", "pip", "install", "--quiet", "-r"])
        .arg(&requirements);
    step(install)
}

fn step(mut command: Command) -> Result<()> {
    let shown = format!("{command:?}").replace('"', "");
    let status = command
        .stdout(Stdio::null())
        .status()
        .with_context(|| format!("`{shown}` cannot be started"))?;
    if !status.success() {
        bail!(
            "`{shown}` failed ({status}); name a Python that has the packages with --python or \
             {PYTHON_VARIABLE}, or measure this program alone with --only-ours"
        );
    }
    Ok(())
}
