use std::fs;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FloatType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use tempfile::TempDir;

/// A data directory with these files, given as (path, contents).
pub(crate) fn data_dir(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, contents) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }
    dir
}

/// The values of a column, of the types that the hub's GLUE files have.
pub(crate) enum Values {
    Text(Vec<Option<String>>),
    Class(Vec<i64>),
    Score(Vec<f32>),
}

impl Values {
    pub(crate) fn text<T: ToString>(texts: impl IntoIterator<Item = T>) -> Values {
        Values::Text(
            texts
                .into_iter()
                .map(|text| Some(text.to_string()))
                .collect(),
        )
    }

    fn schema(&self) -> (&'static str, &'static str) {
        match self {
            Values::Text(_) => ("BYTE_ARRAY", "(STRING)"),
            Values::Class(_) => ("INT64", ""),
            Values::Score(_) => ("FLOAT", ""),
        }
    }
}

/// A parquet file as the hub writes it: optional columns, compressed with snappy.
pub(crate) fn write_parquet(path: &Path, columns: &[(&str, Values)]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let schema: String = columns
        .iter()
        .map(|(name, values)| {
            let (physical, logical) = values.schema();
            format!("OPTIONAL {physical} {name} {logical};")
        })
        .collect();
    let schema = parse_message_type(&format!("message schema {{ {schema} }}")).unwrap();
    let snappy = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build();
    let file = fs::File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(snappy)).unwrap();
    let mut rows = writer.next_row_group().unwrap();
    for (_, values) in columns {
        match values {
            Values::Text(texts) => {
                let text = |text: &Option<String>| text.as_deref().map(ByteArray::from);
                let values: Vec<Option<ByteArray>> = texts.iter().map(text).collect();
                write_column::<ByteArrayType>(&mut rows, &values);
            }
            Values::Class(classes) => {
                let values: Vec<Option<i64>> = classes.iter().copied().map(Some).collect();
                write_column::<Int64Type>(&mut rows, &values);
            }
            Values::Score(scores) => {
                let values: Vec<Option<f32>> = scores.iter().copied().map(Some).collect();
                write_column::<FloatType>(&mut rows, &values);
            }
        }
    }
    rows.close().unwrap();
    writer.close().unwrap();
}

fn write_column<D: DataType>(
    rows: &mut SerializedRowGroupWriter<'_, fs::File>,
    values: &[Option<D::T>],
) {
    let is_there: Vec<i16> = values
        .iter()
        .map(|value| i16::from(value.is_some()))
        .collect();
    let there: Vec<D::T> = values.iter().flatten().cloned().collect();
    let mut column = rows.next_column().unwrap().unwrap();
    column
        .typed::<D>()
        .write_batch(&there, Some(&is_there), None)
        .unwrap();
    column.close().unwrap();
}
