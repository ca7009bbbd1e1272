//! Choosing each arm's learning rate: the same grid for every arm, on data and seeds that no table
//! reports.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::ExitCode;

use anyhow::Result;
use results::{Arm, Row, Selection};

use crate::cli::TableArgs;
use crate::run::Run;
use crate::study::Study;
use crate::suites::{Suite, Visitor};

/// Runs `experiments/<scale>/<suite>-tune.toml` and prints each arm's mean headline number at each
/// rate, and the best rate.
pub struct Tune<'a> {
    /// The command line.
    pub args: &'a TableArgs,
}

impl Visitor for Tune<'_> {
    type Output = Result<ExitCode>;

    fn visit<S: Suite>(self) -> Result<ExitCode> {
        let study = Study::<S>::open(&format!("{}-tune", S::NAME), self.args, None)?;
        if self.args.dry_run {
            study.dry_run()?;
            return Ok(ExitCode::SUCCESS);
        }
        let report = study.train()?;
        let choices = choices(&study.request.arms, &study.runs, &study.rows()?);
        for choice in &choices {
            print!("{choice}");
        }
        Ok(if report.failed > 0 {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }
}

/// What the rows say of one arm's rates.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The arm.
    pub arm: Arm,
    /// Each rate whose runs all finished with the mean of their headline numbers in per cent, the
    /// smallest rate first.
    pub means: Vec<(f64, f64)>,
    /// Rates that lack runs, with the tasks and seeds that are missing or failed: a mean over fewer
    /// tasks is of another thing than the others' means.
    pub excluded: Vec<(f64, Vec<String>)>,
}

impl Choice {
    /// The best rate; the smaller of equals.
    pub fn best(&self) -> Option<f64> {
        let best = self
            .means
            .iter()
            .copied()
            .reduce(|best, other| if other.1 > best.1 { other } else { best });
        best.map(|(lr, _)| lr)
    }
}

impl std::fmt::Display for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let best = match self.best() {
            Some(lr) => format!("{lr:e}"),
            None => "none".into(),
        };
        let mut cells = String::new();
        for (lr, mean) in &self.means {
            let _ = write!(cells, "   {lr:e}: {mean:.2}");
        }
        writeln!(f, "{:18} best {best:>6}{cells}", self.arm)?;
        for (lr, missing) in &self.excluded {
            writeln!(
                f,
                "{:18} {lr:e} is left out: no number of {}",
                "",
                missing.join(", ")
            )?;
        }
        Ok(())
    }
}

/// Looks at each arm's rates; a run's headline number is the first of its last weights.
pub fn choices<O>(arms: &[Arm], runs: &[Run<O>], rows: &[Row]) -> Vec<Choice> {
    let headline = |run: &Run<O>| {
        let mut own = rows
            .iter()
            .filter(|row| row.run_key == run.key && row.selection == Selection::Last);
        own.next().and_then(|row| row.value)
    };
    let of_arm = |&arm: &Arm| {
        // By the rate's bits, which order positive numbers as their values do.
        let mut by_rate: BTreeMap<u64, Vec<&Run<O>>> = BTreeMap::new();
        for run in runs.iter().filter(|run| run.arm == arm) {
            let at_rate = by_rate.entry(run.settings.lr.to_bits()).or_default();
            at_rate.push(run);
        }
        let mut choice = Choice {
            arm,
            means: Vec::new(),
            excluded: Vec::new(),
        };
        for (lr, runs) in by_rate {
            let lr = f64::from_bits(lr);
            let numbers: Vec<f64> = runs.iter().filter_map(|run| headline(run)).collect();
            let missing = runs.iter().filter(|run| headline(run).is_none());
            let missing: Vec<String> = missing.map(|run| task_and_seed(run)).collect();
            if missing.is_empty() {
                let sum: f64 = numbers.iter().sum();
                choice.means.push((lr, 100.0 * sum / numbers.len() as f64));
            } else {
                choice.excluded.push((lr, missing));
            }
        }
        choice
    };
    arms.iter().map(of_arm).collect()
}

fn task_and_seed<O>(run: &Run<O>) -> String {
    format!("{} (seed {})", run.settings.task, run.settings.seed)
}
