//! Chooses each arm's learning rate: the same small grid for every arm, on data and seeds that no
//! table reports.
//!
//! `cargo run -p repro --bin tune` runs `experiments/<scale>/glue-tune.toml` and prints, for each
//! arm and rate, the mean of the headline numbers over tasks, and the best rate; with
//! `--suite domainbed` it runs `domainbed-tune.toml`, whose number is the accuracy on the held-out
//! pictures of the source environment: no other environment has a say.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use repro::cli::{TableArgs, exit};
use repro::run::PlannedRun;
use repro::sweep::SweepReport;
use repro::{domainbed, suite};
use results::{HELD_OUT_SPLIT, Row, Selection, headline};

/// Tries the grid of learning rates for every arm and prints the best.
#[derive(Parser)]
#[command(name = "tune")]
struct Cli {
    #[command(flatten)]
    args: TableArgs,
    /// Suite whose rates are chosen.
    #[arg(long, value_enum, default_value_t = Suite::Glue)]
    suite: Suite,
}

#[derive(Clone, Copy, ValueEnum)]
enum Suite {
    Glue,
    Domainbed,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<ExitCode> {
    match cli.suite {
        Suite::Glue => {
            let suite = suite::Suite::open("glue-tune", &cli.args)?;
            if cli.args.dry_run {
                suite.dry_run()?;
                return Ok(ExitCode::SUCCESS);
            }
            let report = suite.train()?;
            let is_headline = |row: &Row| {
                headline(&row.task).is_some_and(|headline| headline.metric == row.metric)
            };
            print(
                &suite.request.arms,
                &suite.runs,
                &suite.rows()?,
                is_headline,
            );
            Ok(code(report))
        }
        Suite::Domainbed => {
            let suite = domainbed::suite::Suite::open("domainbed-tune", &cli.args)?;
            if cli.args.dry_run {
                suite.dry_run()?;
                return Ok(ExitCode::SUCCESS);
            }
            let report = suite.train()?;
            let is_held_out = |row: &Row| row.split == HELD_OUT_SPLIT;
            print(
                &suite.request.arms,
                &suite.runs,
                &suite.rows()?,
                is_held_out,
            );
            Ok(code(report))
        }
    }
}

fn code(report: SweepReport) -> ExitCode {
    if report.failed > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Prints each arm's mean at each rate, and the best rate.
fn print<R: PlannedRun>(arms: &[String], runs: &[R], rows: &[Row], counts: impl Fn(&Row) -> bool) {
    // (arm, rate) -> the numbers of its runs, in per cent.
    let mut values: BTreeMap<(String, String), Vec<f64>> = BTreeMap::new();
    for run in runs {
        let value = rows
            .iter()
            .filter(|row| row.run_key == run.key() && row.selection == Selection::Last)
            .find(|row| counts(row))
            .and_then(|row| row.value);
        let head = run.head();
        let cell = (head.arm, format!("{:e}", head.lr));
        values
            .entry(cell)
            .or_default()
            .extend(value.map(|value| 100.0 * value));
    }
    for arm in arms {
        let means: Vec<(&str, f64)> = values
            .iter()
            .filter(|((key, _), numbers)| key == arm && !numbers.is_empty())
            .map(|((_, lr), numbers)| {
                (
                    lr.as_str(),
                    numbers.iter().sum::<f64>() / numbers.len() as f64,
                )
            })
            .collect();
        let Some((best, _)) = means.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)) else {
            continue;
        };
        let cells: Vec<String> = means
            .iter()
            .map(|(lr, mean)| format!("{lr}: {mean:.2}"))
            .collect();
        println!("{arm:18} best {best:>6}   {}", cells.join("   "));
    }
}
