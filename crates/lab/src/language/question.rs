//! Questions, and whether a clause answers them.

use super::clause::{Clause, Det, NounPhrase, Predicate};
use super::lexicon::class;
use super::relation::{Relation, relation};
use super::render::{
    Style, Words, auxiliary, clause_words, finite, phrase_words, predicate_words, sentence,
    verb_word,
};
use crate::dice::Dice;

/// What a question asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Subject,
    Object,
    Place,
}

/// A question about an event: the clause with one part unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// Whatever stands in the asked part is not used.
    pub about: Clause,
    pub asked: Asked,
    /// "who" rather than "what".
    pub person: bool,
}

fn is_person(phrase: &NounPhrase) -> bool {
    phrase
        .common()
        .is_none_or(|common| common.noun.entry().class == class::PERSON)
}

impl Question {
    /// A question that `clause` answers, asking for `asked`; `None` if the clause has no such part.
    pub(crate) fn of(clause: &Clause, asked: Asked) -> Option<Question> {
        let nobody = clause
            .subject
            .common()
            .is_some_and(|common| common.det == Det::No);
        if clause.negated || nobody || matches!(clause.predicate, Predicate::State(_)) {
            return None;
        }
        let person = match asked {
            Asked::Subject => is_person(&clause.subject),
            Asked::Object => match &clause.predicate {
                Predicate::With(_, object) => is_person(object),
                _ => return None,
            },
            Asked::Place => {
                clause.place?;
                false
            }
        };
        // No question asks about the manner, so it is no part of what an answer must say.
        let about = Clause {
            manner: None,
            ..clause.clone()
        };
        Some(Question {
            about,
            asked,
            person,
        })
    }

    /// Whether `clause` says what the question asks for: it must have the asked part, of the right kind, and entail
    /// the rest of the question.
    pub(crate) fn is_answered_by(&self, clause: &Clause) -> bool {
        let Some(other) = Question::of(clause, self.asked) else {
            return false;
        };
        if other.person != self.person && self.asked != Asked::Place {
            return false;
        }
        // Fill the unknown part with the clause's own, and see whether the whole follows.
        let mut filled = self.about.clone();
        match self.asked {
            Asked::Subject => filled.subject = clause.subject.clone(),
            Asked::Object => {
                if let (Some(to), Some(from)) = (filled.object_mut(), clause.object()) {
                    *to = from.clone();
                }
            }
            Asked::Place => filled.place = clause.place,
        }
        relation(clause, &filled) == Relation::Entails
    }

    /// The words of the question, without the question mark.
    pub(crate) fn words(&self, style: &Style, dice: &mut Dice) -> Words {
        let clause = &self.about;
        let tense = clause.tense;
        let pronoun = if self.person { "who" } else { "what" };
        if self.asked == Asked::Subject {
            // An unknown subject counts as singular.
            let mut about = clause.clone();
            about.subject = NounPhrase::Name(super::lexicon::NameId(0));
            let plain = Style {
                passive: false,
                fronted: false,
                ..*style
            };
            let mut words = clause_words(&about, &plain, dice);
            words[0] = pronoun;
            return words;
        }
        let plural = clause.subject.is_plural();
        let mut words = vec![
            if self.asked == Asked::Place {
                "where"
            } else {
                pronoun
            },
            auxiliary(tense, plural),
        ];
        words.extend(phrase_words(&clause.subject, tense, style, dice));
        match &clause.predicate {
            Predicate::With(verb, _) if self.asked == Asked::Object => {
                words.push(verb_word(*verb, style, dice).base);
                if let Some(place) = clause.place {
                    words.extend([place.preposition, "the"]);
                    words.push(super::render::noun_word(place.noun, false, style, dice));
                }
            }
            _ => {
                // The finite verb is the first word of the predicate; after the auxiliary it is bare.
                let mut rest = predicate_words(clause, style, dice);
                if let Some(verb) = clause.verb() {
                    let forms = verb.entry().words.iter();
                    for form in forms {
                        if rest[0] == finite(form, tense, plural) {
                            rest[0] = form.base;
                            break;
                        }
                    }
                }
                words.extend(rest);
            }
        }
        words
    }

    pub(crate) fn render(&self, style: &Style, dice: &mut Dice) -> String {
        sentence(&self.words(style, dice), "?")
    }
}
