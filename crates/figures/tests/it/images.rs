//! The image tables' plots, as data and on disk.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use figures::gaps::{GapFigure, SmallerGaps};
use figures::scatter::{Family, Look, ScatterFigure};
use figures::{FigureError, Mark, Request, Value, render};
use results::{Arm, Table, View};
use tempfile::{TempDir, tempdir};

use crate::specs::arm;
use crate::{fixture, image_fixture};

fn table(number: u8, scale: &str) -> Table {
    let tables = image_fixture::tables(scale, View::Published);
    let table = tables
        .into_iter()
        .find(|table| table.head.paper_number == number);
    table.expect("an image table")
}

fn value(value: Value) -> String {
    match value.std {
        None => format!("{:.2}", value.mean),
        Some(std) => format!("{:.2} ± {std:.2}", value.mean),
    }
}

#[test]
fn the_scatter_plot_shows_every_arm_in_and_out_of_domain() {
    let mut text = String::new();
    for number in [5, 9] {
        let figure = ScatterFigure::of(&table(number, "mini")).expect("data sets");
        let _ = writeln!(text, "{}\n{}", figure.title, figure.subtitle);
        for set in &figure.sets {
            for (source, panel) in [(&figure.ours_name[..], &set.ours), ("paper", &set.paper)] {
                let (id, ood) = (panel.id_range, panel.ood_range);
                let _ = writeln!(
                    text,
                    "{}, {source}: ID {:.2}..{:.2}, OOD {:.2}..{:.2}",
                    set.label, id.low, id.high, ood.low, ood.high
                );
                for point in &panel.points {
                    let _ = writeln!(
                        text,
                        "  {}: {} | {}",
                        figure.arms[point.arm].0,
                        value(point.id),
                        value(point.ood)
                    );
                }
            }
        }
    }
    insta::assert_snapshot!("scatter", text);
}

#[test]
fn the_scatter_plot_of_the_papers_table_9_averages_as_its_table_5_does() {
    // LoRA: (41.36 + 13.48 + 7.76) / 3 and (2.94 + 2.19 + 1.69) / 3.
    let figure = ScatterFigure::of(&table(9, "mini")).expect("data sets");
    let lora = figure
        .arms
        .iter()
        .position(|(label, _)| label == "LoRA (r = 8)");
    let point = figure.sets[0]
        .paper
        .points
        .iter()
        .find(|point| Some(point.arm) == lora);
    let point = point.expect("printed");
    assert_eq!(value(point.id), "87.33 ± 0.13");
    assert_eq!(value(point.ood), "20.87 ± 2.27");
}

#[test]
fn every_point_with_its_error_bars_lies_inside_its_panel() {
    for scale in ["mini", "paper"] {
        for number in [5, 9] {
            let figure = ScatterFigure::of(&table(number, scale)).expect("data sets");
            for set in &figure.sets {
                assert_eq!(
                    set.ours.id_range == set.paper.id_range,
                    scale == "paper",
                    "only numbers of the same model share their axes"
                );
                for panel in [&set.ours, &set.paper] {
                    for point in &panel.points {
                        for (value, range) in
                            [(point.id, panel.id_range), (point.ood, panel.ood_range)]
                        {
                            let std = value.std.unwrap_or(0.0);
                            assert!(range.low < value.mean - std && value.mean + std < range.high);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn arms_of_one_family_share_a_look_and_small_ranks_are_hollow() {
    let check = |key: &str, family: Family, filled: bool| {
        assert_eq!(Look::of(arm(key)), Look { family, filled }, "{key}");
    };
    check("lora-r8", Family::Both, false);
    check("tuneAB-AV-r64", Family::Both, true);
    check("lora-fa-r8", Family::OnlyB, false);
    check("tuneB-Arand-r16", Family::OnlyB, true);
    check("tuneA-Brand-r8", Family::OnlyA, false);
    check("linear-probe", Family::Probe, true);
    check("full", Family::Full, true);
    check("adalora", Family::Other, true);
}

#[test]
fn the_gap_bars_show_every_arm_and_data_set() {
    let figure = GapFigure::of(&table(10, "mini")).expect("data sets");
    let mut text = format!("{}\n{}\n", figure.title, figure.subtitle);
    for panel in figure.inside.iter().chain(&figure.outside) {
        let range = panel.range;
        let _ = writeln!(
            text,
            "{}: {:.2}..{:.2}",
            panel.heading, range.low, range.high
        );
        assert!(range.low <= 0.0 && range.high > 0.0, "bars start at zero");
        for (label, row) in figure.labels.iter().zip(&panel.rows) {
            let own = match row.ours {
                Mark::Whole(number) => value(number),
                Mark::Partial(number) => format!("{} (partial)", value(number)),
                Mark::Failed => "failed".into(),
                Mark::Missing => "missing".into(),
            };
            let _ = writeln!(
                text,
                "  {label}: {own} | {}",
                value(row.paper.expect("printed"))
            );
        }
    }
    insta::assert_snapshot!("gaps", text);
}

#[test]
fn the_papers_single_factor_gaps_are_smaller_than_loras_in_53_of_64_cells() {
    let [ours, paper] = SmallerGaps::of(&table(10, "mini"), Arm::lora(8));
    // Four arms, sixteen columns, all run.
    assert_eq!(ours.cells, 64);
    assert_eq!((paper.smaller, paper.cells), (53, 64));
}

#[test]
fn a_glue_table_makes_no_image_plots() {
    let glue = fixture::table(1, "mini", View::Published);
    assert_eq!(ScatterFigure::of(&glue), None);
    assert_eq!(GapFigure::of(&glue), None);
}

fn request(root: &Path) -> Request {
    Request {
        results: root.join("results"),
        out: root.join("figures"),
        scale: "mini".into(),
        local: false,
    }
}

/// Folder, rendered page and the names of the files written.
fn rendered(with_glue: bool, prepare: impl Fn(&Path)) -> (TempDir, String, Vec<String>) {
    let root = tempdir().expect("folder");
    let results = root.path().join("results");
    image_fixture::write(&results, "mini", View::Published);
    if with_glue {
        fixture::write(&results, "mini", View::Published);
    }
    let out = root.path().join("figures/mini");
    prepare(&out);
    let files: Vec<PathBuf> = render(&request(root.path())).expect("renders").files;
    let names = files.iter().filter_map(|file| file.file_name()?.to_str());
    let names = names.map(str::to_owned).collect();
    let html = fs::read_to_string(out.join("index.html")).expect("written");
    (root, html, names)
}

#[test]
fn each_image_table_has_its_pictures_on_a_page_of_its_own() {
    let (root, html, names) = rendered(false, |_| ());
    let stems = [
        "table5-domains",
        "table5-claims",
        "table8",
        "table8-claims",
        "table9-domains",
        "table9",
        "table9-claims",
        "table10-gaps",
    ];
    let expected: Vec<String> = stems
        .iter()
        .map(|stem| format!("{stem}.svg"))
        .chain(["index.html".to_owned()])
        .collect();
    assert_eq!(names, expected);
    for stem in stems {
        assert!(html.contains(&format!(" src=\"{stem}.svg\"")), "{stem}");
        let svg = root.path().join(format!("figures/mini/{stem}.svg"));
        let svg = fs::read_to_string(svg).expect("written");
        // The arms' colours have dark counterparts exactly where they are used.
        let is_scatter = stem.ends_with("-domains");
        assert_eq!(svg.contains("#0B7A4B"), is_scatter, "{stem}");
        assert_eq!(
            svg.matches("#46C88C").count(),
            if is_scatter { 2 } else { 0 }
        );
    }
    for part in [
        "<title>Asymmetry in low-rank adapters: DomainBed at scale mini</title>",
        "<th class=\"first\" colspan=\"4\">OfficeHome</th>",
        "<th class=\"first\" colspan=\"2\">VLCS</th>",
        "B\u{302}A<sub>rand</sub> (r = 16)",
        "the three environments in Table 8 average to 73.767",
        "on PACS: failed: loss is NaN at step 40",
        "9482–11546",
        "OOD averages the three other environments",
        "and in 53 of 64 of the paper's",
        "cargo run -p repro --bin table10 -- --scale mini",
        "sha256:91aa",
    ] {
        assert!(html.contains(part), "the page lacks {part}");
    }
    assert!(!html.contains("What the images look like") && !html.contains("MNLI"));
}

#[test]
fn both_suites_share_a_page_with_links_and_two_provenances() {
    let (_root, html, names) = rendered(true, |_| ());
    assert!(names.contains(&"table1.svg".to_owned()) && names.contains(&"table8.svg".to_owned()));
    for part in [
        "GLUE and DomainBed at scale mini",
        "<a href=\"#table10\">",
        "<h3>GLUE</h3>",
        "<h3>DomainBed</h3>",
        "0123abc",
        "4567def",
    ] {
        assert!(html.contains(part), "the page lacks {part}");
    }
    let place = |part: &str| html.find(part).expect("on the page");
    assert!(place("id=\"table1\"") < place("id=\"table5\""));
    assert!(place("id=\"table9\"") < place("id=\"table10\""));
}

#[test]
fn contact_sheets_among_the_figures_are_shown() {
    let (_root, html, _) = rendered(false, |out| {
        fs::create_dir_all(out).expect("writable");
        // A PNG's signature and the beginning of its header: 30 by 20 pixels.
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x1e\0\0\0\x14";
        fs::write(out.join("contact-sheet-pacs.png"), png).expect("writable");
        fs::write(out.join("contact-sheet.txt"), "not one").expect("writable");
    });
    let place = |part: &str| html.find(part).expect("on the page");
    assert!(place("src=\"contact-sheet-pacs.png\"") < place("id=\"table5\""));
    assert!(html.contains("<h3>PACS</h3>") && html.contains("width=\"30\" height=\"20\""));
}

#[test]
fn a_contact_sheet_that_is_no_png_is_bad_input_and_nothing_is_drawn() {
    let root = tempdir().expect("folder");
    image_fixture::write(&root.path().join("results"), "mini", View::Published);
    let out = root.path().join("figures/mini");
    fs::create_dir_all(&out).expect("writable");
    fs::write(out.join("contact-sheet-vlcs.png"), "GIF89a").expect("writable");
    let error = render(&request(root.path())).expect_err("no PNG");
    assert!(matches!(error, FigureError::NotPng { .. }) && error.is_bad_input());
    assert!(
        error
            .to_string()
            .ends_with("contact-sheet-vlcs.png: expected a PNG image")
    );
    assert!(!out.join("index.html").exists());
}
