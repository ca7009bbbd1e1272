//! The command line that every table binary has.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use burn::tensor::Device;
use clap::Parser;
use results::Arm;

/// Options of the table binaries, the same for every table.
#[derive(Parser, Clone, Debug)]
pub struct TableArgs {
    /// Scale of the experiment: mini, small or paper.
    #[arg(long, default_value = "mini")]
    pub scale: String,
    /// Where to compute: flex, or ndarray, wgpu, cuda[:N] in a build with that feature.
    #[arg(long, default_value = "flex")]
    pub device: String,
    /// Arms to run, separated by commas; all of the table's by default.
    #[arg(long, value_delimiter = ',')]
    pub arms: Vec<String>,
    /// Tasks to run, separated by commas; all by default.
    #[arg(long, value_delimiter = ',')]
    pub tasks: Vec<String>,
    /// Seeds to run, separated by commas; the experiment's by default.
    #[arg(long, value_delimiter = ',')]
    pub seeds: Vec<u64>,
    /// Runs at a time; the experiment's number by default.
    #[arg(long)]
    pub jobs: Option<usize>,
    /// Runs only the I-th of N equal shares of the plan (1-based).
    #[arg(long, value_name = "I/N")]
    pub shard: Option<String>,
    /// Folder that holds pretrained models as org/name or name.
    #[arg(long, value_name = "DIR")]
    pub checkpoints: Option<PathBuf>,
    /// Folder that holds the data sets.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Folder for this machine's runs.
    #[arg(long, value_name = "DIR", default_value = "results/local")]
    pub results: PathBuf,
    /// Lists the runs and what each would train, and trains nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Three steps of every run on random weights and inputs.
    #[arg(long)]
    pub smoke: bool,
    /// Forgets this machine's earlier runs of the plan and trains them again.
    #[arg(long)]
    pub fresh: bool,
    /// Uses the experiment's one shared learning rate for every arm.
    #[arg(long)]
    pub shared_lr: bool,
}

impl TableArgs {
    /// The arms that `--arms` names.
    ///
    /// # Errors
    /// One that is none.
    pub fn arms(&self) -> Result<Vec<Arm>> {
        self.arms.iter().map(|key| Ok(key.parse()?)).collect()
    }
}

/// Parses `--shard`.
///
/// # Errors
/// Anything but `I/N` with `1 <= I <= N`.
pub fn shard(text: &str) -> Result<(usize, usize)> {
    let parsed = text.split_once('/').and_then(|(i, n)| {
        let (i, n) = (i.parse().ok()?, n.parse().ok()?);
        (1 <= i && i <= n).then_some((i, n))
    });
    match parsed {
        Some(shard) => Ok(shard),
        None => bail!("--shard must be I/N with 1 <= I <= N, such as 1/4, but is `{text}`"),
    }
}

/// The device called `name`.
///
/// # Errors
/// A name that is unknown or not part of this build.
pub fn device(name: &str) -> Result<Device> {
    crate::allocator::keep_pages();
    Ok(ops::device(name)?)
}

/// The kind of a device's name: `cuda` of `cuda:1`.
pub fn device_kind(name: &str) -> &str {
    name.split_once(':').map_or(name, |(kind, _)| kind)
}

/// The root of the workspace: where `experiments/` is, from the current folder upwards.
///
/// # Errors
/// If there is none.
pub fn workspace_root() -> Result<PathBuf> {
    let here = std::env::current_dir()?;
    match here
        .ancestors()
        .find(|folder| folder.join("experiments").is_dir())
    {
        Some(root) => Ok(root.to_path_buf()),
        None => bail!(
            "no `experiments` folder in {} or above it; run this in the workspace",
            here.display()
        ),
    }
}

/// Turns a binary's result into its exit code: 0, 1 if runs failed, 2 for bad input.
pub fn exit(result: Result<ExitCode>) -> ExitCode {
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", sentence(&error));
            ExitCode::from(2)
        }
    }
}

/// An error and its causes on one line; a cause that the error already quotes is not said twice.
fn sentence(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.contains(&cause) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause);
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_and_says_nothing_twice() {
        let error = anyhow::anyhow!("disk full")
            .context("cannot write x: disk full")
            .context("first\n  second");
        assert_eq!(sentence(&error), "first second: cannot write x: disk full");
    }

    #[test]
    fn shards_are_counted_from_one() {
        assert_eq!(shard("2/3").ok(), Some((2, 3)));
        for bad in ["0/3", "4/3", "3", "a/b", "1/0", ""] {
            assert!(shard(bad).is_err(), "{bad}");
        }
    }
}
