//! Unlabelled text for pretraining.
//!
//! Everything the tasks ask for is in its statistics: word classes and frames in the plain clauses; synonyms in
//! paraphrases; the taxonomy in "a dog is a kind of pet" and in second sentences that say less than the first;
//! polarity in what is joined by "and" or "but" and in what people did after a review; what follows from what in
//! replies that begin with "yes", "no" or "maybe"; answers after questions.
//! It has no ungrammatical sentence and no label, and one marker in [`MARKER_NOISE`] percent is drawn at random.

use super::clause::{
    Clause, Common, Det, NounPhrase, Predicate, Style, clause_words, finite, phrase_words, render, sentence,
    verb_word,
};
use super::dice::Dice;
use super::edit::{self, Edit};
use super::lexicon::{Frame, Genre, NounId, VerbId, all_adjectives, all_nouns, class};
use super::pair;
use super::question::{Asked, Question};
use super::relation::Relation;
use super::review::{Review, ReviewShape, aftermath};
use super::sample::{self, Shape};

/// One line of text: a sentence, or two that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorpusLine {
    /// The first or only sentence.
    pub a: String,
    /// What follows it, if anything does.
    pub b: Option<String>,
}

/// Percent of discourse markers that say nothing.
const MARKER_NOISE: u32 = 10;
const RARE: u32 = 40;
const PASSIVE: u32 = 25;

const REVIEWS: ReviewShape = ReviewShape { negated: 25, contrast: 35, agreement: 25, concession: 15 };

/// `n_lines` lines of pretraining text, the same for the same seed.
pub fn corpus(seed: u64, n_lines: usize) -> Vec<CorpusLine> {
    let mut dice = Dice::new(seed, "corpus");
    (0..n_lines).map(|_| line(&mut dice)).collect()
}

fn line(dice: &mut Dice) -> CorpusLine {
    loop {
        let genre = dice.pick(&[Genre::Story, Genre::Report]);
        if dice.percent(40) {
            let a = single(dice, genre);
            if pair::len(&a) <= pair::MAX_WORDS + 3 {
                return CorpusLine { a, b: None };
            }
        } else if let Some((a, b)) = double(dice, genre)
            && pair::fits(&a, &b)
        {
            return CorpusLine { a, b: Some(b) };
        }
    }
}

fn style(dice: &mut Dice) -> Style {
    Style::roll(dice, RARE, PASSIVE)
}

fn single(dice: &mut Dice, genre: Genre) -> String {
    let style = style(dice);
    match dice.weighted(&[30, 10, 9, 8, 8, 9, 18, 4, 2, 2]) {
        0 => render(&sample::clause(dice, genre, &Shape::TEXT), &style, dice),
        1 => opened(dice, genre, &style),
        2 => complement(dice, genre, &style),
        3 => {
            let [one, two] = [(); 2].map(|()| sample::clause(dice, genre, &Shape::PAIR));
            sentence(&joined(&one, "and", &two, &style, dice), ".")
        }
        4 => contrast(dice, genre, &style),
        5 => taxonomy(dice, &style),
        6 => review(dice),
        7 => match question(dice, genre) {
            Some((asked, _)) => asked.render(&style, dice),
            None => taxonomy(dice, &style),
        },
        8 => reflexive(dice, genre, &style),
        _ => ever(dice, genre, &style),
    }
}

/// A review, half of the time after a word that says how it went.
fn review(dice: &mut Dice) -> String {
    let positive = dice.percent(50);
    let review = Review::roll(dice, positive, &REVIEWS);
    let mut words = Vec::new();
    if dice.percent(50) {
        let says = if dice.percent(MARKER_NOISE) { dice.percent(50) } else { positive };
        words.extend([if says { "luckily" } else { "sadly" }, ","]);
    }
    words.extend(review.words(dice, RARE));
    sentence(&words, ".")
}

fn joined(one: &Clause, by: &'static str, two: &Clause, style: &Style, dice: &mut Dice) -> Vec<&'static str> {
    let plain = Style { fronted: false, ..*style };
    let mut words = clause_words(one, &plain, dice);
    words.push(by);
    words.extend(clause_words(two, &plain, dice));
    words
}

/// The openers that tell a story from a report.
pub(crate) fn opener(dice: &mut Dice, genre: Genre) -> &'static [&'static str] {
    let openers: &[&[&str]] = match genre {
        Genre::Story => &[&["once", ","], &["one", "day", ","], &["then", ","]],
        Genre::Report => &[&["today", ","], &["reports", "say", "that"], &["now", ","]],
    };
    dice.pick(openers)
}

fn opened(dice: &mut Dice, genre: Genre, style: &Style) -> String {
    let mut words = opener(dice, genre).to_vec();
    let clause = sample::clause(dice, genre, &Shape::TEXT);
    words.extend(clause_words(&clause, &Style { fronted: false, ..*style }, dice));
    sentence(&words, ".")
}

/// "the king said that the dog slept"
pub(crate) fn complement_words(dice: &mut Dice, genre: Genre, style: &Style) -> Vec<&'static str> {
    let bare = Shape { adjective: 10, attachment: 0, ..Shape::PAIR };
    let holder = sample::framed(dice, genre, &Shape { place: 0, manner: 0, ..bare }, Frame::Clausal);
    let mut inner = sample::clause(dice, genre, &bare);
    inner.tense = holder.tense;
    let mut words = clause_words(&holder, style, dice);
    words.push("that");
    words.extend(clause_words(&inner, &Style { fronted: false, ..*style }, dice));
    words
}

fn complement(dice: &mut Dice, genre: Genre, style: &Style) -> String {
    sentence(&complement_words(dice, genre, style), ".")
}

/// "the dog was big but the cat was small"; "mary loved the dog but hated the cat" is left to the tasks.
fn contrast(dice: &mut Dice, genre: Genre, style: &Style) -> String {
    let definite = |dice: &mut Dice| loop {
        let clause = sample::state(dice, genre, &Shape { attachment: 0, negated: 20, quantified: 0, ..Shape::PAIR });
        if clause.subject.is_definite() {
            return clause;
        }
    };
    let one = definite(dice);
    let mut two = definite(dice);
    two.tense = one.tense;
    let Predicate::State(quality) = one.predicate else {
        return render(&one, style, dice);
    };
    let agrees = dice.percent(35);
    // "big but small" or "big but not big"; "big and large" or "big and not small".
    let opposed: Vec<_> = all_adjectives().filter(|other| other.excludes(quality)).collect();
    let other = if opposed.is_empty() { quality } else { dice.pick(&opposed) };
    let use_other = dice.percent(50);
    two.predicate = Predicate::State(if use_other { other } else { quality });
    two.negated = one.negated != (use_other == agrees);
    let joint = if agrees { "and" } else { "but" };
    sentence(&joined(&one, joint, &two, style, dice), ".")
}

fn taxonomy(dice: &mut Dice, style: &Style) -> String {
    let below: Vec<NounId> = all_nouns().filter(|noun| noun.parent().is_some()).collect();
    let noun = dice.pick(&below);
    let parent = dice.pick(&noun.ancestors());
    let one = super::clause::noun_word(noun, false, style, dice);
    let many = super::clause::noun_word(noun, true, style, dice);
    let (single, plural) = parent.entry().words[0];
    let words: Vec<&'static str> = match dice.below(5) {
        0 => vec!["a", one, "is", "a", "kind", "of", single],
        1 => vec!["every", one, "is", "a", single],
        2 => vec![many, "are", plural],
        3 => vec!["a", one, "is", "a", single],
        _ => {
            let twins: Vec<NounId> = all_nouns().filter(|noun| noun.entry().words.len() > 1).collect();
            let twin = dice.pick(&twins).entry();
            let (first, second) = if dice.percent(50) { (0, 1) } else { (1, 0) };
            vec!["a", twin.words[first].0, "is", "the", "same", "as", "a", twin.words[second].0]
        }
    };
    sentence(&words, ".")
}

fn question(dice: &mut Dice, genre: Genre) -> Option<(Question, Clause)> {
    let shape = Shape { quantified: 10, negated: 0, state: 0, place: 55, attachment: 0, ..Shape::PAIR };
    for _ in 0..10 {
        let clause = sample::clause(dice, genre, &shape);
        let asked = dice.pick(&[Asked::Subject, Asked::Object, Asked::Place]);
        if let Some(question) = Question::of(&clause, asked) {
            return Some((question, clause));
        }
    }
    None
}

/// "mary hurt herself", "the dogs saw themselves": subject and verb.
pub(crate) fn reflexive_parts(dice: &mut Dice, genre: Genre) -> (Clause, VerbId, &'static str) {
    loop {
        let shape = Shape { attachment: 0, quantified: 0, place: 0, manner: 0, negated: 0, ..Shape::TEXT };
        let clause = sample::framed(dice, genre, &shape, Frame::Transitive);
        let Predicate::With(verb, _) = clause.predicate else {
            continue;
        };
        if verb.entry().object & class::ANIMATE == 0 {
            continue;
        }
        let own = match &clause.subject {
            NounPhrase::Name(name) => Some(if name.is_female() { "herself" } else { "himself" }),
            phrase if phrase.is_plural() => Some("themselves"),
            NounPhrase::Common(common) => (common.noun.entry().class == class::ANIMAL).then_some("itself"),
        };
        if let Some(own) = own {
            return (clause, verb, own);
        }
    }
}

fn reflexive(dice: &mut Dice, genre: Genre, style: &Style) -> String {
    let (clause, verb, own) = reflexive_parts(dice, genre);
    let mut words = phrase_words(&clause.subject, clause.tense, style, dice);
    words.push(finite(verb_word(verb, style, dice), clause.tense, clause.subject.is_plural()));
    words.push(own);
    sentence(&words, ".")
}

/// "no dog ever slept", "the dogs did not ever sleep": a word that needs a negation before it.
pub(crate) fn ever_words(dice: &mut Dice, genre: Genre, style: &Style) -> Vec<&'static str> {
    let shape = Shape { attachment: 0, state: 0, quantified: 0, negated: 100, manner: 0, ..Shape::PAIR };
    loop {
        let mut clause = sample::clause(dice, genre, &shape);
        let plain = Style { fronted: false, passive: false, ..*style };
        if clause.negated {
            let words = clause_words(&clause, &plain, dice);
            return words.into_iter().flat_map(|word| if word == "not" { vec!["not", "ever"] } else { vec![word] }).collect();
        }
        let tense = clause.tense;
        if let NounPhrase::Common(Common { det: det @ Det::A, .. }) = &mut clause.subject {
            *det = Det::No;
            let mut words = phrase_words(&clause.subject, tense, style, dice);
            words.push("ever");
            words.extend(super::clause::predicate_words(&clause, style, dice));
            return words;
        }
    }
}

fn ever(dice: &mut Dice, genre: Genre, style: &Style) -> String {
    sentence(&ever_words(dice, genre, style), ".")
}

fn double(dice: &mut Dice, genre: Genre) -> Option<(String, String)> {
    match dice.weighted(&[14, 14, 6, 12, 8, 9, 3, 20, 14]) {
        0 => same(dice, genre, false),
        1 => same(dice, genre, true),
        2 => reply(dice, genre, Relation::Entails, false),
        3 => reply(dice, genre, Relation::Entails, true),
        4 => reply(dice, genre, Relation::Contradicts, true),
        5 => reply(dice, genre, Relation::Neutral, true),
        6 => reply(dice, genre, Relation::Neutral, false),
        7 => answer(dice, genre),
        _ => Some(reviewed(dice)),
    }
}

/// A clause and its paraphrase ("that is , ..."), or a clause that differs in one point ("instead , ...").
fn same(dice: &mut Dice, genre: Genre, marked: bool) -> Option<(String, String)> {
    let clause = sample::clause(dice, genre, &Shape::PAIR);
    if !marked {
        return pair::paraphrase(dice, &clause, RARE, 40);
    }
    let is_same = dice.percent(50);
    let (a, b) = if is_same {
        pair::paraphrase(dice, &clause, RARE, 40)?
    } else {
        let mut other = clause.clone();
        let edit = dice.pick(&[Edit::Swap, Edit::Replace, Edit::Move, Edit::Act, Edit::Requalify, Edit::Quantify]);
        if !edit::apply(edit, &mut other, dice, genre) {
            return None;
        }
        let [one, two] = [(); 2].map(|()| style(dice));
        (render(&clause, &one, dice), render(&other, &two, dice))
    };
    let says_same = if dice.percent(MARKER_NOISE) { dice.percent(50) } else { is_same };
    let marker = if says_same { "that is , " } else { "instead , " };
    Some((a, format!("{marker}{b}")))
}

fn reply(dice: &mut Dice, genre: Genre, wanted: Relation, marked: bool) -> Option<(String, String)> {
    let shape = Shape { negated: 35, ..Shape::PAIR };
    let (premise, hypothesis) = pair::related(dice, genre, &shape, wanted, 30)?;
    let [one, two] = [(); 2].map(|()| style(dice));
    let a = render(&premise, &one, dice);
    let b = render(&hypothesis, &two, dice);
    if !marked {
        return Some((a, b));
    }
    let markers = ["yes , ", "maybe , ", "no , "];
    let marker = if dice.percent(MARKER_NOISE) { dice.pick(&markers) } else { markers[wanted as usize] };
    Some((a, format!("{marker}{b}")))
}

/// A question and a sentence that answers it, or, where the text says so, one that does not.
fn answer(dice: &mut Dice, genre: Genre) -> Option<(String, String)> {
    let (question, clause) = question(dice, genre)?;
    let [one, two] = [(); 2].map(|()| style(dice));
    let asked = question.render(&one, dice);
    if dice.percent(40) {
        return Some((asked, render(&clause, &two, dice)));
    }
    let mut said = clause;
    if dice.percent(50) {
        let edit = dice.pick(&[Edit::Swap, Edit::Replace, Edit::Act, Edit::Negate, Edit::Drop]);
        if !edit::apply(edit, &mut said, dice, genre) {
            return None;
        }
    }
    let known = question.is_answered_by(&said);
    let says_known = if dice.percent(MARKER_NOISE) { dice.percent(50) } else { known };
    let mut words = clause_words(&said, &two, dice);
    words.extend([",", "so", "we"]);
    words.extend(if says_known { &["know"][..] } else { &["do", "not", "know"] });
    Some((asked, sentence(&words, ".")))
}

/// A review and what people did, or another review of the same opinion.
fn reviewed(dice: &mut Dice) -> (String, String) {
    let positive = dice.percent(50);
    let a = Review::roll(dice, positive, &REVIEWS).render(dice, RARE);
    let felt = if dice.percent(5) { !positive } else { positive };
    let b = if dice.percent(60) {
        aftermath(dice, felt).to_owned()
    } else {
        Review::roll(dice, felt, &ReviewShape { contrast: 10, ..REVIEWS }).render(dice, RARE)
    };
    (a, b)
}
