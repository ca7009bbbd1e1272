//! The files on disk, and the binary's exit status.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use figures::{FigureError, Request, render};
use results::View;
use tempfile::{TempDir, tempdir};

use crate::fixture;

fn request(root: &Path, local: bool) -> Request {
    Request {
        results: root.join("results"),
        out: root.join("figures"),
        scale: "mini".into(),
        local,
    }
}

fn rendered(local: bool) -> (TempDir, std::path::PathBuf) {
    let root = tempdir().expect("folder");
    let view = if local { View::Local } else { View::Published };
    let results = root.path().join("results");
    fixture::write(
        &if local {
            results.join("local")
        } else {
            results
        },
        "mini",
        view,
    );
    let files = render(&request(root.path(), local)).expect("renders").files;
    let out = root
        .path()
        .join("figures")
        .join(if local { "local/mini" } else { "mini" });
    let expected = ["table1.svg", "table1-claims.svg", "index.html"];
    assert_eq!(files, expected.map(|name| out.join(name)));
    (root, out)
}

#[test]
fn a_table_becomes_two_pictures_and_a_page() {
    let (_root, out) = rendered(false);
    for (stem, n_dots, n_diamonds) in [("table1", 6 * 8, 8 * 8), ("table1-claims", 5 * 8, 5 * 8)] {
        let svg = fs::read_to_string(out.join(format!("{stem}.svg"))).expect("written");
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
        // Our dots and the paper's diamonds, beside those of the legend; two of ours have no average.
        let dots = svg.matches("r=\"4.5\" fill=\"#0969DA\"").count();
        let diamonds = svg.matches("<polygon").count();
        assert!(
            (n_dots - 4..=n_dots + 2).contains(&dots),
            "{stem}: {dots} dots"
        );
        assert_eq!(diamonds, n_diamonds + 1, "{stem}");
        assert!(
            svg.contains("[fill=\"#0969DA\"] { fill: #58A6FF }"),
            "{stem}"
        );
    }
}

#[test]
fn rendering_twice_gives_the_same_bytes() {
    let (root, out) = rendered(true);
    let read = || -> Vec<Vec<u8>> {
        let names = ["table1.svg", "table1-claims.svg", "index.html"];
        names
            .iter()
            .map(|name| fs::read(out.join(name)).expect("written"))
            .collect()
    };
    let first = read();
    render(&request(root.path(), true)).expect("renders");
    assert!(first == read());
}

#[test]
fn the_page_is_self_contained_escaped_and_says_where_numbers_come_from() {
    let (_root, out) = rendered(true);
    let html = fs::read_to_string(out.join("index.html")).expect("written");
    for part in [
        " src=\"table1.svg\" alt=\"",
        "B\u{302}<sub>0</sub>A<sub>rand</sub> (r = 8)",
        "<sup>1</sup>",
        "AdaLoRA: not run yet",
        "2 of 3 seeds",
        "loss is NaN at step 40 &lt;seed 1&gt;",
        "sha256:5f2c",
        "0123abc",
        "cargo run -p figures -- --scale mini --local",
        "ours minus paper",
        "prefers-color-scheme: dark",
    ] {
        assert!(html.contains(part), "the page lacks {part}");
    }
    for outside in ["http:", "https:", "//cdn", "<script", "<link", "<seed"] {
        assert!(!html.contains(outside), "the page has {outside}");
    }
}

#[test]
fn variants_of_a_table_are_drawn_too_where_they_ask_to_be_and_other_files_are_left_alone() {
    let root = tempdir().expect("folder");
    fixture::write(&root.path().join("results"), "mini", View::Published);
    let dir = root.path().join("results/mini/glue");
    let mut variant = fixture::table(1, "mini", View::Published);
    variant.head.name = "table1-shared-lr".into();
    variant.head.place = 0;
    variant.head.warning = "Not <this> one.".into();
    fs::write(dir.join("table1-shared-lr.csv"), variant.to_csv()).expect("writable");
    fs::write(dir.join("notes.csv"), "another format\n").expect("writable");
    render(&request(root.path(), false)).expect("renders");
    let out = root.path().join("figures/mini");
    assert!(
        out.join("table1-shared-lr.svg").exists()
            && out.join("table1-shared-lr-claims.svg").exists()
    );
    let html = fs::read_to_string(out.join("index.html")).expect("written");
    let place = |part: &str| html.find(part).expect(part);
    assert!(
        place("id=\"table1-shared-lr\"") < place("id=\"table1\""),
        "as their places say"
    );
    assert!(html.contains("<p class=\"warning\">Not &lt;this&gt; one.</p>"));
}

fn figures(root: &Path, scale: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_figures"))
        .current_dir(root)
        .args(["--scale", scale])
        .output()
        .expect("the binary starts")
}

#[test]
fn the_binary_reads_and_writes_the_default_folders() {
    let root = tempdir().expect("folder");
    fixture::write(&root.path().join("results"), "mini", View::Published);
    let output = figures(root.path(), "mini");
    assert_eq!(output.status.code(), Some(0));
    let listed = String::from_utf8(output.stdout).expect("text");
    assert!(
        listed
            .lines()
            .any(|line| Path::new(line) == Path::new("figures/mini/index.html")),
        "{listed}"
    );
    assert!(root.path().join("figures/mini/index.html").exists());
}

#[test]
fn bad_input_is_one_sentence_and_exit_status_2() {
    let root = tempdir().expect("folder");
    fixture::write(&root.path().join("results"), "mini", View::Published);
    let check = |scale: &str, part: &str| {
        let output = figures(root.path(), scale);
        let message = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(
            message.starts_with("error: ") && message.contains(part),
            "{message}"
        );
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(!root.path().join("figures").exists(), "nothing is written");
    };
    check("small", "run a table first");
    let dir = root.path().join("results/mini/glue");
    let table = fs::read_to_string(dir.join("table1.csv")).expect("written");
    fs::write(
        dir.join("table1.csv"),
        table.replacen("complete", "done", 1),
    )
    .expect("writable");
    check("mini", "table1.csv, line 2: column `state`");
    fs::write(dir.join("table1.csv"), &table).expect("writable");
    fs::write(dir.join("runs.csv"), "a,b\n").expect("writable");
    check("mini", "runs.csv: column 1 of the header");
}

#[test]
fn a_folder_that_cannot_be_written_is_not_bad_input() {
    let root = tempdir().expect("folder");
    fixture::write(&root.path().join("results"), "mini", View::Published);
    fs::write(root.path().join("figures"), "in the way").expect("writable");
    let error = render(&request(root.path(), false)).expect_err("a file is in the way");
    assert!(matches!(error, FigureError::Write { .. }) && !error.is_bad_input());
    assert_eq!(figures(root.path(), "mini").status.code(), Some(1));
}
