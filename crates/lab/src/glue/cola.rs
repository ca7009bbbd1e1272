//! CoLA-shaped: is the sentence acceptable? Metric: Matthews correlation.
//!
//! The kind of construction is drawn first and then broken or not, so that a construction says nothing about the label.

mod frames;

use super::difficulty::Difficulty;
use crate::dice::Dice;
use crate::language::clause::{Attachment, Clause, Common, Det, NounPhrase, Tense};
use crate::language::constructions::{ever_words, reflexive_words};
use crate::language::lexicon::{Frame, Genre, NounId};
use crate::language::question::{Asked, Question};
use crate::language::render::{
    Style, Words, auxiliary, be, clause_words, phrase_words, predicate_words, sentence,
};
use crate::language::sample::{self, Shape};

/// One sentence, acceptable or not as asked.
pub(crate) fn example(
    dice: &mut Dice,
    difficulty: &Difficulty,
    acceptable: bool,
) -> Option<String> {
    let genre = dice.pick(&[Genre::Story, Genre::Report]);
    let style = Style {
        fronted: false,
        passive: false,
        ..Style::roll(dice, difficulty.rare_words, 0)
    };
    let words = match dice.weighted(&[30, 14, 10, 10, 10, 8, 8, 10]) {
        0 => agreement(dice, genre, &style, difficulty.attractors, acceptable),
        1 => frames::frame(dice, genre, &style, acceptable),
        2 => number(dice, genre, &style, acceptable),
        3 => verb_form(dice, genre, &style, acceptable),
        4 => reflexive(dice, genre, &style, acceptable),
        5 => polarity(dice, genre, &style, acceptable),
        6 => frames::transfer(dice, genre, &style, acceptable),
        _ => return question(dice, genre, &style, acceptable).map(|words| sentence(&words, "?")),
    }?;
    Some(sentence(&words, "."))
}

/// Puts `wrong` in the first place of `right`, if it is there.
fn replace(words: &mut [&'static str], right: &str, wrong: &'static str) -> bool {
    let found = words.iter_mut().find(|word| **word == right);
    found.map(|word| *word = wrong).is_some()
}

/// The clause whose finite verb is in the other number.
fn misagreeing(clause: &Clause) -> Clause {
    let mut other = clause.clone();
    match &mut other.subject {
        NounPhrase::Common(common) => {
            common.det = Det::The {
                plural: !common.det.is_plural(),
            };
        }
        // "people"
        name => {
            *name = NounPhrase::Common(Common {
                det: Det::The { plural: true },
                adjective: None,
                noun: NounId(0),
                attachment: None,
            });
        }
    }
    other
}

/// "the dogs near the boat are happy" against "... is happy".
fn agreement(
    dice: &mut Dice,
    genre: Genre,
    style: &Style,
    attractors: u32,
    acceptable: bool,
) -> Option<Words> {
    let attractor = dice.percent(attractors);
    let shape = Shape {
        attachment: if attractor { 100 } else { 0 },
        negated: 25,
        manner: 0,
        ..Shape::TEXT
    };
    let mut clause = if dice.percent(50) {
        sample::state(dice, genre, &shape)
    } else {
        let frame = dice.pick(&[Frame::Intransitive, Frame::Transitive]);
        let mut clause = sample::framed(dice, genre, &shape, frame);
        clause.tense = Tense::Present;
        clause
    };
    let many = clause.subject.is_plural();
    if let Some(Attachment::Near { plural, .. } | Attachment::That { plural, .. }) = clause
        .subject
        .common_mut()
        .and_then(|common| common.attachment.as_mut())
    {
        *plural = !many;
    }
    let mut words = phrase_words(&clause.subject, clause.tense, style, dice);
    let said = if acceptable {
        clause.clone()
    } else {
        misagreeing(&clause)
    };
    words.extend(predicate_words(&said, style, dice));
    Some(words)
}

/// "two dogs" against "two dog", "every dogs", "a dogs".
fn number(dice: &mut Dice, genre: Genre, style: &Style, acceptable: bool) -> Option<Words> {
    let shape = Shape {
        attachment: 10,
        quantified: 70,
        negated: 0,
        state: 25,
        ..Shape::TEXT
    };
    let clause = sample::clause(dice, genre, &shape);
    let mut words = clause_words(&clause, style, dice);
    if acceptable {
        return Some(words);
    }
    // Only a phrase whose determiner fixes the number can be broken.
    let fixed: Vec<_> = clause
        .phrases()
        .into_iter()
        .filter_map(NounPhrase::common)
        .filter(|common| !matches!(common.det, Det::The { .. } | Det::No | Det::Some))
        .collect();
    if fixed.is_empty() {
        return None;
    }
    let broken = dice.pick(&fixed);
    let plural = broken.det.is_plural();
    for (singular, many) in broken.noun.entry().words {
        let (right, wrong) = if plural {
            (many, singular)
        } else {
            (singular, many)
        };
        if replace(&mut words, right, wrong) {
            return Some(words);
        }
    }
    None
}

/// "did not sleep", "was chased" against "did not slept", "was chase".
fn verb_form(dice: &mut Dice, genre: Genre, style: &Style, acceptable: bool) -> Option<Words> {
    let shape = Shape {
        attachment: 0,
        state: 0,
        quantified: 0,
        adjective: 40,
        ..Shape::TEXT
    };
    let negated = dice.percent(60);
    let style = Style {
        passive: !negated,
        ..*style
    };
    let shape = Shape {
        negated: if negated { 100 } else { 0 },
        ..shape
    };
    let frame = if negated {
        dice.pick(&[Frame::Intransitive, Frame::Transitive, Frame::Ditransitive])
    } else {
        Frame::Transitive
    };
    let clause = sample::framed(dice, genre, &shape, frame);
    if clause.negated != negated || (!negated && !clause.has_passive()) {
        return None;
    }
    let mut words = clause_words(&clause, &style, dice);
    if acceptable {
        return Some(words);
    }
    let verb = clause.verb()?;
    for forms in verb.entry().words {
        let right = if negated {
            forms.base
        } else {
            forms.participle
        };
        let wrong = match (negated, dice.percent(50)) {
            (true, true) => forms.past,
            (true, false) => forms.third,
            (false, true) => forms.base,
            (false, false) => forms.third,
        };
        if right == wrong {
            continue;
        }
        if replace(&mut words, right, wrong) {
            return Some(words);
        }
    }
    None
}

/// "mary hurt herself" against "mary hurt himself".
fn reflexive(dice: &mut Dice, genre: Genre, style: &Style, acceptable: bool) -> Option<Words> {
    let (mut words, own) = reflexive_words(dice, genre, style);
    // A dog may well hurt himself or herself.
    let wrong: &[&str] = match own {
        "himself" => &["herself", "itself", "themselves"],
        "herself" => &["himself", "itself", "themselves"],
        "itself" => &["themselves"],
        _ => &["himself", "herself", "itself"],
    };
    words.push(if acceptable { own } else { dice.pick(wrong) });
    Some(words)
}

/// "no dog ever slept" against "the dog ever slept".
fn polarity(dice: &mut Dice, genre: Genre, style: &Style, acceptable: bool) -> Option<Words> {
    let mut words = ever_words(dice, genre, style);
    if acceptable {
        return Some(words);
    }
    if let Some(at) = words.iter().position(|&word| word == "no") {
        words[at] = dice.pick(&["the", "every", "a"]);
        return Some(words);
    }
    // Without the negation the verb is finite: "the dog ever slept".
    let shape = Shape {
        attachment: 0,
        state: 0,
        quantified: 0,
        negated: 0,
        manner: 0,
        ..Shape::PAIR
    };
    let clause = sample::clause(dice, genre, &shape);
    let mut words = phrase_words(&clause.subject, clause.tense, style, dice);
    words.push("ever");
    words.extend(predicate_words(&clause, style, dice));
    Some(words)
}

/// "what did the dog chase ?" against a filled gap, a finite verb after "did", or no inversion.
fn question(dice: &mut Dice, genre: Genre, style: &Style, acceptable: bool) -> Option<Words> {
    let shape = Shape {
        quantified: 10,
        negated: 0,
        state: 0,
        place: 50,
        manner: 0,
        attachment: 0,
        ..Shape::PAIR
    };
    let clause = sample::clause(dice, genre, &shape);
    let asked = dice.pick(&[Asked::Object, Asked::Place]);
    let question = Question::of(&clause, asked)?;
    let mut words = question.words(style, dice);
    if acceptable {
        return Some(words);
    }
    let verb = clause.verb()?;
    let at = words
        .iter()
        .position(|word| verb.entry().words.iter().any(|form| form.base == *word))?;
    match dice.below(3) {
        0 if asked == Asked::Object => {
            let object = phrase_words(clause.object()?, clause.tense, style, dice);
            words.splice(at + 1..at + 1, object);
        }
        1 => {
            let forms = verb
                .entry()
                .words
                .iter()
                .find(|form| form.base == words[at])?;
            if forms.past == forms.base {
                return None;
            }
            words[at] = forms.past;
        }
        _ => {
            // "what the dog did chase ?"
            let aux = words.remove(1);
            debug_assert_eq!(aux, auxiliary(clause.tense, clause.subject.is_plural()));
            words.insert(at - 1, aux);
        }
    }
    debug_assert!(!words.contains(&be(clause.tense, true)));
    Some(words)
}
