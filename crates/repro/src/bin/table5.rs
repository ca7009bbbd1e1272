//! Table 5: accuracy in and out of domain.
//!
//! `cargo run -p repro --bin table5` trains what is missing of VLCS, PACS and OfficeHome.

use std::process::ExitCode;

use clap::Parser;
use repro::cli::{TableArgs, exit};
use repro::domainbed::command::run;

/// Trains what is missing and prints the paper's Table 5
#[derive(Parser)]
#[command(name = "table5")]
struct Cli {
    #[command(flatten)]
    args: TableArgs,
}

fn main() -> ExitCode {
    exit(run(&["table5"], &Cli::parse().args))
}
