//! The two sides taking turns.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::reference::Reference;
use crate::row::{self, Row, Side};
use crate::{Job, Sample, child, record};

/// Our own program as the child of a measurement.
pub const CHILD_FLAG: &str = "--child";

/// A plan of measurements.
#[derive(Debug)]
pub struct Plan {
    /// The measurements of one round, in order.
    pub jobs: Vec<Job>,
    /// Rounds.
    pub rounds: usize,
    /// The other side, unless this program is measured alone.
    pub reference: Option<Reference>,
    /// Where the rows go.
    pub folder: PathBuf,
}

impl Plan {
    /// Measures everything, a row at a time, and renders the summary; gives it as Markdown.
    ///
    /// # Errors
    /// A side that fails, two sides that do not train the same number of parameters, or files that
    /// cannot be written. The rows up to there stay.
    pub fn run(&self) -> Result<String> {
        let raw = self.folder.join("raw.csv");
        let sides = if self.reference.is_some() { 2 } else { 1 };
        let total = self.rounds * self.jobs.len() * sides;
        let mut done = 0;
        for round in 1..=self.rounds {
            for job in &self.jobs {
                let ours = self.ours(job)?;
                let mut turn = |side, sample: &Sample| {
                    let row = Row::new(side, job, round, sample);
                    done += 1;
                    report(done, total, &row);
                    row::append(&raw, &row)
                };
                turn(Side::Ours, &ours)?;
                let Some(reference) = &self.reference else {
                    continue;
                };
                let theirs = reference
                    .measure(job)
                    .with_context(|| about("theirs", job))?;
                turn(Side::Theirs, &theirs)?;
                if ours.trainable != theirs.trainable {
                    bail!(
                        "{} trains {} parameters here and {} there, so the two are not the same work",
                        about("it", job),
                        ours.trainable,
                        theirs.trainable
                    );
                }
            }
        }
        record::summarize(&self.folder)
    }

    fn ours(&self, job: &Job) -> Result<Sample> {
        let program = std::env::current_exe().context("this program's own path")?;
        let mut command = Command::new(program);
        command.arg(CHILD_FLAG);
        child::run(command, &serde_json::to_value(job)?).with_context(|| about("ours", job))
    }
}

fn about(side: &str, job: &Job) -> String {
    format!("{side} ({}, {}, {})", job.shape, job.arm, job.what)
}

fn report(done: usize, total: usize, row: &Row) {
    let side = match row.side {
        Side::Ours => "ours  ",
        Side::Theirs => "theirs",
    };
    let memory = row
        .peak_rss_mb
        .map(|mb| format!(", {mb:.0} MiB"))
        .unwrap_or_default();
    eprintln!(
        "[{done}/{total}] {side} {} {} {}: {:.3} s{memory}",
        row.shape, row.arm, row.what, row.seconds
    );
}

/// The folder that measurements go to: a new one below `parent`.
///
/// # Errors
/// A folder that cannot be made.
pub fn folder(root: &Path, parent: &Path) -> Result<PathBuf> {
    let parent = if parent.is_absolute() {
        parent.to_path_buf()
    } else {
        root.join(parent)
    };
    record::new_folder(&parent)
}
