//! QNLI-shaped: does the sentence answer the question? Metric: accuracy.

use super::difficulty::Difficulty;
use crate::dice::Dice;
use crate::language::clause::Clause;
use crate::language::edit::{self, Edit};
use crate::language::lexicon::Genre;
use crate::language::pair;
use crate::language::question::{Asked, Question};
use crate::language::render::{Style, Words, clause_words, sentence};
use crate::language::sample::{self, Shape};

/// One question and sentence, answered or not as asked.
pub(crate) fn example(
    dice: &mut Dice,
    difficulty: &Difficulty,
    answered: bool,
) -> Option<(String, String)> {
    let genre = dice.pick(&[Genre::Story, Genre::Report]);
    let shape = Shape {
        negated: 0,
        state: 0,
        quantified: 12,
        attachment: 0,
        adjective: 12,
        manner: 5,
        ..Shape::PAIR
    };
    let clause = sample::clause(dice, genre, &shape);
    let asked = dice.pick(&[Asked::Subject, Asked::Object, Asked::Place]);
    let question = Question::of(&clause, asked)?;
    let mut said = clause;
    let edits: &[Edit] = if answered {
        // Changes that may keep the answer: another filler of the asked part, a narrower word, something added.
        &[Edit::Narrow, Edit::Add, Edit::Replace, Edit::Drop]
    } else {
        &[
            Edit::Swap,
            Edit::Swap,
            Edit::Replace,
            Edit::Replace,
            Edit::Act,
            Edit::Act,
            Edit::Negate,
            Edit::Drop,
            Edit::Move,
        ]
    };
    if !answered || dice.percent(50) {
        edit::apply(dice.pick(edits), &mut said, dice, genre);
    }
    if !answered && dice.percent(difficulty.far) {
        edit::apply(dice.pick(edits), &mut said, dice, genre);
    }
    if question.is_answered_by(&said) != answered {
        return None;
    }
    let mut distractor = None;
    if dice.percent(difficulty.distractor) {
        let other = sample::clause(
            dice,
            genre,
            &Shape {
                attachment: 0,
                adjective: 0,
                place: 25,
                ..Shape::PAIR
            },
        );
        if question.is_answered_by(&other) && !answered {
            return None;
        }
        distractor = Some(other);
    }
    let [one, two] = [(); 2].map(|()| Style::roll(dice, difficulty.rare_words, difficulty.passive));
    let asked = question.render(&one, dice);
    let text = sentence(&beside(dice, &said, distractor.as_ref(), &two), ".");
    pair::fits(&asked, &text).then_some((asked, text))
}

/// A clause, alone or joined to another in either order.
pub(crate) fn beside(
    dice: &mut Dice,
    clause: &Clause,
    other: Option<&Clause>,
    style: &Style,
) -> Words {
    let Some(other) = other else {
        return clause_words(clause, style, dice);
    };
    let plain = Style {
        fronted: false,
        ..*style
    };
    let (first, second) = if dice.percent(50) {
        (clause, other)
    } else {
        (other, clause)
    };
    let mut words = clause_words(first, &plain, dice);
    words.push("and");
    words.extend(clause_words(second, &plain, dice));
    words
}
