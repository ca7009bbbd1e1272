//! A second opinion on [`super::relation`], for the tests: truth in small random worlds.
//!
//! A world has a few individuals with kinds and qualities, and events between them. A clause is true or false in it by
//! counting. What is entailed must be true in every world in which the premise is; what is contradicted, in none; and
//! for a neutral pair both kinds of world must exist.

use super::clause::{Attachment, Clause, Common, Det, NounPhrase, Place, Predicate};
use super::lexicon::{AdjectiveId, Genre, NameId, NounId, VerbId, all_adjectives, class};
use super::pair::{self, Pairing};
use super::relation::{Relation, relation};
use super::sample::Shape;
use crate::dice::Dice;

const N: usize = 9;

struct Event {
    verb: VerbId,
    subject: usize,
    object: usize,
    recipient: usize,
    place: Option<Place>,
    manner: Option<u8>,
}

struct World {
    kinds: Vec<NounId>,
    names: Vec<(NameId, usize)>,
    qualities: Vec<Vec<AdjectiveId>>,
    attached: Vec<Vec<Attachment>>,
    events: Vec<Event>,
}

/// What "the ..." refers to in the three roles.
type Referents = [Option<Vec<usize>>; 3];

fn roles(clause: &Clause) -> [Option<&NounPhrase>; 3] {
    let phrases = clause.phrases();
    [0, 1, 2].map(|role| phrases.get(role).copied())
}

impl World {
    fn roll(dice: &mut Dice, pair: [&Clause; 2]) -> World {
        let phrases: Vec<&NounPhrase> = pair.iter().flat_map(|clause| clause.phrases()).collect();
        let commons: Vec<&Common> = phrases
            .iter()
            .filter_map(|phrase| phrase.common())
            .collect();
        // Kinds are leaves or special cases of what is mentioned, so that wider words have room.
        let mut kinds: Vec<NounId> = commons.iter().map(|common| common.noun).collect();
        for common in &commons {
            let below = common.noun.descendants(Genre::Story);
            if !below.is_empty() {
                kinds.push(dice.pick(&below));
            }
        }
        kinds.push(super::sample::noun(dice, Genre::Story, class::ANIMATE));
        let favourite = dice.pick(&kinds);
        let skew = dice.pick(&[0, 50, 90]);
        let kinds: Vec<NounId> = (0..N)
            .map(|_| {
                if dice.percent(skew) {
                    favourite
                } else {
                    dice.pick(&kinds)
                }
            })
            .collect();
        let adjectives: Vec<AdjectiveId> = pair
            .iter()
            .filter_map(|clause| match clause.predicate {
                Predicate::State(adjective) => Some(adjective),
                _ => None,
            })
            .chain(commons.iter().filter_map(|common| common.adjective))
            .collect();
        let attachments: Vec<Attachment> = commons
            .iter()
            .filter_map(|common| common.attachment.clone())
            .collect();
        let share = dice.pick(&[10, 50, 90]);
        let qualities = (0..N)
            .map(|_| {
                let mut mine: Vec<AdjectiveId> = Vec::new();
                let all: Vec<AdjectiveId> = all_adjectives().collect();
                for _ in 0..3 {
                    let pool = if adjectives.is_empty() || dice.percent(20) {
                        &all
                    } else {
                        &adjectives
                    };
                    let one = dice.pick(pool);
                    if dice.percent(share) && !mine.iter().any(|other| other.excludes(one)) {
                        mine.push(one);
                    }
                }
                mine
            })
            .collect();
        let attached = (0..N)
            .map(|_| {
                attachments
                    .iter()
                    .filter(|_| dice.percent(share))
                    .cloned()
                    .collect()
            })
            .collect();
        let mut names = Vec::new();
        for phrase in &phrases {
            if let NounPhrase::Name(name) = phrase
                && names.iter().all(|(known, _)| known != name)
            {
                names.push((*name, names.len()));
            }
        }
        let mut world = World {
            kinds,
            names,
            qualities,
            attached,
            events: Vec::new(),
        };
        world.happen(dice, pair);
        world
    }

    fn happen(&mut self, dice: &mut Dice, pair: [&Clause; 2]) {
        let [first, second] = pair;
        let mut verbs: Vec<VerbId> = pair.iter().filter_map(|clause| clause.verb()).collect();
        verbs.dedup();
        for verb in verbs {
            let share = dice.pick(&[0, 5, 40, 80, 100]);
            let usual = dice.pick(&[0, 60, 100]);
            let [objects, recipients] =
                [1, 2].map(|role| if roles(first)[role].is_some() { N } else { 1 });
            for at in 0..N * objects * recipients {
                let (subject, object, recipient) = (at % N, at / N % objects, at / N / objects);
                let excluded = self.events.iter().any(|event| {
                    event.verb.contrary() == Some(verb)
                        && event.subject == subject
                        && event.object == object
                });
                if excluded || !dice.percent(share) {
                    continue;
                }
                let (place, manner) = if dice.percent(usual) {
                    (first.place, first.manner)
                } else {
                    (
                        dice.pick(&[first.place, second.place, None]),
                        dice.pick(&[first.manner, second.manner, None]),
                    )
                };
                self.events.push(Event {
                    verb,
                    subject,
                    object,
                    recipient,
                    place,
                    manner,
                });
            }
        }
    }

    fn is(&self, individual: usize, common: &Common) -> bool {
        self.kinds[individual].is_below(common.noun)
            && common
                .adjective
                .is_none_or(|adjective| self.qualities[individual].contains(&adjective))
            && common
                .attachment
                .as_ref()
                .is_none_or(|attachment| self.attached[individual].contains(attachment))
    }

    /// Who "the ..." is in each role: the earlier referents where the words fit them, others where not. `None` if
    /// there is nobody to refer to.
    fn refer(&self, dice: &mut Dice, clause: &Clause, earlier: &Referents) -> Option<Referents> {
        let mut all: Referents = [None, None, None];
        for (role, phrase) in roles(clause).into_iter().enumerate() {
            let Some(Common {
                det: Det::The { plural },
                ..
            }) = phrase.and_then(NounPhrase::common)
            else {
                continue;
            };
            let common = phrase.and_then(NounPhrase::common)?;
            let fits = |group: &Vec<usize>| {
                (group.len() > 1) == *plural && group.iter().all(|&one| self.is(one, common))
            };
            if let Some(group) = earlier[role].as_ref().filter(|group| fits(group)) {
                all[role] = Some(group.clone());
                continue;
            }
            let mut group: Vec<usize> = (0..N).filter(|&one| self.is(one, common)).collect();
            dice.shuffle(&mut group);
            let size = if *plural { 2 } else { 1 };
            if group.len() < size {
                return None;
            }
            group.truncate(size);
            all[role] = Some(group);
        }
        Some(all)
    }

    /// Whether what "every ..." and "no ..." take for granted is there.
    fn presupposes(&self, clause: &Clause) -> bool {
        clause.subject.common().is_none_or(|common| {
            !matches!(common.det, Det::Every | Det::No) || (0..N).any(|one| self.is(one, common))
        })
    }

    /// Whether `phrase` holds of enough individuals for which `holds`.
    fn enough(
        &self,
        phrase: &NounPhrase,
        referent: &Option<Vec<usize>>,
        holds: &dyn Fn(usize) -> bool,
    ) -> bool {
        let common = match phrase {
            NounPhrase::Name(name) => {
                return self
                    .names
                    .iter()
                    .any(|(known, individual)| known == name && holds(*individual));
            }
            NounPhrase::Common(common) => common,
        };
        let kind: Vec<usize> = (0..N).filter(|&one| self.is(one, common)).collect();
        let count = kind.iter().filter(|&&one| holds(one)).count();
        match common.det {
            Det::A => count >= 1,
            Det::Some => count >= 2,
            Det::Number(n) => count >= n as usize,
            Det::Every => count == kind.len() && count > 0,
            Det::No => count == 0,
            Det::The { .. } => referent
                .as_ref()
                .is_some_and(|group| group.iter().all(|&one| holds(one))),
        }
    }

    fn is_true(&self, clause: &Clause, referents: &Referents) -> bool {
        let happened = |verb: VerbId, subject: usize, object: usize, recipient: usize| {
            self.events.iter().any(|event| {
                (event.verb, event.subject, event.object, event.recipient)
                    == (verb, subject, object, recipient)
                    && (clause.place.is_none() || event.place == clause.place)
                    && (clause.manner.is_none() || event.manner == clause.manner)
            })
        };
        let holds = self.enough(
            &clause.subject,
            &referents[0],
            &|subject| match &clause.predicate {
                Predicate::State(adjective) => self.qualities[subject].contains(adjective),
                Predicate::Alone(verb) => happened(*verb, subject, 0, 0),
                Predicate::With(verb, object) => self.enough(object, &referents[1], &|object| {
                    happened(*verb, subject, object, 0)
                }),
                Predicate::Transfer(verb, theme, recipient) => {
                    self.enough(recipient, &referents[2], &|recipient| {
                        self.enough(theme, &referents[1], &|theme| {
                            happened(*verb, subject, theme, recipient)
                        })
                    })
                }
            },
        );
        holds != clause.negated
    }
}

/// In how many of the worlds where the premise is true the hypothesis is true, and is false.
fn count(dice: &mut Dice, premise: &Clause, hypothesis: &Clause, worlds: usize) -> (usize, usize) {
    let (mut yes, mut no) = (0, 0);
    for _ in 0..worlds {
        let world = World::roll(dice, [premise, hypothesis]);
        let Some(first) = world.refer(dice, premise, &[None, None, None]) else {
            continue;
        };
        let Some(second) = world.refer(dice, hypothesis, &first) else {
            continue;
        };
        if !world.presupposes(hypothesis) {
            continue;
        }
        if world.is_true(premise, &first) {
            if world.is_true(hypothesis, &second) {
                yes += 1;
            } else {
                no += 1;
            }
        }
    }
    (yes, no)
}

#[test]
fn labels_agree_with_truth_in_small_worlds() {
    let mut dice = Dice::new(11, "oracle");
    let shape = Shape {
        negated: 45,
        quantified: 35,
        ..Shape::PAIR
    };
    let pairing = Pairing {
        weakened_twice: 40,
        subtle: 40,
        stray_negation: 45,
        far: 0,
    };
    let mut checked = [0; 3];
    while checked.iter().any(|&n| n < 120) {
        let wanted = dice.pick(&[Relation::Entails, Relation::Neutral, Relation::Contradicts]);
        let genre = dice.pick(&[Genre::Story, Genre::Report]);
        let Some((premise, hypothesis)) = pair::related(&mut dice, genre, &shape, wanted, &pairing)
        else {
            continue;
        };
        assert_eq!(relation(&premise, &hypothesis), wanted);
        let (yes, no) = count(&mut dice, &premise, &hypothesis, 300);
        let tell = format!(
            "{premise:#?}\n{hypothesis:#?}\n{wanted:?}: true in {yes} worlds, false in {no}"
        );
        match wanted {
            Relation::Entails => assert_eq!(no, 0, "{tell}"),
            Relation::Contradicts => assert_eq!(yes, 0, "{tell}"),
            // Few worlds prove little.
            Relation::Neutral if yes + no >= 100 => assert!(yes > 0 && no > 0, "{tell}"),
            Relation::Neutral => {}
        }
        checked[wanted as usize] += usize::from(yes + no >= 5);
    }
}
