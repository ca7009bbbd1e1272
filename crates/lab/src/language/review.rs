//! Reviews of works: remarks with a polarity, and how conjunctions combine it.

use super::lexicon::{AdjectiveId, Genre, NounId, OPINIONS, Quality, all_adjectives, class};
use super::render::{Style, Words, adjective_word, noun_word, sentence};
use super::sample;
use crate::dice::Dice;

/// One judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Remark {
    /// "the (old) movie was not very good"; the attributive adjective is only a concession.
    Quality {
        target: NounId,
        attribute: Option<AdjectiveId>,
        negated: bool,
        degree: Option<&'static str>,
        adjective: AdjectiveId,
    },
    /// "nobody enjoyed the movie": an index into [`OPINIONS`].
    Opinion {
        holder: &'static str,
        negated: bool,
        opinion: usize,
        target: NounId,
        attribute: Option<AdjectiveId>,
    },
}

/// Holders of opinions; the last one denies them.
const HOLDERS: &[&str] = &["i", "we", "critics", "everyone", "people", "nobody"];

const DEGREES: &[&str] = &["very", "really", "so", "rather"];

impl Remark {
    /// Whether the remark as a whole is praise.
    pub(crate) fn is_positive(&self) -> bool {
        match self {
            Remark::Quality {
                negated, adjective, ..
            } => (adjective.entry().quality == Quality::Sentiment(true)) != *negated,
            Remark::Opinion {
                holder,
                negated,
                opinion,
                ..
            } => OPINIONS[*opinion].2 != (*negated != (*holder == "nobody")),
        }
    }

    fn words(&self, dice: &mut Dice, rare: u32) -> Words {
        let style = Style {
            rare,
            ..Style::default()
        };
        let mut words = Vec::new();
        match self {
            Remark::Quality {
                target,
                attribute,
                negated,
                degree,
                adjective,
            } => {
                words.push("the");
                words.extend(attribute.map(|attribute| adjective_word(attribute, &style, dice)));
                words.push(noun_word(*target, false, &style, dice));
                words.push("was");
                if *negated {
                    words.push("not");
                }
                words.extend(degree);
                words.push(adjective_word(*adjective, &style, dice));
            }
            Remark::Opinion {
                holder,
                negated,
                opinion,
                target,
                attribute,
            } => {
                let (base, past, _) = OPINIONS[*opinion];
                words.push(holder);
                if *negated {
                    words.extend(["did", "not", base]);
                } else {
                    words.push(past);
                }
                words.push("the");
                words.extend(attribute.map(|attribute| adjective_word(attribute, &style, dice)));
                words.push(noun_word(*target, false, &style, dice));
            }
        }
        words
    }
}

/// How two remarks are joined; which of them decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    /// Only the first remark is there.
    Alone,
    /// "x and y": both agree.
    And,
    /// "x but y": y decides.
    But,
    /// "although x , y": y decides.
    AlthoughFirst,
    /// "y although x": y, which comes first, decides.
    AlthoughLast,
}

/// A review: a deciding remark and, unless alone, another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Review {
    pub main: Remark,
    pub other: Option<Remark>,
    pub join: Join,
}

/// How reviews are made, in percent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReviewShape {
    /// Negated remarks.
    pub negated: u32,
    /// Reviews of two opposed remarks.
    pub contrast: u32,
    /// Reviews of two agreeing remarks.
    pub agreement: u32,
    /// Remarks that concede an opposite attribute ("the funny movie was bad").
    pub concession: u32,
}

impl Review {
    pub(crate) fn is_positive(&self) -> bool {
        self.main.is_positive()
    }

    /// The words, without the full stop.
    pub(crate) fn words(&self, dice: &mut Dice, rare: u32) -> Words {
        let main = self.main.words(dice, rare);
        let Some(other) = &self.other else {
            return main;
        };
        let other = other.words(dice, rare);
        match self.join {
            Join::Alone => main,
            Join::And => [main, vec!["and"], other].concat(),
            Join::But => [other, vec!["but"], main].concat(),
            Join::AlthoughFirst => [vec!["although"], other, vec![","], main].concat(),
            Join::AlthoughLast => [main, vec!["although"], other].concat(),
        }
    }

    pub(crate) fn render(&self, dice: &mut Dice, rare: u32) -> String {
        sentence(&self.words(dice, rare), ".")
    }

    /// A random review that is positive or not as asked.
    pub(crate) fn roll(dice: &mut Dice, positive: bool, shape: &ReviewShape) -> Review {
        let join = match dice.below(100) as u32 {
            roll if roll < shape.contrast => {
                dice.pick(&[Join::But, Join::AlthoughFirst, Join::AlthoughLast])
            }
            roll if roll < shape.contrast + shape.agreement => Join::And,
            _ => Join::Alone,
        };
        let main = remark(dice, positive, shape, None);
        let other = match join {
            Join::Alone => None,
            Join::And => Some(remark(dice, positive, shape, Some(&main))),
            _ => Some(remark(dice, !positive, shape, Some(&main))),
        };
        Review { main, other, join }
    }
}

impl Remark {
    fn target(&self) -> NounId {
        match self {
            Remark::Quality { target, .. } | Remark::Opinion { target, .. } => *target,
        }
    }
}

/// A judging adjective of that polarity, by frequency.
pub(crate) fn judgement(dice: &mut Dice, positive: bool) -> AdjectiveId {
    let fitting = all_adjectives()
        .filter(|adjective| adjective.entry().quality == Quality::Sentiment(positive));
    sample::drawn(dice, fitting, |adjective| adjective.entry().weight)
        .expect("there is praise and there is blame")
}

fn remark(dice: &mut Dice, positive: bool, shape: &ReviewShape, beside: Option<&Remark>) -> Remark {
    let negated = dice.percent(shape.negated);
    let target = loop {
        let target = sample::noun(dice, Genre::Story, class::WORK | class::ASPECT);
        if beside.is_none_or(|other| other.target() != target) {
            break target;
        }
    };
    let attribute =
        (beside.is_none() && dice.percent(shape.concession)).then(|| judgement(dice, !positive));
    if dice.percent(65) {
        let adjective = judgement(dice, positive != negated);
        let degree = dice.percent(35).then(|| dice.pick(DEGREES));
        return Remark::Quality {
            target,
            attribute,
            negated,
            degree,
            adjective,
        };
    }
    // "nobody" is the other way to deny an opinion; "nobody did not" would be hard even for people.
    let (holder, denied) = if negated && dice.percent(50) {
        (HOLDERS[HOLDERS.len() - 1], false)
    } else {
        (dice.pick(&HOLDERS[..HOLDERS.len() - 1]), negated)
    };
    let opinions: Vec<usize> = (0..OPINIONS.len())
        .filter(|&index| OPINIONS[index].2 == (positive != negated))
        .collect();
    Remark::Opinion {
        holder,
        negated: denied,
        opinion: dice.pick(&opinions),
        target,
        attribute,
    }
}

/// What people do after a review like that: text that shows the polarity without naming it.
pub(crate) fn aftermath(dice: &mut Dice, positive: bool) -> &'static str {
    if positive {
        dice.pick(&[
            "the crowd cheered .",
            "we stayed until the end .",
            "people smiled and cheered .",
            "everyone wanted more .",
            "it won a prize .",
        ])
    } else {
        dice.pick(&[
            "the crowd booed .",
            "we left before the end .",
            "people yawned and booed .",
            "nobody wanted more .",
            "it won no prize .",
        ])
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const SHAPE: ReviewShape = ReviewShape {
        negated: 40,
        contrast: 40,
        agreement: 20,
        concession: 20,
    };

    #[test]
    fn a_review_has_the_polarity_asked_for() {
        let mut dice = Dice::new(5, "review");
        for index in 0..500 {
            let review = Review::roll(&mut dice, index % 2 == 0, &SHAPE);
            assert_eq!(review.is_positive(), index % 2 == 0);
            if let Some(other) = &review.other {
                assert_eq!(
                    other.is_positive() == review.is_positive(),
                    review.join == Join::And
                );
            }
        }
    }

    #[test]
    fn nobody_turns_an_opinion_round() {
        let remark = |holder, negated| Remark::Opinion {
            holder,
            negated,
            opinion: 0,
            target: super::super::lexicon::find_noun("movie").unwrap(),
            attribute: None,
        };
        assert!(remark("we", false).is_positive());
        assert!(!remark("we", true).is_positive());
        assert!(!remark("nobody", false).is_positive());
    }
}
