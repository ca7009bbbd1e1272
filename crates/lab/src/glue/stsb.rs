//! STS-B-shaped: how similar are the two sentences, from 0 to 5? Metrics: Pearson and Spearman correlation.
//!
//! The score compares the clauses part by part (see [`similarity`]); wording has no influence.

use super::difficulty::Difficulty;
use crate::dice::Dice;
use crate::language::clause::{Clause, NounPhrase, Predicate};
use crate::language::edit::{self, Edit};
use crate::language::lexicon::Genre;
use crate::language::pair;
use crate::language::sample::{self, Shape};

/// Similarity of two noun phrases in quarters: 4 for the same concept, 3 for a more general one, 2 for another of
/// the same parent, 1 for another of the same class, 0 otherwise. Another determiner, adjective or attachment costs 1.
fn phrases(one: &NounPhrase, two: &NounPhrase) -> u32 {
    let (one, two) = match (one, two) {
        (NounPhrase::Name(one), NounPhrase::Name(two)) => return if one == two { 4 } else { 1 },
        (NounPhrase::Common(one), NounPhrase::Common(two)) => (one, two),
        _ => return 0,
    };
    let nouns = if one.noun == two.noun {
        4
    } else if one.noun.is_below(two.noun) || two.noun.is_below(one.noun) {
        3
    } else if one.noun.parent().is_some() && one.noun.parent() == two.noun.parent() {
        2
    } else {
        u32::from(one.noun.entry().class == two.noun.entry().class)
    };
    let details = u32::from(
        one.det != two.det || one.adjective != two.adjective || one.attachment != two.attachment,
    );
    nouns.saturating_sub(details)
}

/// The score of two clauses in tenths, 0 to 50.
///
/// Weights: what happens 3, subject 3, object 3, recipient 2, place 1, each as far as either clause has it. A negation
/// on one side only takes away a third of the score.
pub(crate) fn similarity(one: &Clause, two: &Clause) -> u32 {
    let mut got = 3 * phrases(&one.subject, &two.subject);
    let mut of = 12;
    let happens = match (&one.predicate, &two.predicate) {
        (Predicate::State(one), Predicate::State(two)) => {
            if one == two {
                4
            } else {
                u32::from(one.excludes(*two))
            }
        }
        _ if one.verb().is_some() && one.verb() == two.verb() => 4,
        _ => u32::from(
            two.verb().is_some() && one.verb().and_then(|verb| verb.contrary()) == two.verb(),
        ),
    };
    got += 3 * happens;
    of += 12;
    if one.object().is_some() || two.object().is_some() {
        of += 12;
        if let (Some(one), Some(two)) = (one.object(), two.object()) {
            got += 3 * phrases(one, two);
        }
    }
    if let (Predicate::Transfer(_, _, one), Predicate::Transfer(_, _, two)) =
        (&one.predicate, &two.predicate)
    {
        of += 8;
        got += 2 * phrases(one, two);
    }
    if one.place.is_some() || two.place.is_some() {
        of += 4;
        got += match (one.place, two.place) {
            (Some(one), Some(two)) if one.noun == two.noun => 4,
            (Some(_), Some(_)) => 1,
            _ => 0,
        };
    }
    let score = (100 * got + of) / (2 * of);
    if one.negated == two.negated {
        score
    } else {
        score * 2 / 3
    }
}

/// One pair and its score in tenths, after random changes; `None` if the pair is too long.
pub(crate) fn example(dice: &mut Dice, difficulty: &Difficulty) -> Option<(String, String, u32)> {
    let genre = dice.pick(&[Genre::Story, Genre::Report]);
    let shape = Shape {
        quantified: 10,
        ..Shape::PAIR
    };
    let clause = sample::clause(dice, genre, &shape);
    let mut other = clause.clone();
    if dice.percent(12) {
        other = sample::clause(dice, genre, &shape);
    } else {
        // Details cost many words and few points, the core few words and many points, so counting words misleads.
        let edits = dice.below(difficulty.similarity_edits as usize + 1);
        for _ in 0..edits {
            let edit = dice.pick(&[
                Edit::Replace,
                Edit::Replace,
                Edit::Act,
                Edit::Swap,
                Edit::Widen,
                Edit::Negate,
            ]);
            edit::apply(edit, &mut other, dice, genre);
        }
        for _ in 0..dice.below(4) {
            let edit = dice.pick(&[
                Edit::Drop,
                Edit::Add,
                Edit::Add,
                Edit::Requalify,
                Edit::Move,
                Edit::Quantify,
            ]);
            edit::apply(edit, &mut other, dice, genre);
        }
    }
    let clauses = [&clause, &other];
    let (a, b) = pair::told(dice, clauses, difficulty.rare_words, difficulty.passive)?;
    Some((a, b, similarity(&clause, &other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_is_entirely_similar_to_itself() {
        let mut dice = Dice::new(1, "stsb");
        for _ in 0..100 {
            let clause = sample::clause(&mut dice, Genre::Story, &Shape::PAIR);
            assert_eq!(similarity(&clause, &clause), 50);
        }
    }

    #[test]
    fn similarity_is_symmetric() {
        let mut dice = Dice::new(2, "stsb");
        for _ in 0..300 {
            let [one, two] =
                [(); 2].map(|()| sample::clause(&mut dice, Genre::Report, &Shape::PAIR));
            assert_eq!(similarity(&one, &two), similarity(&two, &one));
        }
    }
}
