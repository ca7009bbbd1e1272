//! The constructions beyond plain clauses: complements, contrasts, reflexives, "ever", definitions, questions.

use super::clause::{Clause, Common, Det, NounPhrase, Predicate};
use super::lexicon::{Frame, Genre, NounId, VerbId, all_adjectives, all_nouns, class};
use super::question::{Asked, Question};
use super::render::{
    Style, Words, clause_words, finite, noun_word, phrase_words, predicate_words, render, sentence,
    verb_word,
};
use super::sample::{self, Shape};
use crate::dice::Dice;

pub(crate) fn joined(
    one: &Clause,
    by: &'static str,
    two: &Clause,
    style: &Style,
    dice: &mut Dice,
) -> Words {
    let plain = Style {
        fronted: false,
        ..*style
    };
    let mut words = clause_words(one, &plain, dice);
    words.push(by);
    words.extend(clause_words(two, &plain, dice));
    words
}

/// The openers that tell a story from a report.
pub(crate) fn opener(dice: &mut Dice, genre: Genre) -> &'static [&'static str] {
    let openers: &[&[&str]] = match genre {
        Genre::Story => &[&["once", ","], &["one", "day", ","], &["then", ","]],
        Genre::Report => &[&["today", ","], &["reports", "say", "that"], &["now", ","]],
    };
    dice.pick(openers)
}

pub(crate) fn opened(dice: &mut Dice, genre: Genre, style: &Style) -> String {
    let mut words = opener(dice, genre).to_vec();
    let clause = sample::clause(dice, genre, &Shape::TEXT);
    words.extend(clause_words(
        &clause,
        &Style {
            fronted: false,
            ..*style
        },
        dice,
    ));
    sentence(&words, ".")
}

/// "the king said that the dog slept"
pub(crate) fn complement_words(dice: &mut Dice, genre: Genre, style: &Style) -> Words {
    let bare = Shape {
        adjective: 10,
        attachment: 0,
        ..Shape::PAIR
    };
    let holder = sample::framed(
        dice,
        genre,
        &Shape {
            place: 0,
            manner: 0,
            ..bare
        },
        Frame::Clausal,
    );
    let mut inner = sample::clause(dice, genre, &bare);
    inner.tense = holder.tense;
    let mut words = clause_words(&holder, style, dice);
    words.push("that");
    words.extend(clause_words(
        &inner,
        &Style {
            fronted: false,
            ..*style
        },
        dice,
    ));
    words
}

pub(crate) fn complement(dice: &mut Dice, genre: Genre, style: &Style) -> String {
    sentence(&complement_words(dice, genre, style), ".")
}

/// "the dog was big but the cat was small"; "mary loved the dog but hated the cat" is left to the tasks.
pub(crate) fn contrast(dice: &mut Dice, genre: Genre, style: &Style) -> String {
    let definite = |dice: &mut Dice| loop {
        let clause = sample::state(
            dice,
            genre,
            &Shape {
                attachment: 0,
                negated: 20,
                quantified: 0,
                ..Shape::PAIR
            },
        );
        if clause.subject.is_definite() {
            return clause;
        }
    };
    let one = definite(dice);
    let mut two = definite(dice);
    two.tense = one.tense;
    let Predicate::State(quality) = one.predicate else {
        return render(&one, style, dice);
    };
    let agrees = dice.percent(35);
    // "big but small" or "big but not big"; "big and large" or "big and not small".
    let opposed: Vec<_> = all_adjectives()
        .filter(|other| other.excludes(quality))
        .collect();
    let other = if opposed.is_empty() {
        quality
    } else {
        dice.pick(&opposed)
    };
    let use_other = dice.percent(50);
    two.predicate = Predicate::State(if use_other { other } else { quality });
    two.negated = one.negated != (use_other == agrees);
    let joint = if agrees { "and" } else { "but" };
    sentence(&joined(&one, joint, &two, style, dice), ".")
}

pub(crate) fn taxonomy(dice: &mut Dice, style: &Style) -> String {
    let below: Vec<NounId> = all_nouns().filter(|noun| noun.parent().is_some()).collect();
    let noun = dice.pick(&below);
    let parent = dice.pick(&noun.ancestors());
    let one = noun_word(noun, false, style, dice);
    let many = noun_word(noun, true, style, dice);
    let (single, plural) = parent.entry().words[0];
    let words: Words = match dice.below(5) {
        0 => vec!["a", one, "is", "a", "kind", "of", single],
        1 => vec!["every", one, "is", "a", single],
        2 => vec![many, "are", plural],
        3 => vec!["a", one, "is", "a", single],
        _ => {
            let twins: Vec<NounId> = all_nouns()
                .filter(|noun| noun.entry().words.len() > 1)
                .collect();
            let twin = dice.pick(&twins).entry();
            let (first, second) = if dice.percent(50) { (0, 1) } else { (1, 0) };
            vec![
                "a",
                twin.words[first].0,
                "is",
                "the",
                "same",
                "as",
                "a",
                twin.words[second].0,
            ]
        }
    };
    sentence(&words, ".")
}

pub(crate) fn question(dice: &mut Dice, genre: Genre) -> Option<(Question, Clause)> {
    let shape = Shape {
        quantified: 10,
        negated: 0,
        state: 0,
        place: 55,
        attachment: 0,
        ..Shape::PAIR
    };
    for _ in 0..10 {
        let clause = sample::clause(dice, genre, &shape);
        let asked = dice.pick(&[Asked::Subject, Asked::Object, Asked::Place]);
        if let Some(question) = Question::of(&clause, asked) {
            return Some((question, clause));
        }
    }
    None
}

/// "mary hurt", "the dogs saw", and the pronoun that belongs behind it.
pub(crate) fn reflexive_words(
    dice: &mut Dice,
    genre: Genre,
    style: &Style,
) -> (Words, &'static str) {
    let (clause, verb, own) = reflexive_parts(dice, genre);
    let mut words = phrase_words(&clause.subject, clause.tense, style, dice);
    words.push(finite(
        verb_word(verb, style, dice),
        clause.tense,
        clause.subject.is_plural(),
    ));
    (words, own)
}

fn reflexive_parts(dice: &mut Dice, genre: Genre) -> (Clause, VerbId, &'static str) {
    loop {
        let shape = Shape {
            attachment: 0,
            quantified: 0,
            place: 0,
            manner: 0,
            negated: 0,
            ..Shape::TEXT
        };
        let clause = sample::framed(dice, genre, &shape, Frame::Transitive);
        let Predicate::With(verb, _) = clause.predicate else {
            continue;
        };
        if verb.entry().object & class::ANIMATE == 0 {
            continue;
        }
        let own = match &clause.subject {
            NounPhrase::Name(name) => Some(if name.is_female() {
                "herself"
            } else {
                "himself"
            }),
            phrase if phrase.is_plural() => Some("themselves"),
            NounPhrase::Common(common) => {
                (common.noun.entry().class == class::ANIMAL).then_some("itself")
            }
        };
        if let Some(own) = own {
            return (clause, verb, own);
        }
    }
}

pub(crate) fn reflexive(dice: &mut Dice, genre: Genre, style: &Style) -> String {
    let (mut words, own) = reflexive_words(dice, genre, style);
    words.push(own);
    sentence(&words, ".")
}

/// "no dog ever slept", "the dogs did not ever sleep": a word that needs a negation before it.
pub(crate) fn ever_words(dice: &mut Dice, genre: Genre, style: &Style) -> Words {
    let shape = Shape {
        attachment: 0,
        state: 0,
        quantified: 0,
        negated: 100,
        manner: 0,
        ..Shape::PAIR
    };
    loop {
        let mut clause = sample::clause(dice, genre, &shape);
        let plain = Style {
            fronted: false,
            passive: false,
            ..*style
        };
        if clause.negated {
            let words = clause_words(&clause, &plain, dice);
            return words
                .into_iter()
                .flat_map(|word| {
                    if word == "not" {
                        vec!["not", "ever"]
                    } else {
                        vec![word]
                    }
                })
                .collect();
        }
        let tense = clause.tense;
        if let NounPhrase::Common(Common {
            det: det @ Det::A, ..
        }) = &mut clause.subject
        {
            *det = Det::No;
            let mut words = phrase_words(&clause.subject, tense, style, dice);
            words.push("ever");
            words.extend(predicate_words(&clause, style, dice));
            return words;
        }
    }
}

pub(crate) fn ever(dice: &mut Dice, genre: Genre, style: &Style) -> String {
    sentence(&ever_words(dice, genre, style), ".")
}
