//! The run store's contract: what is appended is what is loaded, and every defect is named.

use std::fs;

use proptest::prelude::*;
use results::{LineProblem, ResultsError, Row, Selection, Store, StoreWarning, finished};
use tempfile::tempdir;

use crate::fixture::{failed_run, record, row, run};
use crate::specs::arm;

fn line() -> impl Strategy<Value = String> {
    // Everything but line breaks; commas, quotation marks and spaces are likely.
    prop_oneof!["[^\r\n]{0,12}", "[a,\" ]{0,8}", Just(String::new()),]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("finite", |value| value.is_finite()),
        -1.0..1.0,
        Just(0.1 + 0.2),
        Just(f64::MIN_POSITIVE),
    ]
}

prop_compose! {
    fn any_row()(
        texts in prop::array::uniform12(line()),
        key in prop::sample::select(vec!["lora-r8", "tuneAB-Akm-r8", "full", "tuneA-BU-released-r64"]),
        counts in prop::array::uniform7(any::<u64>()),
        numbers in prop::array::uniform4(number()),
        peak_mem_mb in prop::option::of(number()),
        best in any::<bool>(),
        dirty in any::<bool>(),
    ) -> Row {
        let [suite, scale, task, processor, split, device, dtype, burn, git, data_digest, checkpoint_digest, error] = texts;
        let [seed, n_examples, n_trainable, n_total, paper_count, epochs, steps] = counts;
        let [value, lr, wall_s, examples_per_s] = numbers;
        Row {
            suite, scale, task, arm: arm(key), seed, split,
            metric: "accuracy".into(),
            value: Some(value),
            n_examples,
            selection: if best { Selection::Best } else { Selection::Last },
            n_trainable, n_total, paper_count, lr, epochs, steps, wall_s, examples_per_s, peak_mem_mb,
            device, processor, dtype, burn, git, dirty,
            run_key: String::new(),
            run_rows: 0,
            data_digest, checkpoint_digest,
            finished_at: "2026-01-02T03:04:05.678+01:00".into(),
            error,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_row_survives_the_csv(rows in prop::collection::vec(any_row(), 1..4), key in "[0-9a-f]{1,8}") {
        let dir = tempdir().expect("temporary folder");
        let store = Store::open(dir.path()).expect("writable");
        let mut rows = rows;
        let n_rows = rows.len() as u64;
        for row in &mut rows {
            row.run_key = key.clone();
            row.run_rows = n_rows;
        }
        store.append(&rows).expect("valid rows");
        let loaded = store.load().expect("own file");
        prop_assert_eq!(loaded.rows, rows);
        prop_assert_eq!(loaded.warnings, vec![]);
    }
}

#[test]
fn a_missing_store_is_empty_and_is_not_made_by_reading() {
    let dir = tempdir().expect("temporary folder");
    let absent = dir.path().join("absent");
    let loaded = Store::read_only(&absent).load().expect("nothing to read");
    assert!(loaded.rows.is_empty() && loaded.warnings.is_empty());
    assert!(!absent.exists());
}

#[test]
fn opening_leaves_no_file_behind() {
    let dir = tempdir().expect("temporary folder");
    Store::open(dir.path().join("a/b")).expect("makes folders");
    assert_eq!(
        fs::read_dir(dir.path().join("a/b")).expect("made").count(),
        0
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let dir = tempdir().expect("temporary folder");
    let file = dir.path().join("file");
    fs::write(&file, "x").expect("writable");
    let error = Store::open(file.join("results")).expect_err("a file is in the way");
    assert!(
        matches!(&error, ResultsError::NotWritable { dir, .. } if dir.ends_with("file/results"))
    );
    assert!(
        error.to_string().starts_with("cannot write results into "),
        "{error}"
    );
}

#[test]
fn only_runs_without_an_error_are_finished() {
    let rows = [
        run("lora-r8", "rte", 0, 0.8),
        failed_run("lora-r8", "rte", 1, "NaN loss at step 7"),
    ]
    .concat();
    let keys = finished(&rows);
    assert_eq!(keys.into_iter().collect::<Vec<_>>(), ["lora-r8/rte/0"]);
}

#[test]
fn a_retry_replaces_a_failure_and_a_failure_never_replaces_a_success() {
    let dir = tempdir().expect("temporary folder");
    let store = Store::open(dir.path()).expect("writable");
    store
        .append(&failed_run("lora-r8", "rte", 0, "first"))
        .expect("appends");
    store
        .append(&failed_run("lora-r8", "rte", 0, "second"))
        .expect("appends");
    assert_eq!(store.load().expect("loads").rows[0].error, "second");
    let success = run("lora-r8", "rte", 0, 0.8);
    store.append(&success).expect("appends");
    assert_eq!(store.load().expect("loads").rows, success);
    let warnings = store
        .append(&failed_run("lora-r8", "rte", 0, "third"))
        .expect("skips");
    assert!(matches!(
        &warnings[..],
        [StoreWarning::AlreadyStored { .. }]
    ));
    assert_eq!(store.load().expect("loads").rows, success);
}

#[test]
fn of_two_racing_runs_the_first_counts() {
    let dir = tempdir().expect("temporary folder");
    let store = Store::open(dir.path()).expect("writable");
    let first = run("lora-r8", "rte", 0, 0.8);
    store.append(&first).expect("appends");
    // What two machines' files joined by hand would hold.
    let text = fs::read_to_string(store.runs_path()).expect("readable");
    let second: String = text
        .lines()
        .skip(1)
        .map(|line| line.replace("0.8", "0.7") + "\n")
        .collect();
    fs::write(store.runs_path(), text + &second).expect("writable");
    let loaded = store.load().expect("loads");
    assert_eq!(loaded.rows, first);
    assert!(
        matches!(&loaded.warnings[..], [StoreWarning::Duplicate { run_key, .. }] if run_key == "lora-r8/rte/0")
    );
}

#[test]
fn rows_that_are_not_one_whole_run_are_refused_and_nothing_is_written() {
    let dir = tempdir().expect("temporary folder");
    let store = Store::open(dir.path()).expect("writable");
    let check = |rows: &[Row], part: &str| {
        let error = store.append(rows).expect_err(part).to_string();
        assert!(error.contains(part), "{error}");
        assert!(!store.runs_path().exists());
    };
    check(&run("lora-r8", "rte", 0, 0.8)[..1], "one whole run");
    let mixed = [run("lora-r8", "rte", 0, 0.8), run("lora-r8", "rte", 1, 0.8)].concat();
    check(&mixed, "one whole run");
    check(
        &[row("lora-r8", "rte", 0, "validation", "accuracy", f64::NAN)],
        "column `value` should be a finite number (a run without one is stored as failed), found `NaN`",
    );
    let mut broken = failed_run("lora-r8", "rte", 0, "two\nlines");
    check(&broken, "line break");
    broken[0].error = "one line".into();
    broken[0].value = Some(1.0);
    check(&broken, "if and only if the metric is `error`");
}

/// Stores one run of two rows, edits the file's text and expects an error with `part` in it.
fn check_defect(edit: impl Fn(String) -> String, part: &str) {
    let dir = tempdir().expect("temporary folder");
    let store = Store::open(dir.path()).expect("writable");
    store
        .append(&run("lora-r8", "rte", 0, 0.8))
        .expect("appends");
    let edited = edit(fs::read_to_string(store.runs_path()).expect("readable"));
    fs::write(store.runs_path(), &edited).expect("writable");
    for error in [
        store.load().expect_err(part),
        store
            .append(&run("lora-r8", "rte", 1, 0.8))
            .expect_err(part),
    ] {
        let message = error.to_string();
        assert!(
            message.contains("runs.csv") && message.contains(part),
            "{message}"
        );
    }
    assert_eq!(
        fs::read_to_string(store.runs_path()).expect("readable"),
        edited,
        "the file is untouched"
    );
}

#[test]
fn a_defect_that_no_crash_leaves_is_an_error_with_its_line() {
    check_defect(
        |text| text.replacen("0.8", "high", 1),
        "line 2: column `value` should be a number, found `high`",
    );
    check_defect(
        |text| text.replacen(",277,", ",", 1),
        "line 2: expected 31 fields, found 30",
    );
    check_defect(
        |text| text.replacen("false", "no", 1),
        "line 2: column `dirty` should be `true` or `false`",
    );
    check_defect(
        |text| text.replacen("last", "final", 1),
        "line 2: column `selection`: expected `last` or `best`",
    );
    check_defect(
        |text| text.replacen("lora-r8", "lora-8", 1),
        "line 2: column `arm`: unknown arm `lora-8`; arms are",
    );
    check_defect(
        |text| text.replacen("\"flex", "\"\"flex", 1),
        "line 2: field 20 has a quotation mark",
    );
    check_defect(
        |text| text.replace("loss,0.5", "loss,inf"),
        "line 3: column `value` should be a finite number (",
    );
    check_defect(
        |text| text.replacen('\n', "\n\n", 1),
        "line 2: expected 31 fields, found 1",
    );
    check_defect(
        |text| {
            let lines: Vec<&str> = text.lines().collect();
            format!(
                "{}\n{}\n{}\n{}\n",
                lines[0],
                lines[1],
                lines[2].replace("rte/0", "rte/9"),
                lines[2]
            )
        },
        "line 3: run `lora-r8/rte/0` declares 2 rows, but another run begins after 1",
    );
}

#[test]
fn another_header_is_an_error_with_its_column() {
    check_defect(
        |text| text.replacen("scale", "size", 1),
        "column 2 of the header should be `scale`, found `size`",
    );
    check_defect(
        |text| text.replacen(",error", "", 1),
        "column 31 of the header should be `error`, found ``",
    );
    check_defect(
        |_| "not ours".into(),
        "column 1 of the header should be `suite`, found `not ours`",
    );
}

#[test]
fn invalid_utf8_is_an_error_with_its_line() {
    let dir = tempdir().expect("temporary folder");
    let store = Store::open(dir.path()).expect("writable");
    store
        .append(&run("lora-r8", "rte", 0, 0.8))
        .expect("appends");
    let mut bytes = fs::read(store.runs_path()).expect("readable");
    let at = bytes.len() - 5;
    bytes[at] = 0xff;
    fs::write(store.runs_path(), bytes).expect("writable");
    let error = store.load().expect_err("not UTF-8");
    assert!(matches!(
        error,
        ResultsError::MalformedLine {
            line: 3,
            problem: LineProblem::NotUtf8,
            ..
        }
    ));
}

#[test]
fn settings_are_stored_once_a_key_and_a_torn_line_is_replaced() {
    let dir = tempdir().expect("temporary folder");
    let store = Store::open(dir.path()).expect("writable");
    let (first, second) = (record(4e-4, 1), record(2e-4, 1));
    for _ in 0..2 {
        store
            .append_settings(&first.key(), &first)
            .expect("appends once");
    }
    let whole = fs::read_to_string(store.settings_path()).expect("readable");
    let expected = format!(
        "{{\"run_key\":\"{}\",\"settings\":{{\"lr\":0.0004,\"revision\":1}}}}\n",
        first.key()
    );
    assert_eq!(whole, expected);
    fs::write(
        store.settings_path(),
        format!("{whole}{{\"run_key\":\"k2\",\"sett"),
    )
    .expect("writable");
    assert_eq!(store.load_settings().expect("loads").len(), 1);
    store
        .append_settings(&second.key(), &second)
        .expect("appends");
    let records = store.load_settings().expect("loads");
    assert_eq!(records[&first.key()], first);
    assert_eq!(records[&second.key()], second);

    fs::write(store.settings_path(), format!("{whole}[]\n")).expect("writable");
    let error = store.load_settings().expect_err("not a record").to_string();
    assert!(error.contains("settings.jsonl, line 2"), "{error}");
}

/// The text of a store from before rows named the processor, when `wall_s` was called `train_s`.
fn former(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.replace("wall_s", "train_s").replace(",processor", "");
        line.replace("\"flex, 2 threads\",,", "\"flex, 2 threads\",") + "\n"
    });
    lines.collect()
}

#[test]
fn a_store_of_the_former_columns_is_read_and_gets_the_new_ones_when_it_is_written() {
    let dir = tempdir().expect("temporary folder");
    let store = Store::open(dir.path()).expect("writable");
    let (first, second) = (run("lora-r8", "rte", 0, 0.8), run("lora-r8", "rte", 1, 0.7));
    store.append(&first).expect("appends");
    let text = fs::read_to_string(store.runs_path()).expect("readable");
    let former = former(&text);
    assert_eq!(
        former.lines().next().map(|line| line.split(',').count()),
        Some(30)
    );
    fs::write(store.runs_path(), &former).expect("writable");
    assert_eq!(store.load().expect("loads").rows, first);

    let cut = &former[..former.len() - 3];
    fs::write(store.runs_path(), cut).expect("writable");
    assert!(matches!(
        store.load().expect("loads").warnings[..],
        [StoreWarning::TornTail { line: 2, .. }]
    ));

    fs::write(store.runs_path(), &former).expect("writable");
    store.append(&second).expect("appends");
    assert_eq!(store.load().expect("loads").rows, [first, second].concat());
    let upgraded = fs::read_to_string(store.runs_path()).expect("readable");
    assert!(upgraded.starts_with(&text), "{upgraded}");
}

#[test]
fn forgotten_runs_are_gone_and_the_others_are_as_they_were() {
    let dir = tempdir().expect("temporary folder");
    let store = Store::open(dir.path()).expect("writable");
    store
        .forget(&["nothing"])
        .expect("an empty store has nothing to forget");
    let runs = [0, 1, 2].map(|seed| run("lora-r8", "rte", seed, 0.8));
    for run in &runs {
        store.append(run).expect("appends");
    }
    store
        .forget(&["lora-r8/rte/1", "unknown"])
        .expect("forgets");
    let [first, _, third] = runs;
    assert_eq!(store.load().expect("loads").rows, [first, third].concat());
}
