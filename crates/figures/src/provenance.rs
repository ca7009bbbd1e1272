//! Where the numbers come from, gathered from the stored rows.

use std::collections::{BTreeMap, BTreeSet};

use results::Row;

/// What a reader needs to judge or repeat the runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Provenance {
    /// Number of runs that finished.
    pub n_finished: usize,
    /// Number of runs that failed.
    pub n_failed: usize,
    /// Commits, with a mark on those that ran from a changed tree.
    pub commits: BTreeSet<String>,
    /// Seeds.
    pub seeds: BTreeSet<u64>,
    /// Device and float type.
    pub devices: BTreeSet<String>,
    /// Burn's versions.
    pub burn: BTreeSet<String>,
    /// Digests of the checkpoints that the runs started from.
    pub checkpoints: BTreeSet<String>,
    /// Digests of the data, by task.
    pub data: BTreeMap<String, BTreeSet<String>>,
    /// Time of all runs with their evaluations, in seconds.
    pub wall_s: f64,
    /// When the first and the last run ended, RFC 3339 (empty without runs).
    pub finished_at: (String, String),
}

impl Provenance {
    /// Gathers what the rows of one store say.
    pub fn of(rows: &[Row]) -> Self {
        let mut gathered = Self::default();
        let mut seen = BTreeSet::new();
        for row in rows {
            if !seen.insert(&row.run_key) {
                continue;
            }
            if row.is_failure() {
                gathered.n_failed += 1;
            } else {
                gathered.n_finished += 1;
                gathered.wall_s += row.wall_s;
            }
            let changed = if row.dirty {
                " with uncommitted changes"
            } else {
                ""
            };
            gathered.commits.insert(format!("{}{changed}", row.git));
            gathered.seeds.insert(row.seed);
            gathered
                .devices
                .insert(format!("{}, {}", row.device, row.dtype));
            gathered.burn.insert(row.burn.clone());
            gathered.checkpoints.insert(row.checkpoint_digest.clone());
            gathered
                .data
                .entry(row.task.clone())
                .or_default()
                .insert(row.data_digest.clone());
            let (first, last) = &mut gathered.finished_at;
            if first.is_empty() || row.finished_at < *first {
                first.clone_from(&row.finished_at);
            }
            if row.finished_at > *last {
                last.clone_from(&row.finished_at);
            }
        }
        gathered
    }
}
