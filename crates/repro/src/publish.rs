//! Moving this machine's finished rows into `results/`, and rendering their tables again.

use std::path::{Path, PathBuf};

use anyhow::Result;
use results::{Table, View};

use crate::cli::TableArgs;
use crate::command::tables;
use crate::study::Study;
use crate::suites::{Suite, Visitor};

/// Publishes the rows of one suite.
pub struct Publish<'a> {
    /// The command line of the suite's tables.
    pub args: &'a TableArgs,
    /// Whether the source tree has no uncommitted changes; asked once, since tables change it.
    pub clean: bool,
    /// Whether tables alone are rendered, and no row is moved.
    pub render_only: bool,
}

impl Visitor for Publish<'_> {
    type Output = Result<()>;

    fn visit<S: Suite>(self) -> Result<()> {
        let mut args = self.args.clone();
        args.shared_lr = false;
        let study = Study::<S>::open(S::NAME, &args, None)?;
        if !self.render_only {
            self.move_rows(&study.local_folder(), &study.published_folder())?;
        }
        write_all(&tables(&study, View::Published, |_| true)?, &study)?;
        for path in study.suite().samples(&study.experiment, study.root())? {
            println!("{}", path.display());
        }
        if study.experiment.train.shared_lr.is_some() {
            args.shared_lr = true;
            let study = Study::<S>::open(S::NAME, &args, None)?;
            write_all(&tables(&study, View::Published, |_| true)?, &study)?;
        }
        Ok(())
    }
}

impl Publish<'_> {
    /// Moves a suite's rows, and those of the suite that chose its learning rates.
    fn move_rows(&self, local: &Path, published: &Path) -> Result<()> {
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
            let outcome = results::publish(&local, &published, self.clean)?;
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
}

/// Writes the tables that have a number of ours.
fn write_all<S: Suite>(tables: &[Table], study: &Study<S>) -> Result<()> {
    for table in tables {
        if table.cells().any(|cell| cell.ours.is_some()) {
            println!("{}", table.write(&study.published_folder())?.display());
        }
    }
    Ok(())
}
