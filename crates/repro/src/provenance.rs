//! Where and from what a row was made: revision, time, memory.

use std::path::Path;
use std::process::Command;

/// Version of Burn that this workspace pins.
pub const BURN_VERSION: &str = "0.22.1";

/// The state of the source tree.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Commit, or `unknown` outside a checkout.
    pub commit: String,
    /// Whether tracked files differ from it, or the commit is unknown.
    pub dirty: bool,
}

impl Revision {
    /// Asks git about the checkout at `root`.
    pub fn of(root: &Path) -> Self {
        let git = |arguments: &[&str]| {
            let output = Command::new("git")
                .arg("-C")
                .arg(root)
                .args(arguments)
                .output()
                .ok()?;
            output
                .status
                .success()
                .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        match git(&["rev-parse", "HEAD"]) {
            Some(commit) => Self {
                dirty: git(&["status", "--porcelain", "--untracked-files=no"])
                    .is_none_or(|changes| !changes.is_empty()),
                commit: commit.chars().take(12).collect(),
            },
            None => Self {
                commit: "unknown".into(),
                dirty: true,
            },
        }
    }
}

/// The current time in UTC, RFC 3339, to the second.
pub fn now() -> String {
    jiff::Timestamp::now()
        .round(jiff::Unit::Second)
        .map_or_else(|_| String::new(), |time| time.to_string())
}

/// Peak resident memory of this process in MiB, where the system tells.
pub fn peak_memory_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse().ok()?;
    Some((kib / 1024.0).round())
}

/// The kind of processor, such as `AMD EPYC 9B14`, where the system tells: on one kind, runs are equal
/// to the last bit.
pub fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == "model name")
        .map(|(_, name)| name.split_whitespace().collect::<Vec<_>>().join(" "));
    name.unwrap_or_default()
}
