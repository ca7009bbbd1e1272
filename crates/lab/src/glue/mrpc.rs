//! MRPC-shaped: do the two sentences say the same? Metrics: accuracy and F1.

use super::difficulty::Difficulty;
use crate::dice::Dice;
use crate::language::edit::{self, Edit};
use crate::language::lexicon::Genre;
use crate::language::pair;
use crate::language::sample::{self, Shape};

/// One pair, paraphrases or not as asked.
pub(crate) fn example(
    dice: &mut Dice,
    difficulty: &Difficulty,
    same: bool,
) -> Option<(String, String)> {
    let genre = dice.pick(&[Genre::Story, Genre::Report]);
    let clause = sample::clause(
        dice,
        genre,
        &Shape {
            quantified: 10,
            ..Shape::PAIR
        },
    );
    if same {
        return pair::paraphrase(dice, &clause, difficulty.rare_words, difficulty.passive);
    }
    let mut other = clause.clone();
    let others = &[
        Edit::Replace,
        Edit::Act,
        Edit::Requalify,
        Edit::Move,
        Edit::Quantify,
    ];
    let edit = if dice.percent(difficulty.swaps) {
        Edit::Swap
    } else {
        dice.pick(others)
    };
    if !edit::apply(edit, &mut other, dice, genre) {
        return None;
    }
    if edit != Edit::Swap && dice.percent(difficulty.far) {
        edit::apply(dice.pick(others), &mut other, dice, genre);
    }
    let clauses = [&clause, &other];
    pair::told(dice, clauses, difficulty.rare_words, difficulty.passive)
}
