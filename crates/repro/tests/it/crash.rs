//! A killed sweep goes on where it was.
#![cfg(unix)]

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use results::Store;

use crate::sandbox::{Sandbox, reports, stderr, stdout};

const SIGKILL: i32 = 9;

/// `arm task seed` of a line that reports a finished run, as `[3/12] lora-r8 rte 0: 50.0 in ...`.
fn reported(line: &str) -> Option<String> {
    let (_, rest) = line.strip_prefix('[')?.split_once("] ")?;
    Some(rest.split_once(':')?.0.to_owned())
}

/// The finished runs in the store.
fn stored(sandbox: &Sandbox) -> HashSet<String> {
    let store = Store::read_only(sandbox.path("results/smoke/tiny/glue"));
    let rows = store.load().unwrap().rows;
    rows.iter()
        .map(|row| format!("{} {} {}", row.arm, row.task, row.seed))
        .collect()
}

/// Starts a sweep and kills it `delay` after it has reported `n_runs` runs.
///
/// Returns the runs that it reported, and whether it was killed before its end.
fn killed(sandbox: &Sandbox, n_runs: usize, delay: Duration) -> (HashSet<String>, bool) {
    let mut child = sandbox
        .table1(&["--smoke", "--jobs", "1"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut runs = HashSet::new();
    while runs.len() < n_runs {
        match lines.next() {
            Some(line) => runs.extend(reported(&line.unwrap())),
            None => break,
        }
    }
    std::thread::sleep(delay);
    child.kill().unwrap();
    // What it had written before it died.
    runs.extend(lines.filter_map(|line| reported(&line.unwrap())));
    let was_killed = child.wait().unwrap().signal() == Some(SIGKILL);
    (runs, was_killed)
}

#[test]
fn a_killed_sweep_goes_on_and_ends_with_the_rows_of_an_undisturbed_one() {
    let undisturbed = Sandbox::new();
    let whole = undisturbed.run(&["--smoke", "--jobs", "1"], 0);
    assert_eq!(reports(&whole).len(), 12);

    let sandbox = Sandbox::new();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut n_killed = 0;
    let mut kept = HashSet::new();
    for _ in 0..8 {
        let n_runs = rng.random_range(0..3);
        let delay = Duration::from_micros(rng.random_range(0..30_000));
        let (reported, was_killed) = killed(&sandbox, n_runs, delay);
        n_killed += usize::from(was_killed);
        let now = stored(&sandbox);
        assert!(
            now.is_superset(&reported),
            "a reported run is lost: {reported:?}"
        );
        assert!(now.is_superset(&kept), "an earlier run is lost");
        kept = now;
    }
    assert!(n_killed >= 3, "only {n_killed} of the kills came in time");

    let last = sandbox.run(&["--smoke", "--jobs", "1"], 0);
    assert_eq!(reports(&last).len(), 12 - kept.len());
    assert_eq!(sandbox.rows(), undisturbed.rows());
    assert_eq!(stdout(&last), stdout(&whole));

    let again = sandbox.run(&["--smoke"], 0);
    assert!(reports(&again).is_empty());
    assert_eq!(stderr(&again), "");
    assert_eq!(stdout(&again), stdout(&whole));
}

#[test]
fn a_torn_end_is_said_and_its_run_trained_again() {
    let sandbox = Sandbox::new();
    let whole = sandbox.run(&["--smoke", "--jobs", "1"], 0);
    let rows = sandbox.rows();
    let path = sandbox.path("results/smoke/tiny/glue/runs.csv");
    let length = fs::metadata(&path).unwrap().len();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(length - 40).unwrap();

    let mended = sandbox.run(&["--smoke"], 0);
    let text = stderr(&mended);
    let warnings: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("warning: "))
        .collect();
    assert_eq!(warnings.len(), 1, "{text}");
    assert!(warnings[0].contains("is incomplete"), "{text}");
    assert_eq!(reports(&mended).len(), 1);
    assert_eq!(sandbox.rows(), rows);
    assert_eq!(stdout(&mended), stdout(&whole));
}
