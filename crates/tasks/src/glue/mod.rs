//! GLUE: tasks, examples, and readers of every layout in which people keep the data.
//!
//! | layout | folder under the data directory | files |
//! |---|---|---|
//! | official | `CoLA`, `SST-2`, `MRPC`, `STS-B`, `MNLI`, `QNLI`, `RTE` (also under `glue/`) | `train.tsv`, `dev.tsv` (`dev_matched.tsv`, `dev_mismatched.tsv`) |
//! | hub | `glue/<key>`, `nyu-mll/glue/<key>`, `<key>` | `train*.parquet`, `validation*.parquet` |
//! | JSON-lines | any of these folders | `train.jsonl`, `validation.jsonl` (`validation_matched.jsonl`, ...) |
//!
//! The official TSVs are unquoted and contain stray quotation marks; MRPC's start with a byte-order mark.
//! The test sets have no labels and are not read.

mod columns;
mod constant;
mod find;
mod jsonl;
mod parquet;
mod scores;
mod task;
mod tsv;

use std::path::Path;

pub use constant::{ConstantPredictor, constant_prediction, constant_predictors, equals_constant};
pub use scores::scores;
pub use task::{GlueTask, Headline, POOLED_SPLIT};

use crate::Error;
use crate::digest::Digest;

/// One labelled text or pair of texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The sentence, or the first of the pair (premise, question).
    pub a: String,
    /// The second text of a pair task, `None` for CoLA and SST-2.
    pub b: Option<String>,
    /// The class index in hub order, or the STS-B score from 0 to 5.
    pub label: f32,
}

/// A named list of examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// `validation`, `validation_matched` or `validation_mismatched`.
    pub name: String,
    /// The examples in file order, never empty.
    pub examples: Vec<Example>,
}

/// The labelled data of one task.
#[derive(Debug, Clone, PartialEq)]
pub struct GlueData {
    /// The task.
    pub task: GlueTask,
    /// The training examples in file order, never empty.
    pub train: Vec<Example>,
    /// The validation splits, the one that the tables show first. MNLI has two, or only the matched one if the data
    /// directory lacks the other.
    pub validation: Vec<Split>,
    /// Hex SHA-256 over the task's key and every split's name, texts and labels, in order: the same whatever files they
    /// were read from, and for examples made in memory.
    pub digest: String,
}

impl GlueData {
    /// Reads `task` from the first layout found under `dir` (see the [module](self) for the layouts).
    ///
    /// A missing mismatched split of MNLI is allowed.
    ///
    /// # Errors
    /// A missing or empty split, a malformed row, a label that is not of the task, invalid UTF-8.
    pub fn load(task: GlueTask, dir: &Path) -> Result<GlueData, Error> {
        let found = find::find(task, dir)?;
        let train = read(task, &found.train)?;
        let validation = found
            .validation
            .iter()
            .map(|source| {
                Ok(Split {
                    name: source.split.to_owned(),
                    examples: read(task, source)?,
                })
            })
            .collect::<Result<_, Error>>()?;
        Ok(GlueData::from_examples(task, train, validation))
    }

    /// Wraps examples made in memory.
    pub fn from_examples(task: GlueTask, train: Vec<Example>, validation: Vec<Split>) -> GlueData {
        let mut digest = Digest::default();
        digest.part(task.key().as_bytes());
        digest_split(&mut digest, "train", &train);
        for split in &validation {
            digest_split(&mut digest, &split.name, &split.examples);
        }
        GlueData {
            task,
            train,
            validation,
            digest: digest.hex(),
        }
    }
}

fn digest_split(digest: &mut Digest, name: &str, examples: &[Example]) {
    digest.part(name.as_bytes());
    digest.count(examples.len());
    for Example { a, b, label } in examples {
        digest.part(a.as_bytes());
        digest.fixed([u8::from(b.is_some())]);
        digest.part(b.as_deref().unwrap_or_default().as_bytes());
        digest.fixed(label.to_le_bytes());
    }
}

/// Reads the files of one split.
fn read(task: GlueTask, source: &find::Source) -> Result<Vec<Example>, Error> {
    let mut examples = Vec::new();
    for path in &source.files {
        let bytes = || std::fs::read(path).map_err(Error::io(path));
        examples.extend(match source.format {
            find::Format::Tsv => tsv::read(task, path, &bytes()?)?,
            find::Format::Parquet => parquet::read(task, path)?,
            find::Format::JsonLines => jsonl::read(task, path, &bytes()?)?,
        });
    }
    if examples.is_empty() {
        let path = source.files[0].clone();
        return Err(Error::EmptySplit {
            path,
            task,
            split: source.split,
        });
    }
    Ok(examples)
}
