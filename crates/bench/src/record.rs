//! A folder of results: `raw.csv`, `summary.csv`, `summary.md`, `versions.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::{row, summary};
use repro::provenance::{BURN_VERSION, Revision, now};

/// What the numbers were made with.
#[derive(Debug, Serialize)]
pub struct Versions {
    /// Start of the measurements, UTC.
    pub started_at: String,
    /// The command line, without this machine's folders.
    pub command: String,
    /// The processor.
    pub machine: Machine,
    /// This program.
    pub ours: Ours,
    /// Python and its packages.
    pub theirs: Option<BTreeMap<String, String>>,
}

/// Where the numbers were made.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// The processor's name.
    pub cpu: String,
    /// Processors that this process may use.
    pub cores: usize,
    /// Threads of each side.
    pub threads: usize,
    /// Operating system and architecture.
    pub system: String,
}

/// What this program was made from.
#[derive(Debug, Serialize)]
pub struct Ours {
    /// Commit.
    pub git: String,
    /// Whether tracked files differ from it.
    pub dirty: bool,
    /// Version of Burn.
    pub burn: String,
    /// The compiler that the workspace pins.
    pub rustc: String,
    /// Where it computes.
    pub device: String,
}

impl Versions {
    /// Asks the machine, git and rustc.
    pub fn new(
        root: &Path,
        device: &str,
        threads: usize,
        theirs: Option<BTreeMap<String, String>>,
    ) -> Self {
        let revision = Revision::of(root);
        Self {
            started_at: now(),
            command: command(std::env::args()),
            machine: Machine {
                cpu: cpu(),
                cores: cores(),
                threads,
                system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            },
            ours: Ours {
                git: revision.commit,
                dirty: revision.dirty,
                burn: BURN_VERSION.into(),
                rustc: rustc(root).unwrap_or_else(|| "unknown".into()),
                device: device.to_owned(),
            },
            theirs,
        }
    }

    /// Writes the versions as TOML.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        write(&folder.join("versions.toml"), &toml::to_string(self)?)
    }
}

/// Options whose value is a place on this machine, which means nothing on another.
const PLACES: [&str; 4] = ["--python", "--data", "--checkpoints", "--results"];

fn command(arguments: impl Iterator<Item = String>) -> String {
    let mut words = Vec::new();
    let mut is_place = false;
    for (index, word) in arguments.enumerate() {
        let option = word.split('=').next().unwrap_or_default();
        if index == 0 {
            let name = Path::new(&word).file_stem().unwrap_or_default();
            words.push(name.to_string_lossy().into_owned());
        } else if is_place {
            is_place = false;
        } else if PLACES.contains(&option) {
            is_place = option == word;
        } else {
            words.push(word);
        }
    }
    words.join(" ")
}

/// Processors that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The processor's name, or the architecture where the system does not tell.
pub fn cpu() -> String {
    fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        })
        .unwrap_or_else(|| std::env::consts::ARCH.into())
}

fn rustc(root: &Path) -> Option<String> {
    let output = Command::new("rustc")
        .arg("--version")
        .current_dir(root)
        .output()
        .ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    (output.status.success()).then(|| version.trim().to_owned())
}

/// Makes a new folder `<date>-<cpu>` below `parent`; older measurements are never written over.
///
/// # Errors
/// A folder that cannot be made.
pub fn new_folder(parent: &Path) -> Result<PathBuf> {
    let date: String = now().chars().take(10).collect();
    let name = format!("{date}-{}", slug(&cpu()));
    fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
    for n in 1..1000 {
        let folder = match n {
            1 => parent.join(&name),
            _ => parent.join(format!("{name}-{n}")),
        };
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).context(folder.display().to_string()),
        }
    }
    bail!("{}: too many folders named {name}", parent.display())
}

/// Words of lower-case letters and digits, joined by dashes; marks such as (R) are left out.
fn slug(text: &str) -> String {
    let plain = text.replace("(R)", "").replace("(TM)", "").to_lowercase();
    let words: Vec<&str> = plain
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty() && *word != "cpu")
        .collect();
    words.join("-")
}

/// Renders the summary of a folder's `raw.csv`, and gives it as Markdown.
///
/// # Errors
/// Rows that cannot be read, or files that cannot be written.
pub fn summarize(folder: &Path) -> Result<String> {
    let lines = summary::lines(&row::read(&folder.join("raw.csv"))?);
    let name = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let markdown = summary::to_markdown(&lines, &format!("Side by side, {name}"));
    write(&folder.join("summary.csv"), &summary::to_csv(&lines))?;
    write(&folder.join("summary.md"), &markdown)?;
    Ok(markdown)
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_becomes_a_folder_name() {
        assert_eq!(
            slug("Intel(R) Xeon(R) Processor @ 2.70GHz"),
            "intel-xeon-processor-2-70ghz"
        );
        assert_eq!(slug("AMD EPYC 7B13"), "amd-epyc-7b13");
    }

    #[test]
    fn a_command_is_recorded_without_folders() {
        let words = "/a/target/bench --python /b --arms full --data=/c --quick --results /d";
        assert_eq!(
            command(words.split(' ').map(str::to_owned)),
            "bench --arms full --quick"
        );
    }

    #[test]
    fn a_second_run_of_a_day_gets_a_folder_of_its_own() {
        let parent = tempfile::tempdir().unwrap();
        let first = new_folder(parent.path()).unwrap();
        let second = new_folder(parent.path()).unwrap();
        assert_ne!(first, second);
        assert!(second.to_string_lossy().ends_with("-2"));
    }
}
