//! Adjectives: scales of exclusive qualities, praise and blame.

use super::class::*;

/// An adjective concept: index into the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AdjectiveId(pub u8);
/// Adjectives with one number exclude each other where their kind says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quality {
    /// Adjectives on one scale exclude each other: big, small.
    Scale(u8),
    /// Praise (true) or blame (false) of works.
    Sentiment(bool),
}

pub(crate) struct Adjective {
    pub words: &'static [&'static str],
    pub quality: Quality,
    /// Classes it describes.
    pub of: u16,
    pub weight: u32,
}

const fn q(words: &'static [&'static str], scale: u8, of: u16, weight: u32) -> Adjective {
    Adjective {
        words,
        quality: Quality::Scale(scale),
        of,
        weight,
    }
}

const fn s(word: &'static [&'static str], good: bool, weight: u32) -> Adjective {
    Adjective {
        words: word,
        quality: Quality::Sentiment(good),
        of: WORK | ASPECT,
        weight,
    }
}

#[rustfmt::skip]
pub(crate) const ADJECTIVES: &[Adjective] = &[
    q(&["happy", "glad"], 0, ANIMATE, 5),
    q(&["sad", "upset"], 0, ANIMATE, 5),
    q(&["big", "large"], 1, ANIMATE | THING, 6),
    q(&["small", "little"], 1, ANIMATE | THING, 6),
    q(&["old"], 2, ANIMATE | THING, 5),
    q(&["young"], 2, ANIMATE, 4),
    q(&["new"], 2, THING, 4),
    q(&["clean"], 3, ANIMAL | THING, 3),
    q(&["dirty"], 3, ANIMAL | THING, 3),
    q(&["rich"], 4, PERSON, 3),
    q(&["poor"], 4, PERSON, 3),
    q(&["strong"], 5, ANIMATE, 3),
    q(&["weak"], 5, ANIMATE, 3),
    q(&["fast", "quick"], 6, ANIMAL | VEHICLE, 3),
    q(&["slow"], 6, ANIMAL | VEHICLE, 3),
    q(&["brave", "bold"], 7, ANIMATE, 3),
    q(&["scared", "afraid"], 7, ANIMATE, 3),
    q(&["red"], 8, THING, 3),
    q(&["blue"], 8, THING, 3),
    q(&["green"], 8, THING, 3),
    q(&["white"], 8, ANIMAL | THING, 3),
    q(&["black"], 8, ANIMAL | THING, 3),
    q(&["cheap"], 9, THING, 2),
    q(&["costly"], 9, THING, 2),
    s(&["good"], true, 8), s(&["great"], true, 7), s(&["lovely"], true, 4), s(&["clever"], true, 4),
    s(&["charming"], true, 3), s(&["funny"], true, 4), s(&["superb"], true, 2), s(&["fresh"], true, 2),
    s(&["moving"], true, 2), s(&["bright"], true, 2), s(&["witty"], true, 1), s(&["gripping"], true, 1),
    s(&["bad"], false, 8), s(&["awful"], false, 7), s(&["dull"], false, 4), s(&["boring"], false, 4),
    s(&["stupid"], false, 3), s(&["silly"], false, 4), s(&["tedious"], false, 2), s(&["bland"], false, 2),
    s(&["clumsy"], false, 2), s(&["messy"], false, 2), s(&["lame"], false, 1), s(&["hollow"], false, 1),
];

impl AdjectiveId {
    pub(crate) fn entry(self) -> &'static Adjective {
        &ADJECTIVES[self.0 as usize]
    }

    /// Whether nothing has both qualities.
    pub(crate) fn excludes(self, other: AdjectiveId) -> bool {
        match (self.entry().quality, other.entry().quality) {
            (Quality::Scale(one), Quality::Scale(two)) => self != other && one == two,
            (Quality::Sentiment(one), Quality::Sentiment(two)) => one != two,
            _ => false,
        }
    }
}

/// Every adjective concept in table order.
pub(crate) fn all_adjectives() -> impl Iterator<Item = AdjectiveId> {
    (0..ADJECTIVES.len()).map(|index| AdjectiveId(index as u8))
}
