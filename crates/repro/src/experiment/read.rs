//! Finding and parsing experiment files, with one-line messages that name the line.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde::de::DeserializeOwned;

/// Reads and checks `experiments/<scale>/<name>.toml` below `root`.
///
/// # Errors
/// An unknown scale, a file that is missing or not as expected.
pub(super) fn read<T: DeserializeOwned>(
    root: &Path,
    scale: &str,
    name: &str,
    check: impl Fn(&T) -> Result<()>,
) -> Result<T> {
    let path = path(root, scale, name);
    if !path.is_file() {
        let scales = scales(&root.join("experiments"), name);
        bail!(
            "unknown scale `{scale}`: {} is missing; scales with a {name} suite: {}",
            path.display(),
            scales.join(", ")
        );
    }
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    parse(&text, check).with_context(|| path.display().to_string())
}

/// Parses and checks the text of an experiment file.
///
/// # Errors
/// Unknown or missing keys, and what `check` finds.
pub fn parse<T: DeserializeOwned>(text: &str, check: impl Fn(&T) -> Result<()>) -> Result<T> {
    let experiment: T = toml::from_str(text).map_err(|error| on_one_line(text, &error))?;
    check(&experiment)?;
    Ok(experiment)
}

pub(super) fn path(root: &Path, scale: &str, name: &str) -> PathBuf {
    root.join("experiments")
        .join(scale)
        .join(format!("{name}.toml"))
}

/// A parser's message with the line it is about; its own drawing of that line takes several.
fn on_one_line(text: &str, error: &toml::de::Error) -> anyhow::Error {
    let message = error.message().replace('\n', ", ");
    let Some(span) = error.span() else {
        return anyhow!("{message}");
    };
    let start = span.start.min(text.len());
    let number = text[..start].matches('\n').count() + 1;
    match text.lines().nth(number - 1) {
        Some(line) if !line.trim().is_empty() => {
            anyhow!("line {number} (`{}`): {message}", line.trim())
        }
        _ => anyhow!("line {number}: {message}"),
    }
}

/// Scales that have an experiment of this name.
fn scales(folder: &Path, name: &str) -> Vec<String> {
    let mut scales: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join(format!("{name}.toml")).is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    scales.sort();
    scales
}
