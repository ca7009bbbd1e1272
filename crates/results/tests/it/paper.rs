//! The transcription agrees with itself, and exactly the paper's own slips are flagged.

use results::PaperTable;

use crate::specs::{arm, paper};

/// A printed average may differ from the mean of seven printed means by rounding: 0.05, and a hair for the decimal fractions.
const ROUNDING: f64 = 0.051;

fn tables() -> [PaperTable; 3] {
    [1, 2, 7].map(paper)
}

#[test]
fn every_row_has_the_seven_tasks_and_the_average() {
    let columns = ["mnli", "sst2", "mrpc", "cola", "qnli", "rte", "stsb", "avg"];
    for (table, n_rows) in tables().iter().zip([8, 4, 21]) {
        assert_eq!(table.rows.len(), n_rows, "Table {}", table.number);
        for row in &table.rows {
            let found: Vec<&str> = row.cells.iter().map(|cell| cell.task.as_str()).collect();
            assert_eq!(found, columns, "Table {}, {}", table.number, row.arm);
        }
    }
}

#[test]
fn every_number_is_what_its_printed_text_says() {
    for row in tables().iter().flat_map(|table| &table.rows) {
        for cell in &row.cells {
            let (mean, std) = match cell.printed.split_once('±') {
                Some((mean, std)) => (mean, Some(std)),
                None => (cell.printed.as_str(), None),
            };
            assert_eq!(mean.parse(), Ok(cell.mean), "{} {}", row.arm, cell.task);
            assert_eq!(
                std.map(|std| std.parse().expect("a number")),
                cell.std,
                "{} {}",
                row.arm,
                cell.task
            );
            assert_eq!(
                cell.std.is_none(),
                cell.task == "avg",
                "{} {}",
                row.arm,
                cell.task
            );
        }
    }
}

#[test]
fn a_printed_average_is_the_mean_of_its_tasks_or_is_flagged() {
    let mut wrong = Vec::new();
    for table in tables() {
        for row in &table.rows {
            let means: Vec<f64> = row.cells[..7].iter().map(|cell| cell.mean).collect();
            let average = row.cell("avg").expect("an average");
            let recomputed = results::mean(&means).expect("seven means");
            if (recomputed - average.mean).abs() >= ROUNDING {
                let note = format!("the seven printed means average to {recomputed:.2}");
                assert!(
                    average.flag.contains(&note),
                    "Table {}, {}: {}",
                    table.number,
                    row.arm,
                    average.flag
                );
                wrong.push((table.number, row.arm.to_string(), average.mean));
            } else {
                assert!(
                    !average.flag.contains("average to"),
                    "Table {}, {}",
                    table.number,
                    row.arm
                );
            }
        }
    }
    let expected = [
        (1, "tuneA-Brand-r8", 84.2),
        (2, "tuneAB-Brand-r8", 87.8),
        (7, "tuneA-BU-r8", 94.9),
    ];
    let expected: Vec<_> = expected
        .map(|(table, key, mean)| (table, key.to_owned(), mean))
        .into();
    assert_eq!(wrong, expected);
}

#[test]
fn an_arm_that_two_tables_print_differently_is_flagged_in_both() {
    let tables = tables();
    for a in &tables {
        for row in &a.rows {
            for cell in &row.cells {
                for b in tables.iter().filter(|b| b.number != a.number) {
                    let Some(other) = b.row(row.arm).and_then(|row| row.cell(&cell.task)) else {
                        continue;
                    };
                    let note = format!("Table {} prints {} for this arm", b.number, other.printed);
                    let differs = (cell.mean, cell.std) != (other.mean, other.std);
                    assert_eq!(
                        cell.flag.contains(&note),
                        differs,
                        "Table {}, {}, {}",
                        a.number,
                        row.arm,
                        cell.task
                    );
                }
            }
        }
    }
}

#[test]
fn exactly_the_known_slips_are_flagged() {
    let mut flagged = String::new();
    for table in tables() {
        for row in &table.rows {
            for cell in row.cells.iter().filter(|cell| !cell.flag.is_empty()) {
                flagged += &format!(
                    "T{} {} {} {}: {}\n",
                    table.number, row.arm, cell.task, cell.printed, cell.flag
                );
            }
        }
    }
    insta::assert_snapshot!(flagged, @r"
    T1 lora-fa-r8 mnli 90.3±.06: Table 7 prints 90.1±.17 for this arm
    T1 lora-fa-r8 avg 87.3: Table 7 prints 87.2 for this arm
    T1 tuneA-Brand-r8 avg 84.2: the seven printed means average to 85.06; Table 7 prints 85.1 for this arm
    T2 tuneAB-AV-r8 sst2 95.9±0.16: Table 7 prints 95.9±0.18 for this arm
    T2 tuneAB-Arand-r8 sst2 96.0±0.11: Table 7 prints 96.0±.63 for this arm
    T2 tuneAB-BU-r8 mnli 90.3±0.07: Table 7 prints 90.3±.11 for this arm
    T2 tuneAB-Brand-r8 avg 87.8: the seven printed means average to 87.60; Table 7 prints 87.6 for this arm
    T7 tuneB-Akm-r8 mnli 90.1±.17: Table 1 prints 90.3±.06 for this arm
    T7 tuneB-Akm-r8 avg 87.2: Table 1 prints 87.3 for this arm
    T7 tuneA-BU-r8 avg 94.9: the seven printed means average to 84.94
    T7 tuneA-Brand-r8 avg 85.1: Table 1 prints 84.2 for this arm
    T7 tuneAB-AV-r8 sst2 95.9±0.18: Table 2 prints 95.9±0.16 for this arm
    T7 tuneAB-Arand-r8 sst2 96.0±.63: Table 2 prints 96.0±0.11 for this arm
    T7 tuneAB-BU-r8 mnli 90.3±.11: Table 2 prints 90.3±0.07 for this arm
    T7 tuneAB-Brand-r8 avg 87.6: Table 2 prints 87.8 for this arm
    ");
}

#[test]
fn arms_of_equal_settings_share_a_row() {
    let table = paper(7);
    assert_eq!(
        table.row(arm("lora-fa-r8")).map(|row| row.label.as_str()),
        Some("B̂₀A_km (r = 8)")
    );
    let (lora, long) = (table.row(arm("lora-r8")), table.row(arm("tuneAB-Akm-r8")));
    assert_eq!(lora, long);
    // The paper's LoRA row and its B̂₀Â_km row are the same runs.
    let cells = |key: &str| {
        table
            .rows
            .iter()
            .find(|row| row.arm == arm(key))
            .map(|row| row.cells.clone())
    };
    assert_eq!(cells("lora-r8"), cells("tuneAB-Akm-r8"));
}
