//! Small changes of a clause, from which pairs are made; what a change does to the meaning is for
//! [`super::relation`] to say.

use super::clause::{Clause, Det, NounPhrase, Predicate};
use super::lexicon::{Genre, MANNERS, NAMES, NameId, VerbId, all_adjectives};
use super::sample;
use crate::dice::Dice;

/// The kinds of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// dog -> animal
    Widen,
    /// animal -> dog
    Narrow,
    /// dog -> cat, anna -> mary
    Replace,
    /// Leave out an adjective, place, manner or attachment.
    Drop,
    /// Put in an adjective, place or manner.
    Add,
    /// Another place.
    Move,
    /// Another adjective.
    Requalify,
    /// Add or take away "not".
    Negate,
    /// Subject and object change roles.
    Swap,
    /// Another verb with the same objects.
    Act,
    /// The verb or quality that excludes this one.
    Oppose,
    /// Another determiner.
    Quantify,
}

/// Applies `edit` at a random fitting spot; `false` (and no change) if there is none.
pub(crate) fn apply(edit: Edit, clause: &mut Clause, dice: &mut Dice, genre: Genre) -> bool {
    let before = clause.clone();
    let done = change(edit, clause, dice, genre).is_some() && *clause != before && is_sound(clause);
    if !done {
        *clause = before;
    }
    done
}

/// Verbs select for the classes of their arguments, and nothing acts on itself.
pub(crate) fn is_sound(clause: &Clause) -> bool {
    let class = |phrase: &NounPhrase| match phrase.common() {
        Some(common) => common.noun.entry().class,
        None => super::lexicon::class::PERSON,
    };
    let phrases = clause.phrases();
    let distinct = phrases.iter().enumerate().all(|(index, one)| {
        phrases[..index].iter().all(|two| match (one, two) {
            (NounPhrase::Name(one), NounPhrase::Name(two)) => one != two,
            (NounPhrase::Common(one), NounPhrase::Common(two)) => one.noun != two.noun,
            _ => true,
        })
    });
    let qualified = phrases
        .iter()
        .filter_map(|phrase| phrase.common())
        .all(|common| {
            common
                .adjective
                .is_none_or(|adjective| adjective.entry().of & common.noun.entry().class != 0)
        });
    let verb_fits = clause.verb().is_none_or(|verb| {
        let entry = verb.entry();
        entry.subject & class(&clause.subject) != 0
            && clause
                .object()
                .is_none_or(|object| entry.object & class(object) != 0)
    });
    let state_fits = match clause.predicate {
        // "the small dog was big" would speak of one scale twice.
        Predicate::State(adjective) => {
            adjective.entry().of & class(&clause.subject) != 0
                && clause
                    .subject
                    .common()
                    .is_none_or(|common| common.adjective.is_none())
        }
        _ => true,
    };
    // Negation with a quantified subject would be ambiguous, so the language does without.
    let clear = !clause.negated || clause.subject.is_definite();
    distinct && qualified && verb_fits && state_fits && clear
}

/// A random noun phrase of the clause.
fn spot<'a>(clause: &'a mut Clause, dice: &mut Dice) -> &'a mut NounPhrase {
    let mut all = vec![&mut clause.subject];
    match &mut clause.predicate {
        Predicate::With(_, object) => all.push(object),
        Predicate::Transfer(_, theme, recipient) => all.extend([theme, recipient]),
        Predicate::Alone(_) | Predicate::State(_) => {}
    }
    let index = dice.below(all.len());
    all.swap_remove(index)
}

fn change(edit: Edit, clause: &mut Clause, dice: &mut Dice, genre: Genre) -> Option<()> {
    match edit {
        Edit::Widen => {
            let common = spot(clause, dice).common_mut()?;
            let ancestors = common.noun.ancestors();
            if ancestors.is_empty() {
                return None;
            }
            common.noun = dice.pick(&ancestors);
        }
        Edit::Narrow => {
            let common = spot(clause, dice).common_mut()?;
            let descendants = common.noun.descendants(genre);
            if descendants.is_empty() {
                return None;
            }
            common.noun = dice.pick(&descendants);
        }
        Edit::Replace => match spot(clause, dice) {
            NounPhrase::Name(name) => *name = NameId(dice.below(NAMES.len()) as u8),
            NounPhrase::Common(common) => common.noun = sample::rival(dice, genre, common.noun)?,
        },
        Edit::Drop => match dice.below(4) {
            0 => clause.place = None,
            1 => clause.manner = None,
            2 => spot(clause, dice).common_mut()?.attachment = None,
            _ => spot(clause, dice).common_mut()?.adjective = None,
        },
        Edit::Add => add(clause, dice, genre)?,
        Edit::Move => {
            clause.place.as_mut()?.noun = sample::place(dice, genre).noun;
        }
        Edit::Requalify => requalify(clause, dice)?,
        Edit::Negate => clause.negated = !clause.negated,
        Edit::Swap => {
            let Predicate::With(_, object) = &mut clause.predicate else {
                return None;
            };
            let plain = |phrase: &NounPhrase| {
                phrase.common().is_none_or(|common| {
                    common.attachment.is_none() && !matches!(common.det, Det::Every | Det::No)
                })
            };
            if !plain(object) || !plain(&clause.subject) {
                return None;
            }
            std::mem::swap(&mut clause.subject, object);
        }
        Edit::Act => {
            let frame = clause.verb()?.entry().frame;
            set_verb(clause, sample::verb(dice, genre, frame));
        }
        Edit::Oppose => oppose(clause, dice)?,
        Edit::Quantify => {
            let common = spot(clause, dice).common_mut()?;
            common.det = match dice.below(6) {
                0 => Det::A,
                1 => Det::Some,
                2 => Det::Every,
                3 => Det::No,
                _ => Det::Number(2 + dice.below(5) as u8),
            };
            let fits = |phrase: Option<&NounPhrase>| {
                phrase
                    .and_then(NounPhrase::common)
                    .is_none_or(|common| !matches!(common.det, Det::Every | Det::No))
            };
            let recipient = match &clause.predicate {
                Predicate::Transfer(_, _, recipient) => Some(recipient),
                _ => None,
            };
            if !fits(clause.object()) || !fits(recipient) {
                return None;
            }
        }
    }
    Some(())
}

fn add(clause: &mut Clause, dice: &mut Dice, genre: Genre) -> Option<()> {
    let state = matches!(clause.predicate, Predicate::State(_));
    match dice.below(4) {
        0 if clause.place.is_none() && !state => clause.place = Some(sample::place(dice, genre)),
        1 if clause.manner.is_none() && !state => {
            clause.manner = Some(dice.below(MANNERS.len()) as u8)
        }
        _ => {
            let common = spot(clause, dice).common_mut()?;
            if common.adjective.is_some() {
                return None;
            }
            common.adjective = sample::adjective(dice, common.noun);
        }
    }
    Some(())
}

fn requalify(clause: &mut Clause, dice: &mut Dice) -> Option<()> {
    let common = spot(clause, dice).common_mut()?;
    let old = common.adjective?;
    common.adjective = sample::adjective(dice, common.noun);
    (common.adjective != Some(old)).then_some(())
}

fn set_verb(clause: &mut Clause, new: VerbId) {
    match &mut clause.predicate {
        Predicate::Alone(verb) | Predicate::With(verb, _) | Predicate::Transfer(verb, _, _) => {
            *verb = new
        }
        Predicate::State(_) => {}
    }
}

fn oppose(clause: &mut Clause, dice: &mut Dice) -> Option<()> {
    if let Predicate::State(adjective) = &mut clause.predicate {
        let others: Vec<_> = all_adjectives()
            .filter(|other| other.excludes(*adjective))
            .collect();
        *adjective = dice.pick(&others);
        return Some(());
    }
    let contrary = clause.verb()?.contrary()?;
    set_verb(clause, contrary);
    Some(())
}
