//! A table as Markdown: ours first, then the paper's, the published numbers and the differences.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::aggregate::Stat;
use crate::cell::{Cell, CellState};
use crate::table::{Table, TableRow, View};

impl Table {
    /// The table as Markdown, one sentence a line, without any date, so that equal rows give equal text.
    pub fn to_markdown(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "# {} (scale {})\n", self.title, self.scale);
        for sentence in self.sentences() {
            let _ = writeln!(out, "{}", arm_label(&sentence));
        }
        let owner = match self.view {
            View::Local => "This machine",
            View::Published => "Ours",
        };
        let _ = writeln!(out, "\n## {owner}\n");
        self.section(&mut out, true, ours_text);
        self.parameters(&mut out);
        self.unfinished_section(&mut out);

        let flags = self.flags();
        let _ = writeln!(out, "\n## The paper, Table {}\n", self.paper_number);
        self.section(&mut out, false, |cell| match &cell.paper {
            None => "–".to_owned(),
            Some(paper) if paper.flag.is_empty() => paper.printed.clone(),
            Some(paper) => format!("{}[^{}]", paper.printed, flags[&paper.flag]),
        });
        let mut notes: Vec<(&String, &usize)> = flags.iter().collect();
        notes.sort_by_key(|(_, number)| **number);
        if !notes.is_empty() {
            out.push('\n');
        }
        for (flag, number) in notes {
            let _ = writeln!(
                out,
                "[^{number}]: The paper's own slip, shown as printed: {flag}."
            );
        }

        let _ = writeln!(out, "\n## Difference to the paper\n");
        if self.scale != "paper" {
            let _ = writeln!(
                out,
                "At scale {} the model and the data are others than the paper's, so its numbers are context and not a target.\n",
                self.scale
            );
        }
        self.section(&mut out, false, |cell| signed(cell.minus_paper()));

        if self.view == View::Local {
            let _ = writeln!(out, "\n## Published\n");
            if self.has_published() {
                self.section(&mut out, false, |cell| {
                    cell.published.map_or_else(|| "–".to_owned(), stat_text)
                });
                let _ = writeln!(out, "\n## Difference to the published\n");
                self.section(&mut out, false, |cell| signed(cell.minus_published()));
            } else {
                let _ = writeln!(out, "No run with these settings is published.");
            }
        }
        out
    }

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
            crate::Selection::Last => "the weights after the last step",
            crate::Selection::Best => "each run's best evaluation",
        };
        let mut sentences = vec![
            format!("{over}, 100 x the metric, from {weights}."),
            "MNLI is the accuracy over both validation halves together, CoLA the Matthews correlation, STS-B the Pearson correlation, the rest accuracy.".to_owned(),
        ];
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

    fn section(&self, out: &mut String, mark_arm: bool, text: impl Fn(&Cell) -> String) {
        out.push_str("| Arm |");
        for column in self.columns() {
            let _ = write!(out, " {} |", self.column_label(&column));
        }
        out.push_str("\n|---|");
        for _ in self.columns() {
            out.push_str("---:|");
        }
        out.push('\n');
        for row in &self.rows {
            let _ = write!(out, "| {} |", arm_text(row, mark_arm));
            for cell in &row.cells {
                let _ = write!(out, " {} |", text(cell).replace('|', "\\|"));
            }
            out.push('\n');
        }
    }

    fn parameters(&self, out: &mut String) {
        let counted: Vec<_> = self
            .rows
            .iter()
            .filter_map(|row| Some((row, row.parameters()?)))
            .collect();
        if counted.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n## Trainable parameters\n");
        let _ = writeln!(
            out,
            "Counts are those of most tasks; heads differ with the number of classes."
        );
        let _ = writeln!(
            out,
            "\"Paper count\" counts the head twice, as the paper's software did.\n"
        );
        let _ = writeln!(
            out,
            "| Arm | Trainable | Share | Paper count | Share | Paper prints |"
        );
        let _ = writeln!(out, "|---|---:|---:|---:|---:|---:|");
        for (row, parameters) in counted {
            let printed = if row.params_printed.is_empty() {
                "–"
            } else {
                &row.params_printed
            };
            let _ = writeln!(
                out,
                "| {} | {} | {:.3} % | {} | {:.3} % | {printed} |",
                arm_text(row, false),
                thousands(parameters.trainable),
                parameters.percent(),
                thousands(parameters.paper_count),
                parameters.paper_percent(),
            );
        }
    }

    fn unfinished_section(&self, out: &mut String) {
        let unfinished = self.unfinished();
        if unfinished.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n## Not complete\n");
        for entry in unfinished {
            let label = arm_label(&entry.label);
            let _ = writeln!(
                out,
                "- {label}{}: {}.",
                self.columns_text(&entry),
                entry.state
            );
        }
    }

    /// The flags of the paper's cells, numbered in reading order.
    fn flags(&self) -> BTreeMap<String, usize> {
        let mut flags = BTreeMap::new();
        for flag in self
            .cells()
            .filter_map(|cell| cell.paper.as_ref())
            .map(|paper| &paper.flag)
        {
            if !flag.is_empty() && !flags.contains_key(flag) {
                flags.insert(flag.clone(), flags.len() + 1);
            }
        }
        flags
    }
}

fn arm_text(row: &TableRow, with_key: bool) -> String {
    let label = arm_label(&row.label);
    if with_key {
        format!("{label} `{}`", row.arm)
    } else {
        label
    }
}

/// An underscore would start emphasis in some renderers, and a bar would end a cell.
fn arm_label(label: &str) -> String {
    label.replace('_', "\\_").replace('|', "\\|")
}

/// `84.1 ± 0.3`, or without the spread if there is none.
pub(crate) fn stat_text(stat: Stat) -> String {
    match stat.std {
        Some(std) => format!("{:.1} ± {std:.1}", stat.mean),
        None => format!("{:.1}", stat.mean),
    }
}

fn ours_text(cell: &Cell) -> String {
    match (&cell.state, cell.ours) {
        (CellState::Complete, Some(stat)) => stat_text(stat),
        (CellState::Failed { .. }, None) => "failed".to_owned(),
        (CellState::Failed { .. }, Some(stat)) => {
            format!("{} (failed {})", stat_text(stat), fraction(cell, stat))
        }
        (_, Some(stat)) => format!("{} ({})", stat_text(stat), fraction(cell, stat)),
        (_, None) => "–".to_owned(),
    }
}

fn fraction(cell: &Cell, stat: Stat) -> String {
    format!("{}/{}", stat.n, cell.expected)
}

fn signed(difference: Option<f64>) -> String {
    difference.map_or_else(|| "–".to_owned(), signed_number)
}

pub(crate) fn signed_number(difference: f64) -> String {
    let text = format!("{difference:+.1}");
    match text.as_str() {
        "-0.0" | "+0.0" => "0.0".to_owned(),
        _ => text.replace('-', "−"),
    }
}

fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A learning rate as people write it: `4e-4`, `0.01`.
fn rate(lr: f64) -> String {
    if lr != 0.0 && lr.abs() < 0.01 {
        format!("{lr:e}")
    } else {
        lr.to_string()
    }
}
