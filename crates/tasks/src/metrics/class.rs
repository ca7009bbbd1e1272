//! Metrics of class predictions.

/// Share of predictions equal to the label; NaN without any.
///
/// # Panics
/// If the lengths differ.
pub fn accuracy(predictions: &[usize], labels: &[usize]) -> f64 {
    assert_same_len(predictions, labels);
    let n_right = predictions
        .iter()
        .zip(labels)
        .filter(|(prediction, label)| prediction == label)
        .count();
    n_right as f64 / labels.len() as f64
}

/// F1 of class 1 against every other class: 2 tp / (2 tp + fp + fn), and 0 where that is 0 / 0.
///
/// # Panics
/// If the lengths differ.
pub fn f1(predictions: &[usize], labels: &[usize]) -> f64 {
    assert_same_len(predictions, labels);
    let (mut n_hits, mut n_predicted, mut n_positive) = (0_usize, 0_usize, 0_usize);
    for (&prediction, &label) in predictions.iter().zip(labels) {
        n_hits += usize::from(prediction == 1 && label == 1);
        n_predicted += usize::from(prediction == 1);
        n_positive += usize::from(label == 1);
    }
    match n_predicted + n_positive {
        0 => 0.0,
        n => 2.0 * n_hits as f64 / n as f64,
    }
}

/// Matthews correlation over any number of classes (Gorodkin's R_K): the covariance of the one-hot predictions and
/// labels over the root of their variances, and 0 when a single class is predicted or present.
///
/// # Panics
/// If the lengths differ.
pub fn matthews(predictions: &[usize], labels: &[usize]) -> f64 {
    assert_same_len(predictions, labels);
    let n_classes = predictions
        .iter()
        .chain(labels)
        .max()
        .map_or(0, |&class| class + 1);
    let (mut predicted, mut present) = (vec![0.0; n_classes], vec![0.0; n_classes]);
    let mut n_right = 0.0;
    for (&prediction, &label) in predictions.iter().zip(labels) {
        predicted[prediction] += 1.0;
        present[label] += 1.0;
        n_right += f64::from(u8::from(prediction == label));
    }
    let n = labels.len() as f64;
    let covariance = |x: &[f64], y: &[f64], joint: f64| {
        let product: f64 = x.iter().zip(y).map(|(x, y)| x * y).sum();
        n * joint - product
    };
    let spread_predicted = covariance(&predicted, &predicted, n);
    let spread_present = covariance(&present, &present, n);
    if spread_predicted == 0.0 || spread_present == 0.0 {
        return 0.0;
    }
    covariance(&predicted, &present, n_right) / (spread_predicted * spread_present).sqrt()
}

fn assert_same_len(predictions: &[usize], labels: &[usize]) {
    assert_eq!(
        predictions.len(),
        labels.len(),
        "as many predictions as labels"
    );
}

/// The index of the largest value, the first of equals as in numpy; a NaN is never the largest, and 0 if all are NaN.
pub fn argmax(row: &[f32]) -> usize {
    let mut best = 0;
    for (index, &value) in row.iter().enumerate() {
        if value > row[best] || row[best].is_nan() && !value.is_nan() {
            best = index;
        }
    }
    best
}
