//! What each data set shows, how, and how often.

use tasks::domainbed::ImageSet;

use super::look::{self, Look};
use super::object::{self, Class};

/// Class names of a generated set, in the order of the labels, sorted as folders are.
///
/// They are DomainBed's; of OfficeHome's 65 classes there are sixteen.
pub fn class_names(set: ImageSet) -> Vec<&'static str> {
    names(classes(set))
}

/// Class names of the pretraining set, in the order of the labels; none of them is a class of the four sets.
pub fn pretraining_class_names() -> Vec<&'static str> {
    names(object::PRETRAINING)
}

fn names(classes: &[Class]) -> Vec<&'static str> {
    classes.iter().map(|class| class.name).collect()
}

pub(super) fn classes(set: ImageSet) -> &'static [Class] {
    match set {
        ImageSet::Vlcs => object::VLCS,
        ImageSet::Pacs => object::PACS,
        ImageSet::OfficeHome => object::OFFICE_HOME,
        ImageSet::Terra => object::TERRA,
    }
}

pub(super) fn looks(set: ImageSet) -> &'static [Look; 4] {
    match set {
        ImageSet::Vlcs => &look::VLCS,
        ImageSet::Pacs => &look::PACS,
        ImageSet::OfficeHome => &look::OFFICE_HOME,
        ImageSet::Terra => &look::TERRA,
    }
}

/// How often each class comes, by environment; `None` where all are equally frequent.
pub(super) fn frequencies(set: ImageSet, environment: usize) -> Option<&'static [u32]> {
    // bird, bobcat, cat, coyote, dog, empty, opossum, rabbit, raccoon, squirrel
    const TERRA: [[u32; 10]; 4] = [
        [6, 5, 3, 9, 8, 20, 10, 22, 12, 5],
        [4, 9, 10, 12, 3, 24, 22, 5, 7, 4],
        [3, 20, 6, 16, 5, 18, 8, 13, 6, 5],
        [5, 7, 9, 12, 4, 24, 16, 5, 14, 4],
    ];
    (set == ImageSet::Terra).then(|| TERRA[environment].as_slice())
}
