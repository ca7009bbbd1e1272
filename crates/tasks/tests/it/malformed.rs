use std::fs;

use tasks::glue::{GlueData, GlueTask};

use crate::files::{Values, data_dir, write_parquet};

/// Loads a broken training file beside a good validation file; returns the message without the temporary folder.
#[track_caller]
fn error_of(task: GlueTask, train: (&str, &[u8])) -> String {
    let dir = data_dir(&[train]);
    let folder = train.0.rsplit_once('/').unwrap().0;
    for name in ["dev.tsv", "dev_matched.tsv"] {
        fs::write(dir.path().join(folder).join(name), b"").unwrap();
    }
    let message = GlueData::load(task, dir.path()).unwrap_err().to_string();
    message.replace(&format!("{}/", dir.path().display()), "")
}

#[test]
fn malformed_parquet_names_the_row_or_the_column() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cola/train.parquet");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(dir.path().join("cola/validation.jsonl"), b"").unwrap();
    let message = || {
        GlueData::load(GlueTask::Cola, dir.path())
            .unwrap_err()
            .to_string()
    };
    let sentence = || ("sentence", Values::Text(vec![Some("a".to_owned()), None]));
    let classes = |name, first| (name, Values::Class(vec![first, 1]));

    write_parquet(&path, &[sentence(), classes("label", 1)]);
    assert!(
        message()
            .ends_with("train.parquet, row 2: no text in column `sentence`, expected a string"),
        "{}",
        message()
    );
    write_parquet(&path, &[sentence(), classes("label", -1)]);
    assert!(
        message().ends_with(
            "train.parquet, row 1: label `-1`, expected a class from 0 to 1 or its name (unacceptable, acceptable)"
        ),
        "{}",
        message()
    );
    write_parquet(&path, &[sentence(), classes("idx", 0)]);
    assert!(
        message().ends_with("train.parquet: no column `label`, found sentence, idx"),
        "{}",
        message()
    );
    write_parquet(&path, &[classes("sentence", 0), classes("label", 1)]);
    assert!(
        message()
            .ends_with("train.parquet, row 1: no text in column `sentence`, expected a string"),
        "{}",
        message()
    );
    fs::write(&path, b"PAR1 but cut").unwrap();
    assert!(
        message().contains("train.parquet: not a readable parquet table"),
        "{}",
        message()
    );
}

#[test]
fn malformed_tables_name_the_line_and_what_was_expected() {
    const HEADER: &str = "index\tsentence1\tsentence2\tlabel\n";
    let rte = |rows: &[u8]| {
        error_of(
            GlueTask::Rte,
            ("RTE/train.tsv", &[HEADER.as_bytes(), rows].concat()),
        )
    };
    assert_eq!(
        rte(b"0\ta\tb\tentailment\n1\ta\tentailment\n"),
        "RTE/train.tsv, line 3: 3 tab-separated columns, expected 4"
    );
    assert_eq!(
        rte(b"0\ta\tb\tentailment\textra\n"),
        "RTE/train.tsv, line 2: 5 tab-separated columns, expected 4"
    );
    assert_eq!(
        rte(b"0\ta\tb\tentailment\n\n2\ta\tb\tentailment\n"),
        "RTE/train.tsv, line 3: 1 tab-separated columns, expected 4"
    );
    assert_eq!(
        rte(b"0\ta\tb\tmaybe\n"),
        "RTE/train.tsv, line 2: label `maybe`, expected a class from 0 to 1 or its name (entailment, not_entailment)"
    );
    assert_eq!(
        rte(b"0\ta\tb\t2\n"),
        "RTE/train.tsv, line 2: label `2`, expected a class from 0 to 1 or its name (entailment, not_entailment)"
    );
    assert_eq!(
        rte(b"0\ta\tb\tentailment\n1\tbad \xff byte\tb\tentailment\n"),
        "RTE/train.tsv, line 3: invalid UTF-8 at byte 7 of the line, expected UTF-8 text"
    );
    assert_eq!(
        rte(b""),
        "RTE/train.tsv: the train split of rte is empty, expected at least one example"
    );
    assert_eq!(
        error_of(
            GlueTask::Rte,
            ("RTE/train.tsv", b"index\tsentence1\tsentence2\n0\ta\tb\n")
        ),
        "RTE/train.tsv: no column `label`, found index, sentence1, sentence2"
    );
    assert_eq!(
        error_of(
            GlueTask::Mrpc,
            ("MRPC/train.tsv", b"Quality\t#1 String\n1\ta\n")
        ),
        "MRPC/train.tsv: no column `sentence2` or `#2 String`, found Quality, #1 String"
    );
    assert_eq!(
        error_of(GlueTask::Cola, ("CoLA/train.tsv", b"")),
        "CoLA/train.tsv: the train split of cola is empty, expected at least one example"
    );
    assert_eq!(
        error_of(
            GlueTask::Cola,
            ("CoLA/train.tsv", b"gj04\t1\tThe sailor.\n")
        ),
        "CoLA/train.tsv, line 1: 3 tab-separated columns, expected 4"
    );
}

#[test]
fn malformed_scores_name_their_range() {
    for bad in ["5.01", "-0.1", "NaN", "inf", "", "five"] {
        let table = format!("sentence1\tsentence2\tscore\na\tb\t0.5\na\tb\t{bad}\n");
        assert_eq!(
            error_of(GlueTask::Stsb, ("STS-B/train.tsv", table.as_bytes())),
            format!("STS-B/train.tsv, line 3: label `{bad}`, expected a number from 0 to 5")
        );
    }
}

#[test]
fn malformed_json_lines_name_the_line() {
    let cola = |line: &str| {
        let lines = format!("{{\"sentence\": \"good\", \"label\": 1}}\n{line}\n");
        error_of(GlueTask::Cola, ("cola/train.jsonl", lines.as_bytes()))
    };
    assert!(
        cola("{\"sentence\": ").starts_with("cola/train.jsonl, line 2: not a JSON object (EOF")
    );
    assert!(cola("[1]").starts_with("cola/train.jsonl, line 2: not a JSON object (invalid type"));
    assert_eq!(
        cola("{\"label\": 1}"),
        "cola/train.jsonl, line 2: no field `sentence`, expected one"
    );
    assert_eq!(
        cola("{\"sentence\": \"a\"}"),
        "cola/train.jsonl, line 2: no field `label`, expected one"
    );
    assert_eq!(
        cola("{\"sentence\": 3, \"label\": 1}"),
        "cola/train.jsonl, line 2: no text in column `sentence`, expected a string"
    );
    for bad in ["2", "-1", "0.5", "null", "true", "1e300"] {
        let message = cola(&format!("{{\"sentence\": \"a\", \"label\": {bad}}}"));
        assert!(
            message.starts_with("cola/train.jsonl, line 2: label `"),
            "{message}"
        );
        assert!(
            message
                .ends_with("expected a class from 0 to 1 or its name (unacceptable, acceptable)"),
            "{message}"
        );
    }
}

#[test]
fn a_missing_split_lists_the_places_tried() {
    let dir = tempfile::tempdir().unwrap();
    let message = GlueData::load(GlueTask::Sst2, dir.path())
        .unwrap_err()
        .to_string();
    for place in [
        "SST-2/train.tsv",
        "glue/sst2/train-*.parquet",
        "nyu-mll/glue/sst2/train.parquet",
        "/sst2/train.jsonl",
    ] {
        assert!(message.contains(place), "{place} in {message}");
    }
    assert!(
        message.starts_with("sst2: no file of the train split, tried "),
        "{message}"
    );

    let dir = data_dir(&[("SST-2/train.tsv", b"sentence\tlabel\na\t1\n")]);
    let message = GlueData::load(GlueTask::Sst2, dir.path())
        .unwrap_err()
        .to_string();
    assert!(
        message.starts_with("sst2: no file of the validation split, tried "),
        "{message}"
    );
    assert!(message.contains("SST-2/dev.tsv"), "{message}");
}
