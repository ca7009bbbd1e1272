//! Moves this machine's finished rows into `results/`, and renders tables, plots and page again.
//!
//! `make publish` for the mini scale; other scales need the arguments of their table
//! (`make publish SCALE=small ARGS="--checkpoints DIR --data DIR"`). Rows of a changed source tree
//! are refused. Takes a second.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser;
use repro::cli::{TableArgs, exit};
use repro::provenance::Revision;
use repro::suite::Suite;
use repro::tables;
use results::View;

/// Publishes this machine's rows of a scale: results/ and figures/ are then ready to be committed.
#[derive(Parser)]
#[command(name = "publish")]
struct Cli {
    #[command(flatten)]
    args: TableArgs,
    /// Only renders the published tables and figures again; no row is moved.
    #[arg(long)]
    render_only: bool,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<ExitCode> {
    if cli.args.smoke {
        bail!("smoke runs are not published");
    }
    let mut args = cli.args.clone();
    args.shared_lr = false;
    let suite = Suite::open("glue", &args)?;
    if !cli.render_only {
        let clean = !Revision::of(suite.root()).dirty;
        let folders = [(suite.local_folder(), suite.published_folder())];
        for (local, published) in folders.into_iter().chain(suite.tuning_folders()) {
            let outcome = results::publish(&local, &published, clean)?;
            for refusal in &outcome.refused {
                eprintln!("warning: {refusal}");
            }
            println!(
                "{}: {} runs published, {} were already.",
                published.display(),
                outcome.runs,
                outcome.already_published
            );
        }
    }
    let table = tables::table1(&suite, View::Published)?;
    println!(
        "{}",
        tables::write(&table, &suite.published_folder())?.display()
    );
    if suite.experiment.train.shared_lr.is_some() {
        args.shared_lr = true;
        let table = tables::table1(&Suite::open("glue", &args)?, View::Published)?;
        if table.cells().any(|cell| cell.ours.is_some()) {
            println!(
                "{}",
                tables::write(&table, &suite.published_folder())?.display()
            );
        }
    }
    let rendered = figures::render(&figures::Request {
        results: suite.root().join("results"),
        out: suite.root().join("figures"),
        scale: suite.experiment.scale.clone(),
        local: false,
    })?;
    for file in rendered.files {
        println!("{}", file.display());
    }
    Ok(ExitCode::SUCCESS)
}
