//! Value ranges and the ticks on them.

/// A range of values on an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The smallest value shown.
    pub low: f64,
    /// The largest value shown.
    pub high: f64,
}

impl Range {
    /// The smallest range over all values; none of nothing.
    pub fn over(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        values.into_iter().fold(None, |range: Option<Self>, value| {
            Some(match range {
                None => Self {
                    low: value,
                    high: value,
                },
                Some(range) => Self {
                    low: range.low.min(value),
                    high: range.high.max(value),
                },
            })
        })
    }

    /// Width of the range.
    pub fn span(self) -> f64 {
        self.high - self.low
    }

    /// The range of width `span` with the same middle.
    pub fn widened_to(self, span: f64) -> Self {
        let middle = f64::midpoint(self.low, self.high);
        Self {
            low: middle - span / 2.0,
            high: middle + span / 2.0,
        }
    }

    /// Where `value` lies, 0 at the low end and 1 at the high end.
    pub fn fraction(self, value: f64) -> f64 {
        (value - self.low) / self.span()
    }

    /// Round values inside the range: the densest of steps 1, 2 and 5 (times a power of ten) with at most `most` of them,
    /// or one fewer where they need decimals.
    pub fn ticks(self, most: usize) -> Vec<f64> {
        let rough = self.span() / most as f64;
        let power = 10_f64.powf(rough.log10().floor());
        let within = |step: f64| -> Vec<f64> {
            let first = (self.low / step).ceil() as i64;
            let last = (self.high / step).floor() as i64;
            (first..=last).map(|index| index as f64 * step).collect()
        };
        [1.0, 2.0, 5.0, 10.0, 20.0]
            .into_iter()
            .map(|factor| factor * power)
            .find_map(|step| {
                let ticks = within(step);
                let most = if step < 1.0 { most - 1 } else { most };
                (ticks.len() <= most).then_some(ticks)
            })
            .unwrap_or_default()
    }
}

/// A tick's text: no more decimals than the step between ticks needs.
pub fn tick_text(value: f64, ticks: &[f64]) -> String {
    let step = match ticks {
        [first, second, ..] => second - first,
        _ => 1.0,
    };
    let decimals = if step < 1.0 - 1e-9 {
        (-step.log10() - 1e-9).ceil() as usize
    } else {
        0
    };
    let text = format!("{value:.decimals$}");
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        let check = |low: f64, high: f64, most: usize, expected: &[&str]| {
            let ticks = Range { low, high }.ticks(most);
            let texts: Vec<String> = ticks.iter().map(|&tick| tick_text(tick, &ticks)).collect();
            assert_eq!(texts, expected);
        };
        check(79.3, 91.2, 3, &["80", "85", "90"]);
        check(-3.4, 3.4, 5, &["−2", "0", "2"]);
        check(90.05, 90.41, 5, &["90.1", "90.2", "90.3", "90.4"]);
        check(0.0, 100.0, 3, &["0", "50", "100"]);
    }
}
