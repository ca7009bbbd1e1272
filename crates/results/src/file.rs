//! Files that are whole or not there, and the lock of a folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::ResultsError;

/// Writes a file beside its place, syncs it and then moves it there: what reads it finds the old one or the new one.
///
/// # Errors
/// [`ResultsError::Write`]; the file then is what it was.
pub fn write_file(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), ResultsError> {
    let part = path.with_extension(unique("part"));
    let write = || -> io::Result<()> {
        let mut file = File::create(&part)?;
        file.write_all(bytes.as_ref())?;
        file.sync_all()?;
        fs::rename(&part, path)?;
        sync_folder_of(path)
    };
    write().map_err(|source| {
        let _ = fs::remove_file(&part);
        ResultsError::Write {
            path: path.to_owned(),
            source,
        }
    })
}

/// A file extension that no other thread or process uses.
pub(crate) fn unique(word: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{word}-{}-{n}", std::process::id())
}

/// Makes a new file's name durable; only Unix lets a folder be opened for that.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// The one lock of a store: all that reads or writes any of its files holds it meanwhile.
///
/// It is on a file of its own, which is never replaced, because a lock on a file that another process renames away
/// keeps nobody out. It ends with the value.
#[derive(Debug)]
pub(crate) struct Lock {
    file: Option<File>,
}

impl Lock {
    /// Waits until nobody else reads or writes.
    pub fn exclusive(dir: &Path) -> Result<Self, ResultsError> {
        let path = lock_path(dir);
        let lock = || -> io::Result<File> {
            let file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)?;
            file.lock()?;
            Ok(file)
        };
        let file = lock().map_err(|source| ResultsError::Write {
            path: path.clone(),
            source,
        })?;
        Ok(Self { file: Some(file) })
    }

    /// Waits until nobody writes. Reading makes no file: a folder without a lock file has not been written to here.
    pub fn shared(dir: &Path) -> Result<Self, ResultsError> {
        let path = lock_path(dir);
        let lock = || -> io::Result<File> {
            let file = File::open(&path)?;
            file.lock_shared()?;
            Ok(file)
        };
        match lock() {
            Ok(file) => Ok(Self { file: Some(file) }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self { file: None }),
            Err(source) => Err(ResultsError::Read { path, source }),
        }
    }

    /// Whether a lock was there to be held.
    pub fn is_held(&self) -> bool {
        self.file.is_some()
    }
}

pub(crate) fn lock_path(dir: &Path) -> PathBuf {
    dir.join(".lock")
}
