//! Verbs: forms, frames, and what they select for.

use super::class::*;
use Frame::*;

/// A verb concept: index into the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VerbId(pub u8);
/// The forms of one verb word.
pub(crate) struct VerbForms {
    pub base: &'static str,
    pub third: &'static str,
    pub past: &'static str,
    pub participle: &'static str,
}

/// How many objects a verb takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    Intransitive,
    Transitive,
    Ditransitive,
    Clausal,
}

pub(crate) struct Verb {
    pub words: &'static [VerbForms],
    pub frame: Frame,
    /// Classes its subject may have.
    pub subject: u16,
    /// Classes its object (of a ditransitive: its theme) may have.
    pub object: u16,
    /// The common base form of the verb that cannot hold of the same things; empty for none.
    pub contrary: &'static str,
    pub weights: [u32; 2],
}

const fn f(
    base: &'static str,
    third: &'static str,
    past: &'static str,
    participle: &'static str,
) -> VerbForms {
    VerbForms {
        base,
        third,
        past,
        participle,
    }
}

const fn v(
    words: &'static [VerbForms],
    frame: Frame,
    subject: u16,
    object: u16,
    weights: [u32; 2],
) -> Verb {
    Verb {
        words,
        frame,
        subject,
        object,
        contrary: "",
        weights,
    }
}

const fn against(verb: Verb, contrary: &'static str) -> Verb {
    Verb { contrary, ..verb }
}

#[rustfmt::skip]
pub(crate) const VERBS: &[Verb] = &[
    v(&[f("sleep", "sleeps", "slept", "slept"), f("doze", "dozes", "dozed", "dozed")], Intransitive, ANIMATE, 0, [5, 3]),
    v(&[f("smile", "smiles", "smiled", "smiled"), f("grin", "grins", "grinned", "grinned")], Intransitive, PERSON, 0, [5, 2]),
    v(&[f("cry", "cries", "cried", "cried"), f("weep", "weeps", "wept", "wept")], Intransitive, PERSON, 0, [4, 2]),
    v(&[f("laugh", "laughs", "laughed", "laughed")], Intransitive, PERSON, 0, [4, 1]),
    v(&[f("arrive", "arrives", "arrived", "arrived")], Intransitive, ANIMATE | VEHICLE, 0, [3, 6]),
    v(&[f("wait", "waits", "waited", "waited")], Intransitive, ANIMATE | VEHICLE, 0, [3, 5]),
    v(&[f("fall", "falls", "fell", "fallen")], Intransitive, ANIMATE | THING, 0, [4, 3]),
    v(&[f("vanish", "vanishes", "vanished", "vanished")], Intransitive, ANIMATE | THING, 0, [4, 2]),
    v(&[f("chase", "chases", "chased", "chased"), f("hunt", "hunts", "hunted", "hunted")], Transitive, ANIMATE, ANIMATE, [7, 2]),
    v(&[f("see", "sees", "saw", "seen"), f("spot", "spots", "spotted", "spotted")], Transitive, ANIMATE, ANIMATE | THING, [6, 5]),
    v(&[f("find", "finds", "found", "found"), f("locate", "locates", "located", "located")], Transitive, ANIMATE, ANIMATE | THING, [5, 6]),
    v(&[f("push", "pushes", "pushed", "pushed"), f("shove", "shoves", "shoved", "shoved")], Transitive, ANIMATE, ANIMATE | VEHICLE, [4, 3]),
    v(&[f("carry", "carries", "carried", "carried"), f("haul", "hauls", "hauled", "hauled")], Transitive, PERSON | VEHICLE, ANIMAL | THING, [4, 5]),
    v(&[f("hit", "hits", "hit", "hit"), f("strike", "strikes", "struck", "struck")], Transitive, PERSON | VEHICLE, ANIMATE | VEHICLE, [3, 6]),
    v(&[f("break", "breaks", "broke", "broken"), f("smash", "smashes", "smashed", "smashed")], Transitive, PERSON, TOOL | VEHICLE | INSTRUMENT, [4, 3]),
    v(&[f("clean", "cleans", "cleaned", "cleaned"), f("wash", "washes", "washed", "washed")], Transitive, PERSON, ANIMAL | THING, [3, 4]),
    v(&[f("buy", "buys", "bought", "bought"), f("acquire", "acquires", "acquired", "acquired")], Transitive, PERSON, ANIMAL | THING, [3, 6]),
    v(&[f("steal", "steals", "stole", "stolen"), f("swipe", "swipes", "swiped", "swiped")], Transitive, ANIMATE, THING, [5, 3]),
    v(&[f("fix", "fixes", "fixed", "fixed"), f("repair", "repairs", "repaired", "repaired")], Transitive, PERSON, TOOL | VEHICLE | INSTRUMENT, [2, 6]),
    v(&[f("hide", "hides", "hid", "hidden"), f("conceal", "conceals", "concealed", "concealed")], Transitive, ANIMATE, ANIMAL | THING, [4, 2]),
    against(v(&[f("love", "loves", "loved", "loved"), f("adore", "adores", "adored", "adored")], Transitive, ANIMATE, ANIMATE | FOOD, [5, 2]), "hate"),
    against(v(&[f("hate", "hates", "hated", "hated"), f("detest", "detests", "detested", "detested")], Transitive, ANIMATE, ANIMATE | FOOD, [4, 2]), "love"),
    v(&[f("help", "helps", "helped", "helped"), f("aid", "aids", "aided", "aided")], Transitive, PERSON, ANIMATE, [4, 6]),
    v(&[f("hurt", "hurts", "hurt", "hurt"), f("injure", "injures", "injured", "injured")], Transitive, ANIMATE, ANIMATE, [3, 5]),
    v(&[f("follow", "follows", "followed", "followed"), f("trail", "trails", "trailed", "trailed")], Transitive, ANIMATE, ANIMATE | VEHICLE, [5, 4]),
    v(&[f("visit", "visits", "visited", "visited")], Transitive, PERSON, PERSON, [2, 6]),
    v(&[f("watch", "watches", "watched", "watched"), f("observe", "observes", "observed", "observed")], Transitive, ANIMATE, ANIMATE | VEHICLE, [4, 5]),
    v(&[f("eat", "eats", "ate", "eaten"), f("devour", "devours", "devoured", "devoured")], Transitive, ANIMATE, FOOD, [7, 4]),
    v(&[f("drive", "drives", "drove", "driven")], Transitive, PERSON, VEHICLE, [2, 5]),
    v(&[f("play", "plays", "played", "played")], Transitive, PERSON, INSTRUMENT, [5, 2]),
    v(&[f("wear", "wears", "wore", "worn")], Transitive, PERSON, GARMENT, [5, 3]),
    v(&[f("give", "gives", "gave", "given"), f("hand", "hands", "handed", "handed")], Ditransitive, PERSON, THING, [6, 4]),
    v(&[f("send", "sends", "sent", "sent"), f("mail", "mails", "mailed", "mailed")], Ditransitive, PERSON, THING, [3, 6]),
    v(&[f("lend", "lends", "lent", "lent")], Ditransitive, PERSON, TOOL | VEHICLE | INSTRUMENT | GARMENT, [3, 4]),
    v(&[f("show", "shows", "showed", "shown")], Ditransitive, PERSON, ANIMAL | THING, [4, 3]),
    v(&[f("say", "says", "said", "said")], Clausal, PERSON, 0, [5, 6]),
    v(&[f("think", "thinks", "thought", "thought"), f("believe", "believes", "believed", "believed")], Clausal, PERSON, 0, [4, 3]),
    v(&[f("know", "knows", "knew", "known")], Clausal, PERSON, 0, [3, 2]),
    v(&[f("hope", "hopes", "hoped", "hoped")], Clausal, PERSON, 0, [3, 2]),
];

impl VerbId {
    pub(crate) fn entry(self) -> &'static Verb {
        &VERBS[self.0 as usize]
    }

    /// The verb that excludes this one ("love", "hate").
    pub(crate) fn contrary(self) -> Option<VerbId> {
        let word = self.entry().contrary;
        all_verbs().find(|verb| !word.is_empty() && verb.entry().words[0].base == word)
    }
}

/// Every verb concept in table order.
pub(crate) fn all_verbs() -> impl Iterator<Item = VerbId> {
    (0..VERBS.len()).map(|index| VerbId(index as u8))
}
