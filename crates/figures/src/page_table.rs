//! The page's table: our number, the paper's below it, the published one below that; differences on hover.

use std::fmt::Write;
use std::ops::Range;

use results::{Cell, CellState, ColumnGroup, Stat, Table, TableRow, View};

use crate::html::{escape, label_html};
use crate::value::ours_name;

/// Appends the table, the key to its lines and the notes on the paper's own slips.
pub(crate) fn table_html(out: &mut String, table: &Table) {
    let with_published = table.head.view == View::Local && table.has_published();
    let published = if with_published {
        ", <u>published</u>"
    } else {
        ""
    };
    let _ = writeln!(
        out,
        "<p class=\"key\">In each cell: <b>{}</b>, <i>paper</i>{published}. Point at a cell for the differences. \
         Trainable parameters: the share of all, the share that the paper prints, and the count for {}, with each parameter once / with the head twice as the paper's software counted.</p>",
        escape(&ours_name(table)),
        if table.groups().is_empty() {
            "most tasks"
        } else {
            "the smallest to the largest head"
        },
    );
    let mut notes: Vec<&str> = Vec::new();
    let parts = parts(table);
    for part in &parts {
        head_html(out, table, part);
        for row in &table.rows {
            let _ = write!(
                out,
                "<tr><th>{}<code>{}</code></th>",
                label_html(&row.label),
                row.arm
            );
            for index in part.columns.clone() {
                let first = part.groups.iter().any(|group| group.columns.start == index);
                cell_html(out, &row.cells[index], first, with_published, &mut notes);
            }
            if part.with_parameters {
                parameters_html(out, row, !part.groups.is_empty());
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table></div>\n");
    }
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

/// Neighbouring columns that are shown as a table of their own.
struct Part {
    columns: Range<usize>,
    /// The groups that the columns fall into; none in a table without.
    groups: Vec<ColumnGroup>,
    /// Whether the parameters follow: once is enough.
    with_parameters: bool,
}

/// The whole table, or as many groups at a time as fit on a page side by side.
fn parts(table: &Table) -> Vec<Part> {
    const MOST_COLUMNS: usize = 8;
    let groups = table.groups();
    if groups.is_empty() {
        return vec![Part {
            columns: 0..table.column_labels().len(),
            groups,
            with_parameters: true,
        }];
    }
    let mut parts: Vec<Part> = Vec::new();
    for group in groups {
        match parts.last_mut() {
            Some(part) if group.columns.end - part.columns.start <= MOST_COLUMNS => {
                part.columns.end = group.columns.end;
                part.groups.push(group);
            }
            _ => parts.push(Part {
                columns: group.columns.clone(),
                with_parameters: parts.is_empty(),
                groups: vec![group],
            }),
        }
    }
    parts
}

/// The opening and the heads: one line, or two where data sets have several columns.
fn head_html(out: &mut String, table: &Table, part: &Part) {
    if part.groups.is_empty() {
        out.push_str("<div class=\"scroll\"><table>\n<thead><tr><th>Arm</th>");
        for label in table.column_labels() {
            let _ = write!(out, "<th>{}</th>", escape(&label));
        }
        out.push_str("<th>Trainable</th></tr></thead>\n<tbody>\n");
        return;
    }
    out.push_str("<div class=\"scroll parts\"><table class=\"grouped\">\n<thead><tr><th></th>");
    for group in &part.groups {
        let span = group.columns.len();
        let label = escape(&group.label);
        let _ = write!(out, "<th class=\"first\" colspan=\"{span}\">{label}</th>");
    }
    if part.with_parameters {
        out.push_str("<th class=\"first\"></th>");
    }
    out.push_str("</tr>\n<tr><th>Arm</th>");
    for index in part.columns.clone() {
        let first = part.groups.iter().any(|group| group.columns.start == index);
        let class = if first { " class=\"first\"" } else { "" };
        let label = escape(&table.head.columns[index].label);
        let _ = write!(out, "<th{class}>{label}</th>");
    }
    if part.with_parameters {
        out.push_str("<th class=\"first\">Trainable</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
}

fn cell_html<'a>(
    out: &mut String,
    cell: &'a Cell,
    first_of_group: bool,
    with_published: bool,
    notes: &mut Vec<&'a str>,
) {
    let class = if first_of_group {
        " class=\"first\""
    } else {
        ""
    };
    let _ = write!(out, "<td{class} title=\"{}\">", escape(&hover(cell)));
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

fn parameters_html(out: &mut String, row: &TableRow, grouped: bool) {
    // Data sets differ in their number of classes, so a row of several has a range of counts.
    let parameters = if grouped {
        row.parameter_range()
    } else {
        row.parameters().map(|usual| (usual, usual))
    };
    out.push_str(if grouped {
        "<td class=\"first\">"
    } else {
        "<td>"
    });
    match parameters {
        Some((least, most)) => {
            let shares =
                range_text([least.percent(), most.percent()].map(|share| format!("{share:.3}")));
            let _ = write!(out, "<span class=\"ours\">{shares} %</span>");
        }
        None => out.push_str("<span class=\"missing\">–</span>"),
    }
    let printed = if row.params_printed.is_empty() {
        "–"
    } else {
        &row.params_printed
    };
    let _ = write!(out, "<span class=\"paper\">{}</span>", escape(printed));
    if let Some((least, most)) = parameters {
        // A range has a line of its own.
        let between = if grouped { " /</small><small>" } else { " / " };
        let _ = write!(
            out,
            "<small>{}{between}{}</small>",
            range_text([least.trainable, most.trainable].map(|count| count.to_string())),
            range_text([least.paper_count, most.paper_count].map(|count| count.to_string()))
        );
    }
    out.push_str("</td>");
}

/// `a–b`, or the one text if both are equal.
fn range_text([from, to]: [String; 2]) -> String {
    if from == to {
        from
    } else {
        format!("{from}–{to}")
    }
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
