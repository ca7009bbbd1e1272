//! The seven tasks and what each one fixes: labels, outputs, metrics, sizes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::metrics::Metric;

/// Split of both of MNLI's validation halves taken together, which its table column shows.
pub const POOLED_SPLIT: &str = "pooled";

/// The number that stands for a task in the paper's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headline {
    /// The metric.
    pub metric: Metric,
    /// The split of the rows.
    pub split: &'static str,
    /// The head of the column.
    pub label: &'static str,
}

/// The GLUE tasks of the paper's Tables 1, 2 and 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GlueTask {
    /// Corpus of Linguistic Acceptability: is the sentence English?
    Cola,
    /// Stanford Sentiment Treebank, two classes.
    Sst2,
    /// Microsoft Research Paraphrase Corpus.
    Mrpc,
    /// Semantic Textual Similarity Benchmark: a score from 0 to 5.
    Stsb,
    /// Multi-genre natural language inference, with a matched and a mismatched validation split.
    Mnli,
    /// Question-answering inference: does the sentence answer the question?
    Qnli,
    /// Recognising textual entailment.
    Rte,
}

impl GlueTask {
    /// All seven, in the order of the enum.
    pub const ALL: [GlueTask; 7] = [
        GlueTask::Cola,
        GlueTask::Sst2,
        GlueTask::Mrpc,
        GlueTask::Stsb,
        GlueTask::Mnli,
        GlueTask::Qnli,
        GlueTask::Rte,
    ];

    /// The Hugging Face key, which names the task everywhere: in settings, rows and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            GlueTask::Cola => "cola",
            GlueTask::Sst2 => "sst2",
            GlueTask::Mrpc => "mrpc",
            GlueTask::Stsb => "stsb",
            GlueTask::Mnli => "mnli",
            GlueTask::Qnli => "qnli",
            GlueTask::Rte => "rte",
        }
    }

    /// The task's name in the paper's tables, which is also its folder in the official distribution.
    pub fn name(self) -> &'static str {
        match self {
            GlueTask::Cola => "CoLA",
            GlueTask::Sst2 => "SST-2",
            GlueTask::Mrpc => "MRPC",
            GlueTask::Stsb => "STS-B",
            GlueTask::Mnli => "MNLI",
            GlueTask::Qnli => "QNLI",
            GlueTask::Rte => "RTE",
        }
    }

    /// Class names in the hub's order (`nyu-mll/glue`): the class index is the position. Empty for STS-B.
    pub fn labels(self) -> &'static [&'static str] {
        match self {
            GlueTask::Cola => &["unacceptable", "acceptable"],
            GlueTask::Sst2 => &["negative", "positive"],
            GlueTask::Mrpc => &["not_equivalent", "equivalent"],
            GlueTask::Stsb => &[],
            GlueTask::Mnli => &["entailment", "neutral", "contradiction"],
            GlueTask::Qnli | GlueTask::Rte => &["entailment", "not_entailment"],
        }
    }

    /// Width of the classification head: 3 for MNLI, 1 for STS-B, else 2.
    pub fn n_outputs(self) -> usize {
        self.labels().len().max(1)
    }

    /// Whether the label is a score (mean squared error) rather than a class (cross-entropy).
    pub fn is_regression(self) -> bool {
        self == GlueTask::Stsb
    }

    /// Whether an example has two texts.
    pub fn is_pair(self) -> bool {
        !matches!(self, GlueTask::Cola | GlueTask::Sst2)
    }

    /// Every metric of the task, the headline first: those of Hugging Face's `evaluate`.
    pub fn metrics(self) -> &'static [Metric] {
        match self {
            GlueTask::Cola => &[Metric::Matthews],
            GlueTask::Stsb => &[Metric::Pearson, Metric::Spearman],
            GlueTask::Mrpc => &[Metric::Accuracy, Metric::F1],
            GlueTask::Sst2 | GlueTask::Mnli | GlueTask::Qnli | GlueTask::Rte => &[Metric::Accuracy],
        }
    }

    /// What the paper's tables show of the task, by the captions of Tables 1 and 7: Matthews correlation for CoLA,
    /// Pearson correlation for STS-B, accuracy for the others; of MNLI over both halves of its validation set.
    pub fn headline(self) -> Headline {
        Headline {
            metric: self.metrics()[0],
            split: match self {
                GlueTask::Mnli => POOLED_SPLIT,
                _ => self.validation_splits()[0],
            },
            label: self.name(),
        }
    }

    /// The validation splits' names, the one that the tables show first.
    pub fn validation_splits(self) -> &'static [&'static str] {
        match self {
            GlueTask::Mnli => &["validation_matched", "validation_mismatched"],
            _ => &["validation"],
        }
    }

    /// Examples in the official training split.
    pub fn official_train_len(self) -> usize {
        match self {
            GlueTask::Cola => 8_551,
            GlueTask::Sst2 => 67_349,
            GlueTask::Mrpc => 3_668,
            GlueTask::Stsb => 5_749,
            GlueTask::Mnli => 392_702,
            GlueTask::Qnli => 104_743,
            GlueTask::Rte => 2_490,
        }
    }

    /// Examples in each official validation split, in the order of [`validation_splits`](Self::validation_splits).
    pub fn official_validation_lens(self) -> &'static [usize] {
        match self {
            GlueTask::Cola => &[1_043],
            GlueTask::Sst2 => &[872],
            GlueTask::Mrpc => &[408],
            GlueTask::Stsb => &[1_500],
            GlueTask::Mnli => &[9_815, 9_832],
            GlueTask::Qnli => &[5_463],
            GlueTask::Rte => &[277],
        }
    }

    /// The labels that are allowed, in words, for error messages.
    pub(crate) fn label_range(self) -> String {
        if self.is_regression() {
            return "a number from 0 to 5".to_owned();
        }
        let names = self.labels();
        format!(
            "a class from 0 to {} or its name ({})",
            names.len() - 1,
            names.join(", ")
        )
    }
}

impl fmt::Display for GlueTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.key())
    }
}

impl FromStr for GlueTask {
    type Err = Error;

    fn from_str(key: &str) -> Result<Self, Error> {
        GlueTask::ALL
            .into_iter()
            .find(|task| task.key() == key)
            .ok_or_else(|| Error::UnknownTask {
                key: key.to_owned(),
            })
    }
}
