//! The official tab-separated files.
//!
//! They are unquoted, so a quotation mark is text, and polars reads them faithfully with quoting off.
//! But it fills a short row up with empty fields in silence, counts blank lines as rows, and does not say on which line a
//! long row or invalid UTF-8 stands; so the bytes are checked first, line by line, and polars sees only rectangular UTF-8.

use std::io::Cursor;
use std::path::Path;

use polars::prelude::{CsvParseOptions, CsvReadOptions, DataFrame, SerReader as _, StringChunked};

use super::columns::{self, Columns, RawLabel};
use super::{Example, GlueTask};
use crate::{Error, Position};

const TAB: u8 = b'\t';
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// CoLA has no header; these are the names of its four columns.
const COLA_HEADER: [&str; 4] = ["source", "label", "mark", "sentence"];

pub(super) fn read(task: GlueTask, path: &Path, bytes: &[u8]) -> Result<Vec<Example>, Error> {
    let bytes = bytes
        .strip_prefix(BYTE_ORDER_MARK.as_bytes())
        .unwrap_or(bytes);
    let checked = check(task, path, bytes)?;
    if checked.lines.is_empty() {
        return Ok(Vec::new());
    }
    let columns = Columns::of(task);
    let position = |names| columns::position(path, &checked.header, names);
    let a = position(columns.a)?;
    let b = columns.b.map(position).transpose()?;
    let label = position(columns.label)?;

    // polars would count blank lines at the end as rows.
    let table = table(path, &bytes[..checked.n_bytes], &checked)?;
    let column = |index: usize| text_column(path, &table, index);
    let (a, b, label) = (column(a)?, b.map(column).transpose()?, column(label)?);
    let mut examples = Vec::with_capacity(checked.lines.len());
    for (row, &line) in checked.lines.iter().enumerate() {
        let texts = (text(a, row), b.map(|b| text(b, row)));
        let label = RawLabel::Text(text(label, row));
        examples.extend(columns::example(
            task,
            path,
            Position::Line(line),
            texts,
            label,
        )?);
    }
    Ok(examples)
}

/// What the check of the bytes found.
struct Checked {
    header: Vec<String>,
    has_header: bool,
    /// The line of each row of data, counted from 1.
    lines: Vec<usize>,
    /// Length of the file without the blank lines at its end.
    n_bytes: usize,
}

/// Checks that every line is UTF-8 and has as many columns as the header; blank lines at the end are none.
fn check(task: GlueTask, path: &Path, bytes: &[u8]) -> Result<Checked, Error> {
    let (mut rows, mut n_rows, mut n_bytes) = (Vec::new(), 0, 0);
    let mut end = 0;
    for (index, bytes) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        end += bytes.len();
        let text = utf8(path, index + 1, bytes)?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        rows.push((index + 1, text));
        if !text.is_empty() {
            (n_rows, n_bytes) = (rows.len(), end);
        }
    }
    rows.truncate(n_rows);
    let has_header = task != GlueTask::Cola;
    let (header, rows) = match rows.split_first() {
        None => {
            return Ok(Checked {
                header: Vec::new(),
                has_header,
                lines: Vec::new(),
                n_bytes,
            });
        }
        Some(((_, header), rows)) if has_header => (
            header
                .split('\t')
                .map(str::to_owned)
                .collect::<Vec<String>>(),
            rows,
        ),
        Some(_) => (COLA_HEADER.map(str::to_owned).to_vec(), rows.as_slice()),
    };
    let mut lines = Vec::with_capacity(rows.len());
    for &(line, text) in rows {
        let found = text.bytes().filter(|&byte| byte == TAB).count() + 1;
        if found != header.len() {
            return Err(Error::ColumnCount {
                path: path.to_path_buf(),
                line,
                expected: header.len(),
                found,
            });
        }
        lines.push(line);
    }
    Ok(Checked {
        header,
        has_header,
        lines,
        n_bytes,
    })
}

/// One line as text.
pub(super) fn utf8<'a>(path: &Path, line: usize, bytes: &'a [u8]) -> Result<&'a str, Error> {
    std::str::from_utf8(bytes).map_err(|error| Error::InvalidUtf8 {
        path: path.to_path_buf(),
        line,
        byte: error.valid_up_to() + 1,
    })
}

/// The checked bytes as a table of strings, with columns by position.
fn table(path: &Path, bytes: &[u8], checked: &Checked) -> Result<DataFrame, Error> {
    let parse = CsvParseOptions::default()
        .with_separator(TAB)
        .with_quote_char(None)
        .with_missing_is_null(false);
    let table = CsvReadOptions::default()
        .with_has_header(checked.has_header)
        // Zero: nothing is inferred, every column is text.
        .with_infer_schema_length(Some(0))
        .with_parse_options(parse)
        .into_reader_with_file_handle(Cursor::new(bytes))
        .finish()
        .map_err(|source| Error::Table {
            path: path.to_path_buf(),
            format: "TSV",
            source,
        })?;
    if table.height() != checked.lines.len() {
        return Err(Error::RowCount {
            path: path.to_path_buf(),
            expected: checked.lines.len(),
            found: table.height(),
        });
    }
    Ok(table)
}

fn text_column<'a>(
    path: &Path,
    table: &'a DataFrame,
    index: usize,
) -> Result<&'a StringChunked, Error> {
    table.columns()[index].str().map_err(|source| Error::Table {
        path: path.to_path_buf(),
        format: "TSV",
        source,
    })
}

/// A field; with `missing_is_null` off an empty one is an empty text, so there always is one.
fn text(column: &StringChunked, row: usize) -> &str {
    column.get(row).unwrap_or_default()
}
