//! CSV with one record a line, between lines of text and types that say what their columns are.
//!
//! The `csv` crate splits, quotes and parses; what it forgives is refused here, because a store must name every defect:
//! a quotation mark where none belongs, a header of other columns, a field that is not of its column's type.

use std::fmt::Display;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

use csv::{DeserializeErrorKind, ErrorKind, ReaderBuilder, StringRecord, WriterBuilder};
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::error::{LineProblem, ResultsError};

/// The columns of a record type: the names of its fields, in order.
pub fn columns<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // The type asks for its fields by name; the answer is never read.
    let _ = T::deserialize(Names(&mut names));
    names
}

struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = serde::de::value::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = fields;
        Err(Self::Error::custom("only the names are wanted"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(Self::Error::custom("a record is a struct"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// One record as a line, with its newline.
///
/// # Errors
/// If a field holds a line break: a record is always exactly one line, so that a torn write is known by its missing newline.
pub fn write<T: Serialize>(record: &T) -> Result<String, LineProblem> {
    let mut writer = WriterBuilder::new()
        .has_headers(false)
        .from_writer(Vec::new());
    let written = writer.serialize(record);
    written.map_err(|error| LineProblem::Unwritable(error.to_string()))?;
    let bytes = writer.into_inner().expect("memory takes every write");
    let line = String::from_utf8(bytes).expect("made of strings");
    if line.trim_end_matches('\n').contains(['\n', '\r']) {
        return Err(LineProblem::LineBreak(line));
    }
    Ok(line)
}

/// Fields as a line, with its newline; for records whose columns are not those of a type.
///
/// # Errors
/// As [`write()`].
pub fn write_record<S: AsRef<str>>(
    fields: impl IntoIterator<Item = S>,
) -> Result<String, LineProblem> {
    let fields: StringRecord = fields.into_iter().collect();
    write(&fields.iter().collect::<Vec<&str>>())
}

/// Splits one line (without its newline) into its fields.
///
/// # Errors
/// If a quotation mark does not close, or stands where none is allowed.
pub fn read_record(line: &str) -> Result<StringRecord, LineProblem> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Ok(StringRecord::from(vec![""]));
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .buffer_capacity(1024)
        // The reader would drop a byte order mark at the beginning, which a first field may have.
        .from_reader(b"\n".chain(line.as_bytes()));
    let mut record = StringRecord::new();
    let read = reader.read_record(&mut record);
    read.map_err(|error| LineProblem::Unreadable(error.to_string()))?;
    // What is read is what would be written: so no stray quotation mark is overlooked.
    if write_record(&record)?.trim_end_matches('\n') != line {
        let good = |n: &usize| {
            let written = write_record(record.iter().take(*n));
            written.is_ok_and(|text| line.starts_with(text.trim_end_matches('\n')))
        };
        let field = (1..=record.len())
            .find(|n| !good(n))
            .unwrap_or(record.len());
        return Err(LineProblem::Quotes { field });
    }
    record.set_position(None);
    Ok(record)
}

/// The record of some fields.
///
/// # Errors
/// [`LineProblem::FieldCount`], or the first field that is not of its column's type.
pub fn read<T: DeserializeOwned>(fields: &StringRecord) -> Result<T, LineProblem> {
    let columns = columns::<T>();
    if fields.len() != columns.len() {
        return Err(LineProblem::FieldCount {
            expected: columns.len(),
            found: fields.len(),
        });
    }
    fields
        .deserialize(None)
        .map_err(|error| match error.kind() {
            ErrorKind::Deserialize { err, .. } => {
                let at = err.field().map_or(0, |at| at as usize);
                let expected = match err.kind() {
                    DeserializeErrorKind::ParseBool(_) => "`true` or `false`",
                    DeserializeErrorKind::ParseInt(_) => "a whole number",
                    DeserializeErrorKind::ParseFloat(_) => "a number",
                    DeserializeErrorKind::Message(text) => {
                        return LineProblem::Unreadable(text.clone());
                    }
                    _ => return LineProblem::Unreadable(err.to_string()),
                };
                bad_field(columns[at], expected, &fields[at])
            }
            _ => LineProblem::Unreadable(error.to_string()),
        })
}

/// Refuses a header that does not have exactly these columns.
///
/// # Errors
/// [`ResultsError::WrongHeader`] with the first column that differs.
pub fn check_header(
    path: &Path,
    expected: &[&'static str],
    found: &str,
) -> Result<(), ResultsError> {
    let found: Vec<&str> = found.trim_end_matches('\r').split(',').collect();
    for position in 0..expected.len().max(found.len()) {
        let (expected, found) = (expected.get(position), found.get(position));
        if expected != found {
            return Err(ResultsError::WrongHeader {
                path: path.to_owned(),
                position: position + 1,
                expected: expected.copied().unwrap_or_default(),
                found: found.copied().unwrap_or_default().to_owned(),
            });
        }
    }
    Ok(())
}

/// A field that is not what its column holds.
pub(crate) fn bad_field(column: &'static str, expected: &'static str, found: &str) -> LineProblem {
    LineProblem::BadField {
        column,
        expected,
        found: found.to_owned(),
    }
}

/// Reads a field by its type's own parser; csv's error for such a field would not name the column.
pub(crate) fn parsed<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(
    column: &str,
    field: D,
) -> Result<T, D::Error> {
    let text = String::deserialize(field)?;
    text.parse()
        .map_err(|error| D::Error::custom(format!("column `{column}`: {error}")))
}

/// Writes a number with no more digits than it needs: `153`, `0.0005`.
pub(crate) fn plain<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// The same for a number that may be missing.
pub(crate) fn plain_or_none<S: Serializer>(
    value: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => plain(value, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<Vec<&str>, LineProblem>) {
        let expected = expected.map(StringRecord::from);
        assert_eq!(read_record(line), expected, "{line}");
    }

    #[test]
    fn fields_split_at_commas_outside_quotation_marks() {
        check("a,b,", Ok(vec!["a", "b", ""]));
        check(r#""a,b",c"#, Ok(vec!["a,b", "c"]));
        check(r#""say ""no""","""""#, Ok(vec![r#"say "no""#, r#"""#]));
        check("", Ok(vec![""]));
        check("a,b\r", Ok(vec!["a", "b"]));
        check("\u{feff}a,b", Ok(vec!["\u{feff}a", "b"]));
    }

    #[test]
    fn stray_and_unclosed_quotation_marks_are_errors() {
        check(r#"a,"b"#, Err(LineProblem::Quotes { field: 2 }));
        check(r#"a,b"c"#, Err(LineProblem::Quotes { field: 2 }));
        check(r#""a"b,c"#, Err(LineProblem::Quotes { field: 1 }));
    }

    #[test]
    fn columns_are_the_fields_of_the_type() {
        #[derive(Serialize, Deserialize)]
        struct Pair {
            first: u64,
            second: Option<f64>,
        }
        assert_eq!(columns::<Pair>(), ["first", "second"]);
        let pair: Pair = read(&read_record("3,").unwrap()).unwrap();
        assert_eq!((pair.first, pair.second), (3, None));
        let problem = read::<Pair>(&read_record("3,x").unwrap()).err().unwrap();
        assert_eq!(
            problem.to_string(),
            "column `second` should be a number, found `x`"
        );
        let problem = write(&("a\nb", 1)).unwrap_err();
        assert!(problem.to_string().contains("line break"));
    }
}
