//! JSON-lines: one object a line, with the hub's field names.

use std::path::Path;

use serde_json::{Map, Value};

use super::columns::{self, Columns, Names, RawLabel};
use super::{Example, GlueTask};
use crate::{Error, Position};

pub(super) fn read(task: GlueTask, path: &Path, bytes: &[u8]) -> Result<Vec<Example>, Error> {
    let columns = Columns::of(task);
    let mut examples = Vec::new();
    for (index, bytes) in bytes.split(|&byte| byte == b'\n').enumerate() {
        let line = index + 1;
        let text = super::tsv::utf8(path, line, bytes)?;
        if text.trim().is_empty() {
            continue;
        }
        let record: Map<String, Value> =
            serde_json::from_str(text).map_err(|source| Error::Json {
                path: path.to_path_buf(),
                line,
                source,
            })?;
        let (_, label) = field(path, line, &record, columns.label)?;
        let label = match label {
            Value::Number(number) => RawLabel::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => RawLabel::Text(text),
            // Shown as it stands by the error, and no label of any task.
            other => {
                let found = other.to_string();
                return Err(Error::Label {
                    path: path.to_path_buf(),
                    at: Position::Line(line),
                    found,
                    task,
                });
            }
        };
        let a = text_field(path, line, &record, columns.a)?;
        let b = columns
            .b
            .map(|names| text_field(path, line, &record, names))
            .transpose()?;
        examples.extend(columns::example(
            task,
            path,
            Position::Line(line),
            (a, b),
            label,
        )?);
    }
    Ok(examples)
}

fn field<'a>(
    path: &Path,
    line: usize,
    record: &'a Map<String, Value>,
    names: Names,
) -> Result<(&'static str, &'a Value), Error> {
    names
        .iter()
        .find_map(|&name| record.get(name).map(|value| (name, value)))
        .ok_or_else(|| Error::MissingField {
            path: path.to_path_buf(),
            line,
            expected: names,
        })
}

fn text_field<'a>(
    path: &Path,
    line: usize,
    record: &'a Map<String, Value>,
    names: Names,
) -> Result<&'a str, Error> {
    let (column, value) = field(path, line, record, names)?;
    value.as_str().ok_or_else(|| Error::MissingText {
        path: path.to_path_buf(),
        at: Position::Line(line),
        column: column.to_owned(),
    })
}
