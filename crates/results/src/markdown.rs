//! A table as Markdown: ours first, then the paper's, the published numbers and the differences.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::cell::{Cell, CellState};
use crate::stats::Stat;
use crate::table::{Table, TableRow, View};
use crate::text::{signed_number, thousands};

impl Table {
    /// The table as Markdown, one sentence a line, without any date, so that equal rows give equal text.
    pub fn to_markdown(&self) -> String {
        let mut out = String::new();
        let head = &self.head;
        let _ = writeln!(out, "# {} (scale {})\n", head.title, head.scale);
        if !head.warning.is_empty() {
            let _ = writeln!(out, "**{}**\n", arm_label(&head.warning));
        }
        for sentence in self.sentences() {
            let _ = writeln!(out, "{}", arm_label(&sentence));
        }
        let owner = match head.view {
            View::Local => "This machine",
            View::Published => "Ours",
        };
        let _ = writeln!(out, "\n## {owner}\n");
        self.section(&mut out, true, ours_text);
        self.parameters(&mut out);
        self.unfinished_section(&mut out);

        let flags = self.flags();
        let _ = writeln!(out, "\n## The paper, Table {}\n", head.paper_number);
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
        if head.scale != "paper" {
            let _ = writeln!(
                out,
                "At scale {} the model and the data are others than the paper's, so its numbers are context and not a target.\n",
                head.scale
            );
        }
        self.section(&mut out, false, |cell| signed(cell.minus_paper()));

        if head.view == View::Local {
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

    fn section(&self, out: &mut String, mark_arm: bool, text: impl Fn(&Cell) -> String) {
        for (index, block) in self.blocks().into_iter().enumerate() {
            if index > 0 {
                out.push('\n');
            }
            let _ = write!(out, "| {} |", block.head.as_deref().unwrap_or("Arm"));
            for label in &block.labels {
                let _ = write!(out, " {label} |");
            }
            out.push_str("\n|---|");
            for _ in &block.labels {
                out.push_str("---:|");
            }
            out.push('\n');
            for row in &self.rows {
                let _ = write!(out, "| {} |", arm_text(row, mark_arm));
                for cell in &row.cells[block.columns.clone()] {
                    let _ = write!(out, " {} |", text(cell).replace('|', "\\|"));
                }
                out.push('\n');
            }
        }
    }

    fn parameters(&self, out: &mut String) {
        // One column a task: the usual count. Several data sets: from the smallest head to the largest.
        let grouped = !self.groups().is_empty();
        let range = |row: &TableRow| {
            if grouped {
                row.parameter_range()
            } else {
                row.parameters().map(|usual| (usual, usual))
            }
        };
        let counted: Vec<_> = self
            .rows
            .iter()
            .filter_map(|row| Some((row, range(row)?)))
            .collect();
        if counted.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n## Trainable parameters\n");
        let about = if grouped {
            "Heads differ with the number of classes, so counts run from the smallest to the largest."
        } else {
            "Counts are those of most tasks; heads differ with the number of classes."
        };
        let _ = writeln!(out, "{about}");
        let _ = writeln!(
            out,
            "\"Paper count\" counts the head twice, as the paper's software did.\n"
        );
        let _ = writeln!(
            out,
            "| Arm | Trainable | Share | Paper count | Share | Paper prints |"
        );
        let _ = writeln!(out, "|---|---:|---:|---:|---:|---:|");
        for (row, (least, most)) in counted {
            let printed = if row.params_printed.is_empty() {
                "–"
            } else {
                &row.params_printed
            };
            let percent = |percent: f64| format!("{percent:.3} %");
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {printed} |",
                arm_text(row, false),
                from_to(thousands(least.trainable), thousands(most.trainable)),
                from_to(percent(least.percent()), percent(most.percent())),
                from_to(thousands(least.paper_count), thousands(most.paper_count)),
                from_to(
                    percent(least.paper_percent()),
                    percent(most.paper_percent())
                ),
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

/// `a to b`, or the one text if both are equal.
fn from_to(from: String, to: String) -> String {
    if from == to {
        from
    } else {
        format!("{from} to {to}")
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
