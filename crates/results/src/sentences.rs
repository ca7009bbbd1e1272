//! What a reader must know about a table's numbers, in sentences that all formats share.

use crate::row::Selection;
use crate::table::{Table, TableRow};
use crate::text::rate;

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
        let weights = match self.head.selection {
            Selection::Last => "the weights after the last step",
            Selection::Best => "each run's best evaluation",
        };
        let mut sentences = vec![format!("{over}, 100 x the metric, from {weights}.")];
        sentences.extend(self.head.notes.iter().cloned());
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
