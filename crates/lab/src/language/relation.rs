//! Does one clause follow from another, exclude it, or neither: a small natural logic over clauses.
//!
//! Conventions of the language: "the" and names keep their referent between the two clauses of a pair, and the more
//! general word may speak of the same thing ("the dog ... the animal"); "every" and "no" take for granted that there is one;
//! numbers mean "at least"; tense is no part of the meaning compared (both clauses of a pair share it).

use super::clause::{Clause, Common, Det, NounPhrase, Predicate};

/// What the first of two clauses says about the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// If the first holds, so does the second.
    Entails,
    /// Neither follows.
    Neutral,
    /// If the first holds, the second does not.
    Contradicts,
}

/// How two parts of meaning compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Equal,
    /// The first is the narrower one.
    Narrower,
    /// The first is the wider one.
    Wider,
    /// They cannot both hold.
    Excludes,
    Unrelated,
}

impl Order {
    fn is_within(self) -> bool {
        matches!(self, Order::Equal | Order::Narrower)
    }

    fn covers(self) -> bool {
        matches!(self, Order::Equal | Order::Wider)
    }

    /// Both parts together: "red" and "dog" of "red dog".
    fn and(self, other: Order) -> Order {
        use Order::*;
        match (self, other) {
            (Unrelated, _) | (_, Unrelated) => Unrelated,
            (Equal, order) | (order, Equal) => order,
            (Narrower, Narrower) => Narrower,
            (Wider, Wider) => Wider,
            _ => Unrelated,
        }
    }
}

/// One optional narrowing part.
fn optional<T: PartialEq>(one: &Option<T>, two: &Option<T>) -> Order {
    match (one, two) {
        (None, Some(_)) => Order::Wider,
        (Some(_), None) => Order::Narrower,
        (one, two) if one == two => Order::Equal,
        _ => Order::Unrelated,
    }
}

/// What the nouns denote, determiners aside.
fn restrictor(one: &Common, two: &Common) -> Order {
    let noun = if one.noun == two.noun {
        Order::Equal
    } else if one.noun.is_below(two.noun) {
        Order::Narrower
    } else if two.noun.is_below(one.noun) {
        Order::Wider
    } else {
        Order::Unrelated
    };
    noun.and(optional(&one.adjective, &two.adjective))
        .and(optional(&one.attachment, &two.attachment))
}

/// How many: the least number a determiner promises.
fn at_least(det: Det) -> Option<u8> {
    match det {
        Det::A => Some(1),
        // "some dogs" are two or more.
        Det::Some => Some(2),
        Det::Number(n) => Some(n),
        Det::The { .. } | Det::Every | Det::No => None,
    }
}

/// Objects and recipients: existential or definite.
fn object(one: &NounPhrase, two: &NounPhrase) -> Order {
    let (one, two) = match (one, two) {
        (NounPhrase::Name(one), NounPhrase::Name(two)) => {
            return if one == two {
                Order::Equal
            } else {
                Order::Unrelated
            };
        }
        (NounPhrase::Common(one), NounPhrase::Common(two)) => (one, two),
        _ => return Order::Unrelated,
    };
    if one.det == two.det && matches!(one.det, Det::The { .. }) {
        // One referent, whatever it is called; a narrower name might be another one's.
        return if restrictor(one, two).is_within() {
            Order::Equal
        } else {
            Order::Unrelated
        };
    }
    let count = match (at_least(one.det), at_least(two.det)) {
        (Some(one), Some(two)) => match one.cmp(&two) {
            std::cmp::Ordering::Less => Order::Wider,
            std::cmp::Ordering::Equal => Order::Equal,
            std::cmp::Ordering::Greater => Order::Narrower,
        },
        // "the dog" is a dog; "the dogs" are some dogs.
        (None, Some(n)) if n <= if one.det.is_plural() { 2 } else { 1 } => Order::Narrower,
        (Some(n), None) if n <= if two.det.is_plural() { 2 } else { 1 } => Order::Wider,
        _ => Order::Unrelated,
    };
    count.and(restrictor(one, two))
}

/// Everything that is said of the subject, negation aside.
fn predicate(one: &Clause, two: &Clause) -> Order {
    let core = match (&one.predicate, &two.predicate) {
        (Predicate::Alone(one), Predicate::Alone(two)) if one == two => Order::Equal,
        (Predicate::State(one), Predicate::State(two)) if one == two => Order::Equal,
        (Predicate::State(one), Predicate::State(two)) if one.excludes(*two) => Order::Excludes,
        (Predicate::With(verb_one, one), Predicate::With(verb_two, two)) => {
            let objects = object(one, two);
            if verb_one == verb_two {
                objects
            } else if verb_one.contrary() == Some(*verb_two)
                && one.is_definite()
                && two.is_definite()
                && objects.is_within()
            {
                Order::Excludes
            } else {
                Order::Unrelated
            }
        }
        (
            Predicate::Transfer(verb_one, theme_one, to_one),
            Predicate::Transfer(verb_two, theme_two, to_two),
        ) if verb_one == verb_two => object(theme_one, theme_two).and(object(to_one, to_two)),
        _ => Order::Unrelated,
    };
    if core == Order::Excludes {
        // Qualities and feelings are not confined to a place.
        return core;
    }
    core.and(optional(&one.place, &two.place))
        .and(optional(&one.manner, &two.manner))
}

/// What `premise` says about `hypothesis`.
pub(crate) fn relation(premise: &Clause, hypothesis: &Clause) -> Relation {
    use Relation::*;
    if premise.tense != hypothesis.tense {
        return Neutral;
    }
    let said = predicate(premise, hypothesis);
    let (one, two) = match (&premise.subject, &hypothesis.subject) {
        (NounPhrase::Name(one), NounPhrase::Name(two)) if one == two => {
            return definite(premise.negated, hypothesis.negated, said);
        }
        (NounPhrase::Common(one), NounPhrase::Common(two)) => (one, two),
        _ => return Neutral,
    };
    let of = restrictor(one, two);
    match (one.det, two.det) {
        (Det::The { plural: one }, Det::The { plural: two }) if one == two && of.is_within() => {
            definite(premise.negated, hypothesis.negated, said)
        }
        // Negated clauses have definite subjects (see `sample`), so none below is negated but a definite premise.
        _ if hypothesis.negated => Neutral,
        (Det::The { plural }, Det::A | Det::Some) if two.det == Det::A || plural => {
            exists(of, said, premise.negated)
        }
        (Det::The { .. }, Det::No) if !premise.negated && of.is_within() && said.is_within() => {
            Contradicts
        }
        (Det::The { .. }, Det::Every) if premise.negated && of.is_within() && said.covers() => {
            Contradicts
        }
        _ if premise.negated => Neutral,
        (Det::Every, Det::Every) if of.covers() && said.is_within() => Entails,
        (Det::Every, Det::The { plural: false }) if of.covers() && said.is_within() => Entails,
        (Det::Every, Det::A) if of.is_within() && said.is_within() => Entails,
        (Det::Every, Det::No) if of != Order::Unrelated && said.is_within() => Contradicts,
        (Det::No, Det::No) if of.covers() && said.covers() => Entails,
        (Det::No, Det::A | Det::Some | Det::Number(_) | Det::Every | Det::The { .. })
            if of.covers() && said.covers() =>
        {
            Contradicts
        }
        (_, Det::No) if at_least(one.det).is_some() && of.is_within() && said.is_within() => {
            Contradicts
        }
        (from, to) => match (at_least(from), at_least(to)) {
            (Some(from), Some(to)) if from >= to && of.is_within() && said.is_within() => Entails,
            _ => Neutral,
        },
    }
}

/// Both clauses speak of the same referent.
fn definite(premise_negated: bool, hypothesis_negated: bool, said: Order) -> Relation {
    match (premise_negated, hypothesis_negated) {
        (false, false) if said.is_within() => Relation::Entails,
        (false, false) if said == Order::Excludes => Relation::Contradicts,
        (false, true) if said.is_within() => Relation::Contradicts,
        (false, true) if said == Order::Excludes => Relation::Entails,
        (true, false) if said.covers() => Relation::Contradicts,
        (true, true) if said.covers() => Relation::Entails,
        _ => Relation::Neutral,
    }
}

/// A definite premise, a hypothesis that there is one.
fn exists(of: Order, said: Order, premise_negated: bool) -> Relation {
    if !premise_negated && of.is_within() && said.is_within() {
        Relation::Entails
    } else {
        Relation::Neutral
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::clause::{Place, Tense};
    use super::super::lexicon::{AdjectiveId, VerbId, all_adjectives, all_verbs, find_noun};
    use super::*;

    const THE: Det = Det::The { plural: false };

    fn phrase(det: Det, noun: &str) -> NounPhrase {
        NounPhrase::Common(Common {
            det,
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

    fn quality(word: &str) -> AdjectiveId {
        all_adjectives()
            .find(|adjective| adjective.entry().words[0] == word)
            .unwrap()
    }

    fn clause(subject: NounPhrase, predicate: Predicate) -> Clause {
        Clause {
            subject,
            predicate,
            negated: false,
            tense: Tense::Past,
            place: None,
            manner: None,
        }
    }

    fn sleeps(det: Det, noun: &str) -> Clause {
        clause(phrase(det, noun), Predicate::Alone(verb("sleep")))
    }

    fn acts(subject: &str, base: &str, det: Det, object: &str) -> Clause {
        clause(
            phrase(THE, subject),
            Predicate::With(verb(base), phrase(det, object)),
        )
    }

    fn is(noun: &str, word: &str) -> Clause {
        clause(phrase(THE, noun), Predicate::State(quality(word)))
    }

    fn not(clause: Clause) -> Clause {
        Clause {
            negated: !clause.negated,
            ..clause
        }
    }

    fn in_the_park(clause: Clause) -> Clause {
        let noun = find_noun("park").unwrap();
        Clause {
            place: Some(Place {
                preposition: "in",
                noun,
            }),
            ..clause
        }
    }

    fn check(premise: &Clause, hypothesis: &Clause, expected: Relation) {
        assert_eq!(
            relation(premise, hypothesis),
            expected,
            "{premise:?}\n{hypothesis:?}"
        );
    }

    #[test]
    fn a_more_general_word_follows_and_a_more_special_one_does_not() {
        let (dog, animal) = (sleeps(THE, "dog"), sleeps(THE, "animal"));
        check(&dog, &animal, Relation::Entails);
        check(&animal, &dog, Relation::Neutral);
        check(&dog, &sleeps(THE, "cat"), Relation::Neutral);
    }

    #[test]
    fn negation_turns_the_direction_of_the_object_round() {
        let [dog, animal] = ["dog", "animal"].map(|object| acts("boy", "chase", Det::A, object));
        check(&dog, &animal, Relation::Entails);
        check(&not(animal.clone()), &not(dog.clone()), Relation::Entails);
        check(&not(dog.clone()), &not(animal.clone()), Relation::Neutral);
        check(&dog, &not(animal.clone()), Relation::Contradicts);
        check(&not(animal.clone()), &dog, Relation::Contradicts);
        check(&animal, &not(dog), Relation::Neutral);
    }

    #[test]
    fn negation_leaves_the_definite_subject_alone() {
        check(
            &not(sleeps(THE, "dog")),
            &not(sleeps(THE, "animal")),
            Relation::Entails,
        );
        check(
            &not(sleeps(THE, "animal")),
            &not(sleeps(THE, "dog")),
            Relation::Neutral,
        );
    }

    #[test]
    fn a_place_narrows() {
        let (here, anywhere) = (in_the_park(sleeps(THE, "dog")), sleeps(THE, "dog"));
        check(&here, &anywhere, Relation::Entails);
        check(&anywhere, &here, Relation::Neutral);
        check(
            &not(anywhere.clone()),
            &not(here.clone()),
            Relation::Entails,
        );
        check(&here, &not(anywhere.clone()), Relation::Contradicts);
        check(&anywhere, &not(here), Relation::Neutral);
    }

    #[test]
    fn roles_matter() {
        check(
            &acts("dog", "chase", THE, "cat"),
            &acts("cat", "chase", THE, "dog"),
            Relation::Neutral,
        );
    }

    #[test]
    fn opposite_qualities_and_feelings_exclude_each_other() {
        check(
            &is("dog", "big"),
            &is("dog", "small"),
            Relation::Contradicts,
        );
        check(
            &is("dog", "big"),
            &not(is("dog", "small")),
            Relation::Entails,
        );
        check(
            &not(is("dog", "big")),
            &is("dog", "small"),
            Relation::Neutral,
        );
        check(&is("dog", "big"), &is("dog", "old"), Relation::Neutral);
        check(
            &acts("boy", "love", THE, "dog"),
            &acts("boy", "hate", THE, "dog"),
            Relation::Contradicts,
        );
        check(
            &acts("boy", "love", Det::A, "dog"),
            &acts("boy", "hate", Det::A, "dog"),
            Relation::Neutral,
        );
    }

    #[test]
    fn numbers_mean_at_least() {
        let [two, four] = [2, 4].map(|n| sleeps(Det::Number(n), "dog"));
        check(&four, &two, Relation::Entails);
        check(&two, &four, Relation::Neutral);
        check(&four, &sleeps(Det::Some, "animal"), Relation::Entails);
        check(&four, &sleeps(Det::A, "dog"), Relation::Entails);
        check(
            &sleeps(Det::A, "dog"),
            &sleeps(Det::Some, "dog"),
            Relation::Neutral,
        );
    }

    #[test]
    fn quantifiers_follow_the_square_of_opposition() {
        let [every_dog, no_dog, a_dog] =
            [Det::Every, Det::No, Det::A].map(|det| sleeps(det, "dog"));
        let [every_animal, no_animal, an_animal] =
            [Det::Every, Det::No, Det::A].map(|det| sleeps(det, "animal"));
        check(&every_animal, &every_dog, Relation::Entails);
        check(&every_dog, &every_animal, Relation::Neutral);
        check(&every_dog, &an_animal, Relation::Entails);
        check(&no_animal, &no_dog, Relation::Entails);
        check(&no_dog, &no_animal, Relation::Neutral);
        check(&a_dog, &no_animal, Relation::Contradicts);
        check(&a_dog, &no_dog, Relation::Contradicts);
        check(&an_animal, &no_dog, Relation::Neutral);
        check(&no_animal, &a_dog, Relation::Contradicts);
        check(&every_dog, &no_dog, Relation::Contradicts);
        check(&a_dog, &every_dog, Relation::Neutral);
        check(&every_animal, &sleeps(THE, "dog"), Relation::Entails);
        check(&no_animal, &sleeps(THE, "dog"), Relation::Contradicts);
    }
}
