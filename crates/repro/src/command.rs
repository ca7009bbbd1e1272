//! What a table binary does, in one call.

use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches};
use results::{Table, TableSpec, View, build};

use crate::cli::{TableArgs, exit};
use crate::study::Study;
use crate::suites::{SHARED_LR, Suite, TableFrame, Visitor, dispatch};

/// Reads the command line and trains what is missing for the tables called `names` of a suite.
///
/// The binaries' only call; it is not generic, so that no binary compiles the training loop anew.
pub fn main(suite: &str, names: &[&str], about: &'static str) -> ExitCode {
    let command = TableArgs::command().about(about);
    let parsed = TableArgs::from_arg_matches(&command.get_matches());
    let run = |args: TableArgs| dispatch(suite, Tables { names, args: &args })?;
    exit(parsed.map_err(Into::into).and_then(run))
}

struct Tables<'a> {
    names: &'a [&'a str],
    args: &'a TableArgs,
}

impl Visitor for Tables<'_> {
    type Output = Result<ExitCode>;

    fn visit<S: Suite>(self) -> Result<ExitCode> {
        run::<S>(self.names, self.args)
    }
}

/// Trains what is missing for the tables called `names` and prints them.
///
/// # Errors
/// Whatever is wrong with the input, or rows that cannot be stored.
pub fn run<S: Suite>(names: &[&str], args: &TableArgs) -> Result<ExitCode> {
    let is_asked = |spec: &TableSpec| names.contains(&spec.head.name.trim_end_matches(SHARED_LR));
    let study = Study::<S>::open(S::NAME, args, Some(&tasks_of::<S>(is_asked)))?;
    if args.dry_run {
        study.dry_run()?;
        return Ok(ExitCode::SUCCESS);
    }
    let report = study.train()?;
    for table in tables(&study, View::Local, is_asked)? {
        let path = table.write(&study.local_folder())?;
        println!("{}", table.to_terminal());
        println!("Written to {}.\n", path.display());
    }
    println!("{}", study.agreement()?);
    if report.failed > 0 {
        eprintln!("{} runs failed; the others are stored.", report.failed);
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// The tasks that have a column in a suite's tables.
fn tasks_of<S: Suite>(is_asked: impl Fn(&TableSpec) -> bool) -> Vec<String> {
    let frame = TableFrame {
        scale: String::new(),
        view: View::Local,
        shared_lr: false,
        is_generated: false,
        arms: Vec::new(),
    };
    let mut tasks = Vec::new();
    for spec in S::tables(&frame).iter().filter(|spec| is_asked(spec)) {
        for column in &spec.head.columns {
            if !tasks.contains(&column.task) {
                tasks.push(column.task.clone());
            }
        }
    }
    tasks
}

/// A study's tables from this machine's rows, or from the published ones.
///
/// # Errors
/// If a store cannot be read, or its rows contradict each other.
pub fn tables<S: Suite>(
    study: &Study<S>,
    view: View,
    is_asked: impl Fn(&TableSpec) -> bool,
) -> Result<Vec<Table>> {
    let (published, n_others) = study.published_rows()?;
    let (ours, beside) = match view {
        View::Local => (study.rows()?, published),
        View::Published => (published, Vec::new()),
    };
    let plan = study.plan_keys();
    let mut specs = S::tables(&study.frame(view));
    specs.retain(|spec| is_asked(spec));
    specs
        .iter_mut()
        .map(|spec| {
            if n_others > 0 {
                spec.head.notes.push(format!(
                    "{n_others} published runs are of an earlier revision of the code, which rounds \
                     otherwise."
                ));
            }
            Ok(build(spec, Some(&plan), &ours, &beside)?)
        })
        .collect()
}
