//! Memory: bytes kept for the backward pass, by layer and arm.
//!
//! `make memory` (or `cargo run -p bench --features count-memory --bin memory`) measures ranks 8
//! and 64 at MiniLM-L6's shape, sets the arithmetic and PyTorch + PEFT beside it, and writes
//! `results/bench/<date>-<cpu>/memory.{csv,md}`; a minute on two cores, of which the most is Python's.
//! Expected: within a few per cent of the arithmetic; B alone below A alone below both below full.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use bench::kept::{Comparison, Kept, predict, to_csv, to_markdown, total};
use bench::measure_kept::measure;
use bench::record::{self, Versions};
use bench::reference::{PYTHON_VARIABLE, Reference};
use bench::{Job, Padding, Shape, What, drive};
use clap::Parser;
use repro::cli::{device, exit, workspace_root};

const ARMS: [&str; 7] = [
    "lora-r8",
    "tuneB-Arand-r8",
    "tuneA-Brand-r8",
    "lora-r64",
    "tuneB-Arand-r64",
    "tuneA-Brand-r64",
    "full",
];

/// Largest allowed distance between a measurement and the arithmetic.
const TOLERANCE: f64 = 0.10;

/// Measures the bytes kept for the backward pass, by layer and arm.
#[derive(Parser)]
#[command(name = "memory")]
struct Cli {
    /// Shapes to measure, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "minilm-l6")]
    shapes: Vec<String>,
    /// Arms to measure, separated by commas.
    #[arg(long, value_delimiter = ',', default_values = ARMS)]
    arms: Vec<String>,
    /// Measures this program alone.
    #[arg(long)]
    only_ours: bool,
    /// A Python that has reference/requirements.txt; LORA_PYTHON by default, else reference/.venv.
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
    /// Folder below which a new one is made.
    #[arg(long, value_name = "DIR", default_value = "results/bench")]
    results: PathBuf,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<ExitCode> {
    let root = workspace_root()?;
    let device = device("flex")?;
    let mut jobs = Vec::new();
    for shape in &cli.shapes {
        Shape::find(shape)?;
        for arm in &cli.arms {
            let job = Job {
                shape: shape.clone(),
                arm: arm.clone(),
                what: What::TrainStep,
                padding: Padding::None,
                steps: 1,
                warmup: 0,
                threads: record::cores(),
                device: "flex".into(),
                rte: None,
            };
            job.method()?;
            jobs.push(job);
        }
    }
    let reference = if cli.only_ours {
        None
    } else {
        let named = cli.python.clone();
        let named = named.or_else(|| std::env::var_os(PYTHON_VARIABLE).map(PathBuf::from));
        Some(Reference::find(&root, named)?)
    };
    let versions = reference.as_ref().map(Reference::versions).transpose()?;
    let folder = drive::folder(&root, &cli.results)?;
    Versions::new(&root, "flex", record::cores(), versions).write(&folder)?;

    let mut comparisons = Vec::new();
    for (index, job) in jobs.iter().enumerate() {
        let theirs = match &reference {
            Some(reference) => reference.kept(job)?,
            None => Vec::new(),
        };
        let comparison = Comparison {
            shape: job.shape.clone(),
            arm: job.arm.clone(),
            ours: measure(job, &device)?,
            predicted: predict(job)?,
            theirs: theirs
                .into_iter()
                .map(|(part, bytes)| Kept { part, bytes })
                .collect(),
        };
        eprintln!(
            "[{}/{}] {} {}: {:.1} MiB",
            index + 1,
            jobs.len(),
            job.shape,
            job.arm,
            total(&comparison.ours) / (1 << 20) as f64
        );
        comparisons.push(comparison);
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let markdown = to_markdown(&comparisons, &format!("Kept for the backward pass, {name}"));
    for (name, text) in [
        ("memory.csv", &to_csv(&comparisons)),
        ("memory.md", &markdown),
    ] {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("{markdown}");
    println!("Written to {}.", folder.display());
    let mut code = ExitCode::SUCCESS;
    for comparison in &comparisons {
        let ratio = total(&comparison.ours) / total(&comparison.predicted);
        if (ratio - 1.0).abs() > TOLERANCE {
            eprintln!(
                "{} {} keeps {ratio:.2} times what the arithmetic predicts",
                comparison.shape, comparison.arm
            );
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}
