//! The page: one self-contained HTML file beside the pictures it shows.

use std::collections::BTreeSet;
use std::fmt::Write;

use results::Table;

use crate::html::{escape, label_html};
use crate::page_table::table_html;
use crate::provenance::Provenance;
use crate::sheets::ContactSheet;
use crate::value::ours_name;

/// One suite's part of the page.
pub struct Chapter {
    /// The suite's name.
    pub title: String,
    /// Contact sheets of its data sets, each with the data set's name.
    pub sheets: Vec<(String, ContactSheet)>,
    /// Its tables.
    pub shown: Vec<Shown>,
    /// Where its numbers come from.
    pub provenance: Provenance,
}

/// One rendered table.
pub struct Shown {
    /// The table.
    pub table: Table,
    /// Its pictures, in the order of the page.
    pub pictures: Vec<Picture>,
}

/// One picture of a table.
pub struct Picture {
    /// File stem.
    pub stem: String,
    /// What it shows, for those who do not see it.
    pub alt: String,
    /// Width and height, in logical pixels.
    pub size: (u32, u32),
    /// A head above it.
    pub heading: Option<String>,
    /// A sentence above it.
    pub sentence: Option<String>,
}

/// The whole page of a scale's tables, of this machine's own runs if `local`.
pub fn html(scale: &str, local: bool, chapters: &[Chapter]) -> String {
    let whose = if local {
        "this machine's own runs"
    } else {
        "the published runs"
    };
    let titles: Vec<String> = chapters
        .iter()
        .map(|chapter| escape(&chapter.title))
        .collect();
    let titles = titles.join(" and ");
    let sentence = scale_sentence(scale);
    let escaped = escape(scale);
    let tables = || chapters.iter().flat_map(|chapter| &chapter.shown);
    let grouped = tables().any(|shown| !shown.table.groups().is_empty());
    let mut out = String::new();
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Asymmetry in low-rank adapters: {titles} at scale {escaped}</title>\n\
         <style>\n{}{}</style>\n</head>\n<body>\n\
         <h1>Asymmetry in low-rank adapters: {titles} at scale {escaped}</h1>\n\
         <p>The tables of “Asymmetry in Low-Rank Adapters of Foundation Models” from {whose}, beside the numbers that the paper prints.</p>\n\
         <p>{}</p>\n",
        include_str!("page.css"),
        if grouped {
            include_str!("page_grouped.css")
        } else {
            ""
        },
        sentence,
    );
    if chapters.len() > 1 {
        let links: Vec<String> = tables()
            .map(|shown| {
                let (stem, title) = (
                    escape(&shown.table.head.name),
                    escape(&shown.table.head.title),
                );
                format!("<li><a href=\"#{stem}\">{title}</a></li>")
            })
            .collect();
        let _ = writeln!(out, "<ul>{}</ul>", links.concat());
    }
    for chapter in chapters {
        sheets_section(&mut out, &chapter.sheets);
        for shown in &chapter.shown {
            section(&mut out, shown);
        }
    }
    let _ = writeln!(out, "<h2>Where the numbers come from</h2>");
    for chapter in chapters {
        if chapters.len() > 1 {
            let _ = writeln!(out, "<h3>{}</h3>", escape(&chapter.title));
        }
        provenance_section(&mut out, &chapter.provenance);
    }
    regenerate_section(&mut out, scale, local, tables());
    out.push_str("</body>\n</html>\n");
    out
}

fn sheets_section(out: &mut String, sheets: &[(String, ContactSheet)]) {
    if sheets.is_empty() {
        return;
    }
    let _ = writeln!(out, "<h2 id=\"pictures\">What the images look like</h2>");
    for (label, sheet) in sheets {
        let (file, label) = (escape(&sheet.file), escape(label));
        let (width, height) = sheet.size;
        let _ = writeln!(
            out,
            "<h3>{label}</h3>\n<div class=\"scroll figure\"><img style=\"max-width: {width}px; min-width: 0\" src=\"{file}\" alt=\"Contact sheet of {label}: example images by environment.\" width=\"{width}\" height=\"{height}\"></div>"
        );
    }
}

fn scale_sentence(scale: &str) -> String {
    match scale {
        "mini" => "Scale mini trains the lab's own small model on generated tasks: it tests the paper's claims about the arms, and is no reproduction of its numbers.".to_owned(),
        "small" => "Scale small trains a small public model on the real data: it tests the paper's claims about the arms, and is no reproduction of its numbers.".to_owned(),
        "paper" => "Scale paper trains the paper's own model on its own data.".to_owned(),
        other => format!("The scale is {}.", escape(other)),
    }
}

fn section(out: &mut String, shown: &Shown) {
    let table = &shown.table;
    let _ = writeln!(
        out,
        "<h2 id=\"{0}\">{1}</h2>",
        escape(&table.head.name),
        escape(&table.head.title)
    );
    if !table.head.warning.is_empty() {
        let warning = label_html(&table.head.warning);
        let _ = writeln!(out, "<p class=\"warning\">{warning}</p>");
    }
    for sentence in table.sentences() {
        let _ = writeln!(out, "<p>{}</p>", label_html(&sentence));
    }
    table_html(out, table);
    unfinished(out, table);

    for shown in &shown.pictures {
        if let Some(heading) = &shown.heading {
            let _ = writeln!(out, "<h3>{}</h3>", escape(heading));
        }
        if let Some(sentence) = &shown.sentence {
            let _ = writeln!(out, "<p>{sentence}</p>");
        }
        picture(out, &shown.stem, &shown.alt, shown.size);
    }
}

fn picture(out: &mut String, stem: &str, alt: &str, (width, height): (u32, u32)) {
    let (stem, alt) = (escape(stem), escape(alt));
    let _ = writeln!(
        out,
        "<div class=\"scroll figure\"><img style=\"max-width: {width}px\" src=\"{stem}.svg\" alt=\"{alt}\" width=\"{width}\" height=\"{height}\"></div>\n\
         <p class=\"faint\"><a href=\"{stem}.svg\">This picture by itself</a>.</p>"
    );
}

/// What is missing, one line an arm and reason.
fn unfinished(out: &mut String, table: &Table) {
    let entries = table.unfinished();
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "<h3>Not complete ({})</h3>\n<ul>",
        escape(&ours_name(table))
    );
    for entry in entries {
        let _ = writeln!(
            out,
            "<li>{}{}: {}</li>",
            label_html(&entry.label),
            escape(&table.columns_text(&entry)),
            escape(&entry.state.to_string())
        );
    }
    out.push_str("</ul>\n");
}

fn provenance_section(out: &mut String, provenance: &Provenance) {
    if provenance.n_finished + provenance.n_failed == 0 {
        let _ = writeln!(
            out,
            "<p>No <code>runs.csv</code> lies beside the tables.</p>"
        );
        return;
    }
    let list = |items: &BTreeSet<String>| {
        let items: Vec<String> = items
            .iter()
            .map(|item| format!("<code>{}</code>", escape(item)))
            .collect();
        items.join(", ")
    };
    let seeds: Vec<String> = provenance.seeds.iter().map(u64::to_string).collect();
    let failed = match provenance.n_failed {
        0 => String::new(),
        failed => format!(", {failed} failed"),
    };
    let minutes = provenance.wall_s / 60.0;
    let (first, last) = &provenance.finished_at;
    let data: Vec<String> = provenance
        .data
        .iter()
        .map(|(task, digests)| format!("{} {}", escape(task), list(digests)))
        .collect();
    let _ = writeln!(out, "<dl>");
    let entries = [
        (
            "Runs",
            format!(
                "{} finished{failed}; {minutes:.1} minutes in all, evaluation included",
                provenance.n_finished
            ),
        ),
        ("Seeds", seeds.join(", ")),
        ("Finished", format!("{} to {}", escape(first), escape(last))),
        ("Commit", list(&provenance.commits)),
        ("Device", list(&provenance.devices)),
        ("Burn", list(&provenance.burn)),
        ("Checkpoint digest", list(&provenance.checkpoints)),
        ("Data digests", data.join("; ")),
    ];
    for (term, description) in entries {
        let _ = writeln!(out, "<dt>{term}</dt><dd>{description}</dd>");
    }
    let _ = writeln!(out, "</dl>");
}

fn regenerate_section<'a>(
    out: &mut String,
    scale: &str,
    local: bool,
    tables: impl Iterator<Item = &'a Shown>,
) {
    let _ = writeln!(
        out,
        "<h2>Make it again</h2>\n\
         <p>Each table's command trains what this machine has not stored yet and writes the table; the last one draws this page from the tables and never trains.</p>\n\
         <pre>"
    );
    for shown in tables.filter(|shown| !shown.table.head.command.is_empty()) {
        let _ = writeln!(out, "{}", escape(&shown.table.head.command));
    }
    let (scale, local) = (escape(scale), if local { " --local" } else { "" });
    let _ = writeln!(out, "cargo run -p figures -- --scale {scale}{local}</pre>");
}
