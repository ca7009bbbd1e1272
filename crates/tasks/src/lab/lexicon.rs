//! The words of the mini language: concepts, the words that express them, and what is known of them.
//!
//! A concept (`NounId`, `VerbId`, `AdjectiveId`) is a meaning; its words are synonyms, the first the
//! common one. Meaning is decided on concepts, never on words.

use std::sync::LazyLock;

/// What a noun can denote; verbs select for these classes (a bit set).
pub(crate) mod class {
    pub const PERSON: u16 = 1;
    pub const ANIMAL: u16 = 1 << 1;
    pub const FOOD: u16 = 1 << 2;
    pub const TOOL: u16 = 1 << 3;
    pub const VEHICLE: u16 = 1 << 4;
    pub const INSTRUMENT: u16 = 1 << 5;
    pub const GARMENT: u16 = 1 << 6;
    pub const PLACE: u16 = 1 << 7;
    pub const WORK: u16 = 1 << 8;
    pub const ASPECT: u16 = 1 << 9;
    pub const ANIMATE: u16 = PERSON | ANIMAL;
    pub const THING: u16 = FOOD | TOOL | VEHICLE | INSTRUMENT | GARMENT;
}

use class::*;

/// One of the two registers of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Genre {
    /// Past tense, names, animals, children, kings.
    Story,
    /// Present tense, numerals, workers, vehicles, tools.
    Report,
}

/// A noun concept: index into [`NOUNS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NounId(pub u8);
/// A verb concept: index into [`VERBS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VerbId(pub u8);
/// An adjective concept: index into [`ADJECTIVES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AdjectiveId(pub u8);
/// A proper name: index into [`NAMES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameId(pub u8);

pub(crate) struct Noun {
    /// (singular, plural) of each synonym.
    pub words: &'static [(&'static str, &'static str)],
    /// The common word of the next more general concept; empty at the top.
    parent: &'static str,
    pub class: u16,
    /// Sampling weights in stories and in reports.
    pub weights: [u32; 2],
}

const fn n(
    words: &'static [(&'static str, &'static str)],
    parent: &'static str,
    class: u16,
    story: u32,
    report: u32,
) -> Noun {
    Noun {
        words,
        parent,
        class,
        weights: [story, report],
    }
}

#[rustfmt::skip]
pub(crate) const NOUNS: &[Noun] = &[
    n(&[("person", "people")], "", PERSON, 2, 2),
    n(&[("worker", "workers")], "person", PERSON, 1, 3),
    n(&[("artist", "artists")], "person", PERSON, 2, 1),
    n(&[("child", "children"), ("kid", "kids")], "person", PERSON, 3, 1),
    n(&[("leader", "leaders")], "person", PERSON, 1, 3),
    n(&[("boy", "boys"), ("lad", "lads")], "child", PERSON, 6, 0),
    n(&[("girl", "girls"), ("lass", "lasses")], "child", PERSON, 6, 0),
    n(&[("farmer", "farmers"), ("grower", "growers")], "worker", PERSON, 3, 4),
    n(&[("cook", "cooks"), ("chef", "chefs")], "worker", PERSON, 3, 2),
    n(&[("guard", "guards"), ("sentry", "sentries")], "worker", PERSON, 3, 4),
    n(&[("driver", "drivers")], "worker", PERSON, 0, 6),
    n(&[("nurse", "nurses")], "worker", PERSON, 1, 5),
    n(&[("teacher", "teachers"), ("tutor", "tutors")], "worker", PERSON, 3, 3),
    n(&[("doctor", "doctors"), ("medic", "medics")], "worker", PERSON, 1, 6),
    n(&[("singer", "singers")], "artist", PERSON, 4, 1),
    n(&[("painter", "painters")], "artist", PERSON, 4, 1),
    n(&[("writer", "writers"), ("author", "authors")], "artist", PERSON, 3, 3),
    n(&[("king", "kings"), ("ruler", "rulers")], "leader", PERSON, 5, 0),
    n(&[("mayor", "mayors")], "leader", PERSON, 0, 6),
    n(&[("captain", "captains"), ("skipper", "skippers")], "leader", PERSON, 3, 4),
    n(&[("animal", "animals")], "", ANIMAL, 3, 2),
    n(&[("pet", "pets")], "animal", ANIMAL, 2, 1),
    n(&[("bird", "birds")], "animal", ANIMAL, 3, 1),
    n(&[("beast", "beasts")], "animal", ANIMAL, 2, 1),
    n(&[("dog", "dogs"), ("hound", "hounds")], "pet", ANIMAL, 6, 4),
    n(&[("cat", "cats")], "pet", ANIMAL, 6, 3),
    n(&[("rabbit", "rabbits"), ("bunny", "bunnies")], "pet", ANIMAL, 4, 0),
    n(&[("duck", "ducks")], "bird", ANIMAL, 4, 1),
    n(&[("owl", "owls")], "bird", ANIMAL, 4, 0),
    n(&[("crow", "crows"), ("raven", "ravens")], "bird", ANIMAL, 4, 1),
    n(&[("wolf", "wolves")], "beast", ANIMAL, 4, 2),
    n(&[("bear", "bears")], "beast", ANIMAL, 4, 2),
    n(&[("fox", "foxes")], "beast", ANIMAL, 4, 0),
    n(&[("horse", "horses"), ("steed", "steeds")], "animal", ANIMAL, 5, 3),
    n(&[("food", "foods")], "", FOOD, 1, 2),
    n(&[("fruit", "fruits")], "food", FOOD, 2, 2),
    n(&[("sweet", "sweets")], "food", FOOD, 2, 1),
    n(&[("root", "roots")], "food", FOOD, 1, 2),
    n(&[("apple", "apples")], "fruit", FOOD, 4, 2),
    n(&[("pear", "pears")], "fruit", FOOD, 3, 2),
    n(&[("melon", "melons")], "fruit", FOOD, 3, 3),
    n(&[("cake", "cakes"), ("tart", "tarts")], "sweet", FOOD, 4, 2),
    n(&[("cookie", "cookies"), ("biscuit", "biscuits")], "sweet", FOOD, 4, 1),
    n(&[("potato", "potatoes"), ("spud", "spuds")], "root", FOOD, 2, 4),
    n(&[("carrot", "carrots")], "root", FOOD, 3, 3),
    n(&[("tool", "tools")], "", TOOL, 1, 3),
    n(&[("hammer", "hammers"), ("mallet", "mallets")], "tool", TOOL, 2, 4),
    n(&[("knife", "knives"), ("blade", "blades")], "tool", TOOL, 4, 3),
    n(&[("axe", "axes"), ("hatchet", "hatchets")], "tool", TOOL, 4, 2),
    n(&[("shovel", "shovels"), ("spade", "spades")], "tool", TOOL, 2, 4),
    n(&[("rope", "ropes"), ("cord", "cords")], "tool", TOOL, 3, 3),
    n(&[("vehicle", "vehicles")], "", VEHICLE, 1, 3),
    n(&[("car", "cars"), ("auto", "autos")], "vehicle", VEHICLE, 2, 6),
    n(&[("truck", "trucks"), ("lorry", "lorries")], "vehicle", VEHICLE, 0, 6),
    n(&[("bike", "bikes"), ("cycle", "cycles")], "vehicle", VEHICLE, 3, 3),
    n(&[("boat", "boats"), ("ship", "ships")], "vehicle", VEHICLE, 5, 3),
    n(&[("train", "trains")], "vehicle", VEHICLE, 1, 5),
    n(&[("cart", "carts"), ("wagon", "wagons")], "vehicle", VEHICLE, 4, 1),
    n(&[("instrument", "instruments")], "", INSTRUMENT, 2, 1),
    n(&[("drum", "drums")], "instrument", INSTRUMENT, 4, 2),
    n(&[("flute", "flutes"), ("pipe", "pipes")], "instrument", INSTRUMENT, 4, 1),
    n(&[("violin", "violins"), ("fiddle", "fiddles")], "instrument", INSTRUMENT, 3, 2),
    n(&[("harp", "harps")], "instrument", INSTRUMENT, 3, 1),
    n(&[("garment", "garments")], "", GARMENT, 1, 2),
    n(&[("coat", "coats"), ("jacket", "jackets")], "garment", GARMENT, 4, 4),
    n(&[("hat", "hats"), ("cap", "caps")], "garment", GARMENT, 4, 3),
    n(&[("shirt", "shirts")], "garment", GARMENT, 2, 4),
    n(&[("scarf", "scarves")], "garment", GARMENT, 3, 2),
    n(&[("boot", "boots"), ("shoe", "shoes")], "garment", GARMENT, 4, 4),
    n(&[("park", "parks")], "", PLACE, 3, 3),
    n(&[("garden", "gardens")], "", PLACE, 4, 2),
    n(&[("market", "markets"), ("bazaar", "bazaars")], "", PLACE, 3, 4),
    n(&[("river", "rivers"), ("stream", "streams")], "", PLACE, 4, 2),
    n(&[("forest", "forests"), ("wood", "woods")], "", PLACE, 5, 1),
    n(&[("town", "towns"), ("city", "cities")], "", PLACE, 2, 5),
    n(&[("village", "villages")], "", PLACE, 4, 2),
    n(&[("harbor", "harbors"), ("port", "ports")], "", PLACE, 1, 5),
    n(&[("station", "stations")], "", PLACE, 0, 5),
    n(&[("house", "houses"), ("home", "homes")], "building", PLACE, 4, 2),
    n(&[("school", "schools")], "building", PLACE, 2, 4),
    n(&[("office", "offices")], "building", PLACE, 0, 5),
    n(&[("hospital", "hospitals"), ("clinic", "clinics")], "building", PLACE, 0, 5),
    n(&[("castle", "castles")], "building", PLACE, 4, 0),
    n(&[("building", "buildings")], "", PLACE, 1, 3),
    n(&[("movie", "movies"), ("film", "films")], "", WORK, 4, 4),
    n(&[("play", "plays"), ("drama", "dramas")], "", WORK, 3, 3),
    n(&[("book", "books"), ("novel", "novels")], "", WORK, 3, 3),
    n(&[("song", "songs"), ("tune", "tunes")], "", WORK, 3, 3),
    n(&[("show", "shows")], "", WORK, 3, 3),
    n(&[("plot", "plots"), ("story", "stories")], "", ASPECT, 3, 3),
    n(&[("cast", "casts")], "", ASPECT, 3, 3),
    n(&[("ending", "endings")], "", ASPECT, 3, 3),
    n(&[("scene", "scenes")], "", ASPECT, 3, 3),
    n(&[("hero", "heroes")], "", ASPECT, 3, 3),
];

static PARENTS: LazyLock<Vec<Option<NounId>>> = LazyLock::new(|| {
    NOUNS.iter().map(|noun| find_noun(noun.parent)).collect()
});

/// The concept whose common word is `word`.
pub(crate) fn find_noun(word: &str) -> Option<NounId> {
    NOUNS
        .iter()
        .position(|noun| noun.words[0].0 == word)
        .map(|index| NounId(index as u8))
}

impl NounId {
    pub(crate) fn entry(self) -> &'static Noun {
        &NOUNS[self.0 as usize]
    }

    /// The next more general concept.
    pub(crate) fn parent(self) -> Option<NounId> {
        PARENTS[self.0 as usize]
    }

    /// Whether everything this concept denotes is denoted by `other` too (a concept is below itself).
    pub(crate) fn is_below(self, other: NounId) -> bool {
        let mut at = Some(self);
        while let Some(noun) = at {
            if noun == other {
                return true;
            }
            at = noun.parent();
        }
        false
    }

    /// Every strictly more general concept, the nearest first.
    pub(crate) fn ancestors(self) -> Vec<NounId> {
        let mut all = Vec::new();
        let mut at = self.parent();
        while let Some(noun) = at {
            all.push(noun);
            at = noun.parent();
        }
        all
    }

    /// Every strictly more specific concept that stories or reports may mention.
    pub(crate) fn descendants(self, genre: Genre) -> Vec<NounId> {
        all_nouns()
            .filter(|&noun| noun != self && noun.is_below(self))
            .filter(|noun| noun.entry().weights[genre as usize] > 0)
            .collect()
    }
}

/// Every noun concept in table order.
pub(crate) fn all_nouns() -> impl Iterator<Item = NounId> {
    (0..NOUNS.len()).map(|index| NounId(index as u8))
}

/// Given names; the first half takes "himself", the second "herself".
#[rustfmt::skip]
pub(crate) const NAMES: &[&str] = &[
    "adam", "ben", "carl", "david", "frank", "henry", "jack", "tom",
    "anna", "clara", "emma", "helen", "julia", "laura", "mary", "rosa",
];

impl NameId {
    pub(crate) fn word(self) -> &'static str {
        NAMES[self.0 as usize]
    }

    pub(crate) fn is_female(self) -> bool {
        self.0 as usize >= NAMES.len() / 2
    }
}

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
    /// English also allows the verb without its object, so leaving it out is no error.
    pub drops_object: bool,
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
        drops_object: false,
        contrary: "",
        weights,
    }
}

const fn droppable(verb: Verb) -> Verb {
    Verb {
        drops_object: true,
        ..verb
    }
}

const fn against(verb: Verb, contrary: &'static str) -> Verb {
    Verb { contrary, ..verb }
}

use Frame::*;

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
    droppable(v(&[f("watch", "watches", "watched", "watched"), f("observe", "observes", "observed", "observed")], Transitive, ANIMATE, ANIMATE | VEHICLE, [4, 5])),
    droppable(v(&[f("eat", "eats", "ate", "eaten"), f("devour", "devours", "devoured", "devoured")], Transitive, ANIMATE, FOOD, [7, 4])),
    droppable(v(&[f("drive", "drives", "drove", "driven")], Transitive, PERSON, VEHICLE, [2, 5])),
    droppable(v(&[f("play", "plays", "played", "played")], Transitive, PERSON, INSTRUMENT, [5, 2])),
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

/// Adjectives with one number exclude each other where their kind says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quality {
    /// Adjectives on one scale exclude each other: big, small.
    Scale(u8),
    /// Praise (true) or blame (false) of works.
    Sentiment(bool),
}

pub(crate) struct Adjective {
    pub words: &'static [&'static str],
    pub quality: Quality,
    /// Classes it describes.
    pub of: u16,
    pub weight: u32,
}

const fn q(words: &'static [&'static str], scale: u8, of: u16, weight: u32) -> Adjective {
    Adjective {
        words,
        quality: Quality::Scale(scale),
        of,
        weight,
    }
}

const fn s(word: &'static [&'static str], good: bool, weight: u32) -> Adjective {
    Adjective {
        words: word,
        quality: Quality::Sentiment(good),
        of: WORK | ASPECT,
        weight,
    }
}

#[rustfmt::skip]
pub(crate) const ADJECTIVES: &[Adjective] = &[
    q(&["happy", "glad"], 0, ANIMATE, 5),
    q(&["sad", "upset"], 0, ANIMATE, 5),
    q(&["big", "large"], 1, ANIMATE | THING, 6),
    q(&["small", "little"], 1, ANIMATE | THING, 6),
    q(&["old"], 2, ANIMATE | THING, 5),
    q(&["young"], 2, ANIMATE, 4),
    q(&["new"], 2, THING, 4),
    q(&["clean"], 3, ANIMAL | THING, 3),
    q(&["dirty"], 3, ANIMAL | THING, 3),
    q(&["rich"], 4, PERSON, 3),
    q(&["poor"], 4, PERSON, 3),
    q(&["strong"], 5, ANIMATE, 3),
    q(&["weak"], 5, ANIMATE, 3),
    q(&["fast", "quick"], 6, ANIMAL | VEHICLE, 3),
    q(&["slow"], 6, ANIMAL | VEHICLE, 3),
    q(&["brave", "bold"], 7, ANIMATE, 3),
    q(&["scared", "afraid"], 7, ANIMATE, 3),
    q(&["red"], 8, THING, 3),
    q(&["blue"], 8, THING, 3),
    q(&["green"], 8, THING, 3),
    q(&["white"], 8, ANIMAL | THING, 3),
    q(&["black"], 8, ANIMAL | THING, 3),
    q(&["cheap"], 9, THING, 2),
    q(&["costly"], 9, THING, 2),
    s(&["good"], true, 8), s(&["great"], true, 7), s(&["lovely"], true, 4), s(&["clever"], true, 4),
    s(&["charming"], true, 3), s(&["funny"], true, 4), s(&["superb"], true, 2), s(&["fresh"], true, 2),
    s(&["moving"], true, 2), s(&["bright"], true, 2), s(&["witty"], true, 1), s(&["gripping"], true, 1),
    s(&["bad"], false, 8), s(&["awful"], false, 7), s(&["dull"], false, 4), s(&["boring"], false, 4),
    s(&["stupid"], false, 3), s(&["silly"], false, 4), s(&["tedious"], false, 2), s(&["bland"], false, 2),
    s(&["clumsy"], false, 2), s(&["messy"], false, 2), s(&["lame"], false, 1), s(&["hollow"], false, 1),
];

impl AdjectiveId {
    pub(crate) fn entry(self) -> &'static Adjective {
        &ADJECTIVES[self.0 as usize]
    }

    /// Whether nothing has both qualities.
    pub(crate) fn excludes(self, other: AdjectiveId) -> bool {
        match (self.entry().quality, other.entry().quality) {
            (Quality::Scale(one), Quality::Scale(two)) => self != other && one == two,
            (Quality::Sentiment(one), Quality::Sentiment(two)) => one != two,
            _ => false,
        }
    }
}

/// Every adjective concept in table order.
pub(crate) fn all_adjectives() -> impl Iterator<Item = AdjectiveId> {
    (0..ADJECTIVES.len()).map(|index| AdjectiveId(index as u8))
}

/// Manner adverbs; they narrow an event and can always be left out.
pub(crate) const MANNERS: &[&str] = &["slowly", "quietly", "quickly", "calmly", "again", "early"];

/// Number words: index 0 is two.
pub(crate) const NUMBERS: &[&str] = &["two", "three", "four", "five", "six"];

/// Prepositions that attach one thing to another.
pub(crate) const NEAR: &[&str] = &["near", "behind", "with"];

/// What people do with a work: (base, past, praise?).
#[rustfmt::skip]
pub(crate) const OPINIONS: &[(&str, &str, bool)] = &[
    ("love", "loved", true), ("like", "liked", true), ("enjoy", "enjoyed", true),
    ("praise", "praised", true), ("adore", "adored", true),
    ("hate", "hated", false), ("regret", "regretted", false), ("mock", "mocked", false),
    ("detest", "detested", false), ("avoid", "avoided", false),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn every_parent_exists_and_shares_its_class() {
        for noun in all_nouns() {
            let entry = noun.entry();
            assert_eq!(entry.parent.is_empty(), noun.parent().is_none(), "{}", entry.words[0].0);
            if let Some(parent) = noun.parent() {
                assert_eq!(parent.entry().class, entry.class, "{}", entry.words[0].0);
            }
        }
    }

    #[test]
    fn no_noun_word_has_two_meanings() {
        let mut seen = BTreeMap::new();
        for noun in all_nouns() {
            for (singular, plural) in noun.entry().words {
                for word in [singular, plural] {
                    assert_eq!(seen.insert(*word, noun), None, "{word} is listed twice");
                }
            }
        }
    }

    #[test]
    fn contraries_are_mutual() {
        for verb in all_verbs() {
            if let Some(contrary) = verb.contrary() {
                assert_eq!(contrary.contrary(), Some(verb));
            } else {
                assert!(verb.entry().contrary.is_empty());
            }
        }
    }

    #[test]
    fn a_dog_is_below_animal_and_never_the_other_way() {
        let (dog, animal) = (find_noun("dog").unwrap(), find_noun("animal").unwrap());
        assert!(dog.is_below(animal) && dog.is_below(dog));
        assert!(!animal.is_below(dog));
    }
}
