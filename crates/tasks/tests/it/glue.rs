use tasks::glue::{Example, GlueData, GlueTask, Headline, Split};

use crate::files::{Values, data_dir, write_parquet};

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
        let columns = [
            ("sentence", Values::text(texts)),
            ("label", Values::Class(labels.to_vec())),
            ("idx", Values::Class((0..texts.len() as i64).collect())),
        ];
        write_parquet(&folder.join(name), &columns);
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
    let texts = |name| (name, Values::text(["a", "b"]));
    for split in ["train", "validation"] {
        let path = dir.path().join(format!("stsb/{split}.parquet"));
        let scores = ("label", Values::Score(vec![1.25, 5.0]));
        write_parquet(&path, &[texts("sentence1"), texts("sentence2"), scores]);
        let path = dir.path().join(format!("glue/RTE/{split}.parquet"));
        let names = ("label", Values::text(["not_entailment", "entailment"]));
        write_parquet(&path, &[texts("sentence1"), texts("sentence2"), names]);
    }
    let scores = GlueData::load(GlueTask::Stsb, dir.path()).unwrap();
    assert_eq!(scores.train, [pair("a", "a", 1.25), pair("b", "b", 5.0)]);
    let classes = GlueData::load(GlueTask::Rte, dir.path()).unwrap();
    assert_eq!(classes.train, [pair("a", "a", 1.0), pair("b", "b", 0.0)]);
}

/// Row groups, dictionaries and metadata as Hugging Face's `datasets` writes them through pyarrow 26:
/// `pq.write_table(table, path, row_group_size=2)`, and with `compression="zstd"` for the other file.
#[test]
fn parquet_of_pyarrow_is_read_and_another_codec_is_named() {
    let load = |train: &[u8]| {
        let files: &[(&str, &[u8])] = &[
            ("rte/train.parquet", train),
            ("rte/validation.parquet", SNAPPY),
        ];
        GlueData::load(GlueTask::Rte, data_dir(files).path())
    };
    const SNAPPY: &[u8] = include_bytes!("../fixtures/rte-pyarrow-snappy.parquet");
    let data = load(SNAPPY).unwrap();
    let twice = |label| pair("It, rained\ttwice.", "It rained.", label);
    assert_eq!(
        data.train,
        [
            pair("The \"ship\" sailed. ", "A ship sailed.", 0.0),
            pair("Ærø — 日本", "", 1.0),
            twice(0.0),
            twice(1.0),
            twice(0.0),
        ]
    );
    let message = load(include_bytes!("../fixtures/rte-pyarrow-zstd.parquet"))
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("train.parquet: not a readable parquet table") && message.contains("zstd"),
        "{message}"
    );
}

#[test]
fn digests_change_with_one_letter_and_with_one_label() {
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

/// The columns of the paper's Tables 1 and 7.
#[test]
fn headlines_are_the_papers() {
    let headlines = GlueTask::ALL.map(|task| {
        let Headline {
            metric,
            split,
            label,
        } = task.headline();
        format!("{label} {metric} {split}")
    });
    assert_eq!(
        headlines,
        [
            "CoLA matthews validation",
            "SST-2 accuracy validation",
            "MRPC accuracy validation",
            "STS-B pearson validation",
            "MNLI accuracy pooled",
            "QNLI accuracy validation",
            "RTE accuracy validation",
        ]
    );
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
