//! A process a measurement: the job on its standard input, the answer on its last line.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Job;

/// Lines of a failed child's standard error that are shown.
const SHOWN_LINES: usize = 15;

/// Starts `command`, gives it the job and reads its answer, such as a [`Sample`](crate::Sample).
///
/// # Errors
/// A command that does not start, fails (with the end of what it said), or ends without an answer.
pub fn run<T: DeserializeOwned>(mut command: Command, job: &Value) -> Result<T> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{name} cannot be started"))?;
    let mut input = child.stdin.take().expect("its standard input is piped");
    // A child that has died says why on its standard error; a broken pipe does not.
    let _ = writeln!(input, "{job}");
    drop(input);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let lines: Vec<&str> = said.lines().collect();
        let end = lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n");
        bail!("{name} ended with {}: {end}", output.status);
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let last = said.lines().next_back().unwrap_or_default();
    serde_json::from_str(last)
        .with_context(|| format!("{name} ended with `{last}`, expected an answer as JSON"))
}

/// The other end, on our side: reads the job, measures, and prints the sample.
///
/// # Errors
/// A job that cannot be read or measured.
pub fn answer() -> Result<()> {
    let job: Job =
        serde_json::from_reader(std::io::stdin()).context("standard input is not a job")?;
    let sample = crate::workload::measure(&job)?;
    println!("{}", serde_json::to_string(&sample)?);
    Ok(())
}
