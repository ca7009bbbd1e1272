//! MNLI-shaped: does the hypothesis follow from the premise, contradict it, or neither? Metric: accuracy.
//!
//! Training and matched validation are stories, mismatched validation is reports.

use super::difficulty::Difficulty;
use crate::dice::Dice;
use crate::language::lexicon::Genre;
use crate::language::pair;
use crate::language::relation::Relation;
use crate::language::sample::Shape;

/// One pair with the wanted relation.
pub(crate) fn example(
    dice: &mut Dice,
    difficulty: &Difficulty,
    genre: Genre,
    wanted: Relation,
) -> Option<(String, String)> {
    // Half of the premises are negated, so that a negated hypothesis says nothing about the label.
    let shape = Shape {
        negated: 45,
        quantified: 25,
        ..Shape::PAIR
    };
    let (premise, hypothesis) = pair::related(dice, genre, &shape, wanted, &difficulty.pairing())?;
    let clauses = [&premise, &hypothesis];
    pair::told(dice, clauses, difficulty.rare_words, difficulty.passive)
}
