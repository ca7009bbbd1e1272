//! A set's four environments, whatever holds their pictures.

use std::fmt;
use std::sync::Arc;

use super::{Error, ImageSet, PictureSource, Pictures};
use crate::digest::Digest;

/// One environment.
#[derive(Clone)]
pub struct Domain {
    /// The environment's name: its folder in DomainBed.
    pub name: String,
    /// Its code in tables.
    pub code: String,
    /// Its pictures, in the order that the split is made on.
    pub pictures: Arc<dyn PictureSource>,
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Domain")
            .field("name", &self.name)
            .field("code", &self.code)
            .field("n_pictures", &self.pictures.len())
            .finish()
    }
}

/// A data set: environments that share their classes.
#[derive(Debug, Clone)]
pub struct DomainData {
    /// The set, or the one whose place a generated set takes.
    pub set: ImageSet,
    /// The class names in order: a label is a position in it.
    pub classes: Vec<String>,
    /// The environments in the set's order; [`ImageSet::SOURCE`] is the one to train on.
    pub domains: Vec<Domain>,
    /// What whoever asked for the data should be told, a sentence each: files that were left out.
    pub notes: Vec<String>,
}

impl DomainData {
    /// Wraps pictures made in memory, one list for each of the set's environments.
    ///
    /// # Panics
    /// If a label is not below the number of classes, or a list's labels and pictures differ in number.
    pub fn from_pictures(
        set: ImageSet,
        classes: Vec<String>,
        environments: [Pictures; 4],
    ) -> DomainData {
        let domains = set
            .environments()
            .iter()
            .zip(environments)
            .map(|(environment, pictures)| {
                let name = environment.folder;
                assert_eq!(
                    pictures.rgb.len(),
                    pictures.labels.len(),
                    "one label a picture"
                );
                assert!(
                    pictures.labels.iter().all(|&label| label < classes.len()),
                    "labels of {name} are below {}",
                    classes.len()
                );
                Domain {
                    name: name.to_owned(),
                    code: environment.code.to_owned(),
                    pictures: Arc::new(pictures),
                }
            })
            .collect();
        DomainData {
            set,
            classes,
            domains,
            notes: Vec::new(),
        }
    }

    /// Hex SHA-256 over the class names and every picture's environment, name, class and stored bytes, in order.
    ///
    /// The folder's place does not matter. Reads every file once, about a second for a gigabyte in the page cache.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn digest(&self) -> Result<String, Error> {
        let mut digest = Digest::default();
        let mut part = |bytes: &[u8]| digest.part(bytes);
        part(&(self.classes.len() as u64).to_le_bytes());
        for class in &self.classes {
            part(class.as_bytes());
        }
        for domain in &self.domains {
            part(domain.name.as_bytes());
            part(&(domain.pictures.len() as u64).to_le_bytes());
            for index in 0..domain.pictures.len() {
                part(domain.pictures.name(index).as_bytes());
                part(&(domain.pictures.label(index) as u64).to_le_bytes());
                part(&domain.pictures.stored(index)?);
            }
        }
        Ok(digest.hex())
    }
}
