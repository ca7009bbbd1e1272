//! From clauses to words: a [`Style`] holds the choices that leave the meaning alone (synonym, voice, order).

use super::clause::{Attachment, Clause, NounPhrase, Predicate, Tense};
use super::lexicon::{AdjectiveId, MANNERS, NounId, VerbForms, VerbId};
use crate::dice::Dice;

/// Words and punctuation marks in order.
pub(crate) type Words = Vec<&'static str>;

/// The choices that leave the meaning alone.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Style {
    /// How many of 100 words are a rarer synonym, where there is one.
    pub rare: u32,
    /// "the cat was chased by the dog", where [`Clause::has_passive`].
    pub passive: bool,
    /// "gave the boy a hat".
    pub shifted: bool,
    /// "in the park , the dog slept".
    pub fronted: bool,
}

impl Style {
    /// A random style.
    pub(crate) fn roll(dice: &mut Dice, rare: u32, passive: u32) -> Self {
        Style {
            rare,
            passive: dice.percent(passive),
            shifted: dice.percent(50),
            fronted: dice.percent(30),
        }
    }
}

/// The word of `synonyms` that the style picks.
pub(crate) fn word<T>(synonyms: &[T], style: &Style, dice: &mut Dice) -> usize {
    if synonyms.len() > 1 && dice.percent(style.rare) {
        1 + dice.below(synonyms.len() - 1)
    } else {
        0
    }
}

pub(crate) fn adjective_word(
    adjective: AdjectiveId,
    style: &Style,
    dice: &mut Dice,
) -> &'static str {
    let words = adjective.entry().words;
    words[word(words, style, dice)]
}

pub(crate) fn noun_word(
    noun: NounId,
    plural: bool,
    style: &Style,
    dice: &mut Dice,
) -> &'static str {
    let words = noun.entry().words;
    let (singular, many) = words[word(words, style, dice)];
    if plural { many } else { singular }
}

pub(crate) fn verb_word(verb: VerbId, style: &Style, dice: &mut Dice) -> &'static VerbForms {
    let words = verb.entry().words;
    &words[word(words, style, dice)]
}

/// The finite form of `verb` for a subject of that number.
pub(crate) fn finite(verb: &VerbForms, tense: Tense, plural: bool) -> &'static str {
    match (tense, plural) {
        (Tense::Past, _) => verb.past,
        (Tense::Present, true) => verb.base,
        (Tense::Present, false) => verb.third,
    }
}

/// "was", "were", "is" or "are".
pub(crate) fn be(tense: Tense, plural: bool) -> &'static str {
    match (tense, plural) {
        (Tense::Past, false) => "was",
        (Tense::Past, true) => "were",
        (Tense::Present, false) => "is",
        (Tense::Present, true) => "are",
    }
}

/// "did", "does" or "do".
pub(crate) fn auxiliary(tense: Tense, plural: bool) -> &'static str {
    match (tense, plural) {
        (Tense::Past, _) => "did",
        (Tense::Present, false) => "does",
        (Tense::Present, true) => "do",
    }
}

/// The words of a noun phrase.
pub(crate) fn phrase_words(
    phrase: &NounPhrase,
    tense: Tense,
    style: &Style,
    dice: &mut Dice,
) -> Words {
    let common = match phrase {
        NounPhrase::Name(name) => return vec![name.word()],
        NounPhrase::Common(common) => common,
    };
    let plural = common.det.is_plural();
    let mut words = vec![common.det.word()];
    if let Some(adjective) = common.adjective {
        words.push(adjective_word(adjective, style, dice));
    }
    words.push(noun_word(common.noun, plural, style, dice));
    match &common.attachment {
        None => {}
        Some(Attachment::Near {
            preposition,
            noun,
            plural,
        }) => {
            words.extend([*preposition, "the", noun_word(*noun, *plural, style, dice)]);
        }
        Some(Attachment::That {
            verb,
            object,
            plural: many,
        }) => {
            let verb = finite(verb_word(*verb, style, dice), tense, plural);
            words.extend(["that", verb, "the", noun_word(*object, *many, style, dice)]);
        }
    }
    words
}

/// The words of a clause, without the full stop.
pub(crate) fn clause_words(clause: &Clause, style: &Style, dice: &mut Dice) -> Words {
    let tense = clause.tense;
    let place: Words = match &clause.place {
        None => Vec::new(),
        Some(place) => vec![
            place.preposition,
            "the",
            noun_word(place.noun, false, style, dice),
        ],
    };
    let fronted = style.fronted && !place.is_empty();
    let mut words = Vec::new();
    if fronted {
        words.extend(&place);
        words.push(",");
    }
    if style.passive && clause.has_passive() {
        words.extend(passive_words(clause, style, dice));
    } else {
        words.extend(phrase_words(&clause.subject, tense, style, dice));
        words.extend(predicate_words(clause, style, dice));
    }
    if !fronted {
        words.extend(&place);
    }
    if let Some(manner) = clause.manner {
        words.push(MANNERS[manner as usize]);
    }
    words
}

fn passive_words(clause: &Clause, style: &Style, dice: &mut Dice) -> Words {
    let Predicate::With(verb, object) = &clause.predicate else {
        return Vec::new();
    };
    let mut words = phrase_words(object, clause.tense, style, dice);
    words.push(be(clause.tense, object.is_plural()));
    if clause.negated {
        words.push("not");
    }
    words.push(verb_word(*verb, style, dice).participle);
    words.push("by");
    words.extend(phrase_words(&clause.subject, clause.tense, style, dice));
    words
}

/// Verb and objects of the active clause.
pub(crate) fn predicate_words(clause: &Clause, style: &Style, dice: &mut Dice) -> Words {
    let tense = clause.tense;
    let plural = clause.subject.is_plural();
    let mut words = Vec::new();
    if let Predicate::State(adjective) = clause.predicate {
        words.push(be(tense, plural));
        if clause.negated {
            words.push("not");
        }
        words.push(adjective_word(adjective, style, dice));
        return words;
    }
    if let Some(verb) = clause.verb() {
        let forms = verb_word(verb, style, dice);
        if clause.negated {
            words.extend([auxiliary(tense, plural), "not", forms.base]);
        } else {
            words.push(finite(forms, tense, plural));
        }
    }
    match &clause.predicate {
        Predicate::With(_, object) => words.extend(phrase_words(object, tense, style, dice)),
        Predicate::Transfer(_, theme, recipient) => {
            let theme = phrase_words(theme, tense, style, dice);
            let recipient = phrase_words(recipient, tense, style, dice);
            if style.shifted {
                words.extend(recipient);
                words.extend(theme);
            } else {
                words.extend(theme);
                words.push("to");
                words.extend(recipient);
            }
        }
        Predicate::Alone(_) | Predicate::State(_) => {}
    }
    words
}

/// Joins words to a sentence: "a" becomes "an" before a vowel, `end` closes it.
pub(crate) fn sentence(words: &[&'static str], end: &'static str) -> String {
    let mut text = String::new();
    for (index, word) in words.iter().enumerate() {
        let next = words.get(index + 1).copied().unwrap_or("");
        text.push_str(match *word {
            "a" if next.starts_with(['a', 'e', 'i', 'o', 'u']) => "an",
            other => other,
        });
        text.push(' ');
    }
    text.push_str(end);
    text
}

/// A clause as a sentence.
pub(crate) fn render(clause: &Clause, style: &Style, dice: &mut Dice) -> String {
    sentence(&clause_words(clause, style, dice), ".")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::clause::{Common, Det, Place};
    use super::super::lexicon::{all_verbs, find_noun};
    use super::*;

    fn the(noun: &str, plural: bool) -> NounPhrase {
        NounPhrase::Common(Common {
            det: Det::The { plural },
            adjective: None,
            noun: find_noun(noun).unwrap(),
            attachment: None,
        })
    }

    fn verb(base: &str) -> VerbId {
        all_verbs()
            .find(|verb| verb.entry().words[0].base == base)
            .unwrap()
    }

    fn chase(negated: bool) -> Clause {
        Clause {
            subject: the("dog", true),
            predicate: Predicate::With(verb("chase"), the("owl", false)),
            negated,
            tense: Tense::Present,
            place: Some(Place {
                preposition: "in",
                noun: find_noun("park").unwrap(),
            }),
            manner: None,
        }
    }

    #[test]
    fn one_meaning_has_an_active_and_a_passive_form() {
        let mut dice = Dice::new(0, "test");
        let active = Style::default();
        let passive = Style {
            passive: true,
            fronted: true,
            ..active
        };
        assert_eq!(
            render(&chase(false), &active, &mut dice),
            "the dogs chase the owl in the park ."
        );
        assert_eq!(
            render(&chase(true), &passive, &mut dice),
            "in the park , the owl is not chased by the dogs ."
        );
    }

    #[test]
    fn rare_style_uses_the_other_synonym() {
        let style = Style {
            rare: 100,
            ..Style::default()
        };
        let text = render(&chase(true), &style, &mut Dice::new(0, "test"));
        assert_eq!(text, "the hounds do not hunt the owl in the park .");
    }

    #[test]
    fn a_becomes_an_before_a_vowel() {
        assert_eq!(
            sentence(&["a", "owl", "saw", "a", "dog"], "."),
            "an owl saw a dog ."
        );
    }
}
