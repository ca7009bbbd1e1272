use std::fs;
use std::path::Path;

use polars::prelude::*;
use tasks::glue::{Example, GlueData, GlueTask, Split};
use tempfile::TempDir;

/// A data directory with these files, given as (path, contents).
fn data_dir(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, contents) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }
    dir
}

fn write_parquet(path: &Path, columns: Vec<Column>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut table = DataFrame::new_infer_height(columns).unwrap();
    // The hub's compression.
    let writer = ParquetWriter::new(fs::File::create(path).unwrap())
        .with_compression(ParquetCompression::Snappy);
    writer.finish(&mut table).unwrap();
}

fn single(a: &str, label: f32) -> Example {
    Example {
        a: a.to_owned(),
        b: None,
        label,
    }
}

fn pair(a: &str, b: &str, label: f32) -> Example {
    Example {
        a: a.to_owned(),
        b: Some(b.to_owned()),
        label,
    }
}

/// Loads from `files` and compares the training and the first validation split.
#[track_caller]
fn check(task: GlueTask, files: &[(&str, &[u8])], train: &[Example], validation: &[Example]) {
    let data =
        GlueData::load(task, data_dir(files).path()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(data.train, train);
    assert_eq!(data.validation[0].name, task.validation_splits()[0]);
    assert_eq!(data.validation[0].examples, validation);
}

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
fn cola_has_no_header_and_keeps_stray_quotes() {
    check(
        GlueTask::Cola,
        &[
            (
                "CoLA/train.tsv",
                b"gj04\t1\t\tThe \"sailor rode.\ncj99\t0\t*\t\"As you eat\"\n",
            ),
            ("CoLA/dev.tsv", b"gj04\t1\t\tNo newline at the end."),
        ],
        &[
            single("The \"sailor rode.", 1.0),
            single("\"As you eat\"", 0.0),
        ],
        &[single("No newline at the end.", 1.0)],
    );
}

#[test]
fn sst2_keeps_its_trailing_space() {
    check(
        GlueTask::Sst2,
        &[
            (
                "SST-2/train.tsv",
                b"sentence\tlabel\nhide new secretions \t0\n",
            ),
            ("SST-2/dev.tsv", b"sentence\tlabel\n'' worth it \t1\n"),
        ],
        &[single("hide new secretions ", 0.0)],
        &[single("'' worth it ", 1.0)],
    );
}

#[test]
fn mrpc_reads_past_its_byte_order_mark() {
    let header = "\u{feff}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n";
    let train = format!("{header}1\t702876\t702977\tAmrozi said \"no.\tHe said 5\" or so.\n");
    let dev = format!("{header}0\t1\t2\tÆrø\t日本\n");
    check(
        GlueTask::Mrpc,
        &[
            ("MRPC/train.tsv", train.as_bytes()),
            ("MRPC/dev.tsv", dev.as_bytes()),
        ],
        &[pair("Amrozi said \"no.", "He said 5\" or so.", 1.0)],
        &[pair("Ærø", "日本", 0.0)],
    );
}

#[test]
fn stsb_reads_its_score_by_name() {
    let header =
        "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n";
    let row = |index, score| {
        format!("{index}\tnews\tMSR\t2012\t{index}\tnone\tnone\tA plane.\tAn air plane.\t{score}\n")
    };
    let train = format!("{header}{}{}", row(0, "5.000"), row(1, "0"));
    let dev = format!("{header}{}", row(0, "3.800"));
    check(
        GlueTask::Stsb,
        &[
            ("STS-B/train.tsv", train.as_bytes()),
            ("STS-B/dev.tsv", dev.as_bytes()),
        ],
        &[
            pair("A plane.", "An air plane.", 5.0),
            pair("A plane.", "An air plane.", 0.0),
        ],
        &[pair("A plane.", "An air plane.", 3.8)],
    );
}

/// The training file has 12 columns, the validation files 16: the gold label is found by its name.
#[test]
fn mnli_drops_pairs_without_a_gold_label() {
    let common = "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\t\
                  sentence2_parse\tsentence1\tsentence2\tlabel1";
    let start =
        |a, b| format!("0\t1\t1n\tfiction\t( a )\t( b )\t(ROOT a)\t(ROOT b)\t{a}\t{b}\tneutral");
    let train = format!(
        "{common}\tgold_label\n{}\tcontradiction\n{}\t-\n{}\tentailment\n",
        start("p1", "h1"),
        start("p2", "h2"),
        start("p3", "h3")
    );
    let dev = format!(
        "{common}\tlabel2\tlabel3\tlabel4\tlabel5\tgold_label\n{}\tneutral\t-\t-\tneutral\tneutral\n",
        start("p", "h")
    );
    let files: &[(&str, &[u8])] = &[
        ("MNLI/train.tsv", train.as_bytes()),
        ("MNLI/dev_matched.tsv", dev.as_bytes()),
        ("MNLI/dev_mismatched.tsv", dev.as_bytes()),
    ];
    let train = [pair("p1", "h1", 2.0), pair("p3", "h3", 0.0)];
    check(GlueTask::Mnli, files, &train, &[pair("p", "h", 1.0)]);

    let both = GlueData::load(GlueTask::Mnli, data_dir(files).path()).unwrap();
    let names: Vec<&str> = both
        .validation
        .iter()
        .map(|split| split.name.as_str())
        .collect();
    assert_eq!(names, ["validation_matched", "validation_mismatched"]);
    let matched_only = GlueData::load(GlueTask::Mnli, data_dir(&files[..2]).path()).unwrap();
    assert_eq!(matched_only.validation.len(), 1);
    assert_ne!(both.digest, matched_only.digest);
}

#[test]
fn qnli_and_rte_count_entailment_as_zero() {
    check(
        GlueTask::Qnli,
        &[
            (
                "QNLI/train.tsv",
                b"index\tquestion\tsentence\tlabel\n0\tWhat?\tThat.\tentailment\n",
            ),
            (
                "QNLI/dev.tsv",
                b"index\tquestion\tsentence\tlabel\n0\tWhat?\tThat.\tnot_entailment\n",
            ),
        ],
        &[pair("What?", "That.", 0.0)],
        &[pair("What?", "That.", 1.0)],
    );
    check(
        GlueTask::Rte,
        &[
            (
                "RTE/train.tsv",
                b"index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\tnot_entailment\n",
            ),
            (
                "RTE/dev.tsv",
                b"index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\tentailment\n",
            ),
        ],
        &[pair("A.", "B.", 1.0)],
        &[pair("A.", "B.", 0.0)],
    );
}

#[test]
fn carriage_returns_and_blank_lines_at_the_end_are_no_text() {
    check(
        GlueTask::Rte,
        &[
            (
                "RTE/train.tsv",
                b"index\tsentence1\tsentence2\tlabel\r\n0\tA.\t\tentailment\r\n\r\n\n",
            ),
            (
                "RTE/dev.tsv",
                b"index\tsentence1\tsentence2\tlabel\n0\t\tB.\tentailment\n\n",
            ),
        ],
        &[pair("A.", "", 0.0)],
        &[pair("", "B.", 0.0)],
    );
}

#[test]
fn json_lines_take_names_and_numbers_as_labels() {
    check(
        GlueTask::Mnli,
        &[
            (
                "nyu-mll/glue/mnli/train.jsonl",
                b"{\"premise\": \"p \\\"q\\\"\", \"hypothesis\": \"h\", \"label\": \"contradiction\", \"idx\": 0}\n\
                  {\"premise\": \"p\", \"hypothesis\": \"h\", \"label\": 1}\n\
                  {\"premise\": \"p\", \"hypothesis\": \"h\", \"label\": \"-\"}\n\n",
            ),
            (
                "nyu-mll/glue/mnli/validation_matched.jsonl",
                b"{\"hypothesis\": \"\\u00e6\", \"label\": 0, \"premise\": \"p\"}",
            ),
        ],
        &[pair("p \"q\"", "h", 2.0), pair("p", "h", 1.0)],
        &[pair("p", "æ", 0.0)],
    );
    check(
        GlueTask::Stsb,
        &[
            (
                "stsb/train.jsonl",
                b"{\"sentence1\": \"a\", \"sentence2\": \"b\", \"label\": 2.5}\n",
            ),
            (
                "stsb/validation.jsonl",
                b"{\"sentence1\": \"a\", \"sentence2\": \"b\", \"label\": 5}\n",
            ),
        ],
        &[pair("a", "b", 2.5)],
        &[pair("a", "b", 5.0)],
    );
}

#[test]
fn parquet_reads_the_hubs_columns_and_shards_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("glue/sst2");
    let shard = |name: &str, texts: &[&str], labels: &[i64]| {
        let index: Vec<i32> = (0..texts.len() as i32).collect();
        let columns = vec![
            Column::new("sentence".into(), texts),
            Column::new("label".into(), labels),
            Column::new("idx".into(), index),
        ];
        write_parquet(&folder.join(name), columns);
    };
    shard("train-00001-of-00002.parquet", &["third"], &[1]);
    shard(
        "train-00000-of-00002.parquet",
        &["first \"quoted\"", "second\twith tab"],
        &[0, 1],
    );
    shard(
        "validation-00000-of-00001.parquet",
        &["hidden gem 🦀"],
        &[1],
    );
    let data = GlueData::load(GlueTask::Sst2, dir.path()).unwrap();
    let train = [
        single("first \"quoted\"", 0.0),
        single("second\twith tab", 1.0),
        single("third", 1.0),
    ];
    assert_eq!(data.train, train);
    assert_eq!(data.validation[0].examples, [single("hidden gem 🦀", 1.0)]);
}

#[test]
fn parquet_reads_scores_and_class_names() {
    let dir = tempfile::tempdir().unwrap();
    let texts = |name: &str| Column::new(name.into(), ["a", "b"]);
    let label = Column::new("label".into(), [1.25_f32, 5.0]);
    for split in ["train", "validation"] {
        let path = dir.path().join(format!("stsb/{split}.parquet"));
        write_parquet(
            &path,
            vec![texts("sentence1"), texts("sentence2"), label.clone()],
        );
        let path = dir.path().join(format!("glue/RTE/{split}.parquet"));
        let names = Column::new("label".into(), ["not_entailment", "entailment"]);
        write_parquet(&path, vec![texts("sentence1"), texts("sentence2"), names]);
    }
    let scores = GlueData::load(GlueTask::Stsb, dir.path()).unwrap();
    assert_eq!(scores.train, [pair("a", "a", 1.25), pair("b", "b", 5.0)]);
    let classes = GlueData::load(GlueTask::Rte, dir.path()).unwrap();
    assert_eq!(classes.train, [pair("a", "a", 1.0), pair("b", "b", 0.0)]);
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
    let sentence = || Column::new("sentence".into(), [Some("a"), None]);

    write_parquet(
        &path,
        vec![sentence(), Column::new("label".into(), [1_i64, 1])],
    );
    assert!(
        message()
            .ends_with("train.parquet, row 2: no text in column `sentence`, expected a string"),
        "{}",
        message()
    );
    write_parquet(
        &path,
        vec![sentence(), Column::new("label".into(), [-1_i64, 1])],
    );
    assert!(
        message().ends_with(
            "train.parquet, row 1: label `-1`, expected a class from 0 to 1 or its name (unacceptable, acceptable)"
        ),
        "{}",
        message()
    );
    write_parquet(
        &path,
        vec![sentence(), Column::new("idx".into(), [0_i64, 1])],
    );
    assert!(
        message().ends_with("train.parquet: no column `label`, found sentence, idx"),
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

#[test]
fn digests_change_with_one_byte_and_with_one_label() {
    let load = |text: &str| {
        let table = format!("sentence\tlabel\n{text}\t1\n");
        let dir = data_dir(&[
            ("SST-2/train.tsv", table.as_bytes()),
            ("SST-2/dev.tsv", b"sentence\tlabel\na\t1\n"),
        ]);
        GlueData::load(GlueTask::Sst2, dir.path()).unwrap().digest
    };
    assert_eq!(load("a"), load("a"));
    assert_ne!(load("a"), load("b"));
    assert_eq!(load("a").len(), 64);

    let made = |label, name: &str| {
        let validation = vec![Split {
            name: name.to_owned(),
            examples: vec![single("b", 0.0)],
        }];
        GlueData::from_examples(GlueTask::Cola, vec![single("a", label)], validation).digest
    };
    assert_eq!(made(1.0, "validation"), made(1.0, "validation"));
    assert_ne!(made(1.0, "validation"), made(0.0, "validation"));
    assert_ne!(made(1.0, "validation"), made(1.0, "other"));
}

#[test]
fn keys_name_the_tasks() {
    for task in GlueTask::ALL {
        assert_eq!(task.key().parse::<GlueTask>().unwrap(), task);
        assert_eq!(
            task.validation_splits().len(),
            task.official_validation_lens().len()
        );
    }
    let outputs: Vec<usize> = GlueTask::ALL.iter().map(|task| task.n_outputs()).collect();
    assert_eq!(outputs, [2, 2, 2, 1, 3, 2, 2]);
    assert_eq!(
        "qqp".parse::<GlueTask>().unwrap_err().to_string(),
        "unknown GLUE task `qqp`: expected one of cola, sst2, mrpc, stsb, mnli, qnli, rte"
    );
}
