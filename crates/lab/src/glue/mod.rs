//! The seven tasks, from single examples to data sets: balanced labels, no duplicates, train and validation disjoint.

mod difficulty;

mod cola;
mod mnli;
mod mrpc;
mod qnli;
mod rte;
mod sst2;
mod stsb;

use std::collections::BTreeSet;

use tasks::glue::{Example, GlueData, GlueTask, Split};

use crate::dice::Dice;
use crate::language::lexicon::Genre;
use crate::language::relation::Relation;

pub use difficulty::{Difficulty, LabConfig, Sizes};

/// The generated data of `task`: the official shape, class balance and label meanings.
///
/// `seed` fixes every example; tasks draw from independent streams. Each text (pair) occurs once, so training and
/// validation are disjoint.
///
/// | task | balance |
/// |---|---|
/// | cola | 70 % acceptable |
/// | mrpc | 68 % paraphrases |
/// | sst2, qnli, rte | 50 % |
/// | mnli | a third each |
/// | stsb | scores in tenths over 0 to 5 |
pub fn glue(task: GlueTask, seed: u64, config: &LabConfig) -> GlueData {
    let mut seen = BTreeSet::new();
    let mut split = |name: &str, genre: Genre, len: usize| {
        let mut dice = Dice::new(seed, &format!("{task}/{name}"));
        let labels = labels(task, len, &mut dice);
        labels
            .into_iter()
            .map(|label| unseen(task, label, genre, &config.difficulty, &mut dice, &mut seen))
            .collect::<Vec<_>>()
    };
    // Validation comes first, so that it stays the same whatever the size of the training set.
    let validation = task
        .validation_splits()
        .iter()
        .zip(config.sizes.validation(task))
        .map(|(&name, len)| {
            let genre = if name.ends_with("mismatched") {
                Genre::Report
            } else {
                Genre::Story
            };
            Split {
                name: name.to_owned(),
                examples: split(name, genre, len),
            }
        })
        .collect();
    let train = split("train", Genre::Story, config.sizes.train(task));
    GlueData::from_examples(task, train, validation)
}

/// `len` labels in a random order, with the task's balance to the last one. For STS-B all are 0 and unused.
fn labels(task: GlueTask, len: usize, dice: &mut Dice) -> Vec<usize> {
    let percent: &[usize] = match task {
        GlueTask::Cola => &[30, 70],
        GlueTask::Mrpc => &[32, 68],
        GlueTask::Sst2 | GlueTask::Qnli | GlueTask::Rte => &[50, 50],
        GlueTask::Mnli => &[33, 33, 34],
        GlueTask::Stsb => &[100],
    };
    let mut labels = Vec::with_capacity(len);
    let mut until = 0;
    for (label, share) in percent.iter().enumerate() {
        until += share;
        labels.resize(len * until / 100, label);
    }
    dice.shuffle(&mut labels);
    labels
}

/// One example with that label whose text has not been seen.
fn unseen(
    task: GlueTask,
    label: usize,
    genre: Genre,
    difficulty: &Difficulty,
    dice: &mut Dice,
    seen: &mut BTreeSet<(String, Option<String>)>,
) -> Example {
    // The language has billions of sentences: a new one is always found after a few tries.
    loop {
        let Some(mut example) = example(task, label, genre, difficulty, dice) else {
            continue;
        };
        if !seen.insert((example.a.clone(), example.b.clone())) {
            continue;
        }
        let classes = task.labels().len();
        if classes > 0 && dice.percent(difficulty.label_noise) {
            example.label = dice.below(classes) as f32;
        }
        return example;
    }
}

fn example(
    task: GlueTask,
    label: usize,
    genre: Genre,
    difficulty: &Difficulty,
    dice: &mut Dice,
) -> Option<Example> {
    let pair = |(a, b): (String, String), label: f32| Example {
        a,
        b: Some(b),
        label,
    };
    let single = |a: String, label: f32| Example { a, b: None, label };
    let value = label as f32;
    Some(match task {
        GlueTask::Cola => single(cola::example(dice, difficulty, label == 1)?, value),
        GlueTask::Sst2 => single(sst2::example(dice, difficulty, label == 1)?, value),
        GlueTask::Mrpc => pair(mrpc::example(dice, difficulty, label == 1)?, value),
        GlueTask::Stsb => {
            let (a, b, tenths) = stsb::example(dice, difficulty)?;
            pair((a, b), tenths as f32 / 10.0)
        }
        GlueTask::Mnli => {
            let wanted = [Relation::Entails, Relation::Neutral, Relation::Contradicts][label];
            pair(mnli::example(dice, difficulty, genre, wanted)?, value)
        }
        // 0 is "entailment" for both.
        GlueTask::Qnli => pair(qnli::example(dice, difficulty, label == 0)?, value),
        GlueTask::Rte => pair(rte::example(dice, difficulty, label == 0)?, value),
    })
}
