//! Settings records: whatever decides a run's numbers, as canonical JSON text, and the key that is its hash.
//!
//! The text is compact, and the keys of its objects are sorted here and not by a JSON library, whose order hangs on
//! features that any dependency may switch on. A record is text from the day it is made: stored, copied and published
//! byte for byte, so that it hashes to its run key for good. (A number that is parsed and printed again may move by a bit.)

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::ResultsError;

/// The key of a settings record: the hex SHA-256 of its canonical text.
pub fn key(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A settings record.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Record(String);

impl Record {
    /// The canonical text of some settings.
    ///
    /// # Errors
    /// If they are not plain data with named members at the top.
    pub fn of(settings: &impl Serialize) -> Result<Self, ResultsError> {
        let value = serde_json::to_value(settings).map_err(ResultsError::Settings)?;
        let mut text = String::new();
        write_canonical(&value, &mut text);
        Self::of_text(&text).ok_or(ResultsError::NotARecord { text })
    }

    /// A record that was stored: the text as it stands; none if its outermost is no object.
    pub fn of_text(text: &str) -> Option<Self> {
        members(text).map(|_| Self(text.to_owned()))
    }

    /// The canonical text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The run key of these settings.
    pub fn key(&self) -> String {
        key(&self.0)
    }

    /// The outermost members, each the JSON text as it stands in the record.
    pub fn members(&self) -> BTreeMap<String, &str> {
        members(&self.0).expect("checked when the record was made")
    }

    /// The record of such members; each text must be canonical JSON.
    pub fn of_members<'a>(members: impl IntoIterator<Item = (String, &'a str)>) -> Self {
        let sorted: BTreeMap<String, &str> = members.into_iter().collect();
        let mut text = String::new();
        write_object(sorted.iter(), &mut text, |member, text| {
            text.push_str(member)
        });
        Self(text)
    }

    /// The revision of the code that the settings belong to; none if they do not say.
    pub fn revision(&self) -> Option<u64> {
        self.members().get("revision")?.parse().ok()
    }

    /// The same settings without their revision: what runs of several revisions share.
    pub fn without_revision(&self) -> Self {
        let mut members = self.members();
        members.remove("revision");
        Self::of_members(members)
    }
}

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            write_object(sorted, text, write_canonical);
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_canonical(item, text);
            }
            text.push(']');
        }
        scalar => {
            let _ = write!(text, "{scalar}");
        }
    }
}

fn write_object<'a, T: 'a>(
    sorted: impl IntoIterator<Item = (&'a String, T)>,
    text: &mut String,
    write: impl Fn(T, &mut String),
) {
    text.push('{');
    for (index, (name, member)) in sorted.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        let _ = write!(text, "{}:", Value::from(name.as_str()));
        write(member, text);
    }
    text.push('}');
}

/// Cuts compact JSON text into its outermost members; none if it is no object.
fn members(text: &str) -> Option<BTreeMap<String, &str>> {
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    let inside = text.strip_prefix('{')?.strip_suffix('}')?;
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let (mut start, mut colon) = (0, None);
    let mut found = BTreeMap::new();
    let mut push = |from: usize, colon: Option<usize>, to: usize| {
        let colon = colon?;
        let name: String = serde_json::from_str(&inside[from..colon]).ok()?;
        found.insert(name, &inside[colon + 1..to]);
        Some(())
    };
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b':' if depth == 0 => colon = Some(at),
            b',' if depth == 0 => {
                push(start, colon.take(), at)?;
                start = at + 1;
            }
            _ => {}
        }
    }
    if !inside.is_empty() {
        push(start, colon, inside.len())?;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_text_is_compact_with_sorted_keys_at_every_depth() {
        let record =
            Record::of(&json!({"b": {"z": [1, 2.5, null], "a": "x:,{\"}\\"}, "a": true})).unwrap();
        assert_eq!(
            record.text(),
            r#"{"a":true,"b":{"a":"x:,{\"}\\","z":[1,2.5,null]}}"#
        );
    }

    #[test]
    fn a_key_is_the_hash_of_the_text() {
        #[derive(Serialize)]
        struct Settings {
            seed: u64,
            lr: f64,
            beta_2: f32,
        }
        let settings = Settings {
            seed: 0,
            lr: 3e-3,
            beta_2: 0.999,
        };
        let record = Record::of(&settings).unwrap();
        assert_eq!(
            record.text(),
            r#"{"beta_2":0.9990000128746033,"lr":0.003,"seed":0}"#
        );
        // printf '%s' '{"beta_2":0.9990000128746033,"lr":0.003,"seed":0}' | sha256sum
        assert_eq!(
            record.key(),
            "df71b194d9540ce76bca10151563ecce483ae53e374ee1df4c585b08c9228e5a"
        );
    }

    #[test]
    fn members_keep_their_text() {
        let text =
            r#"{"a":{"b":[1,{"c":2}]},"beta_2":0.9990000128746033,"revision":2,"s":"a,\"b\":}"}"#;
        let record = Record::of_text(text).unwrap();
        let members = record.members();
        assert_eq!(members["beta_2"], "0.9990000128746033");
        assert_eq!(members["a"], r#"{"b":[1,{"c":2}]}"#);
        assert_eq!(members["s"], r#""a,\"b\":}""#);
        assert_eq!(Record::of_members(members), record);
        assert_eq!(record.revision(), Some(2));
        assert_eq!(
            record.without_revision().text(),
            text.replace(r#""revision":2,"#, "")
        );
        assert_eq!(Record::of_text("{}").unwrap().members().len(), 0);
    }

    #[test]
    fn what_is_no_object_is_no_record() {
        for text in ["", "[1]", "1", "{\"a\":1", "{a:1}"] {
            assert_eq!(Record::of_text(text), None, "{text}");
        }
        assert!(
            Record::of(&[1, 2])
                .unwrap_err()
                .to_string()
                .contains("[1,2]")
        );
    }
}
