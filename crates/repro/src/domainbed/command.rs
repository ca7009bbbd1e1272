//! What the binaries `domainbed`, `table5`, `table8`, `table9` and `table10` do.

use std::process::ExitCode;

use anyhow::Result;
use results::{DATA_SETS, Table, View, table_specs};

use crate::cli::TableArgs;
use crate::domainbed::suite::Suite;
use crate::tables;

/// Trains what is missing for the tables called `names` and prints them.
///
/// # Errors
/// Whatever is wrong with the input, or rows that cannot be stored.
pub fn run(names: &[&str], args: &TableArgs) -> Result<ExitCode> {
    let suite = Suite::open_for("domainbed", args, &sets_of(names))?;
    if args.dry_run {
        suite.dry_run()?;
        return Ok(ExitCode::SUCCESS);
    }
    let report = suite.train()?;
    let shown = |table: &&Table| names.contains(&table.name.as_str());
    for table in tables::domainbed(&suite, View::Local)?.iter().filter(shown) {
        let path = tables::write(table, &suite.local_folder())?;
        println!("{}", table.to_terminal());
        println!("Written to {}.\n", path.display());
    }
    println!(
        "{}",
        tables::agreement(&suite.runs, suite.rows()?, suite.published_rows()?)
    );
    if report.failed > 0 {
        eprintln!("{} runs failed; the others are stored.", report.failed);
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// The data sets that have a column in one of the tables.
fn sets_of(names: &[&str]) -> Vec<&'static str> {
    let specs = table_specs("", View::Local);
    let columns: Vec<&String> = specs
        .iter()
        .filter(|spec| names.contains(&spec.name.as_str()))
        .flat_map(|spec| &spec.tasks)
        .collect();
    let has_column = |task: &str| {
        columns
            .iter()
            .any(|column| column.split('/').next() == Some(task))
    };
    let sets = DATA_SETS.iter().map(|set| set.task);
    sets.filter(|task| has_column(task)).collect()
}
