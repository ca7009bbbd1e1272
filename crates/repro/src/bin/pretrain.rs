//! Pretrains the mini lab's models: the encoder by masked language modelling, the vision transformer
//! by classification.
//!
//! `cargo run -p repro --bin pretrain` writes `pretrained/mini/roberta`, and with
//! `--experiment experiments/mini/pretrain-vit.toml` `pretrained/mini/vit`; interrupted, it goes on
//! where its last saved state is. The committed checkpoints came out of it with the same seeds.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use repro::cli::{device, exit, workspace_root};
use repro::pretrain::Pretraining;

/// Pretrains a mini model on the lab's text or pictures.
#[derive(Parser)]
#[command(name = "pretrain")]
struct Cli {
    /// Experiment file.
    #[arg(
        long,
        value_name = "FILE",
        default_value = "experiments/mini/pretrain-roberta.toml"
    )]
    experiment: PathBuf,
    /// Folder that the checkpoint's folder goes into.
    #[arg(long, value_name = "DIR", default_value = "pretrained")]
    out: PathBuf,
    /// Where to compute.
    #[arg(long, default_value = "flex")]
    device: String,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Inside the pool, an operation's parts are taken by this thread too instead of waited for.
    let pool = rayon::ThreadPoolBuilder::new().build();
    exit(
        pool.map_err(Into::into)
            .and_then(|pool| pool.install(|| run(&cli))),
    )
}

fn run(cli: &Cli) -> Result<ExitCode> {
    let root = workspace_root()?;
    let folder = Pretraining::load(&root.join(&cli.experiment))?
        .run(&root.join(&cli.out), &device(&cli.device)?)?;
    println!("Written to {}.", folder.display());
    Ok(ExitCode::SUCCESS)
}
