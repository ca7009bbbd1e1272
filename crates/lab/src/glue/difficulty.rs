//! The knobs: how hard each generated task is, and how large.

use tasks::glue::GlueTask;

use crate::language::pair::Pairing;

/// How hard the tasks are. All values are percentages (0 to 100) unless they say otherwise.
///
/// The defaults were set by measurement, with four-layer encoders pretrained on [`corpus`](crate::corpus()): full
/// fine-tuning stays below 100 % and above a linear probe, and words alone (see the tests) do not solve a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difficulty {
    /// Words that are the rarer synonym, where there is one.
    pub rare_words: u32,
    /// Clauses of pair tasks told in the passive, where the meaning allows it.
    pub passive: u32,
    /// CoLA: agreement errors across an attractor of the other number ("the dogs near the boat was ...").
    pub attractors: u32,
    /// SST-2: negated remarks, and remarks denied by "nobody".
    pub negated_remarks: u32,
    /// SST-2: reviews of two opposed remarks, of which the conjunction says which one decides.
    pub contrast: u32,
    /// SST-2: remarks that concede an opposite attribute ("the funny movie was bad").
    pub concession: u32,
    /// MNLI and RTE: pairs whose hypothesis is weakened twice.
    pub weakened_twice: u32,
    /// MNLI and RTE: neutral pairs whose premise merely says less than the hypothesis.
    pub subtle: u32,
    /// MNLI and RTE: neutral pairs in which one side only is negated.
    pub stray_negation: u32,
    /// MNLI, RTE, QNLI and MRPC: pairs without the relation that differ in two points rather than one.
    pub far: u32,
    /// QNLI and RTE: sentences with a second, distracting clause.
    pub distractor: u32,
    /// MRPC: non-paraphrases that only swap the roles of the same words.
    pub swaps: u32,
    /// STS-B: the largest number of changes to who does what between the two sentences (a count).
    pub similarity_edits: u32,
    /// Training and validation examples of MRPC, CoLA, SST-2, QNLI, RTE and MNLI whose label is drawn anew.
    /// 0 by default: the difficulty is meant to be real.
    pub label_noise: u32,
}

impl Default for Difficulty {
    fn default() -> Self {
        Self {
            rare_words: 35,
            passive: 30,
            attractors: 60,
            negated_remarks: 35,
            contrast: 40,
            concession: 20,
            weakened_twice: 30,
            subtle: 20,
            stray_negation: 25,
            far: 60,
            distractor: 25,
            swaps: 35,
            similarity_edits: 4,
            label_noise: 0,
        }
    }
}

impl Difficulty {
    pub(crate) fn pairing(&self) -> Pairing {
        Pairing {
            weakened_twice: self.weakened_twice,
            subtle: self.subtle,
            stray_negation: self.stray_negation,
            far: self.far,
        }
    }
}

/// How many examples each task has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Most training examples; smaller official splits keep their size.
    pub max_train: usize,
    /// Most examples of one validation split; smaller official splits keep their size.
    pub max_validation: usize,
}

impl Sizes {
    /// The official GLUE sizes.
    pub fn official() -> Self {
        Self {
            max_train: usize::MAX,
            max_validation: usize::MAX,
        }
    }

    /// At most CoLA's 8551 training examples and 1043 validation examples a split, so that a run takes seconds.
    pub fn mini() -> Self {
        Self {
            max_train: 8_551,
            max_validation: 1_043,
        }
    }

    /// Training examples of `task`.
    pub fn train(&self, task: GlueTask) -> usize {
        task.official_train_len().min(self.max_train)
    }

    /// Examples of each validation split of `task`.
    pub fn validation(&self, task: GlueTask) -> Vec<usize> {
        task.official_validation_lens()
            .iter()
            .map(|&len| len.min(self.max_validation))
            .collect()
    }
}

/// What [`crate::glue()`] makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabConfig {
    /// How hard the tasks are.
    pub difficulty: Difficulty,
    /// How large they are.
    pub sizes: Sizes,
}

impl Default for LabConfig {
    fn default() -> Self {
        Self {
            difficulty: Difficulty::default(),
            sizes: Sizes::mini(),
        }
    }
}
