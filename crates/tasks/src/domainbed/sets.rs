//! The four data sets of the paper's vision tables and what each one fixes: DomainBed's names and order
//! (`facebookresearch/DomainBed` at b93c22a, `domainbed/datasets.py`), and the names of its rows' splits.
//!
//! | split | pictures |
//! |---|---|
//! | [`TRAIN_SPLIT`] | the 80 % of the source environment that the run trained on, not augmented |
//! | [`HELD_OUT_SPLIT`] | the 20 % of the source environment that were held out: the paper's "ID" |
//! | [`AUGMENTED_TRAIN_SPLIT`], [`AUGMENTED_HELD_OUT_SPLIT`] | the same two, augmented as in training, as DomainBed's loader measures them |
//! | `ood_<code>` | all pictures of another environment: its [`Environment::split`] |
//! | [`OOD_MEAN_SPLIT`] | the mean over those three |

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Error;

/// The metric of every row: the share of a split's pictures that are classified rightly.
pub const METRIC: &str = "accuracy";

/// Split of the pictures that a run trained on.
pub const TRAIN_SPLIT: &str = "in";

/// Split of the source environment's held-out pictures.
pub const HELD_OUT_SPLIT: &str = "out";

/// [`TRAIN_SPLIT`], augmented as in training.
pub const AUGMENTED_TRAIN_SPLIT: &str = "train_augmented";

/// [`HELD_OUT_SPLIT`], augmented as in training.
pub const AUGMENTED_HELD_OUT_SPLIT: &str = "out_augmented";

/// The mean over the environments that no run trains on.
pub const OOD_MEAN_SPLIT: &str = "ood_mean";

/// One environment of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Environment {
    /// Its folder in DomainBed, which is its name there.
    pub folder: &'static str,
    /// Its code, unique in its data set: DomainBed's letter, or the number of a camera's location.
    pub code: &'static str,
    /// The head of its column in the paper.
    pub label: &'static str,
    /// The split of the rows that measures it: [`HELD_OUT_SPLIT`] for the source, else `ood_<code>`.
    pub split: &'static str,
    /// Number of pictures in the published set, by which a sample is known to be one; `None` for TerraIncognita, whose
    /// folders are built from its JSON files.
    pub n_pictures: Option<usize>,
}

impl Environment {
    /// Whether runs train on this environment.
    pub fn is_source(&self) -> bool {
        self.split == HELD_OUT_SPLIT
    }
}

/// An environment; without a split, one that no run trains on.
macro_rules! environment {
    ($folder:literal, $code:literal, $label:literal, $n:expr) => {
        environment!($folder, $code, $label, $n, concat!("ood_", $code))
    };
    ($folder:literal, $code:literal, $label:literal, $n:expr, $split:expr) => {
        Environment {
            folder: $folder,
            code: $code,
            label: $label,
            split: $split,
            n_pictures: $n,
        }
    };
}

/// What a data set fixes.
struct Facts {
    key: &'static str,
    name: &'static str,
    folder: &'static str,
    n_classes: usize,
    classes: Option<&'static [&'static str]>,
    environments: [Environment; 4],
}

static VLCS: Facts = Facts {
    key: "vlcs",
    name: "VLCS",
    folder: "VLCS",
    n_classes: 5,
    classes: Some(&["bird", "car", "chair", "dog", "person"]),
    environments: [
        environment!("Caltech101", "C", "Caltech101", Some(1_415)),
        environment!("LabelMe", "L", "LabelMe", Some(2_656), HELD_OUT_SPLIT),
        environment!("SUN09", "S", "SUN09", Some(3_282)),
        environment!("VOC2007", "V", "VOC2007", Some(3_376)),
    ],
};

static PACS: Facts = Facts {
    key: "pacs",
    name: "PACS",
    folder: "PACS",
    n_classes: 7,
    classes: Some(&[
        "dog", "elephant", "giraffe", "guitar", "horse", "house", "person",
    ]),
    environments: [
        environment!("art_painting", "A", "Art", Some(2_048)),
        environment!("cartoon", "C", "Cartoon", Some(2_344), HELD_OUT_SPLIT),
        environment!("photo", "P", "Photo", Some(1_670)),
        environment!("sketch", "S", "Sketch", Some(3_929)),
    ],
};

static OFFICE_HOME: Facts = Facts {
    key: "officehome",
    name: "OfficeHome",
    folder: "office_home",
    n_classes: 65,
    classes: None,
    environments: [
        environment!("Art", "A", "Art", Some(2_427)),
        environment!("Clipart", "C", "Clipart", Some(4_365), HELD_OUT_SPLIT),
        environment!("Product", "P", "Product", Some(4_439)),
        // The paper calls the real world "Photo".
        environment!("Real World", "R", "Photo", Some(4_357)),
    ],
};

static TERRA: Facts = Facts {
    key: "terra",
    name: "TerraIncognita",
    folder: "terra_incognita",
    n_classes: 10,
    classes: Some(&super::terra::CATEGORIES),
    environments: [
        environment!("location_100", "L100", "L100", None),
        environment!("location_38", "L38", "L38", None, HELD_OUT_SPLIT),
        environment!("location_43", "L43", "L43", None),
        environment!("location_46", "L46", "L46", None),
    ],
};

/// A data set of DomainBed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageSet {
    /// Photographs from four older data sets, 5 classes.
    Vlcs,
    /// Art, cartoons, photographs and sketches, 7 classes.
    Pacs,
    /// Office and home objects in four styles, 65 classes.
    OfficeHome,
    /// Camera traps at four locations, 10 classes, one of them "empty".
    Terra,
}

impl ImageSet {
    /// All four, in the order of the paper's tables.
    pub const ALL: [ImageSet; 4] = [
        ImageSet::Vlcs,
        ImageSet::Pacs,
        ImageSet::OfficeHome,
        ImageSet::Terra,
    ];

    /// The position of the environment that the paper trains on, the same in all four sets: LabelMe, cartoon, Clipart
    /// and location 38.
    pub const SOURCE: usize = 1;

    fn facts(self) -> &'static Facts {
        match self {
            ImageSet::Vlcs => &VLCS,
            ImageSet::Pacs => &PACS,
            ImageSet::OfficeHome => &OFFICE_HOME,
            ImageSet::Terra => &TERRA,
        }
    }

    /// The key that names the set everywhere: in settings, rows and on the command line.
    pub fn key(self) -> &'static str {
        self.facts().key
    }

    /// The set's name in the paper.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The set's folder under DomainBed's data directory.
    pub fn folder(self) -> &'static str {
        self.facts().folder
    }

    /// The environments in DomainBed's order, which is that of their folders' names as strings.
    pub fn environments(self) -> &'static [Environment; 4] {
        &self.facts().environments
    }

    /// The environment that the paper trains on.
    pub fn source(self) -> &'static Environment {
        &self.environments()[ImageSet::SOURCE]
    }

    /// The three environments that no run trains on, in their order.
    pub fn others(self) -> impl Iterator<Item = &'static Environment> {
        self.environments().iter().filter(|each| !each.is_source())
    }

    /// Every split that a row of this set may have.
    pub fn splits(self) -> impl Iterator<Item = &'static str> {
        const COMMON: [&str; 5] = [
            TRAIN_SPLIT,
            HELD_OUT_SPLIT,
            AUGMENTED_TRAIN_SPLIT,
            AUGMENTED_HELD_OUT_SPLIT,
            OOD_MEAN_SPLIT,
        ];
        let others = self.others().map(|environment| environment.split);
        COMMON.into_iter().chain(others)
    }

    /// Number of classes of the whole set.
    pub fn n_classes(self) -> usize {
        self.facts().n_classes
    }

    /// The classes in order, where they are few enough to be checked by name; `None` for OfficeHome's 65.
    pub fn classes(self) -> Option<&'static [&'static str]> {
        self.facts().classes
    }
}

impl fmt::Display for ImageSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.key())
    }
}

impl FromStr for ImageSet {
    type Err = Error;

    fn from_str(key: &str) -> Result<Self, Error> {
        ImageSet::ALL
            .into_iter()
            .find(|set| set.key() == key)
            .ok_or_else(|| Error::UnknownSet {
                key: key.to_owned(),
            })
    }
}
