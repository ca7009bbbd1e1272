//! TerraIncognita's folders from the ECCV 2018 annotation files, as DomainBed's `download.py` builds them.
//!
//! An image goes to `terra_incognita/location_<location>/<category>/<file name>` for each of its kept categories, so
//! that an image with two of them is in both folders. DomainBed compares every image with every annotation; here the
//! annotations are indexed by image, with the same result.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Error, ImageSet};

/// The annotation files, all of which are needed.
pub const FILES: [&str; 5] = [
    "cis_test_annotations.json",
    "cis_val_annotations.json",
    "train_annotations.json",
    "trans_test_annotations.json",
    "trans_val_annotations.json",
];

/// The locations that are kept.
pub const LOCATIONS: [&str; 4] = ["100", "38", "43", "46"];

/// The categories that are kept.
pub const CATEGORIES: [&str; 10] = [
    "bird", "bobcat", "cat", "coyote", "dog", "empty", "opossum", "rabbit", "raccoon", "squirrel",
];

/// Number of pictures by location folder and category.
pub type Counts = BTreeMap<String, BTreeMap<String, usize>>;

/// Copies the kept images from `images`, a folder of files, into class folders below `out`, DomainBed's data directory.
///
/// Files that are there already are written again. `progress` is told the number of copies made and to be made.
///
/// # Errors
/// An annotation file that is missing or malformed, an undefined category, a file name with folders in it, missing
/// images (before anything is written), a file that cannot be written.
pub fn build(
    json: &Path,
    images: &Path,
    out: &Path,
    mut progress: impl FnMut(usize, usize),
) -> Result<Counts, Error> {
    let copies = plan(json)?;
    let missing: BTreeSet<PathBuf> = copies
        .iter()
        .map(|copy| images.join(&copy.file_name))
        .filter(|path| !path.is_file())
        .collect();
    if let Some(first) = missing.first() {
        let expected: BTreeSet<&str> = copies.iter().map(|copy| copy.file_name.as_str()).collect();
        return Err(Error::MissingImages {
            path: first.clone(),
            missing: missing.len(),
            expected: expected.len(),
        });
    }
    let mut counts = Counts::new();
    let root = out.join(ImageSet::Terra.folder());
    for (done, copy) in copies.iter().enumerate() {
        progress(done, copies.len());
        let location = format!("location_{}", copy.location);
        let folder = root.join(&location).join(&copy.category);
        fs::create_dir_all(&folder).map_err(Error::write(&folder))?;
        let path = folder.join(&copy.file_name);
        fs::copy(images.join(&copy.file_name), &path).map_err(Error::write(&path))?;
        *counts
            .entry(location)
            .or_default()
            .entry(copy.category.clone())
            .or_default() += 1;
    }
    progress(copies.len(), copies.len());
    Ok(counts)
}

/// One picture's place, in the order of folders and names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Placed {
    location: String,
    category: String,
    file_name: String,
}

/// Reads the annotation files and decides what goes where.
fn plan(json: &Path) -> Result<BTreeSet<Placed>, Error> {
    let mut all = Annotated::default();
    for name in FILES {
        let read: Annotated = read(&json.join(name))?;
        all.images.extend(read.images);
        all.annotations.extend(read.annotations);
        all.categories.extend(read.categories);
    }
    let names: HashMap<String, String> = all
        .categories
        .into_iter()
        .map(|category| (category.id.into(), category.name))
        .collect();
    let mut of_image: HashMap<String, Vec<String>> = HashMap::new();
    for annotation in all.annotations {
        of_image
            .entry(annotation.image_id.into())
            .or_default()
            .push(annotation.category_id.into());
    }

    let mut copies = BTreeSet::new();
    for image in all.images {
        let (id, location) = (String::from(image.id), String::from(image.location));
        if !LOCATIONS.contains(&location.as_str()) {
            continue;
        }
        if Path::new(&image.file_name).file_name() != Some(image.file_name.as_ref()) {
            return Err(Error::FileName {
                json: json.to_path_buf(),
                image: id,
                name: image.file_name,
            });
        }
        for category in of_image.get(&id).into_iter().flatten() {
            let Some(name) = names.get(category) else {
                return Err(Error::Category {
                    json: json.to_path_buf(),
                    category: category.clone(),
                    image: id,
                });
            };
            if CATEGORIES.contains(&name.as_str()) {
                copies.insert(Placed {
                    location: location.clone(),
                    category: name.clone(),
                    file_name: image.file_name.clone(),
                });
            }
        }
    }
    Ok(copies)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let bytes = fs::read(path).map_err(Error::io(path))?;
    serde_json::from_slice(&bytes).map_err(|source| Error::Annotations {
        path: path.to_path_buf(),
        source,
    })
}

/// What is read of an annotation file in the COCO format.
#[derive(Default, Deserialize)]
struct Annotated {
    images: Vec<Image>,
    annotations: Vec<Annotation>,
    categories: Vec<Category>,
}

#[derive(Deserialize)]
struct Image {
    id: Key,
    file_name: String,
    location: Key,
}

#[derive(Deserialize)]
struct Annotation {
    image_id: Key,
    category_id: Key,
}

#[derive(Deserialize)]
struct Category {
    id: Key,
    name: String,
}

/// An identifier that some editions of the files write as a number and others as a string.
#[derive(Deserialize)]
#[serde(untagged)]
enum Key {
    Text(String),
    Number(i64),
}

impl From<Key> for String {
    fn from(key: Key) -> String {
        match key {
            Key::Text(text) => text,
            Key::Number(number) => number.to_string(),
        }
    }
}
