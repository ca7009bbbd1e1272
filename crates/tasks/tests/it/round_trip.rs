use std::fmt::Write as _;
use std::fs;

use proptest::prelude::*;
use serde_json::json;
use tasks::glue::{Example, GlueData, GlueTask};

/// Any text that a TSV field can hold: everything but tabs and line ends, with a liking for what trips readers up.
fn field() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => Just("\"".to_owned()),
        1 => Just("\"\"".to_owned()),
        1 => Just("'".to_owned()),
        1 => Just("\\".to_owned()),
        1 => Just("#".to_owned()),
        1 => Just(",".to_owned()),
        1 => Just(" ".to_owned()),
        1 => Just("null".to_owned()),
        1 => Just("NA".to_owned()),
        1 => Just("1e5".to_owned()),
        1 => Just("\u{feff}".to_owned()),
        1 => Just("\u{2028}\u{85}\u{b}\u{c}\u{0}".to_owned()),
        6 => "[a-z]{1,8}",
        3 => "[^\t\n\r]{0,6}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn examples() -> impl Strategy<Value = Vec<(String, String, bool)>> {
    prop::collection::vec((field(), field(), any::<bool>()), 1..60)
}

fn expected(rows: &[(String, String, bool)], is_pair: bool) -> Vec<Example> {
    rows.iter()
        .map(|(a, b, label)| Example {
            a: a.clone(),
            b: is_pair.then(|| b.clone()),
            label: f32::from(u8::from(*label)),
        })
        .collect()
}

/// Writes `train` and `validation` files under `folder` and loads them.
fn load(task: GlueTask, folder: &str, train: (&str, &str), validation: (&str, &str)) -> GlueData {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join(folder);
    fs::create_dir_all(&folder).unwrap();
    for (name, contents) in [train, validation] {
        fs::write(folder.join(name), contents).unwrap();
    }
    GlueData::load(task, dir.path()).unwrap_or_else(|error| panic!("{error}"))
}

proptest! {
    #[test]
    fn a_written_table_comes_back(train in examples(), dev in examples(), crlf: bool, mark: bool, last_newline: bool) {
        let table = |rows: &[(String, String, bool)]| {
            let end = if crlf { "\r\n" } else { "\n" };
            let mut table = format!("{}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String{end}", if mark { "\u{feff}" } else { "" });
            for (a, b, label) in rows {
                write!(table, "{}\t1\t2\t{a}\t{b}{end}", u8::from(*label)).unwrap();
            }
            if !last_newline {
                table.truncate(table.len() - end.len());
            }
            table
        };
        let data = load(GlueTask::Mrpc, "MRPC", ("train.tsv", &table(&train)), ("dev.tsv", &table(&dev)));
        prop_assert_eq!(data.train, expected(&train, true));
        prop_assert_eq!(&data.validation[0].examples, &expected(&dev, true));
    }

    #[test]
    fn a_written_table_without_a_header_comes_back(train in examples(), dev in examples()) {
        let table = |rows: &[(String, String, bool)]| {
            let mut table = String::new();
            for (a, b, label) in rows {
                writeln!(table, "{b}\t{}\t\t{a}", u8::from(*label)).unwrap();
            }
            table
        };
        // A mark at the start of the file is no text, wherever it came from.
        let table = |rows: &[(String, String, bool)]| format!("\u{feff}{}", table(rows));
        let data = load(GlueTask::Cola, "CoLA", ("train.tsv", &table(&train)), ("dev.tsv", &table(&dev)));
        prop_assert_eq!(data.train, expected(&train, false));
        prop_assert_eq!(&data.validation[0].examples, &expected(&dev, false));
    }

    #[test]
    fn written_json_lines_come_back(train in examples(), dev in examples()) {
        let lines = |rows: &[(String, String, bool)]| {
            let mut lines = String::new();
            for (a, b, label) in rows {
                let record = json!({"idx": 0, "question": a, "sentence": b, "label": u8::from(*label)});
                writeln!(lines, "{record}").unwrap();
            }
            lines
        };
        let data = load(GlueTask::Qnli, "qnli", ("train.jsonl", &lines(&train)), ("validation.jsonl", &lines(&dev)));
        prop_assert_eq!(data.train, expected(&train, true));
        prop_assert_eq!(&data.validation[0].examples, &expected(&dev, true));
    }
}

/// A reader that took quotation marks for quotes, or cut long files into parts, would lose rows.
#[test]
fn a_long_table_comes_back() {
    let mut table = String::from("index\tquestion\tsentence\tlabel\n");
    let n_rows = 60_000;
    for n in 0..n_rows {
        writeln!(
            table,
            "{n}\tWhat \"is {n}?\t\"It, \"\"{}\tentailment",
            "long ".repeat(n % 17)
        )
        .unwrap();
    }
    let data = load(
        GlueTask::Qnli,
        "QNLI",
        ("train.tsv", &table),
        ("dev.tsv", &table),
    );
    assert_eq!(data.train.len(), n_rows);
    for (n, example) in data.train.iter().enumerate() {
        assert_eq!(example.a, format!("What \"is {n}?"));
        assert_eq!(
            example.b.as_deref(),
            Some(format!("\"It, \"\"{}", "long ".repeat(n % 17)).as_str())
        );
    }
}
