//! Which columns of a file hold a task's texts and label, and what a label may be.

use std::path::Path;

use super::{Example, GlueTask};
use crate::{Error, Position};

/// Names under which a column is known: the hub's first, then the official TSV's.
pub(super) type Names = &'static [&'static str];

/// The columns of a task.
pub(super) struct Columns {
    pub(super) a: Names,
    pub(super) b: Option<Names>,
    pub(super) label: Names,
}

impl Columns {
    pub(super) fn of(task: GlueTask) -> Columns {
        const FIRST: Names = &["sentence1"];
        const SECOND: Names = &["sentence2"];
        const LABEL: Names = &["label"];
        match task {
            GlueTask::Cola | GlueTask::Sst2 => Columns {
                a: &["sentence"],
                b: None,
                label: LABEL,
            },
            GlueTask::Mrpc => Columns {
                a: &["sentence1", "#1 String"],
                b: Some(&["sentence2", "#2 String"]),
                label: &["label", "Quality"],
            },
            GlueTask::Stsb => Columns {
                a: FIRST,
                b: Some(SECOND),
                label: &["label", "score"],
            },
            GlueTask::Mnli => Columns {
                a: &["premise", "sentence1"],
                b: Some(&["hypothesis", "sentence2"]),
                label: &["label", "gold_label"],
            },
            GlueTask::Qnli => Columns {
                a: &["question"],
                b: Some(&["sentence"]),
                label: LABEL,
            },
            GlueTask::Rte => Columns {
                a: FIRST,
                b: Some(SECOND),
                label: LABEL,
            },
        }
    }
}

/// The position of the first of `names` among a table's columns.
pub(super) fn position(
    path: &Path,
    header: &[impl AsRef<str>],
    names: Names,
) -> Result<usize, Error> {
    names
        .iter()
        .find_map(|name| header.iter().position(|column| column.as_ref() == *name))
        .ok_or_else(|| Error::MissingColumn {
            path: path.to_path_buf(),
            expected: names,
            found: header
                .iter()
                .map(|column| column.as_ref().to_owned())
                .collect(),
        })
}

/// A label as files hold it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum RawLabel<'a> {
    /// A word or digits.
    Text(&'a str),
    /// A number of a typed file.
    Number(f64),
}

/// An example, or `None` for an MNLI pair whose annotators did not agree (gold label `-`), which the hub drops too.
pub(super) fn example(
    task: GlueTask,
    path: &Path,
    at: Position,
    (a, b): (&str, Option<&str>),
    label: RawLabel<'_>,
) -> Result<Option<Example>, Error> {
    if task == GlueTask::Mnli && label == RawLabel::Text("-") {
        return Ok(None);
    }
    let label = parse(task, label).ok_or_else(|| Error::Label {
        path: path.to_path_buf(),
        at,
        found: match label {
            RawLabel::Text(text) => text.to_owned(),
            RawLabel::Number(number) => number.to_string(),
        },
        task,
    })?;
    Ok(Some(Example {
        a: a.to_owned(),
        b: b.map(str::to_owned),
        label,
    }))
}

fn parse(task: GlueTask, label: RawLabel<'_>) -> Option<f32> {
    if task.is_regression() {
        let score: f64 = match label {
            RawLabel::Text(text) => text.parse().ok()?,
            RawLabel::Number(number) => number,
        };
        // The sum turns a negative zero into zero, which is the same score and has to have the same digest.
        return (0.0..=5.0).contains(&score).then_some(score as f32 + 0.0);
    }
    let class = match label {
        RawLabel::Text(text) => match task.labels().iter().position(|name| *name == text) {
            Some(class) => class,
            None => text.parse().ok()?,
        },
        RawLabel::Number(number) if number.fract() == 0.0 && number >= 0.0 => number as usize,
        RawLabel::Number(_) => return None,
    };
    (class < task.n_outputs()).then_some(class as f32)
}
