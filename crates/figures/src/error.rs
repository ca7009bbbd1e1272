//! What can go wrong between a stored table and its picture.

use std::io;
use std::path::PathBuf;

use results::ResultsError;
use thiserror::Error;

/// Why a figure or the page could not be made.
#[derive(Debug, Error)]
pub enum FigureError {
    /// There is no table to render.
    #[error("{}: expected at least one table, <suite>/table*.csv; run a table first", dir.display())]
    NoTable {
        /// The folder looked into.
        dir: PathBuf,
    },
    /// A folder or file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// A table or a store of rows is malformed.
    #[error(transparent)]
    Results(#[from] ResultsError),
    /// A contact sheet among the figures is no PNG image.
    #[error("{}: expected a PNG image", path.display())]
    NotPng {
        /// The file.
        path: PathBuf,
    },
    /// A figure or the page could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
}

impl FigureError {
    /// Whether the input is at fault (exit status 2) and not the machine or this program (1).
    pub fn is_bad_input(&self) -> bool {
        matches!(
            self,
            Self::NoTable { .. } | Self::Read { .. } | Self::Results(_) | Self::NotPng { .. }
        )
    }
}
