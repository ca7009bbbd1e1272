//! The hub's parquet files: snappy-compressed or not, with one column a field.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::Type;

use super::columns::{self, Columns, RawLabel};
use super::{Example, GlueTask};
use crate::{Error, Position};

pub(super) fn read(task: GlueTask, path: &Path) -> Result<Vec<Example>, Error> {
    let unreadable = |source| Error::Parquet {
        path: path.to_path_buf(),
        source,
    };
    let file = File::open(path).map_err(Error::io(path))?;
    let reader = SerializedFileReader::new(file).map_err(unreadable)?;
    let schema = reader.metadata().file_metadata().schema();
    let fields = schema.get_fields();
    let header: Vec<&str> = fields.iter().map(|field| field.name()).collect();
    let columns = Columns::of(task);
    // The other columns are not decoded. The rows' fields have this order.
    let wanted = [Some(columns.a), columns.b, Some(columns.label)]
        .into_iter()
        .flatten()
        .map(|names| {
            Ok(Arc::clone(
                &fields[columns::position(path, &header, names)?],
            ))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let rows = Type::group_type_builder(schema.name())
        .with_fields(wanted)
        .build()
        .and_then(|columns| reader.get_row_iter(Some(columns)))
        .map_err(unreadable)?;

    let mut examples = Vec::new();
    for (index, row) in rows.enumerate() {
        let at = Position::Row(index + 1);
        let mut fields = row.map_err(unreadable)?.into_columns().into_iter();
        let mut text = || match fields.next() {
            Some((_, Field::Str(text))) => Ok(text),
            other => Err(Error::MissingText {
                path: path.to_path_buf(),
                at,
                column: other.map(|(name, _)| name).unwrap_or_default(),
            }),
        };
        let a = text()?;
        let b = columns.b.map(|_| text()).transpose()?;
        let label = fields.next().map_or(Field::Null, |(_, label)| label);
        let shown;
        let label = match (&label, number(&label)) {
            (Field::Str(text), _) => RawLabel::Text(text),
            (_, Some(number)) => RawLabel::Number(number),
            // A null is shown as an empty label.
            (Field::Null, None) => RawLabel::Text(""),
            (other, None) => {
                shown = other.to_string();
                RawLabel::Text(&shown)
            }
        };
        let texts = (a.as_str(), b.as_deref());
        examples.extend(columns::example(task, path, at, texts, label)?);
    }
    Ok(examples)
}

/// The value of a numeric field.
fn number(field: &Field) -> Option<f64> {
    match *field {
        Field::Byte(n) => Some(n.into()),
        Field::Short(n) => Some(n.into()),
        Field::Int(n) => Some(n.into()),
        Field::Long(n) => Some(n as f64),
        Field::UByte(n) => Some(n.into()),
        Field::UShort(n) => Some(n.into()),
        Field::UInt(n) => Some(n.into()),
        Field::ULong(n) => Some(n as f64),
        Field::Float16(n) => Some(n.into()),
        Field::Float(n) => Some(n.into()),
        Field::Double(n) => Some(n),
        _ => None,
    }
}
