//! Baselines that do not understand the sentences must fail on the lab's tasks, though not be at chance everywhere.

use std::collections::{BTreeMap, BTreeSet};

use lab::{LabConfig, glue};
use tasks::glue::{Example, GlueTask};
use tasks::metrics::{accuracy, matthews, pearson};

/// Which words a baseline sees.
#[derive(Clone, Copy)]
enum View {
    /// The words of both texts, marked with the text they are in.
    Both,
    /// The second text's only.
    Second,
}

fn words(example: &Example, view: View) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    if matches!(view, View::Both) {
        all.extend(example.a.split(' ').map(|word| format!("a {word}")));
    }
    all.extend(
        example
            .b
            .iter()
            .flat_map(|text| text.split(' '))
            .map(|word| format!("b {word}")),
    );
    all
}

/// Bernoulli naive Bayes over the words that occur, with one added to each count.
struct NaiveBayes {
    view: View,
    n: Vec<f64>,
    counts: Vec<BTreeMap<String, f64>>,
}

impl NaiveBayes {
    fn fit(train: &[Example], n_classes: usize, view: View) -> Self {
        let mut this = Self {
            view,
            n: vec![0.0; n_classes],
            counts: vec![BTreeMap::new(); n_classes],
        };
        for example in train {
            let class = example.label as usize;
            this.n[class] += 1.0;
            for word in words(example, view) {
                *this.counts[class].entry(word).or_insert(0.0) += 1.0;
            }
        }
        this
    }

    fn predict(&self, example: &Example) -> usize {
        let words = words(example, self.view);
        let score = |class: usize| {
            let seen = |word| self.counts[class].get(word).copied().unwrap_or(0.0);
            self.n[class].ln()
                + words
                    .iter()
                    .map(|word| ((seen(word) + 1.0) / (self.n[class] + 2.0)).ln())
                    .sum::<f64>()
        };
        (0..self.n.len())
            .max_by(|&one, &two| score(one).total_cmp(&score(two)))
            .unwrap()
    }
}

fn labels(examples: &[Example]) -> Vec<usize> {
    examples
        .iter()
        .map(|example| example.label as usize)
        .collect()
}

/// Shared words over all words: 0 to 1.
fn overlap(example: &Example) -> f64 {
    let a: BTreeSet<&str> = example.a.split(' ').collect();
    let b: BTreeSet<&str> = example.b.iter().flat_map(|text| text.split(' ')).collect();
    a.intersection(&b).count() as f64 / a.union(&b).count() as f64
}

/// The commonest class at that overlap, in tenths.
fn by_overlap(train: &[Example], n_classes: usize) -> impl Fn(&Example) -> usize {
    let bin = |example: &Example| (overlap(example) * 10.0) as usize;
    let mut counts = vec![vec![0usize; n_classes]; 11];
    for example in train {
        counts[bin(example)][example.label as usize] += 1;
    }
    move |example| {
        let counts = &counts[bin(example)];
        (0..n_classes).max_by_key(|&class| counts[class]).unwrap()
    }
}

/// Scores of the bag of words, of the second text alone and of the overlap on the first validation split.
fn baselines(task: GlueTask) -> [f64; 3] {
    let data = glue(task, 0, &LabConfig::default());
    let validation = &data.validation[0].examples;
    let truth = labels(validation);
    let n_classes = task.labels().len();
    let score = |predict: &dyn Fn(&Example) -> usize| {
        let predictions: Vec<usize> = validation.iter().map(predict).collect();
        if task == GlueTask::Cola {
            matthews(&predictions, &truth)
        } else {
            accuracy(&predictions, &truth)
        }
    };
    let [both, second] =
        [View::Both, View::Second].map(|view| NaiveBayes::fit(&data.train, n_classes, view));
    let overlap = by_overlap(&data.train, n_classes);
    [
        score(&|example| both.predict(example)),
        score(&|example| second.predict(example)),
        score(&overlap),
    ]
}

fn check(task: GlueTask, below: f64) {
    let scores = baselines(task);
    assert!(
        scores.iter().all(|&score| score < below),
        "{task}: {scores:?} are not all below {below}"
    );
}

#[test]
fn words_alone_do_not_tell_acceptable_from_unacceptable() {
    check(GlueTask::Cola, 0.3);
}

#[test]
fn words_alone_tell_sentiment_only_in_part() {
    check(GlueTask::Sst2, 0.85);
    assert!(baselines(GlueTask::Sst2)[0] > 0.52);
}

#[test]
fn words_alone_do_not_find_paraphrases() {
    check(GlueTask::Mrpc, 0.76);
}

#[test]
fn words_alone_do_not_decide_inference() {
    check(GlueTask::Mnli, 0.60);
    check(GlueTask::Rte, 0.70);
}

#[test]
fn words_alone_do_not_answer_questions() {
    check(GlueTask::Qnli, 0.75);
}

#[test]
fn overlap_tells_similarity_only_in_part() {
    let data = glue(GlueTask::Stsb, 0, &LabConfig::default());
    let (x, y): (Vec<f64>, Vec<f64>) = data.validation[0]
        .examples
        .iter()
        .map(|example| (overlap(example), f64::from(example.label)))
        .unzip();
    let score = pearson(&x, &y).unwrap();
    assert!((0.3..0.75).contains(&score), "{score}");
}
