//! Whether two sets of rows agree.

use std::collections::BTreeMap;

use results::{Comparison, Record, Row, Side, compare};

use crate::fixture::{failed_run, keyed, record, run};

type Runs = Vec<(Record, Vec<Row>)>;

/// Three seeds of an arm on RTE with the accuracies given, under keys of their own.
fn runs(accuracies: [f64; 3]) -> Runs {
    let run_of = |(seed, accuracy)| {
        let settings = record(seed as f64, 1);
        let rows = keyed(run("lora-r8", "rte", seed, accuracy), &settings);
        (settings, rows)
    };
    (0_u64..).zip(accuracies).map(run_of).collect()
}

fn compared(ours: &Runs, published: &Runs) -> Comparison {
    let parts = |runs: &Runs| -> (Vec<Row>, BTreeMap<String, Record>) {
        let rows = runs.iter().flat_map(|(_, rows)| rows.clone());
        let settings = runs
            .iter()
            .map(|(record, _)| (record.key(), record.clone()));
        (rows.collect(), settings.collect())
    };
    let (ours, published) = (parts(ours), parts(published));
    compare(
        Side {
            rows: &ours.0,
            settings: &ours.1,
        },
        Side {
            rows: &published.0,
            settings: &published.1,
        },
    )
}

fn on(mut runs: Runs, processor: &str) -> Runs {
    let rows = runs.iter_mut().flat_map(|(_, rows)| rows);
    rows.for_each(|row| row.processor = processor.into());
    runs
}

/// Seeds two points apart: a deviation of 2, so 0.4 points may differ.
const PUBLISHED: [f64; 3] = [0.60, 0.62, 0.64];

#[test]
fn on_the_same_kind_of_processor_only_equal_numbers_agree() {
    let published = on(runs(PUBLISHED), "EPYC");
    let mut ours = published.clone();
    ours.iter_mut()
        .flat_map(|(_, rows)| rows)
        .for_each(|row| row.wall_s = 99.0);
    let same = compared(&ours, &published);
    assert_eq!((same.runs, same.metrics, same.equal), (3, 6, 6));
    assert!(same.agrees());

    let other = compared(&on(runs([0.60, 0.6201, 0.64]), "EPYC"), &published);
    assert!(!other.agrees());
    assert_eq!(other.differences.len(), 1);
    assert_eq!(
        other.to_string(),
        "Of 6 metrics of 3 runs that are published too, 5 are equal to the last bit and 1 differ by more than they may, \
         most of all lora-r8 on rte, seed 1, accuracy (validation, last): 62.01 against 62.00 published from the same kind of processor."
    );
}

#[test]
fn on_another_processor_a_fifth_of_the_seeds_deviation_may_differ() {
    let published = on(runs(PUBLISHED), "EPYC");
    for processor in ["Xeon", ""] {
        let near = compared(&on(runs([0.6039, 0.62, 0.64]), processor), &published);
        assert!(near.agrees() && near.equal == 5, "{near}");
        let far = compared(&on(runs([0.6041, 0.62, 0.64]), processor), &published);
        let [difference] = &far.differences[..] else {
            panic!("{far}");
        };
        assert!((difference.allowed - 0.4).abs() < 1e-9);
        assert!((difference.points().expect("both") - 0.41).abs() < 1e-9);
    }
    // Rows that say nothing are not known to be of the same kind.
    let near = compared(&runs([0.6039, 0.62, 0.64]), &runs(PUBLISHED));
    assert!(near.agrees() && near.equal == 5);
}

#[test]
fn without_a_second_seed_nothing_is_said_about_a_difference() {
    let published = runs(PUBLISHED)[..1].to_vec();
    let ours = runs([0.7, 0.62, 0.64])[..1].to_vec();
    let comparison = compared(&ours, &published);
    assert_eq!(
        (
            comparison.unjudged,
            comparison.equal,
            comparison.differences.len()
        ),
        (1, 1, 0)
    );
    assert!(
        comparison
            .to_string()
            .contains("1 differ without a second published seed to judge by")
    );
}

#[test]
fn runs_of_another_revision_are_told_apart() {
    let published = runs(PUBLISHED);
    let mut ours = published.clone();
    for ((settings, rows), lr) in ours.iter_mut().zip([0.0, 1.0, 7.0]) {
        *settings = record(lr, 2);
        *rows = keyed(rows.clone(), settings);
    }
    let comparison = compared(&ours, &published);
    assert_eq!(
        (
            comparison.runs,
            comparison.other_revision,
            comparison.unpublished
        ),
        (0, 2, 1)
    );
    assert!(!comparison.agrees());
    assert_eq!(
        comparison.to_string(),
        "No run of these settings is published yet. 2 more are published from another revision of the code and are not compared."
    );
}

#[test]
fn a_metric_that_one_side_lacks_is_a_difference_and_two_failures_are_equal() {
    let published = runs(PUBLISHED);
    let settings = published[0].0.clone();
    let failed = vec![(
        settings.clone(),
        keyed(failed_run("lora-r8", "rte", 0, "NaN"), &settings),
    )];
    let comparison = compared(&failed, &published);
    assert_eq!(
        (comparison.runs, comparison.differences.len()),
        (1, 3),
        "two metrics and the error row"
    );
    assert!(compared(&failed, &failed).agrees());
}
