//! The digest that data sets of files had in published rows, for the tool that gives those rows their new keys.

use std::path::Path;

use super::{GlueTask, find};
use crate::Error;
use crate::digest::Digest;

/// Hex SHA-256 over the name of the split and the bytes of each file that [`GlueData::load`](super::GlueData::load)
/// reads, training files first: what `GlueData::digest` was of data read from files.
///
/// # Errors
/// A missing split, or a file that cannot be read.
pub fn file_bytes_digest(task: GlueTask, dir: &Path) -> Result<String, Error> {
    let found = find::find(task, dir)?;
    let mut digest = Digest::default();
    for source in std::iter::once(&found.train).chain(&found.validation) {
        for path in &source.files {
            digest.part(source.split.as_bytes());
            digest.part(&std::fs::read(path).map_err(Error::io(path))?);
        }
    }
    Ok(digest.hex())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// By Python's hashlib over the lengths, names and bytes.
    #[test]
    fn the_digest_is_that_of_names_and_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("SST-2");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("train.tsv"), "sentence\tlabel\na\t1\n").unwrap();
        std::fs::write(folder.join("dev.tsv"), "sentence\tlabel\nb \t0\n").unwrap();
        assert_eq!(
            file_bytes_digest(GlueTask::Sst2, dir.path()).unwrap(),
            "5aa0189c1c16b6c29a042e61f83714e339d4a728c714855656806176a52022ef"
        );
    }
}
