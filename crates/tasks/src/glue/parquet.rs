//! The hub's parquet files.

use std::io::Cursor;
use std::path::Path;

use polars::prelude::{Column, DataFrame, DataType, ParquetReader, SerReader as _};

use super::columns::{self, Columns, Names, RawLabel};
use super::{Example, GlueTask};
use crate::{Error, Position};

pub(super) fn read(task: GlueTask, path: &Path, bytes: Vec<u8>) -> Result<Vec<Example>, Error> {
    let unreadable = |source| Error::Table {
        path: path.to_path_buf(),
        format: "parquet",
        source,
    };
    let table = ParquetReader::new(Cursor::new(bytes))
        .finish()
        .map_err(unreadable)?;
    let columns = Columns::of(task);
    let (a_name, a) = column(path, &table, columns.a)?;
    let b = columns
        .b
        .map(|names| column(path, &table, names))
        .transpose()?;
    let (_, label) = column(path, &table, columns.label)?;

    let a = a.str().map_err(unreadable)?;
    let b = match b {
        Some((name, column)) => Some((name, column.str().map_err(unreadable)?)),
        None => None,
    };
    let label_text = label.try_str();
    let label_number = match label_text {
        Some(_) => None,
        None => Some(label.cast(&DataType::Float64).map_err(unreadable)?),
    };
    let label_number = label_number
        .as_ref()
        .map(Column::f64)
        .transpose()
        .map_err(unreadable)?;

    let mut examples = Vec::with_capacity(table.height());
    for row in 0..table.height() {
        let at = Position::Row(row + 1);
        let missing = |column| Error::MissingText {
            path: path.to_path_buf(),
            at,
            column,
        };
        let text_a = a.get(row).ok_or_else(|| missing(a_name))?;
        let text_b = match b {
            Some((name, b)) => Some(b.get(row).ok_or_else(|| missing(name))?),
            None => None,
        };
        let label = match (label_text, label_number) {
            (Some(text), _) => text.get(row).map(RawLabel::Text),
            (None, number) => number
                .and_then(|number| number.get(row))
                .map(RawLabel::Number),
        };
        // A null label is shown as an empty one.
        let label = label.unwrap_or(RawLabel::Text(""));
        examples.extend(columns::example(task, path, at, (text_a, text_b), label)?);
    }
    Ok(examples)
}

fn column<'a>(
    path: &Path,
    table: &'a DataFrame,
    names: Names,
) -> Result<(&'static str, &'a Column), Error> {
    let header = table.get_column_names();
    let header: Vec<&str> = header.iter().map(|name| name.as_str()).collect();
    let index = columns::position(path, &header, names)?;
    let name = names
        .iter()
        .find(|name| **name == header[index])
        .expect("`position` found one of the names");
    Ok((name, &table.columns()[index]))
}
