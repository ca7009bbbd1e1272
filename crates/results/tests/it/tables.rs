//! Tables built from stored rows.

use std::collections::HashMap;
use std::path::Path;

use results::{CellState, PlanKeys, ResultsError, Row, Store, Table, TableSpec, View, build};
use tempfile::tempdir;

use crate::fixture::{failed_run, run};
use crate::specs::{arm, glue_spec};

const TASKS: [&str; 7] = ["mnli", "sst2", "mrpc", "cola", "qnli", "rte", "stsb"];

fn spec(view: View) -> TableSpec {
    glue_spec(1, "mini", view)
}

/// LoRA complete, B-only lacking a seed on RTE, A-only failed once on CoLA, AdaLoRA and IA3 not run.
fn stored() -> Vec<Row> {
    let dir = tempdir().expect("folder");
    let store = Store::open(dir.path()).expect("writable");
    let arms = [
        ("lora-r8", 0.80),
        ("tuneB-Arand-r8", 0.82),
        ("tuneA-Brand-r8", 0.74),
    ];
    for (arm, base) in arms {
        for (column, task) in TASKS.iter().enumerate() {
            for seed in 0..3 {
                let value = base + 0.01 * column as f64 + [0.0, 0.004, -0.002][seed as usize];
                let mut rows = run(arm, task, seed, value);
                if *task == "mnli" {
                    rows.iter_mut().for_each(|row| row.n_trainable += 33);
                }
                match (arm, *task, seed) {
                    ("tuneB-Arand-r8", "rte", 2) => continue,
                    ("tuneA-Brand-r8", "cola", 1) => {
                        rows = failed_run(arm, task, seed, "loss is NaN at step 40")
                    }
                    _ => {}
                }
                store.append(&rows).expect("appends");
            }
        }
    }
    store.load().expect("loads").rows
}

fn table(view: View, published: &[Row]) -> Table {
    build(&spec(view), None, &stored(), published).expect("builds")
}

#[test]
fn markdown_shows_ours_the_papers_and_the_differences() {
    insta::assert_snapshot!("local", table(View::Local, &stored()[..120]).to_markdown());
}

#[test]
fn the_published_view_has_no_published_companion() {
    let text = table(View::Published, &[]).to_markdown();
    assert!(
        text.contains("## Ours") && !text.contains("ublished"),
        "{text}"
    );
}

#[test]
fn terminal_text_has_one_line_a_source() {
    insta::assert_snapshot!("terminal", table(View::Local, &stored()).to_terminal());
}

#[test]
fn csv_has_one_line_a_cell() {
    let csv = table(View::Local, &stored()).to_csv();
    assert_eq!(csv.lines().count(), 1 + 8 * 8);
    let picked: Vec<&str> = csv
        .lines()
        .enumerate()
        .filter(|(index, line)| *index == 0 || line.contains(",rte,") || line.contains(",avg,"))
        .map(|(_, line)| line)
        .collect();
    insta::assert_snapshot!("csv", picked.join("\n"));
}

#[test]
fn a_table_reads_back_what_it_wrote() {
    let csv = table(View::Local, &stored()).to_csv();
    let read = Table::from_csv(Path::new("table1.csv"), &csv).expect("own file");
    assert_eq!(read.to_csv(), csv);
    assert_eq!(
        read.to_markdown(),
        table(View::Local, &stored()).to_markdown()
    );
}

#[test]
fn a_table_is_written_as_csv_and_markdown() {
    let folder = tempdir().expect("folder");
    let table = table(View::Published, &[]);
    let markdown = table.write(folder.path()).expect("writable");
    let read = |path: &Path| std::fs::read_to_string(path).expect("written");
    assert_eq!(read(&markdown), table.to_markdown());
    assert_eq!(read(&folder.path().join("table1.csv")), table.to_csv());
    assert_eq!(
        folder.path().read_dir().expect("a folder").count(),
        2,
        "nothing else is left"
    );
}

#[test]
fn a_defective_table_file_is_named_with_its_line() {
    let csv = table(View::Local, &stored()).to_csv();
    let check = |text: String, part: &str| {
        let error = Table::from_csv(Path::new("table1.csv"), &text)
            .expect_err(part)
            .to_string();
        assert!(
            error.starts_with("table1.csv") && error.contains(part),
            "{error}"
        );
    };
    check(String::new(), "column 1 of the header should be `table`");
    check(
        csv.lines()
            .take(1)
            .map(|line| format!("{line}\n"))
            .collect(),
        "at least one cell",
    );
    check(
        csv.replacen("complete", "finished", 1),
        "line 2: column `state`: expected `complete`",
    );
    let without_one: Vec<&str> = csv
        .lines()
        .enumerate()
        .filter(|(index, _)| *index != 12)
        .map(|(_, line)| line)
        .collect();
    check(without_one.join("\n"), "line 13");
}

#[test]
fn means_are_over_seeds_and_the_average_is_the_mean_of_task_means() {
    let table = table(View::Local, &[]);
    let lora = table.row(arm("lora-r8")).expect("a row");
    let mnli = lora
        .cell("mnli")
        .and_then(|cell| cell.ours)
        .expect("complete");
    assert!(
        (mnli.mean - 80.066_666).abs() < 1e-4 && mnli.n == 3,
        "{mnli:?}"
    );
    assert!(
        (mnli.std.expect("three seeds") - 0.305_505).abs() < 1e-4,
        "{mnli:?}"
    );
    let average = lora
        .cell("avg")
        .and_then(|cell| cell.ours)
        .expect("complete");
    assert!((average.mean - 83.066_666).abs() < 1e-4, "{average:?}");
    // Every task has the same deviations, so the per-seed averages have them too.
    assert!(
        (average.std.expect("three seeds") - 0.305_505).abs() < 1e-4,
        "{average:?}"
    );
}

#[test]
fn the_average_needs_all_seven_tasks() {
    let rows: Vec<Row> = stored()
        .into_iter()
        .filter(|row| row.task != "qnli")
        .collect();
    let table = build(&spec(View::Local), None, &rows, &[]).expect("builds");
    let average = table
        .row(arm("lora-r8"))
        .and_then(|row| row.cell("avg"))
        .expect("a cell");
    assert_eq!(average.ours, None);
    assert_eq!(average.state, CellState::NotRun);
}

#[test]
fn states_tell_what_is_missing() {
    let table = table(View::Local, &[]);
    let state = |key: &str, task: &str| {
        table
            .row(arm(key))
            .and_then(|row| row.cell(task))
            .expect("a cell")
            .state
            .to_string()
    };
    assert_eq!(state("lora-r8", "rte"), "complete");
    assert_eq!(state("tuneB-Arand-r8", "rte"), "2 of 3 seeds");
    assert_eq!(
        state("tuneA-Brand-r8", "cola"),
        "failed: loss is NaN at step 40"
    );
    assert_eq!(
        state("tuneA-Brand-r8", "avg"),
        "failed: loss is NaN at step 40"
    );
    assert_eq!(state("lora-fa-r8", "rte"), "not run yet");
}

#[test]
fn an_arms_other_name_finds_its_rows() {
    let mut rows = run("tuneB-Akm-r8", "rte", 0, 0.7);
    rows.extend(run("tuneAB-Akm-r8", "rte", 0, 0.8));
    let table = build(&spec(View::Local), None, &rows, &[]).expect("builds");
    let rte = |key: &str| {
        table
            .row(arm(key))
            .and_then(|row| row.cell("rte")?.ours)
            .map(|stat| stat.mean)
    };
    assert_eq!(
        (rte("lora-fa-r8"), rte("lora-r8")),
        (Some(70.0), Some(80.0))
    );
}

#[test]
fn a_plan_picks_the_runs_of_its_own_experiment() {
    let mut own = run("lora-r8", "rte", 0, 0.8);
    let mut shared = run("lora-r8", "rte", 0, 0.6);
    own.iter_mut().for_each(|row| row.run_key = "own".into());
    shared
        .iter_mut()
        .for_each(|row| row.run_key = "shared".into());
    let rows = [own, shared].concat();
    let error = build(&spec(View::Local), None, &rows, &[]).expect_err("two runs for a seed");
    assert!(
        matches!(error, ResultsError::AmbiguousRuns { seed: 0, .. }),
        "{error}"
    );

    let plan: PlanKeys = HashMap::from([(
        (arm("lora-r8").kind(), "rte".into()),
        vec!["shared".into(), "to come".into()],
    )]);
    let table = build(&spec(View::Local), Some(&plan), &rows, &rows).expect("builds");
    let cell = table
        .row(arm("lora-r8"))
        .and_then(|row| row.cell("rte"))
        .expect("a cell");
    assert_eq!(cell.ours.map(|stat| stat.mean), Some(60.0));
    assert_eq!(cell.minus_published(), Some(0.0));
    assert_eq!(cell.state, CellState::Partial { have: 1, want: 2 });
}

#[test]
fn rows_of_another_scale_never_count() {
    let rows: Vec<Row> = stored()
        .into_iter()
        .map(|row| Row {
            scale: "small".into(),
            ..row
        })
        .collect();
    let table = build(&spec(View::Local), None, &rows, &[]).expect("builds");
    assert!(table.cells().all(|cell| cell.ours.is_none()));
}

#[test]
fn warnings_and_counts_of_examples_stand_above_the_numbers() {
    let mut spec = spec(View::Local);
    spec.head.warning = "Not to be trusted.".into();
    let mut rows = stored();
    rows.iter_mut()
        .filter(|row| row.task == "rte")
        .for_each(|row| row.n_examples = 1_000);
    let table = build(&spec, None, &rows, &[]).expect("builds");
    let examples = "Examples: MNLI 277 of 1,000, SST-2 277 of 1,000, MRPC 277 of 1,000, CoLA 277 of 1,000, QNLI 277 of 1,000, RTE 1,000, STS-B 277 of 1,000.";
    let read = Table::from_csv(Path::new("table1.csv"), &table.to_csv()).expect("own file");
    for text in [table.to_markdown(), table.to_terminal(), read.to_markdown()] {
        let place = |part: &str| {
            text.find(part)
                .unwrap_or_else(|| panic!("{part} is not in {text}"))
        };
        assert!(place("Not to be trusted.") < place("277 of 1,000"));
        assert!(place(examples) < place("LoRA (r = 8)"));
    }
    let none = build(&spec, None, &[], &[]).expect("builds");
    assert!(!none.to_terminal().contains("Examples:"), "nothing has run");
}
