use std::fs;
use std::path::Path;

use polars::prelude::{Column, DataFrame, ParquetCompression, ParquetWriter};
use tempfile::TempDir;

/// A data directory with these files, given as (path, contents).
pub(crate) fn data_dir(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, contents) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }
    dir
}

/// A parquet file as the hub writes it.
pub(crate) fn write_parquet(path: &Path, columns: Vec<Column>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut table = DataFrame::new_infer_height(columns).unwrap();
    // The hub's compression.
    let writer = ParquetWriter::new(fs::File::create(path).unwrap())
        .with_compression(ParquetCompression::Snappy);
    writer.finish(&mut table).unwrap();
}
