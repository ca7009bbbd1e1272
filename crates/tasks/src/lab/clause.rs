//! Clauses: what a sentence means, and how the meaning becomes words.
//!
//! A [`Clause`] holds concepts; a [`Style`] holds the choices that do not change the meaning (synonym, voice, order).
//! Labels are decided on clauses (see [`super::relation`]), never on the rendered text.

use super::dice::Dice;
use super::lexicon::{AdjectiveId, Frame, MANNERS, NUMBERS, NameId, NounId, VerbForms, VerbId};

/// The determiner of a noun phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Det {
    /// "a dog": singular.
    A,
    /// "the dog", "the dogs": a known referent.
    The { plural: bool },
    /// "some dogs": plural.
    Some,
    /// "every dog": singular.
    Every,
    /// "no dog": singular.
    No,
    /// "two dogs": plural; the number itself.
    Number(u8),
}

impl Det {
    pub(crate) fn is_plural(self) -> bool {
        matches!(self, Det::The { plural: true } | Det::Some | Det::Number(_))
    }

    fn word(self) -> &'static str {
        match self {
            Det::A => "a",
            Det::The { .. } => "the",
            Det::Some => "some",
            Det::Every => "every",
            Det::No => "no",
            Det::Number(n) => NUMBERS[(n.saturating_sub(2) as usize).min(NUMBERS.len() - 1)],
        }
    }
}

/// What a noun phrase speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NounPhrase {
    /// A named person.
    Name(NameId),
    /// A noun with its determiner.
    Common(Common),
}

/// Determiner, adjective, noun, attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Common {
    pub det: Det,
    pub adjective: Option<AdjectiveId>,
    pub noun: NounId,
    pub attachment: Option<Attachment>,
}

/// What follows a noun and narrows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Attachment {
    /// "near the boats".
    Near {
        preposition: &'static str,
        noun: NounId,
        plural: bool,
    },
    /// "that chased the cats".
    That {
        verb: VerbId,
        object: NounId,
        plural: bool,
    },
}

impl NounPhrase {
    pub(crate) fn is_plural(&self) -> bool {
        match self {
            NounPhrase::Name(_) => false,
            NounPhrase::Common(common) => common.det.is_plural(),
        }
    }

    /// Whether negation and voice leave its reference alone: names and "the".
    pub(crate) fn is_definite(&self) -> bool {
        match self {
            NounPhrase::Name(_) => true,
            NounPhrase::Common(common) => matches!(common.det, Det::The { .. }),
        }
    }

    pub(crate) fn common(&self) -> Option<&Common> {
        match self {
            NounPhrase::Name(_) => None,
            NounPhrase::Common(common) => Some(common),
        }
    }

    pub(crate) fn common_mut(&mut self) -> Option<&mut Common> {
        match self {
            NounPhrase::Name(_) => None,
            NounPhrase::Common(common) => Some(common),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tense {
    Past,
    Present,
}

/// What is said of the subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Predicate {
    /// "slept"
    Alone(VerbId),
    /// "chased a cat"
    With(VerbId, NounPhrase),
    /// "gave a hat to the boy": theme, recipient.
    Transfer(VerbId, NounPhrase, NounPhrase),
    /// "was happy"
    State(AdjectiveId),
}

/// "in the park"
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub preposition: &'static str,
    pub noun: NounId,
}

/// One event or state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clause {
    pub subject: NounPhrase,
    pub predicate: Predicate,
    pub negated: bool,
    pub tense: Tense,
    pub place: Option<Place>,
    /// Index into [`MANNERS`].
    pub manner: Option<u8>,
}

impl Clause {
    pub(crate) fn verb(&self) -> Option<VerbId> {
        match self.predicate {
            Predicate::Alone(verb) | Predicate::With(verb, _) | Predicate::Transfer(verb, _, _) => {
                Some(verb)
            }
            Predicate::State(_) => None,
        }
    }

    /// The direct object or theme.
    pub(crate) fn object(&self) -> Option<&NounPhrase> {
        match &self.predicate {
            Predicate::With(_, object) | Predicate::Transfer(_, object, _) => Some(object),
            _ => None,
        }
    }

    pub(crate) fn object_mut(&mut self) -> Option<&mut NounPhrase> {
        match &mut self.predicate {
            Predicate::With(_, object) | Predicate::Transfer(_, object, _) => Some(object),
            _ => None,
        }
    }

    /// Subject, object and recipient, as far as there are any.
    pub(crate) fn phrases(&self) -> Vec<&NounPhrase> {
        let mut all = vec![&self.subject];
        match &self.predicate {
            Predicate::With(_, object) => all.push(object),
            Predicate::Transfer(_, theme, recipient) => all.extend([theme, recipient]),
            Predicate::Alone(_) | Predicate::State(_) => {}
        }
        all
    }

    /// Whether the passive says the same: quantifiers and negation would change places otherwise.
    pub(crate) fn has_passive(&self) -> bool {
        let Predicate::With(_, object) = &self.predicate else {
            return false;
        };
        let plain = |phrase: &NounPhrase| match phrase.common() {
            None => true,
            Some(common) => !matches!(common.det, Det::Every | Det::No),
        };
        plain(&self.subject)
            && plain(object)
            && !matches!(
                self.subject.common().and_then(|common| common.attachment.as_ref()),
                Some(Attachment::That { .. })
            )
            && (!self.negated || (self.subject.is_definite() && object.is_definite()))
    }
}

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

pub(crate) fn adjective_word(adjective: AdjectiveId, style: &Style, dice: &mut Dice) -> &'static str {
    let words = adjective.entry().words;
    words[word(words, style, dice)]
}

pub(crate) fn noun_word(noun: NounId, plural: bool, style: &Style, dice: &mut Dice) -> &'static str {
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
) -> Vec<&'static str> {
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
        Some(Attachment::Near { preposition, noun, plural }) => {
            words.extend([*preposition, "the", noun_word(*noun, *plural, style, dice)]);
        }
        Some(Attachment::That { verb, object, plural: many }) => {
            let verb = finite(verb_word(*verb, style, dice), tense, plural);
            words.extend(["that", verb, "the", noun_word(*object, *many, style, dice)]);
        }
    }
    words
}

/// The words of a clause, without the full stop.
pub(crate) fn clause_words(clause: &Clause, style: &Style, dice: &mut Dice) -> Vec<&'static str> {
    let tense = clause.tense;
    let place: Vec<&'static str> = match &clause.place {
        None => Vec::new(),
        Some(place) => vec![place.preposition, "the", noun_word(place.noun, false, style, dice)],
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

fn passive_words(clause: &Clause, style: &Style, dice: &mut Dice) -> Vec<&'static str> {
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
pub(crate) fn predicate_words(clause: &Clause, style: &Style, dice: &mut Dice) -> Vec<&'static str> {
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

/// Whether a clause takes `frame`'s number of objects.
pub(crate) fn fits(frame: Frame, predicate: &Predicate) -> bool {
    matches!(
        (frame, predicate),
        (Frame::Intransitive, Predicate::Alone(_))
            | (Frame::Transitive, Predicate::With(..))
            | (Frame::Ditransitive, Predicate::Transfer(..))
    )
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
mod tests {
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
        all_verbs().find(|verb| verb.entry().words[0].base == base).unwrap()
    }

    fn chase(negated: bool) -> Clause {
        Clause {
            subject: the("dog", true),
            predicate: Predicate::With(verb("chase"), the("owl", false)),
            negated,
            tense: Tense::Present,
            place: Some(Place { preposition: "in", noun: find_noun("park").unwrap() }),
            manner: None,
        }
    }

    #[test]
    fn one_meaning_has_an_active_and_a_passive_form() {
        let mut dice = Dice::new(0, "test");
        let active = Style::default();
        let passive = Style { passive: true, fronted: true, ..active };
        assert_eq!(render(&chase(false), &active, &mut dice), "the dogs chase the owl in the park .");
        assert_eq!(
            render(&chase(true), &passive, &mut dice),
            "in the park , the owl is not chased by the dogs ."
        );
    }

    #[test]
    fn rare_style_uses_the_other_synonym() {
        let style = Style { rare: 100, ..Style::default() };
        let text = render(&chase(true), &style, &mut Dice::new(0, "test"));
        assert_eq!(text, "the hounds do not hunt the owl in the park .");
    }

    #[test]
    fn a_becomes_an_before_a_vowel() {
        assert_eq!(sentence(&["a", "owl", "saw", "a", "dog"], "."), "an owl saw a dog .");
    }
}
