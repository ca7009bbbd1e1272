//! Measurements as rows of `raw.csv`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use csv::{ReaderBuilder, WriterBuilder};
use serde::{Deserialize, Serialize, Serializer};

use crate::{Job, Padding, Sample, What};

/// Whose measurement it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// This program.
    Ours,
    /// PyTorch + transformers + PEFT.
    Theirs,
}

/// One measurement of one process; its fields are the columns of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Whose.
    pub side: Side,
    /// Key of the shape.
    pub shape: String,
    /// Key of the arm.
    pub arm: String,
    /// What was measured.
    pub what: What,
    /// Padding of the batch.
    pub padding: Padding,
    /// Turn, from 1.
    pub round: usize,
    /// Median seconds of a step, or of the epoch.
    #[serde(serialize_with = "five_digits")]
    pub seconds: f64,
    /// Largest resident memory of the process in MiB.
    #[serde(serialize_with = "whole")]
    pub peak_rss_mb: Option<f64>,
    /// The same before the first step.
    #[serde(serialize_with = "whole")]
    pub built_rss_mb: Option<f64>,
    /// Timed steps.
    pub steps: usize,
    /// Parameters that train.
    pub trainable: usize,
}

impl Row {
    /// The row of a sample.
    pub fn new(side: Side, job: &Job, round: usize, sample: &Sample) -> Self {
        Self {
            side,
            shape: job.shape.clone(),
            arm: job.arm.clone(),
            what: job.what,
            padding: job.padding,
            round,
            seconds: median(&sample.seconds),
            peak_rss_mb: sample.peak_rss_mb,
            built_rss_mb: sample.built_rss_mb,
            steps: sample.seconds.len(),
            trainable: sample.trainable,
        }
    }
}

fn five_digits<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{value:.5}"))
}

fn whole<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    let text = value.map(|value| format!("{value:.0}"));
    serializer.serialize_str(&text.unwrap_or_default())
}

/// Appends a row, below the header if the file is new.
///
/// # Errors
/// A file that cannot be written.
pub fn append(path: &Path, row: &Row) -> Result<()> {
    let file = fs::OpenOptions::new().create(true).append(true).open(path);
    let write = || -> Result<()> {
        let file = file?;
        let is_new = file.metadata()?.len() == 0;
        let mut writer = WriterBuilder::new().has_headers(is_new).from_writer(file);
        writer.serialize(row)?;
        Ok(writer.flush()?)
    };
    write().with_context(|| path.display().to_string())
}

/// Reads the rows of a `raw.csv`.
///
/// # Errors
/// A file that cannot be read, or a line that is not a row.
pub fn read(path: &Path) -> Result<Vec<Row>> {
    let place = || path.display().to_string();
    let mut reader = ReaderBuilder::new().from_path(path).with_context(place)?;
    let rows: Result<Vec<Row>, csv::Error> = reader.deserialize().collect();
    rows.with_context(place)
}

/// Appends a record to the text of a CSV file.
pub(crate) fn write_record<T: AsRef<[u8]>>(out: &mut String, fields: impl IntoIterator<Item = T>) {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    let text = writer
        .write_record(fields)
        .ok()
        .and_then(|()| writer.into_inner().ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    out.push_str(&text.expect("text written to memory"));
}

/// The median, or NaN of nothing.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("raw.csv");
        let row = Row {
            side: Side::Theirs,
            shape: "minilm-l6".into(),
            arm: "full".into(),
            what: What::Evaluate,
            padding: Padding::Ragged,
            round: 2,
            seconds: 0.25,
            peak_rss_mb: Some(1450.0),
            built_rss_mb: None,
            steps: 10,
            trainable: 22,
        };
        append(&path, &row).unwrap();
        append(&path, &row).unwrap();
        assert_eq!(read(&path).unwrap(), [row.clone(), row]);
    }

    #[test]
    fn a_bad_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("raw.csv");
        let row = Row {
            side: Side::Ours,
            shape: "minilm-l6".into(),
            arm: "full".into(),
            what: What::Evaluate,
            padding: Padding::None,
            round: 1,
            seconds: 0.25,
            peak_rss_mb: None,
            built_rss_mb: None,
            steps: 10,
            trainable: 22,
        };
        append(&path, &row).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.clone() + "ours,x\n").unwrap();
        let error = format!("{:#}", read(&path).unwrap_err());
        assert!(
            error.contains("line: 3") && error.contains("2 fields"),
            "{error}"
        );
        fs::write(&path, text.replace(",evaluate,", ",speed,")).unwrap();
        let error = format!("{:#}", read(&path).unwrap_err());
        assert!(
            error.contains("line: 2") && error.contains("train-step"),
            "{error}"
        );
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert!(median(&[]).is_nan());
    }
}
