//! What can go wrong when pictures are found, read and prepared.

use std::path::{Path, PathBuf};

use super::ImageSet;

/// The errors of this module: each names the file or folder and says what was expected.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A set's key that is none of the four.
    #[error("unknown picture set `{key}`: expected one of {}", ImageSet::ALL.map(ImageSet::key).join(", "))]
    UnknownSet {
        /// The key as given.
        key: String,
    },

    /// An environment without a folder.
    #[error(
        "{}: no folder of the environment {environment}, expected {} (found {})",
        root.display(),
        set.environments().each_ref().map(|each| each.folder).join(", "),
        listed(found)
    )]
    MissingEnvironment {
        /// The set's folder.
        root: PathBuf,
        /// The set that was asked for.
        set: ImageSet,
        /// The first environment that is missing.
        environment: &'static str,
        /// The folders that are there.
        found: Vec<String>,
    },

    /// An environment without a single class.
    #[error("{}: no picture in it, expected one folder a class", path.display())]
    NoClasses {
        /// The environment's folder.
        path: PathBuf,
    },

    /// A class without a single picture.
    #[error("{}: no picture of this class, expected at least one file ending in {}", path.display(), super::READABLE.join(", "))]
    EmptyClass {
        /// The class's folder.
        path: PathBuf,
    },

    /// Classes that differ from the set's, or from those of the first environment.
    #[error(
        "{}: other classes than {expected_of}: missing {}, not expected {}",
        path.display(),
        listed(missing),
        listed(unexpected)
    )]
    Classes {
        /// The environment's folder.
        path: PathBuf,
        /// Whose classes were expected.
        expected_of: String,
        /// Classes that were expected and are absent.
        missing: Vec<String>,
        /// Classes that are there and were not expected.
        unexpected: Vec<String>,
    },

    /// A file or folder name that is not UTF-8.
    #[error("{}: a name that is not UTF-8, expected names in UTF-8", path.display())]
    Name {
        /// The path, shown as far as it can be.
        path: PathBuf,
    },

    /// A file or folder that cannot be read.
    #[error("{}: cannot be read ({source})", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },

    /// A file or folder that cannot be written.
    #[error("{}: cannot be written ({source})", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },

    /// A file whose content is of another kind, whatever its name.
    #[error("{}: neither a JPEG nor a PNG by its content, expected one of them", path.display())]
    NotAPicture {
        /// The file.
        path: PathBuf,
    },

    /// A JPEG that stops before its end.
    #[error("{}: a truncated JPEG, expected an end-of-image marker after its {bytes} bytes", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// The file's length.
        bytes: usize,
    },

    /// A picture that the decoder refused.
    #[error("{}: a damaged picture ({source})", path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// What the decoder said.
        #[source]
        source: decoders::ImageError,
    },

    /// Every picture drawn for one place of a batch was damaged.
    #[error(
        "{draws} pictures drawn in a row are damaged, the last `{last}`: too many to be skipped"
    )]
    NothingUsable {
        /// Pictures drawn.
        draws: usize,
        /// The last one's name.
        last: String,
    },

    /// An annotation file that is not of the expected shape.
    #[error("{}: not an annotation file of TerraIncognita ({source})", path.display())]
    Annotations {
        /// The file.
        path: PathBuf,
        /// What the parser said.
        #[source]
        source: serde_json::Error,
    },

    /// An annotation of a category that no file defines.
    #[error("{}: category {category} of image {image} is in no list of categories", json.display())]
    Category {
        /// The folder of the annotation files.
        json: PathBuf,
        /// The category's number as given.
        category: String,
        /// The image annotated with it.
        image: String,
    },

    /// An image's file name that leads elsewhere.
    #[error("{}: image {image} has the file name `{name}`, expected one without folders", json.display())]
    FileName {
        /// The folder of the annotation files.
        json: PathBuf,
        /// The image.
        image: String,
        /// The name as given.
        name: String,
    },

    /// Annotated images that are not there.
    #[error("{}: missing, and {} more of the {expected} images that the annotations name", path.display(), missing - 1)]
    MissingImages {
        /// The first missing file.
        path: PathBuf,
        /// Number of missing files.
        missing: usize,
        /// Number of files needed.
        expected: usize,
    },
}

impl Error {
    /// Whether one picture's content is at fault, so that the others may still be used.
    pub fn is_damage(&self) -> bool {
        matches!(
            self,
            Error::NotAPicture { .. } | Error::Truncated { .. } | Error::Decode { .. }
        )
    }

    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.to_path_buf();
        move |source| Error::Io { path, source }
    }

    pub(super) fn write(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.to_path_buf();
        move |source| Error::Write { path, source }
    }
}

/// Names for a message, "none" where there are none.
fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.join(", ")
}
