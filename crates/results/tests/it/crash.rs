//! A process may die at any byte of a write, and several may write at once: threads of one, and processes.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use results::{Row, Store, StoreWarning, finished};
use tempfile::tempdir;

use crate::fixture::{failed_run, record, run};

fn three_runs() -> [Vec<Row>; 3] {
    let mut accented = run("tuneB-Arand-r8", "cola", 1, 0.61);
    // A cut inside a multi-byte character must be harmless too.
    accented
        .iter_mut()
        .for_each(|row| row.device = "prüfstand, \"flex\"".into());
    [
        run("lora-r8", "rte", 0, 0.8),
        accented,
        failed_run("ia3", "rte", 2, "loss is NaN at step 3"),
    ]
}

#[test]
fn a_file_cut_at_any_byte_keeps_its_whole_runs_and_takes_the_rest_again() {
    let dir = tempdir().expect("temporary folder");
    let store = Store::open(dir.path()).expect("writable");
    let runs = three_runs();
    let mut ends = Vec::new();
    for run in &runs {
        store.append(run).expect("appends");
        ends.push(fs::metadata(store.runs_path()).expect("there").len() as usize);
    }
    let whole = fs::read(store.runs_path()).expect("readable");
    let header_len = whole
        .iter()
        .position(|&byte| byte == b'\n')
        .expect("a header")
        + 1;

    for cut in 0..=whole.len() {
        fs::write(store.runs_path(), &whole[..cut]).expect("writable");
        let n_whole = ends.iter().filter(|&&end| end <= cut).count();

        let loaded = store
            .load()
            .unwrap_or_else(|error| panic!("cut at {cut}: {error}"));
        assert_eq!(loaded.rows, runs[..n_whole].concat(), "cut at {cut}");
        let at_boundary = cut == 0 || cut == header_len || ends.contains(&cut);
        assert_eq!(loaded.warnings.is_empty(), at_boundary, "cut at {cut}");

        // Appending waits for the disk, so not at each of the thousand bytes between.
        if !at_boundary && cut % 13 != 0 {
            continue;
        }
        for run in &runs[n_whole..] {
            store.append(run).expect("appends");
        }
        assert_eq!(
            fs::read(store.runs_path()).expect("readable"),
            whole,
            "cut at {cut}"
        );
    }
}

#[test]
fn the_warning_says_where_the_torn_tail_begins() {
    let dir = tempdir().expect("temporary folder");
    let store = Store::open(dir.path()).expect("writable");
    for run in three_runs() {
        store.append(&run).expect("appends");
    }
    let whole = fs::read(store.runs_path()).expect("readable");
    fs::write(store.runs_path(), &whole[..whole.len() - 1]).expect("writable");
    let warnings = store.load().expect("loads").warnings;
    assert!(
        matches!(warnings[..], [StoreWarning::TornTail { line: 6, .. }]),
        "{warnings:?}"
    );
    // The append that repairs says so as well.
    let warnings = store
        .append(&run("lora-r8", "rte", 9, 0.5))
        .expect("appends");
    assert!(
        matches!(warnings[..], [StoreWarning::TornTail { line: 6, .. }]),
        "{warnings:?}"
    );
    assert!(store.load().expect("loads").warnings.is_empty());
}

#[test]
fn concurrent_appends_lose_nothing() {
    const WRITERS: u64 = 8;
    const RUNS_EACH: u64 = 12;
    let dir = tempdir().expect("temporary folder");
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let dir = dir.path();
            scope.spawn(move || {
                // Each opens the folder anew, as another process would.
                let store = Store::open(dir).expect("writable");
                for index in 0..RUNS_EACH {
                    let seed = writer * RUNS_EACH + index;
                    store
                        .append(&run("lora-r8", "rte", seed, 0.5))
                        .expect("appends");
                    let settings = record(seed as f64, 1);
                    store
                        .append_settings(&settings.key(), &settings)
                        .expect("appends");
                    // Everybody also stores the same run: exactly one must win.
                    store
                        .append(&run("full", "rte", index, 0.5))
                        .expect("appends");
                }
            });
        }
    });
    let store = Store::read_only(dir.path());
    let loaded = store.load().expect("loads");
    assert_eq!(loaded.warnings, []);
    let expected: HashSet<String> = (0..WRITERS * RUNS_EACH)
        .map(|seed| format!("lora-r8/rte/{seed}"))
        .chain((0..RUNS_EACH).map(|seed| format!("full/rte/{seed}")))
        .collect();
    assert_eq!(finished(&loaded.rows), expected);
    assert_eq!(loaded.rows.len(), 2 * expected.len());
    assert_eq!(
        store.load_settings().expect("loads").len() as u64,
        WRITERS * RUNS_EACH
    );
}

const RUNS_OF_A_PROCESS: u64 = 60;

/// The folder that another test's process is to write into.
const FOLDER: &str = "RESULTS_TEST_STORE";

#[test]
#[ignore = "a process that the next test starts"]
fn a_process_that_appends() {
    let dir = PathBuf::from(env::var_os(FOLDER).expect("the next test sets it"));
    let store = Store::open(dir).expect("writable");
    for seed in 0..RUNS_OF_A_PROCESS {
        store
            .append(&run("full", "rte", seed, 0.5))
            .expect("appends");
    }
}

#[test]
fn what_another_process_appends_while_runs_are_forgotten_stays() {
    let dir = tempdir().expect("temporary folder");
    let store = Store::open(dir.path()).expect("writable");
    let mut process = Command::new(env::current_exe().expect("this test binary"))
        .args(["--ignored", "--exact", "crash::a_process_that_appends"])
        .env(FOLDER, dir.path())
        .spawn()
        .expect("starts");
    let mut rounds = 0;
    let status = loop {
        store
            .append(&run("lora-r8", "rte", rounds, 0.5))
            .expect("appends");
        store
            .forget(&[format!("lora-r8/rte/{rounds}")])
            .expect("forgets");
        rounds += 1;
        if let Some(status) = process.try_wait().expect("a process of ours") {
            break status;
        }
    };
    assert!(status.success() && rounds > 1, "{rounds}");
    let loaded = store.load().expect("loads");
    assert_eq!(loaded.warnings, []);
    let expected = (0..RUNS_OF_A_PROCESS)
        .map(|seed| format!("full/rte/{seed}"))
        .collect();
    assert_eq!(finished(&loaded.rows), expected);
}
