//! Pictures drawn by the program: the mini lab's DomainBed.
//!
//! A class is an object made of parts with random proportions and pose; an environment is a way to draw it. The four
//! data sets have DomainBed's names, environments, order and kinds of shift:
//! - [`data`]: a whole set; [`environment()`]: the labelled pictures of one environment;
//! - [`pretraining()`]: forty other classes, photographs for the most part, to learn features from;
//! - [`contact_sheet`]: pictures for people to look at.
//!
//! A picture depends on the seed, the set, the environment, its index and its size alone, so that pictures can be drawn
//! in parallel and more pictures never change the first ones. Everything is computed with operations that IEEE 754
//! fixes to the last bit (tiny-skia without its `simd` feature, no library trigonometry), hence equal on all machines.
//!
//! It lacks, deliberately: anything of the real data sets. Accuracies on it test claims under known shifts; they are
//! never comparable with the paper's numbers.

mod around;
mod backdrop;
mod canvas;
mod chance;
mod colour;
mod drawing;
mod field;
mod filter;
mod look;
mod object;
mod scene;
mod set;
mod sheet;

use rayon::prelude::*;
use tasks::domainbed::{DomainData, ImageSet, Pictures};

use crate::dice::Dice;
use look::Look;
use object::Class;
use scene::Place;

pub use set::{class_names, pretraining_class_names};
pub use sheet::{Sheet, SheetLayout, contact_sheet, pretraining_sheet};

/// Side of the pictures that the mini scale uses, in pixels.
pub const SIDE: usize = 32;

/// Pictures of an environment that the mini scale uses.
pub const ENVIRONMENT_LEN: usize = 800;

/// A set of `n` pictures in each environment, each `side` pixels a side.
///
/// # Panics
///
/// If `side` is 0 or above 32768.
pub fn data(set: ImageSet, seed: u64, n: usize, side: usize) -> DomainData {
    let names = class_names(set).into_iter().map(str::to_owned).collect();
    let environments = std::array::from_fn(|index| environment(set, index, seed, n, side));
    DomainData::from_pictures(set, names, environments)
}

/// The first `n` pictures of one environment, an index into [`ImageSet::environments`]; labels index
/// [`class_names`].
///
/// # Panics
///
/// If `environment` is above 3, or `side` is 0 or above 32768.
pub fn environment(
    set: ImageSet,
    environment: usize,
    seed: u64,
    n: usize,
    side: usize,
) -> Pictures {
    Source::environment(set, environment, seed, side).pictures(n)
}

/// The first `n` pictures of the pretraining set; labels index [`pretraining_class_names`].
///
/// # Panics
///
/// If `side` is 0 or above 32768.
pub fn pretraining(seed: u64, n: usize, side: usize) -> Pictures {
    Source::pretraining(seed, side).pictures(n)
}

/// Where the pictures of one environment come from.
struct Source {
    /// Names the streams of random numbers.
    name: String,
    seed: u64,
    side: usize,
    classes: &'static [Class],
    frequencies: Option<&'static [u32]>,
    looks: Vec<(Look, u32)>,
    place: Option<Place>,
}

impl Source {
    fn environment(set: ImageSet, environment: usize, seed: u64, side: usize) -> Self {
        let name = format!("vision {set} {environment}");
        let place = (set == ImageSet::Terra)
            .then(|| Place::new(side, &mut Dice::new(seed, &format!("{name} place"))));
        Self {
            seed,
            side,
            classes: set::classes(set),
            frequencies: set::frequencies(set, environment),
            looks: vec![(set::looks(set)[environment], 1)],
            place,
            name,
        }
    }

    fn pretraining(seed: u64, side: usize) -> Self {
        Self {
            name: "vision pretraining".to_owned(),
            seed,
            side,
            classes: object::PRETRAINING,
            frequencies: None,
            looks: look::PRETRAINING.to_vec(),
            place: None,
        }
    }

    fn pictures(&self, n: usize) -> Pictures {
        let labels: Vec<usize> = (0..n).map(|index| self.label(index)).collect();
        let rgb = labels
            .par_iter()
            .enumerate()
            .map(|(index, &label)| self.picture(index, label))
            .collect();
        Pictures {
            width: self.side,
            height: self.side,
            rgb,
            labels,
        }
    }

    /// Equally frequent classes come in shuffled blocks of all of them, others independently.
    fn label(&self, index: usize) -> usize {
        match self.frequencies {
            Some(weights) => {
                Dice::new(self.seed, &format!("{} label {index}", self.name)).weighted(weights)
            }
            None => {
                let (block, place) = (index / self.classes.len(), index % self.classes.len());
                let mut order: Vec<usize> = (0..self.classes.len()).collect();
                Dice::new(self.seed, &format!("{} labels {block}", self.name)).shuffle(&mut order);
                order[place]
            }
        }
    }

    fn picture(&self, index: usize, label: usize) -> Vec<u8> {
        let mut dice = Dice::new(self.seed, &format!("{} picture {index}", self.name));
        let weights: Vec<u32> = self.looks.iter().map(|&(_, weight)| weight).collect();
        let (look, _) = &self.looks[dice.weighted(&weights)];
        let place = self.place.as_ref();
        scene::render(look, &self.classes[label], place, self.side, &mut dice)
    }
}
