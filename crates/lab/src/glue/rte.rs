//! RTE-shaped: does the hypothesis follow from the premise, or not? Small. Metric: accuracy.

use super::difficulty::Difficulty;
use super::qnli::beside;
use crate::dice::Dice;
use crate::language::lexicon::Genre;
use crate::language::pair;
use crate::language::relation::{Relation, relation};
use crate::language::render::{Style, render, sentence};
use crate::language::sample::{self, Shape};

/// One pair, entailed or not as asked.
pub(crate) fn example(
    dice: &mut Dice,
    difficulty: &Difficulty,
    entailed: bool,
) -> Option<(String, String)> {
    let genre = dice.pick(&[Genre::Story, Genre::Report]);
    let shape = Shape {
        negated: 45,
        quantified: 12,
        attachment: 0,
        ..Shape::PAIR
    };
    let wanted = match (entailed, dice.percent(35)) {
        (true, _) => Relation::Entails,
        (false, true) => Relation::Contradicts,
        (false, false) => Relation::Neutral,
    };
    let (premise, hypothesis) = pair::related(dice, genre, &shape, wanted, &difficulty.pairing())?;
    let mut distractor = None;
    if dice.percent(difficulty.distractor) {
        let other = sample::clause(
            dice,
            genre,
            &Shape {
                adjective: 0,
                place: 20,
                ..shape
            },
        );
        if !entailed && relation(&other, &hypothesis) == Relation::Entails {
            return None;
        }
        distractor = Some(other);
    }
    let [one, two] = [(); 2].map(|()| Style::roll(dice, difficulty.rare_words, difficulty.passive));
    let a = sentence(&beside(dice, &premise, distractor.as_ref(), &one), ".");
    let b = render(&hypothesis, &two, dice);
    pair::fits(&a, &b).then_some((a, b))
}
