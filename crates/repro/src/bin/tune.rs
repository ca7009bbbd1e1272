//! Chooses each arm's learning rate: the same small grid for every arm, on data and seeds that no
//! table reports.
//!
//! `cargo run -p repro --bin tune` runs `experiments/<scale>/glue-tune.toml` and prints, for each arm
//! and rate, the mean of the headline numbers over tasks, and the best rate; with `--suite domainbed`
//! it runs `domainbed-tune.toml`, whose number is the accuracy on the held-out pictures of the source
//! environment: no other environment has a say.

use std::process::ExitCode;

use clap::Parser;
use repro::cli::{TableArgs, exit};
use repro::suites::dispatch;
use repro::tune::Tune;

/// Tries the grid of learning rates for every arm and prints the best.
#[derive(Parser)]
#[command(name = "tune")]
struct Cli {
    #[command(flatten)]
    args: TableArgs,
    /// Suite whose rates are chosen.
    #[arg(long, default_value = "glue")]
    suite: String,
}

fn main() -> ExitCode {
    let Cli { args, suite } = Cli::parse();
    exit(dispatch(&suite, Tune { args: &args }).and_then(|result| result))
}
