//! MRPC-shaped: do the two sentences say the same? Metrics: accuracy and F1.

use super::clause::{Style, render};
use super::dice::Dice;
use super::difficulty::Difficulty;
use super::edit::{self, Edit};
use super::lexicon::Genre;
use super::pair;
use super::sample::{self, Shape};

/// One pair, paraphrases or not as asked.
pub(crate) fn example(dice: &mut Dice, difficulty: &Difficulty, same: bool) -> Option<(String, String)> {
    let genre = dice.pick(&[Genre::Story, Genre::Report]);
    let clause = sample::clause(dice, genre, &Shape { quantified: 10, ..Shape::PAIR });
    if same {
        return pair::paraphrase(dice, &clause, difficulty.rare_words, difficulty.passive);
    }
    let mut other = clause.clone();
    let edit = if dice.percent(difficulty.swaps) {
        Edit::Swap
    } else {
        dice.pick(&[Edit::Replace, Edit::Act, Edit::Requalify, Edit::Move, Edit::Quantify])
    };
    if !edit::apply(edit, &mut other, dice, genre) {
        return None;
    }
    let [one, two] = [(); 2].map(|()| Style::roll(dice, difficulty.rare_words, difficulty.passive));
    let (a, b) = (render(&clause, &one, dice), render(&other, &two, dice));
    pair::fits(&a, &b).then_some((a, b))
}
