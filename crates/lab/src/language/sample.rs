//! Drawing random clauses of a genre.

use super::clause::{Attachment, Clause, Common, Det, NounPhrase, Place, Predicate, Tense, fits};
use super::lexicon::{
    AdjectiveId, Frame, Genre, MANNERS, NAMES, NEAR, NameId, NounId, Quality, VerbId,
    all_adjectives, all_nouns, all_verbs, class,
};
use crate::dice::Dice;

/// How rich the clauses are, in percent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Noun phrases with an adjective.
    pub adjective: u32,
    /// Subjects with a narrowing phrase or relative clause.
    pub attachment: u32,
    /// Clauses with a place.
    pub place: u32,
    /// Clauses with an adverb.
    pub manner: u32,
    /// Negated clauses, of those whose subject allows it.
    pub negated: u32,
    /// Subjects with "every", "no", "some" or a number.
    pub quantified: u32,
    /// Clauses that state a quality.
    pub state: u32,
}

impl Shape {
    /// What running text looks like.
    pub(crate) const TEXT: Shape = Shape {
        adjective: 30,
        attachment: 15,
        place: 35,
        manner: 15,
        negated: 15,
        quantified: 25,
        state: 15,
    };

    /// Short clauses for pairs.
    pub(crate) const PAIR: Shape = Shape {
        adjective: 25,
        attachment: 6,
        place: 40,
        manner: 10,
        negated: 20,
        quantified: 20,
        state: 12,
    };
}

/// One of `items` in proportion to its weight; `None` where none has any.
pub(crate) fn drawn<T: Copy>(
    dice: &mut Dice,
    items: impl Iterator<Item = T>,
    weight: impl Fn(T) -> u32,
) -> Option<T> {
    let items: Vec<T> = items.collect();
    let weights: Vec<u32> = items.iter().map(|&item| weight(item)).collect();
    (weights.iter().sum::<u32>() > 0).then(|| items[dice.weighted(&weights)])
}

/// A noun of one of `classes`, by the genre's frequencies.
pub(crate) fn noun(dice: &mut Dice, genre: Genre, classes: u16) -> NounId {
    let fitting = all_nouns().filter(|noun| noun.entry().class & classes != 0);
    drawn(dice, fitting, |noun| noun.entry().weights[genre as usize])
        .expect("every class has nouns in both genres")
}

/// Another noun of the same class, by the genre's frequencies; a near relative in half of the cases.
pub(crate) fn rival(dice: &mut Dice, genre: Genre, noun: NounId) -> Option<NounId> {
    let near = dice.percent(50);
    let fitting = all_nouns().filter(|other| {
        other.entry().class == noun.entry().class
            && !other.is_below(noun)
            && !noun.is_below(*other)
            && (!near || other.parent() == noun.parent())
    });
    drawn(dice, fitting, |other| other.entry().weights[genre as usize])
}

/// A verb of `frame`, by the genre's frequencies.
pub(crate) fn verb(dice: &mut Dice, genre: Genre, frame: Frame) -> VerbId {
    let fitting = all_verbs().filter(|verb| verb.entry().frame == frame);
    drawn(dice, fitting, |verb| verb.entry().weights[genre as usize])
        .expect("every frame has verbs in both genres")
}

/// A non-evaluative adjective for `noun`.
pub(crate) fn adjective(dice: &mut Dice, noun: NounId) -> Option<AdjectiveId> {
    let fitting = all_adjectives().filter(|adjective| {
        let entry = adjective.entry();
        matches!(entry.quality, Quality::Scale(_)) && entry.of & noun.entry().class != 0
    });
    drawn(dice, fitting, |adjective| adjective.entry().weight)
}

fn name(dice: &mut Dice) -> NounPhrase {
    NounPhrase::Name(NameId(dice.below(NAMES.len()) as u8))
}

/// A noun phrase that is no quantifier: "a", "the", sometimes a number or "some".
pub(crate) fn object(dice: &mut Dice, genre: Genre, classes: u16, shape: &Shape) -> NounPhrase {
    if classes & class::PERSON != 0 && genre == Genre::Story && dice.percent(12) {
        return name(dice);
    }
    let noun = noun(dice, genre, classes);
    let number = if genre == Genre::Report { 3 } else { 1 };
    let det = match dice.weighted(&[4, 4, 2, number, 1]) {
        0 => Det::A,
        1 => Det::The { plural: false },
        2 => Det::The { plural: true },
        3 => Det::Number(2 + dice.below(5) as u8),
        _ => Det::Some,
    };
    let adjective = dice
        .percent(shape.adjective)
        .then(|| adjective(dice, noun))
        .flatten();
    NounPhrase::Common(Common {
        det,
        adjective,
        noun,
        attachment: None,
    })
}

/// A subject.
fn subject(dice: &mut Dice, genre: Genre, classes: u16, shape: &Shape) -> NounPhrase {
    if classes & class::PERSON != 0 && dice.percent(if genre == Genre::Story { 25 } else { 8 }) {
        return name(dice);
    }
    let noun = noun(dice, genre, classes);
    let det = if dice.percent(shape.quantified) {
        match dice.weighted(&[3, 2, 2, 3]) {
            0 => Det::Every,
            1 => Det::No,
            2 => Det::Some,
            _ => Det::Number(2 + dice.below(5) as u8),
        }
    } else {
        match dice.weighted(&[3, 5, 3]) {
            0 => Det::A,
            1 => Det::The { plural: false },
            _ => Det::The { plural: true },
        }
    };
    let adjective = dice
        .percent(shape.adjective)
        .then(|| adjective(dice, noun))
        .flatten();
    let attachment = dice
        .percent(shape.attachment)
        .then(|| attachment(dice, genre, noun));
    NounPhrase::Common(Common {
        det,
        adjective,
        noun,
        attachment,
    })
}

/// A narrowing phrase for `head`.
pub(crate) fn attachment(dice: &mut Dice, genre: Genre, head: NounId) -> Attachment {
    let animate = head.entry().class & class::ANIMATE != 0;
    let plural = dice.percent(50);
    if animate && dice.percent(40) {
        for _ in 0..20 {
            let verb = verb(dice, genre, Frame::Transitive);
            if verb.entry().subject & head.entry().class != 0 {
                let object = noun(dice, genre, verb.entry().object);
                return Attachment::That {
                    verb,
                    object,
                    plural,
                };
            }
        }
    }
    let noun = noun(dice, genre, class::ANIMATE | class::THING);
    Attachment::Near {
        preposition: dice.pick(NEAR),
        noun,
        plural,
    }
}

/// A place.
pub(crate) fn place(dice: &mut Dice, genre: Genre) -> Place {
    let noun = noun(dice, genre, class::PLACE);
    Place {
        preposition: dice.pick(&["in", "at"]),
        noun,
    }
}

/// The tense of a genre: stories are told in the past, reports mostly in the present.
pub(crate) fn tense(dice: &mut Dice, genre: Genre) -> Tense {
    let past = if genre == Genre::Story { 90 } else { 30 };
    if dice.percent(past) {
        Tense::Past
    } else {
        Tense::Present
    }
}

/// A clause whose verb has `frame`, or one that states a quality.
pub(crate) fn clause(dice: &mut Dice, genre: Genre, shape: &Shape) -> Clause {
    if dice.percent(shape.state) {
        return state(dice, genre, shape);
    }
    let frame = match dice.weighted(&[25, 58, 17]) {
        0 => Frame::Intransitive,
        1 => Frame::Transitive,
        _ => Frame::Ditransitive,
    };
    framed(dice, genre, shape, frame)
}

/// "the dog was happy"
pub(crate) fn state(dice: &mut Dice, genre: Genre, shape: &Shape) -> Clause {
    let plain = Shape {
        adjective: 0,
        ..*shape
    };
    loop {
        let subject = subject(dice, genre, class::ANIMATE | class::THING, &plain);
        let quality = match subject.common() {
            Some(common) => adjective(dice, common.noun),
            None => all_adjectives()
                .filter(|adjective| adjective.entry().of & class::PERSON != 0)
                .nth(dice.below(8)),
        };
        if let Some(quality) = quality {
            let negated = subject.is_definite() && dice.percent(shape.negated);
            let tense = tense(dice, genre);
            let predicate = Predicate::State(quality);
            return Clause {
                subject,
                predicate,
                negated,
                tense,
                place: None,
                manner: None,
            };
        }
    }
}

/// An event clause of `frame`.
pub(crate) fn framed(dice: &mut Dice, genre: Genre, shape: &Shape, frame: Frame) -> Clause {
    let verb = verb(dice, genre, frame);
    let entry = verb.entry();
    let subject = subject(dice, genre, entry.subject, shape);
    // A phrase and its attachment already fill the sentence.
    let shape = match subject.common() {
        Some(common) if common.attachment.is_some() => Shape {
            adjective: 0,
            place: 0,
            ..*shape
        },
        _ => *shape,
    };
    let predicate = match frame {
        Frame::Intransitive | Frame::Clausal => Predicate::Alone(verb),
        Frame::Transitive => Predicate::With(
            verb,
            other_object(dice, genre, entry.object, &shape, &subject),
        ),
        Frame::Ditransitive => {
            let theme = object(dice, genre, entry.object, &shape);
            let bare = Shape {
                adjective: 0,
                ..shape
            };
            Predicate::Transfer(
                verb,
                theme,
                other_object(dice, genre, class::PERSON, &bare, &subject),
            )
        }
    };
    debug_assert!(frame == Frame::Clausal || fits(frame, &predicate));
    let crowded = frame == Frame::Ditransitive;
    let negated = subject.is_definite() && dice.percent(shape.negated);
    Clause {
        tense: tense(dice, genre),
        place: (!crowded && dice.percent(shape.place)).then(|| place(dice, genre)),
        manner: (!crowded && dice.percent(shape.manner)).then(|| dice.below(MANNERS.len()) as u8),
        subject,
        predicate,
        negated,
    }
}

/// An object that is not the subject's own concept or name.
fn other_object(
    dice: &mut Dice,
    genre: Genre,
    classes: u16,
    shape: &Shape,
    subject: &NounPhrase,
) -> NounPhrase {
    loop {
        let object = object(dice, genre, classes, shape);
        let same = match (&object, subject) {
            (NounPhrase::Name(one), NounPhrase::Name(two)) => one == two,
            (NounPhrase::Common(one), NounPhrase::Common(two)) => one.noun == two.noun,
            _ => false,
        };
        if !same {
            return object;
        }
    }
}
