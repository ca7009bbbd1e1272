//! Moves this machine's finished rows into `results/`, and renders tables, plots and page again.
//!
//! `make publish` for the mini scale; other scales need the arguments of their tables, one suite at
//! a time (`make publish SCALE=small ARGS="--suite glue --checkpoints DIR --data DIR"`). Rows of a
//! changed source tree are refused. Takes a second.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser;
use repro::cli::{TableArgs, exit, workspace_root};
use repro::provenance::Revision;
use repro::publish::Publish;
use repro::suites::{NAMES, dispatch};

/// Publishes this machine's rows of a scale: results/ and figures/ are then ready to be committed.
#[derive(Parser)]
#[command(name = "publish")]
struct Cli {
    #[command(flatten)]
    args: TableArgs,
    /// Suites to publish, separated by commas; all that the scale has by default.
    #[arg(long, value_delimiter = ',')]
    suite: Vec<String>,
    /// Only renders the published tables and figures again; no row is moved.
    #[arg(long)]
    render_only: bool,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<ExitCode> {
    let args = &cli.args;
    if args.smoke {
        bail!("smoke runs are not published");
    }
    let root = workspace_root()?;
    let experiments = root.join("experiments").join(&args.scale);
    let of_scale = NAMES.map(str::to_owned).into_iter();
    let of_scale = of_scale.filter(|name| experiments.join(format!("{name}.toml")).is_file());
    let suites = match cli.suite.is_empty() {
        true => of_scale.collect(),
        false => cli.suite.clone(),
    };
    let clean = !Revision::of(&root).dirty;
    for suite in suites {
        let publish = Publish {
            args,
            clean,
            render_only: cli.render_only,
        };
        dispatch(&suite, publish)??;
    }
    let rendered = figures::render(&figures::Request {
        results: root.join("results"),
        out: root.join("figures"),
        scale: args.scale.clone(),
        local: false,
    })?;
    for file in rendered.files {
        println!("{}", file.display());
    }
    Ok(ExitCode::SUCCESS)
}
