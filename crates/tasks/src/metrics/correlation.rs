//! Correlations of a score with a label.

/// Pearson correlation, from -1 to 1.
///
/// `None` where it is undefined: fewer than two points, a constant side, or a value that is not finite.
///
/// # Panics
/// If the lengths differ.
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    assert_eq!(x.len(), y.len(), "as many predictions as labels");
    // Equality is tested on the values: the centred ones of a constant list need not be exactly zero.
    if is_constant(x) || is_constant(y) || x.iter().chain(y).any(|value| !value.is_finite()) {
        return None;
    }
    let (x, y) = (centred_unit(x), centred_unit(y));
    let r: f64 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
    Some(r.clamp(-1.0, 1.0))
}

/// Spearman correlation: Pearson's of the ranks, ties at their average rank.
///
/// `None` as for [`pearson`].
///
/// # Panics
/// If the lengths differ.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.iter().chain(y).any(|value| !value.is_finite()) {
        return None;
    }
    pearson(&ranks(x), &ranks(y))
}

/// Whether all values are equal; true of none and of one.
fn is_constant(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0] == pair[1])
}

/// The values less their mean, scaled to unit length.
fn centred_unit(values: &[f64]) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let centred: Vec<f64> = values.iter().map(|value| value - mean).collect();
    // Scaled by the largest first, so that squares neither overflow nor vanish.
    let largest = centred
        .iter()
        .fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let norm = centred
        .iter()
        .map(|value| (value / largest).powi(2))
        .sum::<f64>()
        .sqrt();
    centred
        .into_iter()
        .map(|value| value / largest / norm)
        .collect()
}

/// Ranks from 1, ties at the mean of the ranks they span.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for tied in order.chunk_by(|&i, &j| values[i] == values[j]) {
        let end = start + tied.len();
        // Ranks start + 1 ..= end.
        let rank = (start + 1 + end) as f64 / 2.0;
        for &index in tied {
            ranks[index] = rank;
        }
        start = end;
    }
    ranks
}
