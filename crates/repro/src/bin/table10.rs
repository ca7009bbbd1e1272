//! Table 10: train accuracy minus test accuracy.
//!
//! `cargo run -p repro --bin table10` trains what is missing of its data sets.

use std::process::ExitCode;

use clap::Parser;
use repro::cli::{TableArgs, exit};
use repro::domainbed::command::run;

/// Trains what is missing and prints the paper's Table 10
#[derive(Parser)]
#[command(name = "table10")]
struct Cli {
    #[command(flatten)]
    args: TableArgs,
}

fn main() -> ExitCode {
    exit(run(&["table10"], &Cli::parse().args))
}
