//! Nouns: a taxonomy with synonyms.

use std::sync::LazyLock;

use super::Genre;
use super::class::*;

/// A noun concept: index into the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NounId(pub u8);
pub(crate) struct Noun {
    /// (singular, plural) of each synonym.
    pub words: &'static [(&'static str, &'static str)],
    /// The common word of the next more general concept; empty at the top.
    pub(super) parent: &'static str,
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

static PARENTS: LazyLock<Vec<Option<NounId>>> =
    LazyLock::new(|| NOUNS.iter().map(|noun| find_noun(noun.parent)).collect());

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
