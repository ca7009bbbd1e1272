//! The words of the mini language: concepts, the words that express them, and what is known of them.
//!
//! A concept (`NounId`, `VerbId`, `AdjectiveId`) is a meaning; its words are synonyms, the first the
//! common one. Meaning is decided on concepts, never on words.

mod adjectives;
mod nouns;
mod verbs;

pub(crate) use adjectives::{AdjectiveId, Quality, all_adjectives};
#[cfg(test)]
pub(crate) use nouns::find_noun;
pub(crate) use nouns::{NounId, all_nouns};
pub(crate) use verbs::{Frame, VerbForms, VerbId, all_verbs};

/// What a noun can denote; verbs select for these classes (a bit set).
pub(crate) mod class {
    pub const PERSON: u16 = 1;
    pub const ANIMAL: u16 = 1 << 1;
    pub const FOOD: u16 = 1 << 2;
    pub const TOOL: u16 = 1 << 3;
    pub const VEHICLE: u16 = 1 << 4;
    pub const INSTRUMENT: u16 = 1 << 5;
    pub const GARMENT: u16 = 1 << 6;
    pub const PLACE: u16 = 1 << 7;
    pub const WORK: u16 = 1 << 8;
    pub const ASPECT: u16 = 1 << 9;
    pub const ANIMATE: u16 = PERSON | ANIMAL;
    pub const THING: u16 = FOOD | TOOL | VEHICLE | INSTRUMENT | GARMENT;
}

/// One of the two registers of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Genre {
    /// Past tense, names, animals, children, kings.
    Story,
    /// Present tense, numerals, workers, vehicles, tools.
    Report,
}

/// A proper name: index into `NAMES`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameId(pub u8);

/// Given names; the first half takes "himself", the second "herself".
#[rustfmt::skip]
pub(crate) const NAMES: &[&str] = &[
    "adam", "ben", "carl", "david", "frank", "henry", "jack", "tom",
    "anna", "clara", "emma", "helen", "julia", "laura", "mary", "rosa",
];

impl NameId {
    pub(crate) fn word(self) -> &'static str {
        NAMES[self.0 as usize]
    }

    pub(crate) fn is_female(self) -> bool {
        self.0 as usize >= NAMES.len() / 2
    }
}

/// Manner adverbs; they narrow an event and can always be left out.
pub(crate) const MANNERS: &[&str] = &["slowly", "quietly", "quickly", "calmly", "again", "early"];

/// Number words: index 0 is two.
pub(crate) const NUMBERS: &[&str] = &["two", "three", "four", "five", "six"];

/// Prepositions that attach one thing to another.
pub(crate) const NEAR: &[&str] = &["near", "behind", "with"];

/// What people do with a work: (base, past, praise?).
#[rustfmt::skip]
pub(crate) const OPINIONS: &[(&str, &str, bool)] = &[
    ("love", "loved", true), ("like", "liked", true), ("enjoy", "enjoyed", true),
    ("praise", "praised", true), ("adore", "adored", true),
    ("hate", "hated", false), ("regret", "regretted", false), ("mock", "mocked", false),
    ("detest", "detested", false), ("avoid", "avoided", false),
];

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn every_parent_exists_and_shares_its_class() {
        for noun in all_nouns() {
            let entry = noun.entry();
            assert_eq!(
                entry.parent.is_empty(),
                noun.parent().is_none(),
                "{}",
                entry.words[0].0
            );
            if let Some(parent) = noun.parent() {
                assert_eq!(parent.entry().class, entry.class, "{}", entry.words[0].0);
            }
        }
    }

    #[test]
    fn no_noun_word_has_two_meanings() {
        let mut seen = BTreeMap::new();
        for noun in all_nouns() {
            for (singular, plural) in noun.entry().words {
                for word in [singular, plural] {
                    assert_eq!(seen.insert(*word, noun), None, "{word} is listed twice");
                }
            }
        }
    }

    #[test]
    fn contraries_are_mutual() {
        for verb in all_verbs() {
            if let Some(contrary) = verb.contrary() {
                assert_eq!(contrary.contrary(), Some(verb));
            } else {
                assert!(verb.entry().contrary.is_empty());
            }
        }
    }

    #[test]
    fn a_dog_is_below_animal_and_never_the_other_way() {
        let (dog, animal) = (find_noun("dog").unwrap(), find_noun("animal").unwrap());
        assert!(dog.is_below(animal) && dog.is_below(dog));
        assert!(!animal.is_below(dog));
    }
}
