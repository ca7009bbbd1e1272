//! The image tables built from stored rows.

use std::path::Path;

use results::{
    CellState, ResultsError, Row, Selection, Stat, Store, Table, TableSpec, View, build,
};
use tempfile::tempdir;

use crate::fixture::{failed_run, image_run};
use crate::specs::{IMAGES, arm, image_spec};

fn spec(number: u8, view: View) -> TableSpec {
    image_spec(number, "mini", view)
}

/// LoRA complete but for one seed of PACS, B-only at rank 8 failed once on VLCS, the probe without TerraIncognita.
fn stored() -> Vec<Row> {
    let dir = tempdir().expect("folder");
    let store = Store::open(dir.path()).expect("writable");
    for (key, gain) in [
        ("lora-r8", 0.0),
        ("tuneB-Arand-r8", 0.02),
        ("linear-probe", -0.1),
    ] {
        for (index, set) in IMAGES.iter().enumerate() {
            for seed in 0..3_u64 {
                let at = 0.9 - 0.05 * index as f64
                    + gain
                    + [0.000_17, 0.004_31, -0.002_29][seed as usize];
                // Uneven, so that no shown digit hangs on a tie in rounding.
                let loss = 0.101_37 + [0.0, 0.0123, 0.0307][seed as usize];
                let tests = [at - 3.0 * loss, at - loss, at - 2.5 * loss, at - 2.1 * loss];
                let mut rows = image_run(key, set.0, seed, at, tests);
                match (key, set.0, seed) {
                    ("lora-r8", "pacs", 2) | ("linear-probe", "terra", _) => continue,
                    ("tuneB-Arand-r8", "vlcs", 1) => {
                        rows = failed_run(key, set.0, seed, "loss is NaN at step 40");
                    }
                    _ => {}
                }
                store.append(&rows).expect("appends");
            }
        }
    }
    store.load().expect("loads").rows
}

/// A small table: the paper's first arm, B-only and the probe.
fn table(number: u8, view: View, published: &[Row]) -> Table {
    let mut spec = spec(number, view);
    spec.arms.retain(|row| {
        ["lora-r8", "tuneB-Arand-r8", "linear-probe"].contains(&&*row.arm.to_string())
    });
    build(&spec, None, &stored(), published).expect("builds")
}

#[test]
fn table_5_as_markdown() {
    insta::assert_snapshot!(table(5, View::Local, &stored()).to_markdown());
}

#[test]
fn table_9_as_terminal_text_and_csv() {
    let table = table(9, View::Published, &[]);
    insta::assert_snapshot!("table_9_terminal", table.to_terminal());
    insta::assert_snapshot!("table_9_csv", table.to_csv());
}

#[test]
fn a_wide_table_is_written_one_data_set_below_the_other() {
    let table = table(10, View::Published, &[]);
    insta::assert_snapshot!("table_10_terminal", table.to_terminal());
    insta::assert_snapshot!("table_10_markdown", table.to_markdown());
}

#[test]
fn every_table_reads_back_what_it_wrote() {
    for number in [5, 8, 9, 10] {
        let table = table(number, View::Local, &stored());
        let csv = table.to_csv();
        let read = Table::from_csv(Path::new("table.csv"), &csv).expect("own file");
        assert_eq!(read.to_csv(), csv);
        assert_eq!(read.to_markdown(), table.to_markdown());
        assert_eq!(read.to_terminal(), table.to_terminal());
        assert!(!read.head.average);
    }
}

#[test]
fn ood_is_the_mean_of_the_environments_with_the_mean_of_their_deviations() {
    // Deviations of 1, 2 and 6 points: their mean is 3, that of the per-seed averages would be 1.
    let [low, high] = [[0.49, 0.5, 0.58, 0.56], [0.51, 0.5, 0.62, 0.44]];
    let mut rows = image_run("lora-r8", "vlcs", 0, 0.9, low);
    rows.extend(image_run("lora-r8", "vlcs", 1, 0.9, high));
    let table = build(&spec(5, View::Local), None, &rows, &[]).expect("builds");
    let row = table.row(arm("lora-r8")).expect("a row");
    let ood = row.cell("vlcs/ood").and_then(|cell| cell.ours);
    let Stat { mean, std, n } = ood.expect("two seeds");
    let spread = 2.0_f64.sqrt();
    assert!((mean - 160.0 / 3.0).abs() < 1e-9 && n == 2, "{mean}");
    assert!((std.expect("two seeds") - 3.0 * spread).abs() < 1e-9);
    let id = row.cell("vlcs/id").and_then(|cell| cell.ours);
    assert_eq!(
        id.map(|stat| (stat.mean, stat.std)),
        Some((50.0, Some(0.0)))
    );
    assert_eq!(row.cell("avg"), None);
}

#[test]
fn a_gap_is_taken_run_by_run() {
    // Training accuracy moves with the test accuracy, so the gap has no spread although both have.
    let rows = [(0, 0.8), (1, 0.9)].map(|(seed, train)| {
        image_run(
            "full",
            "terra",
            seed,
            train,
            [train - 0.5, train - 0.1, 0.2, 0.3],
        )
    });
    let rows = rows.concat();
    let table = build(&spec(10, View::Local), None, &rows, &[]).expect("builds");
    let gap = |column: &str| {
        let cell = table.row(arm("full")).and_then(|row| row.cell(column));
        cell.and_then(|cell| cell.ours).expect("two seeds")
    };
    let id = gap("terra/gap_L38");
    assert!((id.mean - 10.0).abs() < 1e-9 && id.std.expect("two seeds") < 1e-9);
    assert!((gap("terra/gap_L43").mean - 65.0).abs() < 1e-9);
}

#[test]
fn states_tell_what_is_missing() {
    let table = table(8, View::Local, &[]);
    let state = |key: &str, column: &str| {
        let cell = table.row(arm(key)).and_then(|row| row.cell(column));
        cell.expect("a cell").state.to_string()
    };
    assert_eq!(state("lora-r8", "vlcs/C"), "complete");
    assert_eq!(state("lora-r8", "pacs/S"), "2 of 3 seeds");
    assert_eq!(
        state("tuneB-Arand-r8", "vlcs/L"),
        "failed: loss is NaN at step 40"
    );
    let texts: Vec<String> = table
        .unfinished()
        .iter()
        .map(|entry| format!("{}{}", entry.label, table.columns_text(entry)))
        .collect();
    assert_eq!(
        texts,
        ["B\u{302}A_rand (r = 8) on VLCS", "LoRA (r = 8) on PACS"]
    );
}

#[test]
fn a_run_without_one_environment_is_named_as_failed_where_it_is_needed() {
    let mut rows = image_run("full", "pacs", 0, 0.9, [0.5; 4]);
    rows.retain(|row| row.split != "ood_P");
    let state = |number: u8, column: &str| {
        let table = build(&spec(number, View::Local), None, &rows, &[]);
        let table = table.expect("builds");
        let cell = table.row(arm("full")).and_then(|row| row.cell(column));
        cell.expect("a cell").state.clone()
    };
    let failed = CellState::Failed {
        message: "run full/pacs/0 has no last accuracy on split ood_P".into(),
    };
    assert_eq!(state(8, "pacs/P"), failed);
    assert_eq!(state(5, "pacs/ood"), failed);
    assert_eq!(state(8, "pacs/S"), CellState::Complete);
}

#[test]
fn the_best_evaluation_is_another_table() {
    let mut rows = image_run("full", "pacs", 0, 0.9, [0.5; 4]);
    let best = rows.clone().into_iter().map(|row| Row {
        selection: Selection::Best,
        value: Some(0.75),
        ..row
    });
    rows.extend(best);
    let mut spec = spec(8, View::Local);
    spec.head.selection = Selection::Best;
    let table = build(&spec, None, &rows, &[]).expect("builds");
    let art = table.row(arm("full")).and_then(|row| row.cell("pacs/A"));
    assert_eq!(
        art.and_then(|cell| cell.ours).map(|stat| stat.mean),
        Some(75.0)
    );
}

#[test]
fn a_row_of_an_unknown_split_is_an_error_that_lists_the_splits() {
    for (split, known) in [
        ("ood_L", false),
        ("validation", false),
        ("train_augmented", true),
    ] {
        let mut rows = image_run("full", "vlcs", 0, 0.9, [0.5; 4]);
        rows[6].split = split.into();
        let built = build(&spec(5, View::Local), None, &[], &rows);
        if known {
            assert!(built.is_ok());
            continue;
        }
        let error = built.expect_err("no such split");
        assert!(matches!(error, ResultsError::UnknownSplit { .. }));
        assert_eq!(
            error.to_string(),
            format!(
                "run `full/vlcs/0`: task `vlcs` has no split `{split}`, expected one of in, out, train_augmented, ood_mean, ood_C, ood_S, ood_V"
            )
        );
    }
}
