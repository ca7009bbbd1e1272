//! Environments as folders of class folders, in the order of torchvision's `ImageFolder`.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::decode::looked_at;
use super::{Domain, DomainData, Error, ImageSet, PictureSource, Rgb, decode};

/// The endings, in any case, by which torchvision knows a picture. Only JPEG and PNG content can be decoded here.
pub const EXTENSIONS: [&str; 9] = [
    ".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp",
];

/// The pictures of one environment on disk. Nothing is decoded before it is asked for.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
    /// Path below the root with `/` between its parts, and class.
    files: Vec<(String, usize)>,
}

impl Folder {
    /// The path of the picture at `index`.
    ///
    /// # Panics
    /// If `index` is out of range.
    pub fn path(&self, index: usize) -> PathBuf {
        self.root.join(&self.files[index].0)
    }

    /// Lists one environment: its classes sorted by name, and their files class by class.
    fn read(root: &Path) -> Result<(Folder, Vec<String>), Error> {
        let mut classes = entries(root)?.folders;
        classes.sort();
        if classes.is_empty() {
            return Err(Error::NoClasses {
                path: root.to_path_buf(),
            });
        }
        let mut files = Vec::new();
        for (label, class) in classes.iter().enumerate() {
            let before = files.len();
            let mut folders = Vec::new();
            walk(root, class.clone(), &mut folders)?;
            // torchvision sorts what os.walk yields: by folder path as a string, then the names within a folder.
            folders.sort();
            for (folder, mut names) in folders {
                names.sort();
                files.extend(
                    names
                        .into_iter()
                        .filter(|name| is_picture(name))
                        .map(|name| (format!("{folder}/{name}"), label)),
                );
            }
            if files.len() == before {
                return Err(Error::EmptyClass {
                    path: root.join(class),
                });
            }
        }
        let root = root.to_path_buf();
        Ok((Folder { root, files }, classes))
    }
}

impl PictureSource for Folder {
    fn len(&self) -> usize {
        self.files.len()
    }

    fn label(&self, index: usize) -> usize {
        self.files[index].1
    }

    fn name(&self, index: usize) -> Cow<'_, str> {
        Cow::Borrowed(&self.files[index].0)
    }

    fn stored(&self, index: usize) -> Result<Cow<'_, [u8]>, Error> {
        let path = self.path(index);
        fs::read(&path).map(Cow::Owned).map_err(Error::io(&path))
    }

    fn look(&self, index: usize) -> Result<(), Error> {
        looked_at(&self.stored(index)?, &self.path(index)).map(|_| ())
    }

    fn rgb(&self, index: usize) -> Result<Rgb, Error> {
        decode(&self.stored(index)?, &self.path(index))
    }
}

/// Lists `set` under `root`, DomainBed's data directory: the four environments below [`ImageSet::folder`].
///
/// # Errors
/// A missing environment, an environment without classes, a class without pictures, classes that are not the set's or
/// not those of the first environment, a folder that cannot be listed. Whether the files are pictures shows when they
/// are decoded.
pub fn read_folder(root: &Path, set: ImageSet) -> Result<DomainData, Error> {
    let root = root.join(set.folder());
    let found = entries(&root)?.folders;
    let mut domains = Vec::new();
    let mut expected: Option<(String, Vec<String>)> = set.classes().map(|classes| {
        let classes = classes.iter().map(|&class| class.to_owned()).collect();
        (set.name().to_owned(), classes)
    });
    for (environment, code) in set.environments().into_iter().zip(set.codes()) {
        if !found.iter().any(|name| name == environment) {
            let mut found = found;
            found.sort();
            return Err(Error::MissingEnvironment {
                root,
                set,
                environment,
                found,
            });
        }
        let path = root.join(environment);
        let (folder, classes) = Folder::read(&path)?;
        let (expected_of, expected) =
            expected.get_or_insert_with(|| (environment.to_owned(), classes.clone()));
        if classes != *expected {
            return Err(Error::Classes {
                path,
                expected_of: expected_of.clone(),
                missing: without(expected, &classes),
                unexpected: without(&classes, expected),
            });
        }
        domains.push(Domain {
            name: environment.to_owned(),
            code: code.to_owned(),
            pictures: Arc::new(folder),
        });
    }
    let classes = expected.map(|(_, classes)| classes).unwrap_or_default();
    Ok(DomainData {
        set,
        classes,
        domains,
    })
}

/// The names of `left` that are not in `right`.
fn without(left: &[String], right: &[String]) -> Vec<String> {
    let missing = left.iter().filter(|name| !right.contains(name));
    missing.cloned().collect()
}

fn is_picture(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    EXTENSIONS.iter().any(|ending| name.ends_with(ending))
}

/// What a folder holds, in no order.
struct Entries {
    folders: Vec<String>,
    files: Vec<String>,
}

/// Lists a folder; links count as what they lead to.
fn entries(path: &Path) -> Result<Entries, Error> {
    let mut listed = Entries {
        folders: Vec::new(),
        files: Vec::new(),
    };
    for entry in fs::read_dir(path).map_err(Error::io(path))? {
        let entry = entry.map_err(Error::io(path))?;
        let name = entry
            .file_name()
            .into_string()
            .map_err(|_| Error::Name { path: entry.path() })?;
        if entry.path().is_dir() {
            listed.folders.push(name);
        } else {
            listed.files.push(name);
        }
    }
    Ok(listed)
}

/// Adds the folder `below` of `root` and all folders in it to `found`, each with its files' names.
fn walk(root: &Path, below: String, found: &mut Vec<(String, Vec<String>)>) -> Result<(), Error> {
    let listed = entries(&root.join(&below))?;
    for folder in listed.folders {
        walk(root, format!("{below}/{folder}"), found)?;
    }
    found.push((below, listed.files));
    Ok(())
}
