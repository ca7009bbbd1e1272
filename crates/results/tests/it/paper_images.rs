//! The transcribed image tables agree with each other, and exactly the paper's own slips are flagged.

use results::{PaperCell, PaperTable, Stat};

use crate::specs::{IMAGES, ImageSet, SOURCE, arm, paper};

/// What rounding to two decimals, and decimal fractions in binary, may leave.
const ROUNDING: f64 = 0.0051;

fn tables() -> [PaperTable; 4] {
    [5, 8, 9, 10].map(paper)
}

fn cell<'a>(table: &'a PaperTable, key: &str, column: &str) -> &'a PaperCell {
    let cell = table.row(arm(key)).and_then(|row| row.cell(column));
    cell.unwrap_or_else(|| panic!("Table {} lacks {key} {column}", table.number))
}

/// The accuracy table's cells of a data set, in the order of its environments.
fn accuracies<'a>(key: &str, set: &ImageSet, tables: &'a [PaperTable; 4]) -> [&'a PaperCell; 4] {
    let table = &tables[if set.0 == "terra" { 2 } else { 1 }];
    set.2
        .map(|(code, _)| cell(table, key, &format!("{}/{code}", set.0)))
}

#[test]
fn every_row_has_the_columns_of_its_table() {
    let image = |sets: &[ImageSet], prefix: &str| -> Vec<String> {
        sets.iter()
            .flat_map(|set| set.2.map(|(code, _)| format!("{}/{prefix}{code}", set.0)))
            .collect()
    };
    let pairs = ["vlcs", "pacs", "officehome"]
        .iter()
        .flat_map(|task| [format!("{task}/id"), format!("{task}/ood")])
        .collect();
    let expected = [
        (6, pairs),
        (7, image(&IMAGES[..3], "")),
        (7, image(&IMAGES[3..], "")),
        (7, image(&IMAGES, "gap_")),
    ];
    for (table, (n_rows, columns)) in tables().iter().zip(expected) {
        assert_eq!(table.rows.len(), n_rows, "Table {}", table.number);
        assert!(!table.has_average());
        for row in &table.rows {
            let found: Vec<&str> = row.cells.iter().map(|cell| cell.task.as_str()).collect();
            assert_eq!(found, columns, "Table {}, {}", table.number, row.arm);
        }
    }
}

#[test]
fn every_number_is_what_its_printed_text_says() {
    for cell in tables()
        .iter()
        .flat_map(|table| &table.rows)
        .flat_map(|row| &row.cells)
    {
        let (mean, std) = cell.printed.split_once('±').expect("a deviation");
        assert_eq!(mean.parse(), Ok(cell.mean), "{cell:?}");
        assert_eq!(std.parse().ok(), cell.std, "{cell:?}");
    }
}

#[test]
fn table_5_is_the_mean_of_table_8s_environments_with_the_mean_of_their_deviations() {
    // All 18 OOD cells.
    let tables = tables();
    let mut checked = 0;
    for row in &tables[0].rows {
        for set in &IMAGES[..3] {
            let printed = cell(&tables[0], &row.arm.to_string(), &format!("{}/ood", set.0));
            let all = accuracies(&row.arm.to_string(), set, &tables);
            let others = all.iter().enumerate();
            let stats: Vec<Stat> = others
                .filter(|(position, _)| *position != SOURCE)
                .map(|(_, cell)| Stat {
                    mean: cell.mean,
                    std: cell.std,
                    n: 3,
                })
                .collect();
            assert_eq!(stats.len(), 3);
            let mean = Stat::mean_of(&stats).expect("three environments");
            let std = mean.std.expect("three deviations");
            let at = format!("{} {}: {mean:?} and {printed:?}", row.arm, set.0);
            assert!(
                (std - printed.std.expect("printed")).abs() < ROUNDING,
                "{at}"
            );
            let differs = (mean.mean - printed.mean).abs() >= ROUNDING;
            let note = format!(
                "the three environments in Table 8 average to {:.3}",
                mean.mean
            );
            assert_eq!(differs, printed.flag == note, "{at}");
            // The one slip is of the last digit.
            assert!((mean.mean - printed.mean).abs() < 0.01, "{at}");
            checked += 1;

            let id = cell(&tables[0], &row.arm.to_string(), &format!("{}/id", set.0));
            assert_eq!((id.mean, id.std), (all[1].mean, all[1].std), "{at}");
        }
    }
    assert_eq!(checked, 18);
}

#[test]
fn the_gaps_of_a_data_set_imply_one_training_accuracy_or_are_flagged() {
    // A sum of two rounded numbers may be off by 0.01, so two of them by 0.02.
    let tables = tables();
    let mut wrong = Vec::new();
    for row in &tables[3].rows {
        for set in &IMAGES {
            let accuracies = accuracies(&row.arm.to_string(), set, &tables);
            let key = row.arm.to_string();
            let gaps = set
                .2
                .map(|(code, _)| cell(&tables[3], &key, &format!("{}/gap_{code}", set.0)));
            let implied: Vec<f64> = accuracies
                .iter()
                .zip(gaps)
                .map(|(test, gap)| test.mean + gap.mean)
                .collect();
            let (least, most) = implied
                .iter()
                .fold((f64::MAX, f64::MIN), |(least, most), &x| {
                    (least.min(x), most.max(x))
                });
            let differs = most - least > 0.0201;
            let texts: Vec<String> = implied.iter().map(|x| format!("{x:.2}")).collect();
            let note = format!(
                "with Table 8 the four gaps imply training accuracies of {} where there can be only one",
                texts.join(" / ")
            );
            for gap in gaps {
                assert_eq!(gap.flag.contains(&note), differs, "{} {gap:?}", row.arm);
            }
            if differs {
                wrong.push((row.arm.to_string(), set.0));
            }
        }
    }
    let expected = [
        ("tuneB-Arand-r8", "vlcs"),
        ("tuneB-Arand-r8", "pacs"),
        ("tuneB-Arand-r16", "officehome"),
    ];
    assert_eq!(wrong, expected.map(|(key, task)| (key.to_owned(), task)));
}

#[test]
fn exactly_the_known_slips_are_flagged() {
    let mut flags: Vec<(u8, String)> = Vec::new();
    for table in tables() {
        for row in &table.rows {
            for cell in row.cells.iter().filter(|cell| !cell.flag.is_empty()) {
                let line = format!("{} {}: {}", row.arm, cell.task, cell.flag);
                flags.push((table.number, line));
            }
        }
    }
    let (first, last) = (flags.first(), flags.last());
    assert_eq!(flags.len(), 14, "one, three data sets of four, and one");
    let prefix = "the parameter column of this row is printed incomplete";
    assert!(flags[1].1.contains(prefix) && last.is_some_and(|(_, flag)| flag.contains(prefix)));
    assert_eq!(
        first.map(|(number, flag)| (*number, flag.as_str())),
        Some((
            5,
            "tuneB-Arand-r16 pacs/ood: the three environments in Table 8 average to 73.767"
        ))
    );
}
