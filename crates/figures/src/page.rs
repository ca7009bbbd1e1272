//! The page: one self-contained HTML file beside the pictures it shows.

use std::collections::BTreeSet;
use std::fmt::Write;

use results::Table;

use crate::dots::ours_name;
use crate::label::{Piece, pieces};
use crate::page_table;
use crate::provenance::Provenance;
use crate::render::Request;
use crate::sheets::ContactSheet;

/// One suite's part of the page.
pub struct Chapter {
    /// The suite's name.
    pub title: &'static str,
    /// Contact sheets of its data sets.
    pub sheets: Vec<ContactSheet>,
    /// Its tables.
    pub shown: Vec<Shown>,
    /// Where its numbers come from.
    pub provenance: Provenance,
}

/// One rendered table.
pub struct Shown {
    /// File stem of the table.
    pub stem: String,
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

impl Picture {
    /// A picture that needs no introduction.
    pub fn new(stem: String, alt: String, size: (u32, u32)) -> Self {
        Self {
            stem,
            alt,
            size,
            heading: None,
            sentence: None,
        }
    }
}

/// The whole page.
pub fn html(request: &Request, chapters: &[Chapter]) -> String {
    let scale = escape(&request.scale);
    let whose = if request.local {
        "this machine's own runs"
    } else {
        "the published runs"
    };
    let titles: Vec<&str> = chapters.iter().map(|chapter| chapter.title).collect();
    let titles = titles.join(" and ");
    let tables = || chapters.iter().flat_map(|chapter| &chapter.shown);
    let grouped = tables().any(|shown| !shown.table.groups().is_empty());
    let mut out = String::new();
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Asymmetry in low-rank adapters: {titles} at scale {scale}</title>\n\
         <style>\n{}{}</style>\n</head>\n<body>\n\
         <h1>Asymmetry in low-rank adapters: {titles} at scale {scale}</h1>\n\
         <p>The tables of “Asymmetry in Low-Rank Adapters of Foundation Models” from {whose}, beside the numbers that the paper prints.</p>\n\
         <p>{}</p>\n",
        include_str!("page.css"),
        if grouped {
            include_str!("page_grouped.css")
        } else {
            ""
        },
        scale_sentence(&request.scale),
    );
    if chapters.len() > 1 {
        let links: Vec<String> = tables()
            .map(|shown| {
                let (stem, title) = (escape(&shown.stem), escape(&shown.table.title));
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
            let _ = writeln!(out, "<h3>{}</h3>", chapter.title);
        }
        provenance_section(&mut out, &chapter.provenance);
    }
    regenerate_section(&mut out, request, tables());
    out.push_str("</body>\n</html>\n");
    out
}

fn sheets_section(out: &mut String, sheets: &[ContactSheet]) {
    if sheets.is_empty() {
        return;
    }
    let _ = writeln!(out, "<h2 id=\"pictures\">What the images look like</h2>");
    for sheet in sheets {
        let (file, label) = (escape(&sheet.file), escape(&sheet.label));
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
        escape(&shown.stem),
        escape(&table.title)
    );
    for sentence in table.sentences() {
        let _ = writeln!(out, "<p>{}</p>", page_table::sentence_html(&sentence));
    }
    page_table::table_html(out, table);
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
         <p class=\"faint\">The same picture as <a href=\"{stem}.svg\">SVG</a> and <a href=\"{stem}.png\">PNG</a>.</p>"
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
    let minutes = provenance.train_s / 60.0;
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
                "{} finished{failed}; {minutes:.1} minutes of training in all",
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
    request: &Request,
    tables: impl Iterator<Item = &'a Shown>,
) {
    let scale = escape(&request.scale);
    let local = if request.local { " --local" } else { "" };
    let _ = writeln!(
        out,
        "<h2>Make it again</h2>\n\
         <p>Each table's command trains what this machine has not stored yet and writes the table; the last one draws this page from the tables and never trains.</p>\n\
         <pre>"
    );
    for shown in tables {
        // A table's stem is its binary and, after a dash, the flag that makes the variant.
        let (binary, flag) = match shown.stem.split_once('-') {
            Some((binary, variant)) => (binary, format!(" --{variant}")),
            None => (shown.stem.as_str(), String::new()),
        };
        let (binary, flag) = (escape(binary), escape(&flag));
        let _ = writeln!(
            out,
            "cargo run -p repro --bin {binary} -- --scale {scale}{flag}"
        );
    }
    let _ = writeln!(out, "cargo run -p figures -- --scale {scale}{local}</pre>");
}

/// An arm's label with its hats and subscripts.
pub(crate) fn label_html(label: &str) -> String {
    pieces(label)
        .iter()
        .map(|piece| match piece {
            Piece::Plain(text) => escape(text),
            Piece::Hat(letter) => format!("{}\u{302}", escape(&letter.to_string())),
            Piece::Sub(text) => format!("<sub>{}</sub>", escape(text)),
        })
        .collect()
}

/// Text made safe for element content and quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
