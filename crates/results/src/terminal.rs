//! A table for the terminal: up to three lines an arm, one a source.

use std::fmt::Write;

use crate::aggregate::Stat;
use crate::cell::CellState;
use crate::markdown::stat_text;
use crate::table::{Table, TableRow, View};

impl Table {
    /// The table as aligned plain text, about 110 columns wide for seven tasks.
    pub fn to_terminal(&self) -> String {
        let mut lines: Vec<Vec<String>> = Vec::new();
        let mut head = vec!["arm".to_owned(), String::new()];
        head.extend(
            self.columns()
                .iter()
                .map(|column| self.column_label(column)),
        );
        lines.push(head);
        for row in &self.rows {
            self.push_row(&mut lines, row);
        }
        let n_columns = lines[0].len();
        let widths: Vec<usize> = (0..n_columns)
            .map(|column| {
                lines
                    .iter()
                    .map(|line| width(&line[column]))
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let mut out = format!("{} (scale {})\n", self.title, self.scale);
        for sentence in self.sentences() {
            let _ = writeln!(out, "{sentence}");
        }
        out.push('\n');
        for line in &lines {
            let mut text = String::new();
            for (column, field) in line.iter().enumerate() {
                let padding = " ".repeat(widths[column] - width(field));
                // Names to the left, numbers to the right.
                let _ = if column < 2 {
                    write!(text, "{field}{padding}  ")
                } else {
                    write!(text, "{padding}{field}  ")
                };
            }
            let _ = writeln!(out, "{}", text.trim_end());
        }
        for row in &self.rows {
            for cell in &row.cells {
                if let CellState::Failed { message } = &cell.state
                    && cell.task != crate::AVERAGE
                {
                    let _ = writeln!(out, "{} on {} failed: {message}", row.arm, cell.task);
                }
            }
        }
        out
    }

    fn push_row(&self, lines: &mut Vec<Vec<String>>, row: &TableRow) {
        let optional = |stat: Option<Stat>| stat.map_or_else(|| "–".to_owned(), stat_text);
        let line = |name: &str, source: &str, fields: Vec<String>| {
            let mut line = vec![name.to_owned(), source.to_owned()];
            line.extend(fields);
            line
        };
        let own = row.cells.iter().map(|cell| match (&cell.state, cell.ours) {
            (CellState::NotRun { .. }, _) => "not run".to_owned(),
            (CellState::Failed { .. }, None) => "failed".to_owned(),
            (CellState::Complete, stat) => optional(stat),
            (_, Some(stat)) => format!("{} [{}/{}]", stat_text(stat), stat.n, cell.expected),
            (_, None) => "–".to_owned(),
        });
        lines.push(line(&row.label, self.view.owner(), own.collect()));
        if self.view == View::Local && self.has_published() {
            let published = row.cells.iter().map(|cell| optional(cell.published));
            lines.push(line(
                &format!("  {}", row.arm),
                "published",
                published.collect(),
            ));
        }
        let paper = row.cells.iter().map(|cell| match &cell.paper {
            None => "–".to_owned(),
            Some(paper) if paper.flag.is_empty() => paper.printed.clone(),
            Some(paper) => format!("{}*", paper.printed),
        });
        let name = if self.view == View::Local && self.has_published() {
            String::new()
        } else {
            format!("  {}", row.arm)
        };
        lines.push(line(&name, "paper", paper.collect()));
    }
}

/// Columns that a text takes: combining hats take none.
fn width(text: &str) -> usize {
    text.chars()
        .filter(|character| !('\u{300}'..='\u{36f}').contains(character))
        .count()
}
