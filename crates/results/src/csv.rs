//! One record a line, fields quoted only where they must be; strict on the way in.

use crate::error::LineProblem;

/// Appends one record and a newline to `out`.
///
/// A field with a comma or a quotation mark is quoted and its quotation marks doubled.
/// Fields must hold no line break: a record is always exactly one line, so that a torn write is recognised by its missing newline.
pub fn write_record<S: AsRef<str>>(out: &mut String, fields: impl IntoIterator<Item = S>) {
    for (index, field) in fields.into_iter().enumerate() {
        let field = field.as_ref();
        debug_assert!(!field.contains(['\n', '\r']), "line break in a CSV field");
        if index > 0 {
            out.push(',');
        }
        if field.contains([',', '"']) {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(field);
        }
    }
    out.push('\n');
}

/// Splits one line (without its newline) into its fields.
///
/// # Errors
/// If a quotation mark does not close, or stands where none is allowed.
pub fn read_record(line: &str) -> Result<Vec<String>, LineProblem> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let field = fields.len() + 1;
        let tail = if let Some(quoted) = rest.strip_prefix('"') {
            let (value, tail) = read_quoted(quoted).ok_or(LineProblem::UnclosedQuote { field })?;
            fields.push(value);
            tail
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            let (value, tail) = rest.split_at(end);
            if value.contains('"') {
                return Err(LineProblem::StrayQuote { field });
            }
            fields.push(value.to_owned());
            tail
        };
        match tail.strip_prefix(',') {
            Some(next) => rest = next,
            None if tail.is_empty() => return Ok(fields),
            None => return Err(LineProblem::StrayQuote { field }),
        }
    }
}

/// Reads up to the closing quotation mark; gives the unescaped text and what follows the mark.
fn read_quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_once('"')?;
        value.push_str(before);
        match after.strip_prefix('"') {
            Some(next) => {
                value.push('"');
                rest = next;
            }
            None => return Some((value, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<Vec<&str>, LineProblem>) {
        let expected = expected.map(|fields| fields.into_iter().map(str::to_owned).collect());
        assert_eq!(read_record(line), expected, "{line}");
    }

    #[test]
    fn fields_split_at_commas_outside_quotation_marks() {
        check("a,b,", Ok(vec!["a", "b", ""]));
        check(r#""a,b",c"#, Ok(vec!["a,b", "c"]));
        check(r#""say ""no""","""""#, Ok(vec![r#"say "no""#, r#"""#]));
        check("", Ok(vec![""]));
        check("a,b\r", Ok(vec!["a", "b"]));
    }

    #[test]
    fn stray_and_unclosed_quotation_marks_are_errors() {
        check(r#"a,"b"#, Err(LineProblem::UnclosedQuote { field: 2 }));
        check(r#"a,b"c"#, Err(LineProblem::StrayQuote { field: 2 }));
        check(r#""a"b,c"#, Err(LineProblem::StrayQuote { field: 1 }));
    }
}
