//! Bench: this program and PyTorch + transformers + PEFT on the same work, side by side.
//!
//! `cargo run -p bench --bin bench` lets the two take turns on training steps, forward passes and
//! evaluation for every shape and arm and writes
//! `results/bench/<date>-<cpu>/`. The first time it makes `reference/.venv`; `--python PATH` or
//! LORA_PYTHON names a Python that has the packages.
//! `cargo run -p bench --bin bench -- --quick` is one step of each, for a look.
//! `cargo run -p bench --bin bench -- --what rte-epoch --arms lora-r8,full --rounds 3 --data DIR
//! --checkpoints DIR` is one epoch of real RTE against `run_glue`'s defaults.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use bench::drive::{self, Plan};
use bench::job::Rte;
use bench::record::{self, Versions};
use bench::reference::{PYTHON_VARIABLE, Reference};
use bench::{Job, Padding, Shape, What, child, epoch, shape};
use clap::Parser;
use repro::assets;
use repro::cli::{device, exit, workspace_root};
use repro::train::Method;
use results::Arm;

/// Arms that are measured unless asked otherwise.
const ARMS: [&str; 4] = ["lora-r8", "tuneB-Arand-r8", "tuneA-Brand-r8", "full"];

/// Measures this program and PyTorch + PEFT in turns.
#[derive(Parser)]
#[command(name = "bench")]
struct Cli {
    /// Shapes to measure, separated by commas; all that suit a processor by default.
    #[arg(long, value_delimiter = ',')]
    shapes: Vec<String>,
    /// Arms to measure, separated by commas.
    #[arg(long, value_delimiter = ',', default_values = ARMS)]
    arms: Vec<String>,
    /// What to measure: train-step, forward, evaluate, rte-epoch; the first three by default.
    #[arg(long, value_delimiter = ',')]
    what: Vec<String>,
    /// Times that the two sides take turns.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Timed steps of a measurement; the shape's own number by default.
    #[arg(long)]
    steps: Option<usize>,
    /// Threads of each side; one per core by default.
    #[arg(long)]
    threads: Option<usize>,
    /// Gives the rows of a batch lengths from the full one to half of it.
    #[arg(long)]
    ragged: bool,
    /// One round of one step without warm-up, kept apart in results/local.
    #[arg(long)]
    quick: bool,
    /// Measures this program alone.
    #[arg(long)]
    only_ours: bool,
    /// Where our side computes: flex, or ndarray, wgpu, cuda[:N] in a build with that feature.
    #[arg(long, default_value = "flex")]
    device: String,
    /// A Python that has reference/requirements.txt; LORA_PYTHON by default, else reference/.venv.
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
    /// Folder that holds GLUE, for rte-epoch.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Folder that holds all-MiniLM-L6-v2, for rte-epoch.
    #[arg(long, value_name = "DIR")]
    checkpoints: Option<PathBuf>,
    /// Folder below which a new one is made; results/bench by default, results/local/bench if quick.
    #[arg(long, value_name = "DIR")]
    results: Option<PathBuf>,
    /// Renders the summary of an earlier folder again, and measures nothing.
    #[arg(long, value_name = "DIR")]
    summarize: Option<PathBuf>,
    /// Measures the job on standard input in this process; how the driver starts its children.
    #[arg(long, hide = true)]
    child: bool,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<ExitCode> {
    if cli.child {
        child::answer()?;
    } else if let Some(folder) = &cli.summarize {
        println!("{}", record::summarize(folder)?);
    } else {
        measure(cli)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(cli: &Cli) -> Result<()> {
    let root = workspace_root()?;
    // Not a process to compute in, but the name should be right before anything is measured.
    device(&cli.device)?;
    // The examples of an epoch, for as long as the children may read them.
    let scratch = tempfile::tempdir().context("no folder for temporary files")?;
    let jobs = jobs(cli, &root, scratch.path())?;
    let reference = if cli.only_ours {
        None
    } else {
        let named = cli
            .python
            .clone()
            .or_else(|| std::env::var_os(PYTHON_VARIABLE).map(PathBuf::from));
        Some(Reference::find(&root, named)?)
    };
    let versions = reference.as_ref().map(Reference::versions).transpose()?;
    let parent = cli.results.clone().unwrap_or_else(|| {
        PathBuf::from(if cli.quick {
            "results/local/bench"
        } else {
            "results/bench"
        })
    });
    let folder = drive::folder(&root, &parent)?;
    Versions::new(&root, &cli.device, threads(cli), versions).write(&folder)?;
    let plan = Plan {
        jobs,
        rounds: if cli.quick { 1 } else { cli.rounds },
        reference,
        folder,
    };
    println!("{}", plan.run()?);
    println!("Written to {}.", plan.folder.display());
    Ok(())
}

fn threads(cli: &Cli) -> usize {
    cli.threads.unwrap_or_else(record::cores)
}

/// The measurements of one round; everything that can be wrong with the request is found here.
fn jobs(cli: &Cli, root: &Path, scratch: &Path) -> Result<Vec<Job>> {
    for (name, value) in [
        ("--rounds", Some(cli.rounds)),
        ("--steps", cli.steps),
        ("--threads", cli.threads),
    ] {
        if value == Some(0) {
            bail!("{name} must be at least 1, but is 0");
        }
    }
    let shapes = if cli.shapes.is_empty() {
        let mut shapes = shape::shapes();
        shapes.retain(|shape| shape.by_default);
        shapes
    } else {
        let found = cli.shapes.iter().map(|key| Shape::find(key));
        found.collect::<Result<_>>()?
    };
    for key in &cli.arms {
        let arm: Arm = key.parse()?;
        if !Method::of(arm, 0.0).can_run() {
            bail!("arm `{key}` does not run yet");
        }
    }
    let whats = if cli.what.is_empty() {
        What::DEFAULT.to_vec()
    } else {
        let parsed = cli.what.iter().map(|name| What::parse(name));
        parsed.collect::<Result<_>>()?
    };
    let rte = match whats.contains(&What::RteEpoch) {
        true => Some(rte(cli, root, scratch)?),
        false => None,
    };
    let mut jobs = Vec::new();
    for arm in &cli.arms {
        for what in &whats {
            let job = |shape: &str, steps: usize| Job {
                shape: shape.to_owned(),
                arm: arm.clone(),
                what: *what,
                padding: match cli.ragged {
                    true => Padding::Ragged,
                    false => Padding::None,
                },
                steps: if cli.quick { 1 } else { steps },
                warmup: if cli.quick { 0 } else { 2 },
                threads: threads(cli),
                device: cli.device.clone(),
                rte: None,
            };
            if *what == What::RteEpoch {
                jobs.push(Job {
                    padding: Padding::None,
                    rte: rte.clone(),
                    ..job(epoch::KEY, 1)
                });
                continue;
            }
            for shape in &shapes {
                jobs.push(job(shape.key, cli.steps.unwrap_or(shape.steps)));
            }
        }
    }
    // Shape by shape, so that a stopped run has whole shapes; epochs last.
    jobs.sort_by_key(|job| {
        let place = shape::shapes().iter().position(|s| s.key == job.shape);
        place.unwrap_or(usize::MAX)
    });
    Ok(jobs)
}

/// Finds the checkpoint, and writes the examples where both sides can read them.
fn rte(cli: &Cli, root: &Path, scratch: &Path) -> Result<Rte> {
    let checkpoint = assets::checkpoint(root, epoch::CHECKPOINT, cli.checkpoints.as_deref())?;
    let examples = scratch.join("rte.jsonl");
    epoch::write_examples(&assets::glue(cli.data.as_deref(), "rte")?, &examples)?;
    let absolute = |path: &Path| -> Result<String> {
        Ok(std::path::absolute(path)?.to_string_lossy().into_owned())
    };
    Ok(Rte {
        checkpoint: absolute(&checkpoint)?,
        examples: absolute(&examples)?,
        batch_size: epoch::BATCH_SIZE,
        max_len: epoch::MAX_LEN,
    })
}
