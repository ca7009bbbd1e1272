//! The four data sets of the paper's vision tables and what each one fixes (behaviours 6.2).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Error;

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

    /// The key that names the set everywhere: in settings, rows and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            ImageSet::Vlcs => "vlcs",
            ImageSet::Pacs => "pacs",
            ImageSet::OfficeHome => "officehome",
            ImageSet::Terra => "terra",
        }
    }

    /// The set's name in the paper.
    pub fn name(self) -> &'static str {
        match self {
            ImageSet::Vlcs => "VLCS",
            ImageSet::Pacs => "PACS",
            ImageSet::OfficeHome => "OfficeHome",
            ImageSet::Terra => "TerraIncognita",
        }
    }

    /// The set's folder under DomainBed's data directory.
    pub fn folder(self) -> &'static str {
        match self {
            ImageSet::Vlcs => "VLCS",
            ImageSet::Pacs => "PACS",
            ImageSet::OfficeHome => "office_home",
            ImageSet::Terra => "terra_incognita",
        }
    }

    /// The environments' folders in DomainBed's order, which is that of their names as strings.
    pub fn environments(self) -> [&'static str; 4] {
        match self {
            ImageSet::Vlcs => ["Caltech101", "LabelMe", "SUN09", "VOC2007"],
            ImageSet::Pacs => ["art_painting", "cartoon", "photo", "sketch"],
            ImageSet::OfficeHome => ["Art", "Clipart", "Product", "Real World"],
            ImageSet::Terra => ["location_100", "location_38", "location_43", "location_46"],
        }
    }

    /// The environments' codes in tables, in the same order.
    pub fn codes(self) -> [&'static str; 4] {
        match self {
            ImageSet::Vlcs => ["C", "L", "S", "V"],
            ImageSet::Pacs => ["A", "C", "P", "S"],
            ImageSet::OfficeHome => ["A", "C", "P", "R"],
            ImageSet::Terra => ["L100", "L38", "L43", "L46"],
        }
    }

    /// Number of classes of the whole set.
    pub fn n_classes(self) -> usize {
        match self {
            ImageSet::Vlcs => 5,
            ImageSet::Pacs => 7,
            ImageSet::OfficeHome => 65,
            ImageSet::Terra => 10,
        }
    }

    /// The classes in order, where they are few enough to be checked by name; `None` for OfficeHome's 65.
    pub fn classes(self) -> Option<&'static [&'static str]> {
        match self {
            ImageSet::Vlcs => Some(&["bird", "car", "chair", "dog", "person"]),
            ImageSet::Pacs => Some(&[
                "dog", "elephant", "giraffe", "guitar", "horse", "house", "person",
            ]),
            ImageSet::OfficeHome => None,
            ImageSet::Terra => Some(&super::terra::CATEGORIES),
        }
    }

    /// Pictures of each environment in the published set, in the same order, by which a sample is known to be one;
    /// `None` for TerraIncognita, whose folders are built from its JSON files.
    pub fn full_sizes(self) -> Option<[usize; 4]> {
        match self {
            ImageSet::Vlcs => Some([1_415, 2_656, 3_282, 3_376]),
            ImageSet::Pacs => Some([2_048, 2_344, 1_670, 3_929]),
            ImageSet::OfficeHome => Some([2_427, 4_365, 4_439, 4_357]),
            ImageSet::Terra => None,
        }
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
