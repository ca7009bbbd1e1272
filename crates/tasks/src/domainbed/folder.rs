//! Environments as folders of class folders, in the order of torchvision's `ImageFolder`.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::decode::looked_at;
use super::{Domain, DomainData, Error, ImageSet, PictureSource, Rgb, decode};

/// The endings, in any case, of the files that can be read here.
pub const READABLE: [&str; 3] = [".jpg", ".jpeg", ".png"];

/// The other endings by which torchvision knows a picture. They are listed too, so that a file of another kind is
/// refused by name rather than missing from the split.
const UNREADABLE: [&str; 6] = [".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"];

/// Whether macOS or Windows puts files of this name beside a user's own: `._photo.jpg` has a picture's ending and none
/// of its content.
fn is_litter(name: &str) -> bool {
    const NAMES: [&str; 4] = [".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX"];
    name.starts_with("._") || NAMES.iter().any(|litter| name.eq_ignore_ascii_case(litter))
}

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

    /// Lists one environment: its classes sorted by name, and their files class by class. Litter goes to `litter`.
    fn read(root: &Path, litter: &mut Vec<PathBuf>) -> Result<(Folder, Vec<String>), Error> {
        let mut classes = entries(root, litter)?.folders;
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
            walk(root, class.clone(), &mut folders, litter)?;
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
///
/// Files that macOS and Windows leave in folders (`._photo.jpg`, `.DS_Store`, `Thumbs.db`) are left out, and
/// [`DomainData::notes`] says how many.
pub fn read_folder(root: &Path, set: ImageSet) -> Result<DomainData, Error> {
    let root = root.join(set.folder());
    let mut litter = Vec::new();
    let found = entries(&root, &mut litter)?.folders;
    let mut domains = Vec::new();
    let mut expected: Option<(String, Vec<String>)> = set.classes().map(|classes| {
        let classes = classes.iter().map(|&class| class.to_owned()).collect();
        (set.name().to_owned(), classes)
    });
    for environment in set.environments() {
        let (name, code) = (environment.folder, environment.code);
        if !found.iter().any(|found| found == name) {
            let mut found = found;
            found.sort();
            return Err(Error::MissingEnvironment {
                root,
                set,
                environment: name,
                found,
            });
        }
        let path = root.join(name);
        let (folder, classes) = Folder::read(&path, &mut litter)?;
        let (expected_of, expected) =
            expected.get_or_insert_with(|| (name.to_owned(), classes.clone()));
        if classes != *expected {
            return Err(Error::Classes {
                path,
                expected_of: expected_of.clone(),
                missing: without(expected, &classes),
                unexpected: without(&classes, expected),
            });
        }
        domains.push(Domain {
            name: name.to_owned(),
            code: code.to_owned(),
            pictures: Arc::new(folder),
        });
    }
    let classes = expected.map(|(_, classes)| classes).unwrap_or_default();
    // The order in which a system lists a folder is its own.
    let note = litter.iter().min().map(|first| {
        format!(
            "{}: {} left out that macOS or Windows adds to folders, such as {}",
            root.display(),
            litter.len(),
            first.strip_prefix(&root).unwrap_or(first).display()
        )
    });
    Ok(DomainData {
        set,
        classes,
        domains,
        notes: note.into_iter().collect(),
    })
}

/// The names of `left` that are not in `right`.
fn without(left: &[String], right: &[String]) -> Vec<String> {
    let missing = left.iter().filter(|name| !right.contains(name));
    missing.cloned().collect()
}

fn is_picture(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut endings = READABLE.iter().chain(&UNREADABLE);
    endings.any(|ending| name.ends_with(ending))
}

/// What a folder holds, in no order.
struct Entries {
    folders: Vec<String>,
    files: Vec<String>,
}

/// Lists a folder without its litter; links count as what they lead to.
fn entries(path: &Path, litter: &mut Vec<PathBuf>) -> Result<Entries, Error> {
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
        if is_litter(&name) {
            litter.push(entry.path());
        } else if entry.path().is_dir() {
            listed.folders.push(name);
        } else {
            listed.files.push(name);
        }
    }
    Ok(listed)
}

/// Adds the folder `below` of `root` and all folders in it to `found`, each with its files' names.
fn walk(
    root: &Path,
    below: String,
    found: &mut Vec<(String, Vec<String>)>,
    litter: &mut Vec<PathBuf>,
) -> Result<(), Error> {
    let listed = entries(&root.join(&below), litter)?;
    for folder in listed.folders {
        walk(root, format!("{below}/{folder}"), found, litter)?;
    }
    found.push((below, listed.files));
    Ok(())
}
