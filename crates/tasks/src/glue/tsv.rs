//! The official tab-separated files.
//!
//! They are unquoted: a quotation mark is text and every tab separates, so a line is cut at its tabs and nothing else.
//! Every line is checked to be UTF-8 with as many columns as the header, and an error names the line.

use std::path::Path;

use super::columns::{self, Columns, RawLabel};
use super::{Example, GlueTask};
use crate::{Error, Position};

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// CoLA has no header; these are the names of its four columns.
const COLA_HEADER: [&str; 4] = ["source", "label", "mark", "sentence"];

pub(super) fn read(task: GlueTask, path: &Path, bytes: &[u8]) -> Result<Vec<Example>, Error> {
    let bytes = bytes
        .strip_prefix(BYTE_ORDER_MARK.as_bytes())
        .unwrap_or(bytes);
    let mut lines: Vec<&[u8]> = bytes
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect();
    // Blank lines at the end are none; elsewhere they are rows without their columns.
    while lines.pop_if(|line| line.is_empty()).is_some() {}
    let mut lines = lines
        .into_iter()
        .enumerate()
        .map(|(index, line)| Ok((index + 1, utf8(path, index + 1, line)?)));

    let header: Vec<&str> = match task {
        GlueTask::Cola => COLA_HEADER.to_vec(),
        _ => match lines.next().transpose()? {
            Some((_, header)) => header.split('\t').collect(),
            None => return Ok(Vec::new()),
        },
    };
    let columns = Columns::of(task);
    let position = |names| columns::position(path, &header, names);
    let a = position(columns.a)?;
    let b = columns.b.map(position).transpose()?;
    let label = position(columns.label)?;

    let mut examples = Vec::new();
    for line in lines {
        let (line, text) = line?;
        let fields: Vec<&str> = text.split('\t').collect();
        if fields.len() != header.len() {
            return Err(Error::ColumnCount {
                path: path.to_path_buf(),
                line,
                expected: header.len(),
                found: fields.len(),
            });
        }
        let texts = (fields[a], b.map(|b| fields[b]));
        let label = RawLabel::Text(fields[label]);
        let at = Position::Line(line);
        examples.extend(columns::example(task, path, at, texts, label)?);
    }
    Ok(examples)
}

/// One line as text.
pub(super) fn utf8<'a>(path: &Path, line: usize, bytes: &'a [u8]) -> Result<&'a str, Error> {
    std::str::from_utf8(bytes).map_err(|error| Error::InvalidUtf8 {
        path: path.to_path_buf(),
        line,
        byte: error.valid_up_to() + 1,
    })
}
