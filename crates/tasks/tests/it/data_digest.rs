//! The digest is of the examples: a data set has one, whatever files hold it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};
use tasks::glue::{Example, GlueData, GlueTask, Split};
use tempfile::TempDir;

use crate::files::{Values, write_parquet};

/// Texts that trip readers up, with every label of the task. None has a tab or a line end, which TSV cannot hold.
fn examples(task: GlueTask) -> Vec<Example> {
    let texts = [
        "The \"ship sailed. ",
        " a trailing space ",
        "'' \"\" quotes \"",
        "Ærø, 日本 🦀",
        "null",
        "",
        "1.50",
    ];
    let label = |index: usize| match task.labels().len() {
        0 => [0.0, 5.0, 3.8, 2.25, 0.6, 1.0, 4.857][index],
        n => (index % n) as f32,
    };
    let example = |(index, a): (usize, &&str)| Example {
        a: (*a).to_owned(),
        b: task.is_pair().then(|| format!("{} again", texts[index])),
        label: label(index),
    };
    texts.iter().enumerate().map(example).collect()
}

/// The columns of the hub's files: first text, second text.
fn hub_columns(task: GlueTask) -> (&'static str, &'static str) {
    match task {
        GlueTask::Cola | GlueTask::Sst2 => ("sentence", ""),
        GlueTask::Mnli => ("premise", "hypothesis"),
        GlueTask::Qnli => ("question", "sentence"),
        GlueTask::Mrpc | GlueTask::Stsb | GlueTask::Rte => ("sentence1", "sentence2"),
    }
}

/// The official layout: a header but for CoLA, its own column names, class names as labels for the inference tasks.
fn tsv(task: GlueTask, examples: &[Example]) -> String {
    let header = match task {
        GlueTask::Cola => "",
        GlueTask::Sst2 => "sentence\tlabel\n",
        GlueTask::Mrpc => "\u{feff}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n",
        GlueTask::Stsb => "index\tsentence1\tsentence2\tscore\n",
        GlueTask::Mnli => "index\tsentence1\tsentence2\tgold_label\n",
        GlueTask::Qnli => "index\tquestion\tsentence\tlabel\n",
        GlueTask::Rte => "index\tsentence1\tsentence2\tlabel\n",
    };
    let mut table = header.to_owned();
    for (index, Example { a, b, label }) in examples.iter().enumerate() {
        let b = b.as_deref().unwrap_or_default();
        let class = *label as usize;
        match task {
            GlueTask::Cola => writeln!(table, "gj04\t{class}\t*\t{a}"),
            GlueTask::Sst2 => writeln!(table, "{a}\t{class}"),
            GlueTask::Mrpc => writeln!(table, "{class}\t7\t8\t{a}\t{b}"),
            GlueTask::Stsb => writeln!(table, "{index}\t{a}\t{b}\t{label:.3}"),
            _ => writeln!(table, "{index}\t{a}\t{b}\t{}", task.labels()[class]),
        }
        .unwrap();
    }
    table
}

fn json_lines(task: GlueTask, examples: &[Example]) -> String {
    let (first, second) = hub_columns(task);
    let mut lines = String::new();
    for (index, Example { a, b, label }) in examples.iter().enumerate() {
        let mut record = Map::new();
        // Label first: the order of fields says nothing.
        let label = match task.is_regression() {
            // As Python writes the double next to the single.
            true => json!((f64::from(*label) * 1e3).round() / 1e3),
            false => json!(*label as i64),
        };
        record.insert("label".to_owned(), label);
        record.insert("idx".to_owned(), json!(index));
        record.insert(first.to_owned(), Value::from(a.as_str()));
        if let Some(b) = b {
            record.insert(second.to_owned(), Value::from(b.as_str()));
        }
        writeln!(lines, "{}", Value::Object(record)).unwrap();
    }
    lines
}

fn parquet(task: GlueTask, examples: &[Example], path: &Path) {
    let (first, second) = hub_columns(task);
    let labels = match task.is_regression() {
        true => Values::Score(examples.iter().map(|example| example.label).collect()),
        false => Values::Class(
            examples
                .iter()
                .map(|example| example.label as i64)
                .collect(),
        ),
    };
    let mut columns = vec![
        ("idx", Values::Class((0..examples.len() as i64).collect())),
        ("label", labels),
    ];
    if task.is_pair() {
        let texts = examples.iter().filter_map(|example| example.b.as_ref());
        columns.push((second, Values::text(texts)));
    }
    let texts = examples.iter().map(|example| &example.a);
    columns.push((first, Values::text(texts)));
    write_parquet(path, &columns);
}

/// Splits as files are named: official, hub.
fn splits(task: GlueTask) -> Vec<(&'static str, &'static str)> {
    match task {
        GlueTask::Mnli => vec![
            ("train", "train"),
            ("dev_matched", "validation_matched"),
            ("dev_mismatched", "validation_mismatched"),
        ],
        _ => vec![("train", "train"), ("dev", "validation")],
    }
}

fn load(task: GlueTask, dir: &TempDir) -> GlueData {
    GlueData::load(task, dir.path()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn tsv_parquet_and_json_lines_of_one_data_set_have_one_digest() {
    for task in GlueTask::ALL {
        let all = examples(task);
        // Every split has its own number of examples.
        let of = |index: usize| &all[..all.len() - index];
        let [official, hub, lines, shards] = [(); 4].map(|()| tempfile::tempdir().unwrap());
        for (index, (official_name, hub_name)) in splits(task).into_iter().enumerate() {
            let folder = official.path().join(task.name());
            fs::create_dir_all(&folder).unwrap();
            fs::write(
                folder.join(format!("{official_name}.tsv")),
                tsv(task, of(index)),
            )
            .unwrap();
            // The test set is never read, so it has no part in the digest.
            fs::write(folder.join("test.tsv"), "index\tsentence\n").unwrap();

            let folder = hub.path().join("glue").join(task.key());
            parquet(task, of(index), &folder.join(format!("{hub_name}.parquet")));

            let folder = lines.path().join(task.key());
            fs::create_dir_all(&folder).unwrap();
            let table = json_lines(task, of(index));
            fs::write(folder.join(format!("{hub_name}.jsonl")), table).unwrap();

            let folder = shards.path().join("glue").join(task.key());
            let (start, rest) = of(index).split_at(3);
            for (number, part) in [start, rest].into_iter().enumerate() {
                let name = format!("{hub_name}-{number:05}-of-00002.parquet");
                parquet(task, part, &folder.join(name));
            }
        }
        let made = {
            let mut splits = splits(task).into_iter().enumerate().skip(1);
            let validation = splits
                .by_ref()
                .map(|(index, (_, name))| Split {
                    name: name.to_owned(),
                    examples: of(index).to_vec(),
                })
                .collect();
            GlueData::from_examples(task, all.clone(), validation)
        };
        for dir in [&official, &hub, &lines, &shards] {
            // The digest is one of the fields.
            assert_eq!(load(task, dir), made, "{task}");
        }
    }
}

#[test]
fn a_negative_zero_is_a_zero() {
    let dir = |score: &str| {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("stsb")).unwrap();
        let line = format!("{{\"sentence1\": \"a\", \"sentence2\": \"b\", \"label\": {score}}}\n");
        for split in ["train", "validation"] {
            fs::write(dir.path().join(format!("stsb/{split}.jsonl")), &line).unwrap();
        }
        dir
    };
    let [zero, negative] = ["0.0", "-0.0"].map(|score| load(GlueTask::Stsb, &dir(score)).digest);
    assert_eq!(zero, negative);
}

#[test]
fn digests_differ_with_the_order_the_split_and_the_task() {
    let digest = |task, train: &[Example], name: &str| {
        let validation = vec![Split {
            name: name.to_owned(),
            examples: examples(task),
        }];
        GlueData::from_examples(task, train.to_vec(), validation).digest
    };
    let train = examples(GlueTask::Cola);
    let turned: Vec<Example> = train.iter().rev().cloned().collect();
    let plain = digest(GlueTask::Cola, &train, "validation");
    assert_eq!(plain, digest(GlueTask::Cola, &train, "validation"));
    assert_ne!(plain, digest(GlueTask::Cola, &turned, "validation"));
    assert_ne!(plain, digest(GlueTask::Cola, &train[1..], "validation"));
    assert_ne!(plain, digest(GlueTask::Cola, &train, "other"));
    assert_ne!(plain, digest(GlueTask::Sst2, &train, "validation"));
}
