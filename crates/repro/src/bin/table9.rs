//! Table 9: TerraIncognita by environment.
//!
//! `cargo run -p repro --bin table9` trains what is missing of TerraIncognita.

use std::process::ExitCode;

use clap::Parser;
use repro::cli::{TableArgs, exit};
use repro::domainbed::command::run;

/// Trains what is missing and prints the paper's Table 9
#[derive(Parser)]
#[command(name = "table9")]
struct Cli {
    #[command(flatten)]
    args: TableArgs,
}

fn main() -> ExitCode {
    exit(run(&["table9"], &Cli::parse().args))
}
