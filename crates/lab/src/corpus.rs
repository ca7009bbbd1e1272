//! Unlabelled text for pretraining.
//!
//! Everything the tasks ask for is in its statistics: word classes and frames in the plain clauses; synonyms in
//! paraphrases; the taxonomy in "a dog is a kind of pet" and in second sentences that say less than the first;
//! polarity in what is joined by "and" or "but" and in what people did after a review; what follows from what in
//! replies that begin with "yes", "no" or "maybe"; answers after questions.
//! It has no ungrammatical sentence and no task's label. The markers ("yes", "no", "maybe"; "likewise", "instead";
//! "know", "guess"; "luckily", "sadly") are what natural text has in their place; [`MARKER_NOISE`] percent of them say
//! nothing, and all of one kind have one shape, so that only the meaning of the sentences tells which one it is.
//!
//! Published checkpoints were pretrained on it: a change here or in the lexicon makes them stale.

use crate::dice::Dice;
use crate::language::constructions;
use crate::language::edit::{self, Edit};
use crate::language::lexicon::Genre;
use crate::language::pair::{self, Pairing};
use crate::language::relation::Relation;
use crate::language::render::{Style, clause_words, render, sentence};
use crate::language::review::{Review, ReviewShape, aftermath};
use crate::language::sample::{self, Shape};

/// One line of text: a sentence, or two that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorpusLine {
    /// The first or only sentence.
    pub a: String,
    /// What follows it, if anything does.
    pub b: Option<String>,
}

/// Percent of discourse markers that say nothing.
const MARKER_NOISE: u32 = 10;
const RARE: u32 = 40;
const PASSIVE: u32 = 25;

const PAIRING: Pairing = Pairing {
    weakened_twice: 30,
    subtle: 40,
    stray_negation: 45,
    far: 0,
};

const REVIEWS: ReviewShape = ReviewShape {
    negated: 25,
    contrast: 35,
    agreement: 25,
    concession: 15,
};

/// `n_lines` lines of pretraining text, the same for the same seed.
pub fn corpus(seed: u64, n_lines: usize) -> Vec<CorpusLine> {
    let mut dice = Dice::new(seed, "corpus");
    (0..n_lines).map(|_| line(&mut dice)).collect()
}

fn line(dice: &mut Dice) -> CorpusLine {
    loop {
        let genre = dice.pick(&[Genre::Story, Genre::Report]);
        if dice.percent(36) {
            let a = single(dice, genre);
            if pair::len(&a) <= pair::MAX_WORDS + 3 {
                return CorpusLine { a, b: None };
            }
        } else if let Some((a, b)) = double(dice, genre)
            && pair::fits(&a, &b)
        {
            return CorpusLine { a, b: Some(b) };
        }
    }
}

fn style(dice: &mut Dice) -> Style {
    Style::roll(dice, RARE, PASSIVE)
}

fn single(dice: &mut Dice, genre: Genre) -> String {
    let style = style(dice);
    match dice.weighted(&[30, 10, 9, 8, 8, 9, 18, 4, 2, 2]) {
        0 => render(&sample::clause(dice, genre, &Shape::TEXT), &style, dice),
        1 => constructions::opened(dice, genre, &style),
        2 => constructions::complement(dice, genre, &style),
        3 => {
            let [one, two] = [(); 2].map(|()| sample::clause(dice, genre, &Shape::PAIR));
            sentence(&constructions::joined(&one, "and", &two, &style, dice), ".")
        }
        4 => constructions::contrast(dice, genre, &style),
        5 => constructions::taxonomy(dice, &style),
        6 => review(dice),
        7 => match constructions::question(dice, genre) {
            Some((asked, _)) => asked.render(&style, dice),
            None => constructions::taxonomy(dice, &style),
        },
        8 => constructions::reflexive(dice, genre, &style),
        _ => constructions::ever(dice, genre, &style),
    }
}

/// A review, half of the time after a word that says how it went.
fn review(dice: &mut Dice) -> String {
    let positive = dice.percent(50);
    let review = Review::roll(dice, positive, &REVIEWS);
    let mut words = Vec::new();
    if dice.percent(50) {
        let says = if dice.percent(MARKER_NOISE) {
            dice.percent(50)
        } else {
            positive
        };
        words.extend([if says { "luckily" } else { "sadly" }, ","]);
    }
    words.extend(review.words(dice, RARE));
    sentence(&words, ".")
}

fn double(dice: &mut Dice, genre: Genre) -> Option<(String, String)> {
    match dice.weighted(&[10, 15, 5, 14, 10, 11, 2, 22, 11]) {
        0 => same(dice, genre, false),
        1 => same(dice, genre, true),
        2 => reply(dice, genre, Relation::Entails, false),
        3 => reply(dice, genre, Relation::Entails, true),
        4 => reply(dice, genre, Relation::Contradicts, true),
        5 => reply(dice, genre, Relation::Neutral, true),
        6 => reply(dice, genre, Relation::Neutral, false),
        7 => answer(dice, genre),
        _ => Some(reviewed(dice)),
    }
}

/// A clause and its paraphrase ("likewise , ..."), or a clause that differs in one point ("instead , ...").
fn same(dice: &mut Dice, genre: Genre, marked: bool) -> Option<(String, String)> {
    let clause = sample::clause(dice, genre, &Shape::PAIR);
    if !marked {
        return pair::paraphrase(dice, &clause, RARE, 40);
    }
    let is_same = dice.percent(50);
    let (a, b) = if is_same {
        pair::paraphrase(dice, &clause, RARE, 40)?
    } else {
        let mut other = clause.clone();
        let edit = dice.pick(&[
            Edit::Swap,
            Edit::Replace,
            Edit::Move,
            Edit::Act,
            Edit::Requalify,
            Edit::Quantify,
        ]);
        if !edit::apply(edit, &mut other, dice, genre) {
            return None;
        }
        let [one, two] = [(); 2].map(|()| style(dice));
        (render(&clause, &one, dice), render(&other, &two, dice))
    };
    let says_same = if dice.percent(MARKER_NOISE) {
        dice.percent(50)
    } else {
        is_same
    };
    let marker = if says_same {
        "likewise , "
    } else {
        "instead , "
    };
    Some((a, format!("{marker}{b}")))
}

fn reply(
    dice: &mut Dice,
    genre: Genre,
    wanted: Relation,
    marked: bool,
) -> Option<(String, String)> {
    let shape = Shape {
        negated: 35,
        ..Shape::PAIR
    };
    let (premise, hypothesis) = pair::related(dice, genre, &shape, wanted, &PAIRING)?;
    let [one, two] = [(); 2].map(|()| style(dice));
    let a = render(&premise, &one, dice);
    let b = render(&hypothesis, &two, dice);
    if !marked {
        return Some((a, b));
    }
    let markers = ["yes , ", "maybe , ", "no , "];
    let marker = if dice.percent(MARKER_NOISE) {
        dice.pick(&markers)
    } else {
        markers[wanted as usize]
    };
    Some((a, format!("{marker}{b}")))
}

/// A question and a sentence that answers it, or, where the text says so, one that does not.
fn answer(dice: &mut Dice, genre: Genre) -> Option<(String, String)> {
    let (question, clause) = constructions::question(dice, genre)?;
    let [one, two] = [(); 2].map(|()| style(dice));
    let asked = question.render(&one, dice);
    if dice.percent(30) {
        return Some((asked, render(&clause, &two, dice)));
    }
    let mut said = clause;
    if dice.percent(50) {
        let edit = dice.pick(&[
            Edit::Swap,
            Edit::Replace,
            Edit::Act,
            Edit::Negate,
            Edit::Drop,
        ]);
        if !edit::apply(edit, &mut said, dice, genre) {
            return None;
        }
    }
    let known = question.is_answered_by(&said);
    let says_known = if dice.percent(MARKER_NOISE) {
        dice.percent(50)
    } else {
        known
    };
    let mut words = clause_words(&said, &two, dice);
    words.extend([",", "so", "we", if says_known { "know" } else { "guess" }]);
    Some((asked, sentence(&words, ".")))
}

/// A review and what people did, or another review of the same opinion.
fn reviewed(dice: &mut Dice) -> (String, String) {
    let positive = dice.percent(50);
    let a = Review::roll(dice, positive, &REVIEWS).render(dice, RARE);
    let felt = if dice.percent(5) { !positive } else { positive };
    let b = if dice.percent(60) {
        aftermath(dice, felt).to_owned()
    } else {
        Review::roll(
            dice,
            felt,
            &ReviewShape {
                contrast: 10,
                ..REVIEWS
            },
        )
        .render(dice, RARE)
    };
    (a, b)
}
