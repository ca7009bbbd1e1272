//! Chooses each arm's learning rate: the same small grid for every arm, on data and seeds that no
//! table reports.
//!
//! `cargo run -p repro --bin tune` runs `experiments/<scale>/glue-tune.toml` and prints, for each
//! arm and rate, the mean of the headline numbers over tasks, and the best rate.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use repro::cli::{TableArgs, exit};
use repro::suite::Suite;
use results::{Selection, headline};

/// Tries the grid of learning rates for every arm and prints the best.
#[derive(Parser)]
#[command(name = "tune")]
struct Cli {
    #[command(flatten)]
    args: TableArgs,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse().args))
}

fn run(args: &TableArgs) -> Result<ExitCode> {
    let suite = Suite::open("glue-tune", args)?;
    if args.dry_run {
        suite.dry_run()?;
        return Ok(ExitCode::SUCCESS);
    }
    let report = suite.train()?;

    // (arm, rate) -> headline numbers of its runs, in per cent.
    let mut values: BTreeMap<(String, String), Vec<f64>> = BTreeMap::new();
    let rows = suite.rows()?;
    for run in &suite.runs {
        let Some(headline) = headline(&run.settings.task) else {
            continue;
        };
        let value = rows
            .iter()
            .filter(|row| row.run_key == run.key && row.selection == Selection::Last)
            .find(|row| row.metric == headline.metric)
            .and_then(|row| row.value);
        let cell = (run.arm.key.clone(), format!("{:e}", run.settings.lr));
        values
            .entry(cell)
            .or_default()
            .extend(value.map(|value| 100.0 * value));
    }
    for arm in &suite.request.arms {
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
    Ok(if report.failed > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
