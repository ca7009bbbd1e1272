//! Verb frames: objects and clauses where they belong, and where they do not.

use crate::dice::Dice;
use crate::language::clause::{Clause, Predicate};
use crate::language::constructions::complement_words;
use crate::language::lexicon::{Frame, Genre, VerbId, class};
use crate::language::render::{Style, Words, clause_words};
use crate::language::sample::{self, Shape};

/// Verbs that English, too, never leaves without their object.
const NEEDS_OBJECT: &[&str] = &["find", "carry", "buy", "fix", "love", "hate", "wear"];

/// Verbs after which English, too, has no "that" clause.
const NO_CLAUSE: &[&str] = &[
    "sleep", "wait", "fall", "vanish", "chase", "push", "carry", "hit", "break", "clean", "buy",
    "steal", "fix", "help", "hurt", "follow", "visit", "eat", "drive", "wear",
];

fn is_one_of(verb: VerbId, bases: &[&str]) -> bool {
    bases.contains(&verb.entry().words[0].base)
}

/// "the dog slept" against "the dog slept the cat", "the dog chased" and "the dog chased that ...".
pub(super) fn frame(
    dice: &mut Dice,
    genre: Genre,
    style: &Style,
    acceptable: bool,
) -> Option<Words> {
    let shape = Shape {
        attachment: 0,
        ..Shape::TEXT
    };
    match dice.below(3) {
        0 => {
            let frame = dice.pick(&[Frame::Intransitive, Frame::Transitive]);
            let mut clause = sample::framed(dice, genre, &shape, frame);
            if !acceptable {
                clause.predicate = match clause.predicate {
                    Predicate::Alone(verb) => Predicate::With(
                        verb,
                        sample::object(dice, genre, class::ANIMATE | class::THING, &shape),
                    ),
                    Predicate::With(verb, _) if is_one_of(verb, NEEDS_OBJECT) => {
                        Predicate::Alone(verb)
                    }
                    _ => return None,
                };
            }
            Some(clause_words(&clause, style, dice))
        }
        1 => {
            // Both frames give short and long sentences, so that length says little.
            let frame = if acceptable == dice.percent(50) {
                Frame::Intransitive
            } else {
                Frame::Transitive
            };
            let mut clause = sample::framed(dice, genre, &shape, frame);
            if !acceptable {
                let other = if frame == Frame::Transitive {
                    Frame::Intransitive
                } else {
                    Frame::Transitive
                };
                let verb = sample::verb(dice, genre, other);
                let subject = clause
                    .subject
                    .common()
                    .map_or(class::PERSON, |common| common.noun.entry().class);
                let broken = other == Frame::Intransitive || is_one_of(verb, NEEDS_OBJECT);
                if !broken || verb.entry().subject & subject == 0 {
                    return None;
                }
                match &mut clause.predicate {
                    Predicate::Alone(old) | Predicate::With(old, _) => *old = verb,
                    _ => return None,
                }
            }
            Some(clause_words(&clause, style, dice))
        }
        _ => {
            let words = complement_words(dice, genre, style);
            if acceptable {
                return Some(words);
            }
            // Another kind of verb before "that".
            let at = words.iter().position(|&word| word == "that")?;
            let holder = sample::framed(
                dice,
                genre,
                &Shape {
                    adjective: 0,
                    attachment: 0,
                    place: 0,
                    manner: 0,
                    ..Shape::PAIR
                },
                Frame::Intransitive,
            );
            let frame = dice.pick(&[Frame::Intransitive, Frame::Transitive]);
            let verb = sample::verb(dice, genre, frame);
            let is_person = holder
                .subject
                .common()
                .is_none_or(|common| common.noun.entry().class == class::PERSON);
            if !is_one_of(verb, NO_CLAUSE)
                || verb.entry().subject & class::PERSON == 0
                || !is_person
            {
                return None;
            }
            let said = Clause {
                predicate: Predicate::Alone(verb),
                ..holder
            };
            let mut broken = clause_words(&said, style, dice);
            broken.extend(&words[at..]);
            Some(broken)
        }
    }
}

/// "gave the hat to the boy", "gave the boy the hat" against "gave the hat the boy".
pub(super) fn transfer(
    dice: &mut Dice,
    genre: Genre,
    style: &Style,
    acceptable: bool,
) -> Option<Words> {
    let shape = Shape {
        attachment: 0,
        quantified: 15,
        ..Shape::TEXT
    };
    let mut clause = sample::framed(dice, genre, &shape, Frame::Ditransitive);
    if acceptable {
        return Some(clause_words(&clause, style, dice));
    }
    let Predicate::Transfer(_, theme, recipient) = &mut clause.predicate else {
        return None;
    };
    if theme
        .common()
        .is_none_or(|common| common.noun.entry().class & class::ANIMATE != 0)
    {
        // "showed the dog the king" is fine.
        return None;
    }
    std::mem::swap(theme, recipient);
    Some(clause_words(
        &clause,
        &Style {
            shifted: true,
            ..*style
        },
        dice,
    ))
}
