//! Table 1: adaptation methods on GLUE.
//!
//! `cargo run -p repro --bin table1` trains what is missing of the mini scale (6 arms, 7 tasks,
//! 3 seeds) and prints the table beside the paper's. The paper's recommendation,
//! `tuneB-Arand-r16`, is expected near `lora-r8`; `tuneA-Brand-r8` and `linear-probe` below.

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use repro::cli::{TableArgs, exit};
use repro::suite::Suite;
use repro::tables::{self, write};
use results::View;

/// Trains the arms of the paper's Table 1 on GLUE and prints the table beside the paper's.
#[derive(Parser)]
#[command(name = "table1")]
struct Cli {
    #[command(flatten)]
    args: TableArgs,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse().args))
}

fn run(args: &TableArgs) -> Result<ExitCode> {
    let suite = Suite::open("glue", args)?;
    if args.dry_run {
        suite.dry_run()?;
        return Ok(ExitCode::SUCCESS);
    }
    let report = suite.train()?;
    let table = tables::table1(&suite, View::Local)?;
    let path = write(&table, &suite.local_folder())?;
    println!("{}", table.to_terminal());
    println!(
        "{}",
        tables::agreement(&suite.runs, suite.rows()?, suite.published_rows()?)
    );
    println!("Written to {}.", path.display());
    if report.failed > 0 {
        eprintln!("{} runs failed; the others are stored.", report.failed);
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
