//! Text and labels as HTML.

use crate::label::{Piece, pieces};

/// An arm's label with its hats and subscripts.
pub fn label_html(label: &str) -> String {
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
pub fn escape(text: &str) -> String {
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
