//! What a reader must know about a table's numbers, in sentences that all formats share.

use crate::column::{Column, Domain, Measure};
use crate::row::Selection;
use crate::table::{Table, TableRow};

impl Table {
    /// What a reader must know about the numbers, one sentence each.
    pub fn sentences(&self) -> Vec<String> {
        let seeds: Vec<String> = self.seeds.iter().map(u64::to_string).collect();
        let over = match seeds.as_slice() {
            [] => "No seed has run yet".to_owned(),
            [seed] => format!("One seed ({seed}), so no spread is shown"),
            _ => format!(
                "Mean ± sample standard deviation over {} seeds ({})",
                seeds.len(),
                seeds.join(", ")
            ),
        };
        let weights = match self.selection {
            Selection::Last => "the weights after the last step",
            Selection::Best => "each run's best evaluation",
        };
        let mut sentences = vec![format!("{over}, 100 x the metric, from {weights}.")];
        let columns: Vec<Column> = self
            .tasks
            .iter()
            .filter_map(|key| Column::of_key(key))
            .collect();
        if columns.iter().any(|column| column.domain.is_some()) {
            sentences.extend(image_sentences(&columns));
        } else {
            sentences.push("MNLI is the accuracy over both validation halves together, CoLA the Matthews correlation, STS-B the Pearson correlation, the rest accuracy.".to_owned());
        }
        sentences.extend(self.lr_sentence());
        sentences
    }

    fn lr_sentence(&self) -> Option<String> {
        let by_arm: Vec<(&TableRow, Vec<f64>)> = self
            .rows
            .iter()
            .map(|row| (row, row.lrs()))
            .filter(|(_, lrs)| !lrs.is_empty())
            .collect();
        let (_, first) = by_arm.first()?;
        if first.len() == 1 && by_arm.iter().all(|(_, lrs)| lrs == first) {
            return Some(format!(
                "Every arm trained at learning rate {}.",
                rate(first[0])
            ));
        }
        let parts: Vec<String> = by_arm
            .iter()
            .map(|(row, lrs)| match lrs.as_slice() {
                [lr] => format!("{} {}", row.label, rate(*lr)),
                _ => format!(
                    "{} {} to {}",
                    row.label,
                    rate(lrs[0]),
                    rate(lrs[lrs.len() - 1])
                ),
            })
            .collect();
        Some(format!("Learning rates: {}.", parts.join("; ")))
    }
}

/// What in and out of domain mean, and how the columns are computed.
fn image_sentences(columns: &[Column]) -> Vec<String> {
    let is = |measure: fn(&Measure) -> bool| columns.iter().any(|column| measure(&column.measure));
    let domains = "ID is the held-out 20 % of the one environment that the run trained on, OOD all images of another environment.";
    let mut sentences = Vec::new();
    if is(|measure| matches!(measure, Measure::Gap { .. })) {
        sentences.push("Each number is the accuracy on the images trained on, without augmentation, minus the accuracy on the column's test images: the smaller, the less is lost.".to_owned());
    } else {
        sentences.push("The metric is accuracy.".to_owned());
    }
    sentences.push(domains.to_owned());
    if is(|measure| matches!(measure, Measure::MeanOf(_))) {
        sentences.push("OOD averages the three other environments, and its deviation is the mean of their three deviations, as in the paper.".to_owned());
    } else {
        let sources = columns
            .iter()
            .filter(|column| column.domain == Some(Domain::In));
        let labels: Vec<&str> = sources
            .map(|column| column.label.trim_end_matches(" (ID)"))
            .collect();
        sentences.push(format!(
            "Trained on {}; columns without a mark are OOD.",
            labels.join(", ")
        ));
    }
    sentences
}

/// A learning rate as people write it: `4e-4`, `0.01`.
fn rate(lr: f64) -> String {
    if lr != 0.0 && lr.abs() < 0.01 {
        format!("{lr:e}")
    } else {
        lr.to_string()
    }
}
