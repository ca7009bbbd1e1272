//! A task's examples as token ids: encoded texts, or random ids for `--smoke`.

use anyhow::{Result, bail};
use models::EncoderConfig;
use rand::Rng;
use sha2::{Digest, Sha256};
use tasks::encode::{Encoded, TextEncoder};
use tasks::glue::{Example, GlueData, GlueTask};

use crate::train::seeds::{self, Purpose};

/// A split as token ids.
#[derive(Clone, Debug)]
pub struct EncodedSplit {
    /// Name of the split.
    pub name: String,
    /// The examples, in the order of the data.
    pub examples: Vec<Encoded>,
    /// Tokens of each example.
    pub lengths: Vec<usize>,
    /// Class index or score of each example.
    pub labels: Vec<f32>,
}

/// A task's data as token ids.
#[derive(Clone, Debug)]
pub struct EncodedTask {
    /// The task.
    pub task: GlueTask,
    /// The examples to train on.
    pub train: EncodedSplit,
    /// The splits to evaluate on, the one that the tables show first.
    pub validation: Vec<EncodedSplit>,
    /// Id that fills short rows of a batch.
    pub pad_id: u32,
}

/// How many random examples to make, and how long ones.
#[derive(Clone, Copy, Debug)]
pub struct RandomSizes {
    /// Training examples.
    pub n_train: usize,
    /// Examples of each validation split.
    pub n_validation: usize,
    /// Tokens of the longest example, at least 1.
    pub max_len: usize,
}

impl EncodedTask {
    /// Encodes the examples; ids must lie in the model's vocabulary.
    ///
    /// # Errors
    /// If the tokenizer fails, or knows more tokens than the model.
    pub fn new(
        data: &GlueData,
        encoder: &TextEncoder,
        max_len: usize,
        config: &EncoderConfig,
    ) -> Result<Self> {
        let encode = |name: &str, examples: &[Example]| -> Result<EncodedSplit> {
            let encoded = encoder.encode_all(examples, max_len)?;
            let largest = encoded.iter().flat_map(|e| &e.ids).max().copied();
            if let Some(id) = largest
                && id as usize >= config.vocab_size
            {
                bail!(
                    "the tokenizer gives id {id}, but the checkpoint's vocabulary ends at {}",
                    config.vocab_size
                );
            }
            let labels = examples.iter().map(|example| example.label).collect();
            Ok(EncodedSplit::new(name, encoded, labels))
        };
        Ok(Self {
            task: data.task,
            train: encode("train", &data.train)?,
            validation: data
                .validation
                .iter()
                .map(|split| encode(&split.name, &split.examples))
                .collect::<Result<_>>()?,
            pad_id: config.pad_token_id as u32,
        })
    }

    /// Random ids and labels in the task's splits; the first example of each has full length.
    pub fn random(task: GlueTask, config: &EncoderConfig, sizes: RandomSizes, seed: u64) -> Self {
        let mut rng = seeds::rng(seed, Purpose::Inputs);
        let mut split = |name: &str, n: usize| {
            let examples = (0..n)
                .map(|i| {
                    let len = match i {
                        0 => sizes.max_len,
                        _ => rng.random_range(sizes.max_len.min(2)..=sizes.max_len),
                    };
                    random_example(task, config, len, &mut rng)
                })
                .collect();
            let labels = (0..n).map(|_| random_label(task, &mut rng)).collect();
            EncodedSplit::new(name, examples, labels)
        };
        Self {
            task,
            train: split("train", sizes.n_train),
            validation: task
                .validation_splits()
                .iter()
                .map(|name| split(name, sizes.n_validation))
                .collect(),
            pad_id: config.pad_token_id as u32,
        }
    }

    /// Hex SHA-256 over all ids, types and labels.
    pub fn digest(&self) -> String {
        let mut digest = Sha256::new();
        for split in std::iter::once(&self.train).chain(&self.validation) {
            digest.update(split.name.as_bytes());
            for (example, label) in split.examples.iter().zip(&split.labels) {
                digest.update((example.len() as u64).to_le_bytes());
                for id in example.ids.iter().chain(&example.type_ids) {
                    digest.update(id.to_le_bytes());
                }
                digest.update(label.to_le_bytes());
            }
        }
        format!("{:x}", digest.finalize())
    }
}

impl EncodedSplit {
    fn new(name: &str, examples: Vec<Encoded>, labels: Vec<f32>) -> Self {
        Self {
            name: name.to_owned(),
            lengths: examples.iter().map(Encoded::len).collect(),
            examples,
            labels,
        }
    }
}

/// Any ids but padding's; of a pair, the tokens of the second text have the second type, if there is one.
fn random_example(
    task: GlueTask,
    config: &EncoderConfig,
    len: usize,
    rng: &mut impl Rng,
) -> Encoded {
    let ids = (0..len)
        .map(|_| {
            // One of the other ids: those from padding's on move up by one.
            let id = rng.random_range(0..config.vocab_size.max(2) as u32 - 1);
            if id >= config.pad_token_id as u32 {
                id + 1
            } else {
                id
            }
        })
        .collect();
    let first = if task.is_pair() && config.type_vocab_size > 1 {
        rng.random_range(1..=len)
    } else {
        len
    };
    Encoded {
        ids,
        type_ids: (0..len).map(|i| u32::from(i >= first)).collect(),
    }
}

fn random_label(task: GlueTask, rng: &mut impl Rng) -> f32 {
    if task.is_regression() {
        rng.random_range(0.0..=5.0)
    } else {
        rng.random_range(0..task.n_outputs()) as f32
    }
}
