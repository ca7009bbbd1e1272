//! The page's table: our number, the paper's below it, the published one below that; differences on hover.

use std::fmt::Write;

use results::{Cell, CellState, Stat, Table, TableRow, View};

use crate::dots::ours_name;
use crate::page::{escape, label_html};

/// Appends the table, the key to its lines and the notes on the paper's own slips.
pub(crate) fn table_html(out: &mut String, table: &Table) {
    let with_published = table.view == View::Local && table.has_published();
    let published = if with_published {
        ", <u>published</u>"
    } else {
        ""
    };
    let _ = writeln!(
        out,
        "<p class=\"key\">In each cell: <b>{}</b>, <i>paper</i>{published}. Point at a cell for the differences. \
         Trainable parameters: the share of all, the share that the paper prints, and the count for most tasks, with each parameter once / with the head twice as the paper's software counted.</p>",
        escape(&ours_name(table))
    );
    let mut notes: Vec<&str> = Vec::new();
    out.push_str("<div class=\"scroll\"><table>\n<thead><tr><th>Arm</th>");
    for column in table.columns() {
        let _ = write!(out, "<th>{}</th>", escape(&table.column_label(&column)));
    }
    out.push_str("<th>Trainable</th></tr></thead>\n<tbody>\n");
    for row in &table.rows {
        let _ = write!(
            out,
            "<tr><th>{}<code>{}</code></th>",
            label_html(&row.label),
            escape(&row.arm)
        );
        for cell in &row.cells {
            cell_html(out, cell, with_published, &mut notes);
        }
        parameters_html(out, row);
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n");
    if !notes.is_empty() {
        out.push_str("<p class=\"faint\">Slips of the paper's own, shown as printed: ");
        let notes: Vec<String> = notes
            .iter()
            .enumerate()
            .map(|(index, note)| format!("<sup>{}</sup> {}", index + 1, escape(note)))
            .collect();
        let _ = writeln!(out, "{}.</p>", notes.join("; "));
    }
}

fn cell_html<'a>(out: &mut String, cell: &'a Cell, with_published: bool, notes: &mut Vec<&'a str>) {
    let _ = write!(out, "<td title=\"{}\">", escape(&hover(cell)));
    match (&cell.state, cell.ours) {
        (_, Some(stat)) => {
            let _ = write!(out, "<span class=\"ours\">{}</span>", stat_html(stat));
        }
        (CellState::Failed { .. }, None) => out.push_str("<span class=\"failed\">failed</span>"),
        (_, None) => out.push_str("<span class=\"missing\">not run</span>"),
    }
    match &cell.paper {
        None => out.push_str("<span class=\"paper\">–</span>"),
        Some(paper) => {
            let _ = write!(out, "<span class=\"paper\">{}", escape(&paper.printed));
            if !paper.flag.is_empty() {
                let known = notes.iter().position(|note| *note == paper.flag);
                let number = known.unwrap_or_else(|| {
                    notes.push(&paper.flag);
                    notes.len() - 1
                });
                let _ = write!(out, "<sup>{}</sup>", number + 1);
            }
            out.push_str("</span>");
        }
    }
    if with_published {
        let text = cell.published.map_or_else(|| "–".to_owned(), stat_html);
        let _ = write!(out, "<span class=\"published\">{text}</span>");
    }
    if let Some(stat) = cell.ours.filter(|_| cell.state != CellState::Complete) {
        let failed = matches!(cell.state, CellState::Failed { .. });
        let class = if failed { " class=\"failed\"" } else { "" };
        let _ = write!(
            out,
            "<small{class}>{} of {} seeds</small>",
            stat.n, cell.expected
        );
    }
    out.push_str("</td>");
}

fn parameters_html(out: &mut String, row: &TableRow) {
    let parameters = row.parameters();
    out.push_str("<td>");
    match parameters {
        Some(parameters) => {
            let _ = write!(
                out,
                "<span class=\"ours\">{:.3} %</span>",
                parameters.percent()
            );
        }
        None => out.push_str("<span class=\"missing\">–</span>"),
    }
    let printed = if row.params_printed.is_empty() {
        "–"
    } else {
        &row.params_printed
    };
    let _ = write!(out, "<span class=\"paper\">{}</span>", escape(printed));
    if let Some(parameters) = parameters {
        let _ = write!(
            out,
            "<small>{} / {}</small>",
            parameters.trainable, parameters.paper_count
        );
    }
    out.push_str("</td>");
}

/// What pointing at a cell tells.
fn hover(cell: &Cell) -> String {
    let mut parts = vec![cell.state.to_string()];
    let mut difference = |name: &str, value: Option<f64>| {
        if let Some(value) = value {
            let text = format!("{value:+.2}").replace('-', "−");
            parts.push(format!("ours minus {name} {text}"));
        }
    };
    difference("paper", cell.minus_paper());
    difference("published", cell.minus_published());
    if let Some(paper) = cell.paper.as_ref().filter(|paper| !paper.flag.is_empty()) {
        parts.push(format!("the paper: {}", paper.flag));
    }
    parts.join("; ")
}

fn stat_html(stat: Stat) -> String {
    match stat.std {
        Some(std) => format!("{:.1}<span class=\"std\"> ±{std:.1}</span>", stat.mean),
        None => format!("{:.1}", stat.mean),
    }
}

/// A sentence of the table's, with the arm labels in it set in type.
pub(crate) fn sentence_html(sentence: &str) -> String {
    label_html(sentence)
}
