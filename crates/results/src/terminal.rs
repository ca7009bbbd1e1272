//! A table for the terminal: up to three lines an arm, one a source.

use std::fmt::Write;
use std::ops::Range;

use crate::cell::CellState;
use crate::markdown::stat_text;
use crate::stats::Stat;
use crate::table::{Table, TableRow, View};

impl Table {
    /// The table as aligned plain text, about 110 columns wide for seven tasks; a wide table is written one group below the other.
    pub fn to_terminal(&self) -> String {
        let head = &self.head;
        let mut out = format!("{} (scale {})\n", head.title, head.scale);
        if !head.warning.is_empty() {
            let _ = writeln!(out, "{}", head.warning);
        }
        for sentence in self.sentences() {
            let _ = writeln!(out, "{sentence}");
        }
        for block in self.blocks() {
            let mut lines: Vec<Vec<String>> = Vec::new();
            let mut head = vec![
                block.head.unwrap_or_else(|| "arm".to_owned()),
                String::new(),
            ];
            head.extend(block.labels);
            lines.push(head);
            for row in &self.rows {
                self.push_row(&mut lines, row, block.columns.clone());
            }
            out.push('\n');
            write_aligned(&mut out, &lines);
        }
        for row in &self.rows {
            let mut failed: Vec<String> = Vec::new();
            for (column, cell) in head.columns.iter().zip(&row.cells) {
                if let CellState::Failed { message } = &cell.state {
                    failed.push(format!("{} on {} failed: {message}", row.arm, column.task));
                }
            }
            // Several columns of one task fail together.
            failed.dedup();
            failed.iter().for_each(|line| {
                let _ = writeln!(out, "{line}");
            });
        }
        out
    }

    fn push_row(&self, lines: &mut Vec<Vec<String>>, row: &TableRow, columns: Range<usize>) {
        let cells = &row.cells[columns];
        let optional = |stat: Option<Stat>| stat.map_or_else(|| "–".to_owned(), stat_text);
        let line = |name: &str, source: &str, fields: Vec<String>| {
            let mut line = vec![name.to_owned(), source.to_owned()];
            line.extend(fields);
            line
        };
        let own = cells.iter().map(|cell| match (&cell.state, cell.ours) {
            (CellState::NotRun, _) => "not run".to_owned(),
            (CellState::Failed { .. }, None) => "failed".to_owned(),
            (CellState::Complete, stat) => optional(stat),
            (_, Some(stat)) => format!("{} [{}/{}]", stat_text(stat), stat.n, cell.expected),
            (_, None) => "–".to_owned(),
        });
        lines.push(line(&row.label, self.head.view.owner(), own.collect()));
        if self.head.view == View::Local && self.has_published() {
            let published = cells.iter().map(|cell| optional(cell.published));
            lines.push(line(
                &format!("  {}", row.arm),
                "published",
                published.collect(),
            ));
        }
        let paper = cells.iter().map(|cell| match &cell.paper {
            None => "–".to_owned(),
            Some(paper) if paper.flag.is_empty() => paper.printed.clone(),
            Some(paper) => format!("{}*", paper.printed),
        });
        let name = if self.head.view == View::Local && self.has_published() {
            String::new()
        } else {
            format!("  {}", row.arm)
        };
        lines.push(line(&name, "paper", paper.collect()));
    }
}

/// Writes lines of equally many fields: names to the left, numbers to the right.
fn write_aligned(out: &mut String, lines: &[Vec<String>]) {
    let n_columns = lines.first().map_or(0, Vec::len);
    let widest = |column: usize| lines.iter().map(|line| width(&line[column])).max();
    let widths: Vec<usize> = (0..n_columns)
        .map(|column| widest(column).unwrap_or(0))
        .collect();
    for line in lines {
        let mut text = String::new();
        for (column, field) in line.iter().enumerate() {
            let padding = " ".repeat(widths[column] - width(field));
            let _ = if column < 2 {
                write!(text, "{field}{padding}  ")
            } else {
                write!(text, "{padding}{field}  ")
            };
        }
        let _ = writeln!(out, "{}", text.trim_end());
    }
}

/// Columns that a text takes: combining hats take none.
fn width(text: &str) -> usize {
    text.chars()
        .filter(|character| !('\u{300}'..='\u{36f}').contains(character))
        .count()
}
