use serde::Deserialize;
use tasks::glue::{GlueTask, constant_prediction, constant_predictors, equals_constant, scores};
use tasks::metrics::{Metric, accuracy, f1, matthews, pearson, spearman};

/// Both sides sum a few hundred products in f64; only the order of the sums differs.
const TOLERANCE: f64 = 1e-9;

#[derive(Deserialize)]
struct Reference {
    classes: Vec<ClassCase>,
    numbers: Vec<NumberCase>,
}

#[derive(Deserialize)]
struct ClassCase {
    name: String,
    predictions: Vec<usize>,
    labels: Vec<usize>,
    accuracy: f64,
    f1: Option<f64>,
    matthews: f64,
}

#[derive(Deserialize)]
struct NumberCase {
    name: String,
    x: Vec<f64>,
    y: Vec<f64>,
    pearson: Option<f64>,
    spearman: Option<f64>,
}

/// Written by `python reference/metrics.py`.
fn reference() -> Reference {
    serde_json::from_str(include_str!("../fixtures/metrics.json")).unwrap()
}

#[track_caller]
fn check(name: &str, metric: Metric, ours: Option<f64>, theirs: Option<f64>) {
    let same = match (ours, theirs) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() < TOLERANCE,
        (ours, theirs) => ours == theirs,
    };
    assert!(
        same,
        "{name}: {metric} is {ours:?}, the reference has {theirs:?}"
    );
}

#[test]
fn class_metrics_equal_scikit_learns() {
    let cases = reference().classes;
    assert!(cases.len() > 15);
    for case in cases {
        let (predictions, labels) = (&case.predictions, &case.labels);
        check(
            &case.name,
            Metric::Accuracy,
            Some(accuracy(predictions, labels)),
            Some(case.accuracy),
        );
        check(
            &case.name,
            Metric::Matthews,
            Some(matthews(predictions, labels)),
            Some(case.matthews),
        );
        if case.f1.is_some() {
            check(
                &case.name,
                Metric::F1,
                Some(f1(predictions, labels)),
                case.f1,
            );
        }
    }
}

#[test]
fn correlations_equal_scipys_and_are_none_where_scipy_gives_nan() {
    let cases = reference().numbers;
    assert!(
        cases.iter().any(|case| case.pearson.is_none()),
        "the fixture has a constant side"
    );
    for case in cases {
        check(
            &case.name,
            Metric::Pearson,
            pearson(&case.x, &case.y),
            case.pearson,
        );
        check(
            &case.name,
            Metric::Spearman,
            spearman(&case.x, &case.y),
            case.spearman,
        );
    }
}

#[test]
fn correlations_of_non_finite_or_too_few_values_are_none() {
    for x in [[1.0, f64::NAN, 2.0], [1.0, f64::INFINITY, 2.0]] {
        assert_eq!(pearson(&x, &[1.0, 2.0, 3.0]), None);
        assert_eq!(spearman(&x, &[1.0, 2.0, 3.0]), None);
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &x), None);
    }
    assert_eq!(pearson(&[1.0], &[1.0]), None);
    assert_eq!(spearman(&[], &[]), None);
}

#[test]
fn each_task_reports_its_glue_metrics_with_the_papers_first() {
    let names = |task: GlueTask| {
        let n = task.n_outputs();
        let logits: Vec<f32> = (0..4 * n).map(|i| (i * 7 % 5) as f32).collect();
        let names: Vec<&str> = scores(task, &logits, &[0.0, 1.0, 0.0, 1.0])
            .iter()
            .map(|(metric, _)| metric.name())
            .collect();
        assert_eq!(names[0], task.headline().metric.name());
        names
    };
    assert_eq!(names(GlueTask::Cola), ["matthews"]);
    assert_eq!(names(GlueTask::Stsb), ["pearson", "spearman"]);
    assert_eq!(names(GlueTask::Mrpc), ["accuracy", "f1"]);
    for task in [
        GlueTask::Sst2,
        GlueTask::Mnli,
        GlueTask::Qnli,
        GlueTask::Rte,
    ] {
        assert_eq!(names(task), ["accuracy"]);
    }
}

#[test]
fn scores_take_the_largest_logit_of_each_row() {
    let logits = [
        0.1, 0.9, -3.0, /**/ 5.0, 4.0, 4.9, /**/ -2.0, -3.0, -1.0, /**/ 1.0, 1.0,
        1.0,
    ];
    let labels = [1.0, 0.0, 2.0, 1.0];
    assert_eq!(
        scores(GlueTask::Mnli, &logits, &labels),
        [(Metric::Accuracy, 0.75)]
    );
}

#[test]
fn stsb_predictions_are_not_clipped() {
    // Clipped to 0..=5, the first two would tie and the ranks would not agree.
    let found = scores(
        GlueTask::Stsb,
        &[9.0, 6.0, 3.0, -2.0],
        &[5.0, 4.0, 2.0, 1.0],
    );
    assert!((found[1].1 - 1.0).abs() < TOLERANCE, "{found:?}");
}

#[test]
#[should_panic(expected = "logits of mnli are [n, 3]")]
fn logits_of_the_wrong_width_are_a_programmers_error() {
    scores(GlueTask::Mnli, &[0.0; 4], &[0.0, 1.0]);
}

/// The class counts of the official validation splits (`official_class_counts` counts them) give the paper's percentages.
#[test]
fn constant_predictors_reproduce_the_papers_collapsed_rows() {
    let labels = |counts: &[usize]| -> Vec<f32> {
        counts
            .iter()
            .enumerate()
            .flat_map(|(class, &n)| vec![class as f32; n])
            .collect()
    };
    let percent = |task, counts: &[usize]| -> Vec<String> {
        let constants = constant_predictors(task, &labels(counts));
        constants
            .iter()
            .map(|constant| format!("{:.2}", 100.0 * constant.scores[0].1))
            .collect()
    };
    assert_eq!(
        percent(GlueTask::Mnli, &[3479, 3123, 3213]),
        ["35.45", "31.82", "32.74"]
    );
    assert_eq!(percent(GlueTask::Rte, &[146, 131]), ["52.71", "47.29"]);
    assert_eq!(percent(GlueTask::Cola, &[322, 721]), ["0.00", "0.00"]);
    assert_eq!(percent(GlueTask::Stsb, &[3, 3, 3]), ["0.00"]);
}

#[test]
fn a_collapsed_run_is_flagged_and_a_working_one_is_not() {
    let labels = [0.0, 1.0, 1.0, 0.0, 1.0];
    let collapsed = [0.2, 0.9].repeat(5);
    let found = scores(GlueTask::Mrpc, &collapsed, &labels);
    assert_eq!(
        equals_constant(GlueTask::Mrpc, &found, &labels).and_then(|constant| constant.class),
        Some(1)
    );
    assert_eq!(constant_prediction(GlueTask::Mrpc, &collapsed), Some(1.0));

    let mut working = collapsed;
    working[0] = 3.0;
    let found = scores(GlueTask::Mrpc, &working, &labels);
    assert_eq!(equals_constant(GlueTask::Mrpc, &found, &labels), None);
    assert_eq!(constant_prediction(GlueTask::Mrpc, &working), None);
}

#[test]
fn a_constant_score_counts_as_zero_and_is_flagged() {
    let (logits, labels) = ([2.7; 4], [0.0, 1.0, 4.0, 5.0]);
    let found = scores(GlueTask::Stsb, &logits, &labels);
    assert_eq!(found, [(Metric::Pearson, 0.0), (Metric::Spearman, 0.0)]);
    assert!(equals_constant(GlueTask::Stsb, &found, &labels).is_some());
    assert_eq!(constant_prediction(GlueTask::Stsb, &logits), Some(2.7));
}
