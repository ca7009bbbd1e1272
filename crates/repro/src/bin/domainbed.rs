//! The DomainBed suite: Tables 5, 8, 9 and 10.
//!
//! `cargo run -p repro --bin domainbed` fine-tunes a vision transformer on one environment of each of
//! four data sets (mini scale: 7 arms, 3 seeds), measures it on all four environments and prints the
//! tables beside the paper's.

use std::process::ExitCode;

use clap::Parser;
use repro::cli::{TableArgs, exit};
use repro::domainbed::command::run;

/// Trains the DomainBed suite and prints the paper's Tables 5, 8, 9 and 10
#[derive(Parser)]
#[command(name = "domainbed")]
struct Cli {
    #[command(flatten)]
    args: TableArgs,
}

fn main() -> ExitCode {
    exit(run(
        &["table5", "table8", "table9", "table10"],
        &Cli::parse().args,
    ))
}
