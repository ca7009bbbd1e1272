//! Which files hold a task's splits.

use std::path::{Path, PathBuf};

use super::GlueTask;
use crate::Error;

/// How a file holds its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Tsv,
    Parquet,
    JsonLines,
}

/// The files of one split.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) split: &'static str,
    pub(super) format: Format,
    /// At least one; more than one only for sharded parquet, in the order of their names.
    pub(super) files: Vec<PathBuf>,
}

/// The files of a task.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) train: Source,
    pub(super) validation: Vec<Source>,
}

/// Looks through the folders of every layout; a folder counts when it holds the training split.
pub(super) fn find(task: GlueTask, dir: &Path) -> Result<Found, Error> {
    let mut tried = Vec::new();
    for folder in folders(task, dir) {
        let Some(train) = split(&folder, "train", &mut tried)? else {
            continue;
        };
        let mut validation = Vec::new();
        for name in task.validation_splits() {
            let mut tried = Vec::new();
            match split(&folder, name, &mut tried)? {
                Some(source) => validation.push(source),
                None if *name == "validation_mismatched" => {}
                None => {
                    return Err(Error::MissingSplit {
                        task,
                        split: name,
                        tried,
                    });
                }
            }
        }
        return Ok(Found { train, validation });
    }
    Err(Error::MissingSplit {
        task,
        split: "train",
        tried,
    })
}

/// The folders in which a task may lie, in the order of trial.
fn folders(task: GlueTask, dir: &Path) -> [PathBuf; 5] {
    [
        dir.join(task.name()),
        dir.join("glue").join(task.name()),
        dir.join("glue").join(task.key()),
        dir.join("nyu-mll").join("glue").join(task.key()),
        dir.join(task.key()),
    ]
}

/// The files of a split in a folder, if any; what was looked for goes to `tried`.
fn split(
    folder: &Path,
    split: &'static str,
    tried: &mut Vec<PathBuf>,
) -> Result<Option<Source>, Error> {
    let stem = match split {
        "validation" => "dev",
        "validation_matched" => "dev_matched",
        "validation_mismatched" => "dev_mismatched",
        other => other,
    };
    let single = [
        (Format::Tsv, format!("{stem}.tsv")),
        (Format::Parquet, format!("{split}.parquet")),
        (Format::JsonLines, format!("{split}.jsonl")),
    ];
    for (format, name) in single {
        let path = folder.join(name);
        if path.is_file() {
            return Ok(Some(Source {
                split,
                format,
                files: vec![path],
            }));
        }
        tried.push(path);
    }
    let files = shards(folder, split)?;
    if files.is_empty() {
        tried.push(folder.join(format!("{split}-*.parquet")));
        return Ok(None);
    }
    Ok(Some(Source {
        split,
        format: Format::Parquet,
        files,
    }))
}

/// The hub's shards, `train-00000-of-00002.parquet`, sorted; none if there is no such folder.
fn shards(folder: &Path, split: &str) -> Result<Vec<PathBuf>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let is_shard = name
            .strip_prefix(split)
            .and_then(|rest| rest.strip_prefix('-'))
            .is_some_and(|rest| rest.ends_with(".parquet"));
        if is_shard {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
