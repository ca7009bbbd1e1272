//! Brings checkpoints and data sets from the Hugging Face hub into its cache.
//!
//! `cargo run -p repro --bin fetch -- model FacebookAI/roberta-large`
//! `cargo run -p repro --bin fetch -- glue rte mrpc`
//! HF_HOME, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are honoured.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use repro::assets::{fetch_glue, fetch_model, hub};
use repro::cli::exit;
use tasks::glue::GlueTask;

/// Fetches assets from the Hugging Face hub.
#[derive(Parser)]
#[command(name = "fetch")]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Pretrained models, by id.
    Model {
        /// Ids such as FacebookAI/roberta-large.
        #[arg(required = true)]
        ids: Vec<String>,
    },
    /// GLUE tasks, by key; all seven where none is named.
    Glue {
        /// Keys such as rte.
        tasks: Vec<GlueTask>,
    },
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<ExitCode> {
    let api = hub()?;
    match &cli.what {
        What::Model { ids } => {
            for id in ids {
                let folder = fetch_model(&api, id)
                    .with_context(|| format!("model `{id}` could not be fetched"))?;
                println!("{id}: {}", folder.display());
            }
        }
        What::Glue { tasks } => {
            let tasks = if tasks.is_empty() {
                &GlueTask::ALL[..]
            } else {
                tasks
            };
            for task in tasks {
                let folder = fetch_glue(&api, "nyu-mll/glue", task.key())
                    .with_context(|| format!("task `{task}` could not be fetched"))?;
                println!("{task}: {}", folder.display());
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
