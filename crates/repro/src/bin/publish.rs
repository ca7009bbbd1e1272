//! Moves this machine's finished rows into `results/`, and renders tables, plots and page again.
//!
//! `make publish` for the mini scale; other scales need the arguments of their tables, one suite at
//! a time (`make publish SCALE=small ARGS="--suite glue --checkpoints DIR --data DIR"`). Rows of a
//! changed source tree are refused. Takes a second.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use repro::cli::{TableArgs, exit, workspace_root};
use repro::experiment::DataSource;
use repro::provenance::Revision;
use repro::tables::{self, write};
use repro::{domainbed, suite};
use results::{Table, View};
use tasks::lab::vision::{SheetLayout, contact_sheet};

/// Publishes this machine's rows of a scale: results/ and figures/ are then ready to be committed.
#[derive(Parser)]
#[command(name = "publish")]
struct Cli {
    #[command(flatten)]
    args: TableArgs,
    /// Suite to publish; all that the scale has by default.
    #[arg(long, value_enum)]
    suite: Vec<Suite>,
    /// Only renders the published tables and figures again; no row is moved.
    #[arg(long)]
    render_only: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Suite {
    Glue,
    Domainbed,
}

impl Suite {
    fn name(self) -> &'static str {
        match self {
            Self::Glue => "glue",
            Self::Domainbed => "domainbed",
        }
    }
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<ExitCode> {
    if cli.args.smoke {
        bail!("smoke runs are not published");
    }
    let root = workspace_root()?;
    let experiments = root.join("experiments").join(&cli.args.scale);
    let suites = if cli.suite.is_empty() {
        let all = Suite::value_variants().iter().copied();
        all.filter(|suite| experiments.join(format!("{}.toml", suite.name())).is_file())
            .collect()
    } else {
        cli.suite.clone()
    };
    // Asked once: the first suite's tables change the tree.
    let clean = !Revision::of(&root).dirty;
    for suite in suites {
        match suite {
            Suite::Glue => glue(cli, clean)?,
            Suite::Domainbed => domainbed(cli, clean, &root)?,
        }
    }
    let rendered = figures::render(&figures::Request {
        results: root.join("results"),
        out: root.join("figures"),
        scale: cli.args.scale.clone(),
        local: false,
    })?;
    for file in rendered.files {
        println!("{}", file.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn glue(cli: &Cli, clean: bool) -> Result<()> {
    let mut args = cli.args.clone();
    args.shared_lr = false;
    let suite = suite::Suite::open("glue", &args)?;
    move_rows(cli, clean, &suite.local_folder(), &suite.published_folder())?;
    let mut all = vec![tables::table1(&suite, View::Published)?];
    if suite.experiment.train.shared_lr.is_some() {
        args.shared_lr = true;
        let suite = suite::Suite::open("glue", &args)?;
        all.push(tables::table1(&suite, View::Published)?);
    }
    write_tables(&all, &suite.published_folder())
}

fn domainbed(cli: &Cli, clean: bool, root: &Path) -> Result<()> {
    let suite = domainbed::suite::Suite::open("domainbed", &cli.args)?;
    move_rows(cli, clean, &suite.local_folder(), &suite.published_folder())?;
    let all = tables::domainbed(&suite, View::Published)?;
    write_tables(&all, &suite.published_folder())?;
    if suite.experiment.data.source == DataSource::Lab {
        contact_sheets(&suite, &root.join("figures").join(&cli.args.scale))?;
    }
    Ok(())
}

/// Draws some pictures of each set for the page.
fn contact_sheets(suite: &domainbed::suite::Suite, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{} cannot be written", folder.display()))?;
    for key in &suite.request.tasks {
        let sheet = contact_sheet(
            key.parse()?,
            suite.experiment.data.seed,
            SheetLayout::default(),
        );
        let path = folder.join(format!("contact-sheet-{key}.png"));
        std::fs::write(&path, sheet.to_png()?)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}

/// Moves a suite's rows, and those of the suite that chose its learning rates.
fn move_rows(cli: &Cli, clean: bool, local: &Path, published: &Path) -> Result<()> {
    if cli.render_only {
        return Ok(());
    }
    let tuning = |folder: &Path| -> PathBuf {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        folder.with_file_name(format!("{name}-tune"))
    };
    for (local, published) in [
        (local.to_path_buf(), published.to_path_buf()),
        (tuning(local), tuning(published)),
    ] {
        if !local.join("runs.csv").is_file() {
            continue;
        }
        let outcome = results::publish(&local, &published, clean)?;
        for refusal in &outcome.refused {
            eprintln!("warning: {refusal}");
        }
        println!(
            "{}: {} runs published, {} were already.",
            published.display(),
            outcome.runs,
            outcome.already_published
        );
    }
    Ok(())
}

/// Writes the tables that have a number of ours.
fn write_tables(all: &[Table], folder: &Path) -> Result<()> {
    for table in all {
        if table.cells().any(|cell| cell.ours.is_some()) {
            println!("{}", write(table, folder)?.display());
        }
    }
    Ok(())
}
