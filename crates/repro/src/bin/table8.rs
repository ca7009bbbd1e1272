//! Table 8: accuracy by environment.
//!
//! `cargo run -p repro --bin table8` trains what is missing of VLCS, PACS and OfficeHome.

use std::process::ExitCode;

use clap::Parser;
use repro::cli::{TableArgs, exit};
use repro::domainbed::command::run;

/// Trains what is missing and prints the paper's Table 8
#[derive(Parser)]
#[command(name = "table8")]
struct Cli {
    #[command(flatten)]
    args: TableArgs,
}

fn main() -> ExitCode {
    exit(run(&["table8"], &Cli::parse().args))
}
