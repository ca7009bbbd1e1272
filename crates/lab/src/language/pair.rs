//! Pairs of clauses with a wanted relation.

use super::clause::{Clause, Predicate};
use super::edit::{self, Edit};
use super::lexicon::Genre;
use super::relation::{Relation, relation};
use super::render::{Style, render};
use super::sample::{self, Shape};
use crate::dice::Dice;

/// The most words of one sentence, punctuation included.
pub(crate) const MAX_WORDS: usize = 14;
/// The most words of a pair, punctuation included: 32 tokens less four special ones and room for split words.
pub(crate) const MAX_PAIR_WORDS: usize = 24;

/// The number of words and punctuation marks.
pub(crate) fn len(text: &str) -> usize {
    text.split(' ').count()
}

/// Whether a pair is short enough, and no mere repetition.
pub(crate) fn fits(a: &str, b: &str) -> bool {
    let different = a != b;
    let (a, b) = (len(a), len(b));
    different && a <= MAX_WORDS + 4 && b <= MAX_WORDS + 4 && a + b <= MAX_PAIR_WORDS
}

/// Changes after which the hypothesis speaks of something else.
const BREAKS: &[Edit] = &[
    Edit::Replace,
    Edit::Replace,
    Edit::Act,
    Edit::Swap,
    Edit::Move,
    Edit::Requalify,
];

/// How pairs are made, in percent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pairing {
    /// Hypotheses that are weakened twice.
    pub weakened_twice: u32,
    /// Neutral pairs whose premise merely says less than the hypothesis.
    pub subtle: u32,
    /// The other neutral pairs in which one side only is negated.
    pub stray_negation: u32,
    /// The other neutral pairs that differ in two points.
    pub far: u32,
}

/// A premise and a hypothesis with the `wanted` relation; `None` if this try found none.
///
/// First the premise is weakened to something it entails, in the same way whatever is wanted, and only then is the
/// wanted relation made: by a change of the hypothesis that leaves its kind of words alone, or by a change of the
/// premise. So the hypothesis alone says little about the label. [`relation`] has the last word.
pub(crate) fn related(
    dice: &mut Dice,
    genre: Genre,
    shape: &Shape,
    wanted: Relation,
    pairing: &Pairing,
) -> Option<(Clause, Clause)> {
    let mut premise = sample::clause(dice, genre, shape);
    let mut hypothesis = premise.clone();
    let weakenings =
        usize::from(dice.percent(85)) + usize::from(dice.percent(pairing.weakened_twice));
    for _ in 0..weakenings {
        for _ in 0..4 {
            let mut weaker = hypothesis.clone();
            let edit = dice.pick(&[
                Edit::Widen,
                Edit::Widen,
                Edit::Narrow,
                Edit::Drop,
                Edit::Drop,
                Edit::Add,
                Edit::Quantify,
            ]);
            let done = edit::apply(edit, &mut weaker, dice, genre);
            if done && relation(&premise, &weaker) == Relation::Entails {
                hypothesis = weaker;
                break;
            }
        }
    }
    match wanted {
        Relation::Entails => {
            // "happy" entails "not sad": a negation on one side only that is no contradiction.
            let state = matches!(hypothesis.predicate, Predicate::State(_));
            if state && dice.percent(40) && edit::apply(Edit::Oppose, &mut hypothesis, dice, genre)
            {
                edit::apply(Edit::Negate, &mut hypothesis, dice, genre);
            }
        }
        Relation::Neutral if dice.percent(pairing.subtle) => {
            // The premise says less than the hypothesis.
            let edit = dice.pick(&[
                Edit::Widen,
                Edit::Widen,
                Edit::Drop,
                Edit::Drop,
                Edit::Narrow,
                Edit::Add,
            ]);
            edit::apply(edit, &mut premise, dice, genre);
        }
        Relation::Neutral => {
            edit::apply(dice.pick(BREAKS), &mut hypothesis, dice, genre);
            if pairing.far > 0 && dice.percent(pairing.far) {
                edit::apply(dice.pick(BREAKS), &mut hypothesis, dice, genre);
            }
            if dice.percent(pairing.stray_negation) {
                // A negation on one side only that denies something else.
                edit::apply(Edit::Negate, &mut hypothesis, dice, genre);
            }
        }
        Relation::Contradicts => {
            let edit = dice.pick(&[Edit::Negate, Edit::Negate, Edit::Oppose, Edit::Quantify]);
            edit::apply(edit, &mut hypothesis, dice, genre);
            if edit == Edit::Quantify && dice.percent(50) {
                // "no dog slept" is as often the premise as the hypothesis.
                std::mem::swap(&mut premise, &mut hypothesis);
            }
        }
    }
    (relation(&premise, &hypothesis) == wanted).then_some((premise, hypothesis))
}

/// Two clauses, each in a style of its own; `None` where the sentences are too long or equal.
pub(crate) fn told(
    dice: &mut Dice,
    [one, two]: [&Clause; 2],
    rare: u32,
    passive: u32,
) -> Option<(String, String)> {
    let styles = [(); 2].map(|()| Style::roll(dice, rare, passive));
    let a = render(one, &styles[0], dice);
    let b = render(two, &styles[1], dice);
    fits(&a, &b).then_some((a, b))
}

/// The same meaning in two wordings that differ; `None` if a few tries find none.
pub(crate) fn paraphrase(
    dice: &mut Dice,
    clause: &Clause,
    rare: u32,
    passive: u32,
) -> Option<(String, String)> {
    let first = Style::roll(dice, rare, passive);
    let a = render(clause, &first, dice);
    for _ in 0..6 {
        let style = Style::roll(dice, rare, passive);
        let b = render(clause, &style, dice);
        if fits(&a, &b) {
            return Some((a, b));
        }
    }
    None
}
