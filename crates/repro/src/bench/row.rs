//! Measurements as rows of `raw.csv`.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use results::csv::{read_record, write_record};

use super::{Job, Padding, Sample, What};

const HEADER: [&str; 11] = [
    "side",
    "shape",
    "arm",
    "what",
    "padding",
    "round",
    "seconds",
    "peak_rss_mb",
    "built_rss_mb",
    "steps",
    "trainable",
];

/// Whose measurement it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// This program.
    Ours,
    /// PyTorch + transformers + PEFT.
    Theirs,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
        }
    }
}

/// One measurement of one process.
#[derive(Clone, Debug, PartialEq)]
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
    pub seconds: f64,
    /// Largest resident memory of the process in MiB.
    pub peak_rss_mb: Option<f64>,
    /// The same before the first step.
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

    fn fields(&self) -> [String; HEADER.len()] {
        let optional = |value: Option<f64>| value.map(|v| format!("{v:.0}")).unwrap_or_default();
        [
            self.side.name().to_owned(),
            self.shape.clone(),
            self.arm.clone(),
            self.what.to_string(),
            self.padding.to_string(),
            self.round.to_string(),
            format!("{:.5}", self.seconds),
            optional(self.peak_rss_mb),
            optional(self.built_rss_mb),
            self.steps.to_string(),
            self.trainable.to_string(),
        ]
    }

    fn parse(fields: &[String]) -> Result<Self> {
        let [
            side,
            shape,
            arm,
            what,
            padding,
            round,
            seconds,
            peak,
            built,
            steps,
            trainable,
        ] = fields
        else {
            bail!("{} fields, expected {}", fields.len(), HEADER.len());
        };
        let optional = |text: &String| -> Result<Option<f64>> {
            if text.is_empty() {
                return Ok(None);
            }
            Ok(Some(text.parse().with_context(|| format!("`{text}`"))?))
        };
        let number = |text: &String| text.parse::<usize>().with_context(|| format!("`{text}`"));
        Ok(Self {
            side: match side.as_str() {
                "ours" => Side::Ours,
                "theirs" => Side::Theirs,
                other => bail!("side `{other}`, expected ours or theirs"),
            },
            shape: shape.clone(),
            arm: arm.clone(),
            what: What::parse(what)?,
            padding: match padding.as_str() {
                "none" => Padding::None,
                "ragged" => Padding::Ragged,
                other => bail!("padding `{other}`, expected none or ragged"),
            },
            round: number(round)?,
            seconds: seconds.parse().with_context(|| format!("`{seconds}`"))?,
            peak_rss_mb: optional(peak)?,
            built_rss_mb: optional(built)?,
            steps: number(steps)?,
            trainable: number(trainable)?,
        })
    }
}

/// Appends a row, below the header if the file is new.
///
/// # Errors
/// A file that cannot be written.
pub fn append(path: &Path, row: &Row) -> Result<()> {
    let mut text = String::new();
    if !path.exists() {
        write_record(&mut text, HEADER);
    }
    write_record(&mut text, row.fields());
    let mut file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| path.display().to_string())?;
    file.write_all(text.as_bytes())
        .with_context(|| path.display().to_string())
}

/// Reads the rows of a `raw.csv`.
///
/// # Errors
/// A file that cannot be read, or a line that is not a row.
pub fn read(path: &Path) -> Result<Vec<Row>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let mut lines = text.lines().enumerate();
    let header = lines.next().map_or("", |(_, line)| line);
    if header != HEADER.join(",") {
        bail!(
            "{}: line 1 is `{header}`, expected `{}`",
            path.display(),
            HEADER.join(",")
        );
    }
    lines
        .map(|(index, line)| {
            Row::parse(&read_record(line)?)
                .with_context(|| format!("{}: line {}", path.display(), index + 1))
        })
        .collect()
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
        fs::write(&path, format!("{}\nours,x\n", HEADER.join(","))).unwrap();
        let error = format!("{:#}", read(&path).unwrap_err());
        assert!(error.contains("line 2: 2 fields, expected 11"), "{error}");
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert!(median(&[]).is_nan());
    }
}
