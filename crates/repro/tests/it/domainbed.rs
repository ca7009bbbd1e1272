//! The DomainBed suite: `domainbed` and the table binaries, on a tiny ViT and a few drawn pictures.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use tasks::domainbed::ImageSet;

use crate::sandbox::{PICTURES, Sandbox, column, repository, stderr, stdout};

/// The line of the second data set.
const TERRA: &str = "terra = { steps = 5, batch_size = 8, watch_every = 2 }\n";

const DOMAINBED: &str = env!("CARGO_BIN_EXE_domainbed");

impl Sandbox {
    #[track_caller]
    fn domainbed(&self, args: &[&str], code: i32) -> Output {
        self.run_binary(DOMAINBED, args, code)
    }

    fn runs_csv(&self) -> PathBuf {
        self.path("results/tiny/domainbed/runs.csv")
    }
}

#[test]
fn a_run_measures_every_environment_with_its_last_and_its_best_weights() {
    let sandbox = Sandbox::with(PICTURES);
    let arms = ["--arms", "lora-r8", "--tasks", "pacs"];
    let output = sandbox.domainbed(&arms, 0);
    let path = sandbox.runs_csv();
    let mut splits = BTreeMap::new();
    for split in column(&path, "split") {
        *splits.entry(split).or_insert(0) += 1;
    }
    let expected = ["in", "ood_A", "ood_P", "ood_S", "ood_mean", "out"];
    assert_eq!(splits, expected.map(|split| (split.to_owned(), 2)).into());
    // A fifth of 20 pictures is held out, rounded down; the others' are all measured on.
    let sizes = column(&path, "n_examples");
    for (split, size) in column(&path, "split").iter().zip(sizes) {
        let expected = match split.as_str() {
            "out" => "4",
            "in" => "16",
            "ood_mean" => "60",
            _ => "20",
        };
        assert_eq!(size, expected, "{split}");
    }
    for table in ["table5", "table8", "table9", "table10"] {
        let folder = sandbox.path("results/tiny/domainbed");
        assert!(folder.join(format!("{table}.csv")).is_file(), "{table}");
        assert!(stdout(&output).contains(&format!("{table}.md")));
    }
}

#[test]
fn the_mean_out_of_domain_is_that_of_the_other_environments() {
    let sandbox = Sandbox::with(PICTURES);
    let arms = ["--arms", "linear-probe", "--tasks", "terra"];
    sandbox.domainbed(&arms, 0);
    let path = sandbox.runs_csv();
    let (splits, values) = (column(&path, "split"), column(&path, "value"));
    let value = |name: &str| -> f64 {
        let at = splits.iter().position(|split| split == name).unwrap();
        values[at].parse().unwrap()
    };
    let others: Vec<f64> = ImageSet::Terra
        .others()
        .map(|other| value(other.split))
        .collect();
    assert_eq!(others.len(), 3);
    let mean = others.iter().sum::<f64>() / 3.0;
    assert!((value("ood_mean") - mean).abs() < 1e-12);
}

#[test]
fn a_second_call_trains_nothing() {
    let sandbox = Sandbox::with(PICTURES);
    let arms = ["--arms", "full,linear-probe"];
    let first = sandbox.domainbed(&arms, 0);
    let rows = fs::read(sandbox.runs_csv()).unwrap();
    let second = sandbox.domainbed(&arms, 0);
    assert_eq!(rows, fs::read(sandbox.runs_csv()).unwrap());
    assert!(!stderr(&second).contains("trains"), "{}", stderr(&second));
    assert_eq!(stdout(&first), stdout(&second));
}

#[test]
fn each_arm_trains_its_factors_and_the_head() {
    let sandbox = Sandbox::with(PICTURES);
    let output = stdout(&sandbox.domainbed(&["--dry-run"], 0));
    let trained = |arm: &str| {
        let start = format!("{arm} trains ");
        let line = output
            .lines()
            .find(|line| line.starts_with(&start))
            .unwrap();
        line.split_once("): ").unwrap().1.to_owned()
    };
    let head = "classifier.bias, classifier.weight";
    let factor = |name: &str| {
        format!(
            "backbone.layers.*.attention.query.adapter.{name} x2, \
             backbone.layers.*.attention.value.adapter.{name} x2, {head}"
        )
    };
    assert_eq!(trained("tuneB-Arand-r8"), factor("b"));
    assert_eq!(trained("tuneA-Brand-r8"), factor("a"));
    assert_eq!(trained("linear-probe"), head);
    assert!(trained("full").contains("backbone.embeddings"));
    assert!(
        !sandbox.path("results").exists(),
        "a dry run stores nothing"
    );
}

#[test]
fn a_table_trains_the_sets_it_shows() {
    let sandbox = Sandbox::with(PICTURES);
    let arms = ["--arms", "linear-probe"];
    let output = sandbox.run_binary(env!("CARGO_BIN_EXE_table9"), &arms, 0);
    assert!(stdout(&output).contains("table9.md"));
    let tasks = column(&sandbox.runs_csv(), "task");
    assert!(tasks.iter().all(|task| task == "terra"), "{tasks:?}");
}

/// What is done to a good folder.
type Spoil = fn(&Path);

/// Five by seven pictures of one grey, as a folder of PACS whose pictures `change` may spoil.
fn pacs(sandbox: &Sandbox, change: impl Fn(&Path)) -> String {
    let root = sandbox.path("data");
    let png = grey_png();
    let classes = ImageSet::Pacs.classes().unwrap();
    for environment in ImageSet::Pacs.environments() {
        for class in classes {
            for index in 0..5 {
                let folder = environment.folder;
                let name = format!("data/PACS/{folder}/{class}/{index}.png");
                sandbox.write(&name, &png);
            }
        }
    }
    change(&root.join("PACS"));
    root.to_str().unwrap().to_owned()
}

/// A 1x1 PNG.
fn grey_png() -> Vec<u8> {
    fs::read(repository().join("crates/repro/tests/it/grey.png")).unwrap()
}

#[test]
fn wrong_folders_are_one_sentence_and_leave_the_store_alone() {
    let experiment = PICTURES
        .replace("source = \"lab\"", "source = \"files\"")
        .replace(TERRA, "");
    let spoils: [(&str, Spoil, &[&str]); 4] = [
        (
            "a missing environment",
            |pacs| fs::remove_dir_all(pacs.join("sketch")).unwrap(),
            &["PACS", "sketch"],
        ),
        (
            "an empty class",
            |pacs| {
                let folder = pacs.join("photo/dog");
                fs::remove_dir_all(&folder).unwrap();
                fs::create_dir(folder).unwrap();
            },
            &["photo/dog", "no picture"],
        ),
        (
            "other classes",
            |pacs| fs::rename(pacs.join("photo/dog"), pacs.join("photo/cat")).unwrap(),
            &["photo", "dog", "cat"],
        ),
        (
            "a text file named .jpg",
            |pacs| fs::write(pacs.join("photo/dog/9.jpg"), "not a picture").unwrap(),
            &["photo/dog/9.jpg", "JPEG"],
        ),
    ];
    for (what, spoil, words) in spoils {
        let sandbox = Sandbox::with(&experiment);
        let data = pacs(&sandbox, spoil);
        let output = sandbox.domainbed(&["--data", &data], 2);
        let message = stderr(&output);
        assert_eq!(message.lines().count(), 1, "{what}: {message}");
        for word in words {
            assert!(message.contains(word), "{what}: {message}");
        }
        assert!(!sandbox.runs_csv().exists(), "{what}");
    }
    // The same folder unspoilt runs.
    let sandbox = Sandbox::with(&experiment);
    let data = pacs(&sandbox, |_| ());
    let arms = ["--data", &data, "--arms", "linear-probe"];
    sandbox.domainbed(&arms, 0);
}

#[test]
fn a_file_that_is_no_picture_is_left_out_if_asked() {
    let experiment = PICTURES
        .replace("source = \"lab\"", "source = \"files\"")
        .replace("on_corrupt = \"fail\"", "on_corrupt = \"skip\"")
        .replace("per_environment = 20\n", "")
        .replace(TERRA, "");
    let sandbox = Sandbox::with(&experiment);
    let data = pacs(&sandbox, |pacs| {
        fs::write(pacs.join("photo/dog/9.jpg"), "not a picture").unwrap();
    });
    let output = sandbox.domainbed(&["--data", &data, "--arms", "linear-probe"], 0);
    let path = sandbox.runs_csv();
    let (splits, sizes) = (column(&path, "split"), column(&path, "n_examples"));
    let photo = splits.iter().position(|split| split == "ood_P").unwrap();
    assert_eq!(sizes[photo], "35");
    assert!(
        stderr(&output).contains("photo/dog/9.jpg"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn wrong_input_says_what_was_expected() {
    let cases: [(&str, &str, &[&str]); 5] = [
        (
            "steps = 5",
            "steps = 0",
            &["tasks.pacs.steps", "at least 1"],
        ),
        ("side = 16", "side = 18", &["data.preprocess.side", "18"]),
        ("per_environment = 20", "per_environment = 4", &["held out"]),
        ("lab/vit", "lab/none", &["lab/none", "was not found"]),
        ("pacs =", "pucs =", &["pucs", "vlcs, pacs"]),
    ];
    for (from, to, words) in cases {
        let sandbox = Sandbox::with(&PICTURES.replacen(from, to, 1));
        let message = stderr(&sandbox.domainbed(&[], 2));
        assert_eq!(message.lines().count(), 1, "{message}");
        for word in words {
            assert!(message.contains(word), "{message}");
        }
    }
}
