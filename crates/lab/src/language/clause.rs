//! Clauses: what a sentence means, in concepts; how it becomes words is for [`super::render`].
//!
//! Labels are decided on clauses (see [`super::relation`]), never on the rendered text.

use super::lexicon::{AdjectiveId, Frame, NUMBERS, NameId, NounId, VerbId};

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

    pub(crate) fn word(self) -> &'static str {
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
    /// Index into the manners of the lexicon.
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
                self.subject
                    .common()
                    .and_then(|common| common.attachment.as_ref()),
                Some(Attachment::That { .. })
            )
            && (!self.negated || (self.subject.is_definite() && object.is_definite()))
    }
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
