//! The run store: `runs.csv` and `settings.jsonl` of one suite at one scale.

use std::collections::{BTreeMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::error::{ResultsError, StoreWarning};
use crate::row::Row;
use crate::scan::{Scan, failed, header, scan, settle};

/// The rows of a store and what had to be overlooked to read them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Loaded {
    /// The rows of every run, failed ones included, one run a key.
    pub rows: Vec<Row>,
    /// A torn tail or duplicates, for the caller to show.
    pub warnings: Vec<StoreWarning>,
}

/// The folder that holds the runs of one suite at one scale.
///
/// `runs.csv` is append-only: the rows of a run are written by one call, under a file lock, and synced to disk.
/// A process killed in between leaves a torn tail, which [`Store::load`] overlooks and the next [`Store::append`] removes.
#[derive(Debug, Clone)]
pub struct Store {
    dir: PathBuf,
}

impl Store {
    /// Opens a store for reading and writing; makes the folder if it does not exist.
    ///
    /// # Errors
    /// [`ResultsError::NotWritable`] if the folder cannot be made or no file can be made in it.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, ResultsError> {
        let dir = dir.into();
        let not_writable = |source| ResultsError::NotWritable {
            dir: dir.clone(),
            source,
        };
        std::fs::create_dir_all(&dir).map_err(not_writable)?;
        // A run may take hours: find out now, and without touching any file that counts.
        // Threads open stores too, so the process alone does not make the name unique.
        static PROBES: AtomicU64 = AtomicU64::new(0);
        let n = PROBES.fetch_add(1, Ordering::Relaxed);
        let probe = dir.join(format!(".probe-{}-{n}", std::process::id()));
        File::create(&probe).map_err(not_writable)?;
        std::fs::remove_file(&probe).map_err(not_writable)?;
        Ok(Self { dir })
    }

    /// A store that is only read; the folder need not exist, and is not made.
    pub fn read_only(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The file of rows.
    pub fn runs_path(&self) -> PathBuf {
        self.dir.join("runs.csv")
    }

    /// The file of settings records.
    pub fn settings_path(&self) -> PathBuf {
        self.dir.join("settings.jsonl")
    }

    /// Reads every run; a store without a file has none.
    ///
    /// Of several runs with one key, the first that finished counts, else the last that failed.
    ///
    /// # Errors
    /// If the file cannot be read, has another header, or holds a malformed line that no crash can have left.
    pub fn load(&self) -> Result<Loaded, ResultsError> {
        let path = self.runs_path();
        let Scan { runs, torn, .. } = scan(&path, &read_shared(&path)?)?;
        let (rows, duplicates) = settle(&path, runs);
        Ok(Loaded {
            rows,
            warnings: torn.into_iter().chain(duplicates).collect(),
        })
    }

    /// Appends all rows of one run, in one write, and syncs them to disk.
    ///
    /// A torn tail is cut off first; a run that another process has finished in the meantime is not written again.
    /// Both come back as warnings.
    ///
    /// # Errors
    /// If the rows are not one whole run, hold a line break or a number that is not finite, or cannot be written.
    /// The file then holds what it held before.
    pub fn append(&self, rows: &[Row]) -> Result<Vec<StoreWarning>, ResultsError> {
        let Some(first) = rows.first() else {
            return Ok(Vec::new());
        };
        for (index, row) in rows.iter().enumerate() {
            row.validate()?;
            if row.run_key != first.run_key || row.run_rows != rows.len() as u64 {
                return Err(ResultsError::NotOneRun {
                    index,
                    expected: first.run_key.clone(),
                    found: row.run_key.clone(),
                    run_rows: row.run_rows,
                    rows: rows.len(),
                });
            }
        }
        let path = self.runs_path();
        let mut file = Locked::open(&path)?;
        let found = scan(&path, &file.bytes)?;
        let mut warnings: Vec<StoreWarning> = found.torn.into_iter().collect();
        let stored = |run: &Vec<Row>| run[0].run_key == first.run_key && !failed(run);
        if found.runs.iter().any(stored) {
            warnings.push(StoreWarning::AlreadyStored {
                path,
                run_key: first.run_key.clone(),
            });
            return Ok(warnings);
        }
        let mut text = if found.clean_len == 0 {
            header()
        } else {
            String::new()
        };
        rows.iter().for_each(|row| row.write(&mut text));
        file.replace_tail(found.clean_len, text.as_bytes())?;
        Ok(warnings)
    }

    /// Appends the complete settings of a run, unless its key has a record already.
    ///
    /// # Errors
    /// If the file cannot be written or holds a line that is not a settings record.
    pub fn append_settings(&self, run_key: &str, settings: &Value) -> Result<(), ResultsError> {
        let path = self.settings_path();
        let mut file = Locked::open(&path)?;
        let (records, clean_len) = scan_settings(&path, &file.bytes)?;
        if records.contains_key(run_key) {
            return Ok(());
        }
        let line = format!("{}\n", json!({ "run_key": run_key, "settings": settings }));
        file.replace_tail(clean_len, line.as_bytes())
    }

    /// The settings records by run key; a torn last line does not count.
    ///
    /// # Errors
    /// If the file cannot be read or holds a line that is not a settings record.
    pub fn load_settings(&self) -> Result<BTreeMap<String, Value>, ResultsError> {
        let path = self.settings_path();
        let (records, _) = scan_settings(&path, &read_shared(&path)?)?;
        Ok(records)
    }
}

/// The keys of the runs that ended without an error.
pub fn finished(rows: &[Row]) -> HashSet<String> {
    rows.iter()
        .filter(|row| !row.is_failure())
        .map(|row| row.run_key.clone())
        .collect()
}

fn scan_settings(
    path: &Path,
    bytes: &[u8],
) -> Result<(BTreeMap<String, Value>, u64), ResultsError> {
    let mut records = BTreeMap::new();
    let mut clean_len = 0;
    for (index, raw) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        if !raw.ends_with(b"\n") {
            break;
        }
        let record = serde_json::from_slice::<Value>(raw).ok();
        let (key, settings) = record
            .as_ref()
            .and_then(|record| Some((record.get("run_key")?.as_str()?, record.get("settings")?)))
            .ok_or_else(|| ResultsError::MalformedSettings {
                path: path.to_owned(),
                line: index + 1,
            })?;
        records
            .entry(key.to_owned())
            .or_insert_with(|| settings.clone());
        clean_len += raw.len() as u64;
    }
    Ok((records, clean_len))
}

/// Reads a file under a shared lock, so that no append is half way; a missing file is empty.
fn read_shared(path: &Path) -> Result<Vec<u8>, ResultsError> {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        file.lock_shared()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    match read() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other.map_err(|source| ResultsError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

/// A file held under an exclusive lock, with its bytes; the lock ends with the value.
struct Locked {
    path: PathBuf,
    file: File,
    bytes: Vec<u8>,
    created: bool,
}

impl Locked {
    fn open(path: &Path) -> Result<Self, ResultsError> {
        let open = || -> io::Result<(File, Vec<u8>, bool)> {
            let created = !path.exists();
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(path)?;
            file.lock()?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok((file, bytes, created))
        };
        let (file, bytes, created) = open().map_err(|source| ResultsError::Write {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            path: path.to_owned(),
            file,
            bytes,
            created,
        })
    }

    /// Cuts the file to its first `keep` bytes and writes `text` after them, durably.
    fn replace_tail(&mut self, keep: u64, text: &[u8]) -> Result<(), ResultsError> {
        let written = self.try_replace_tail(keep, text);
        if written.is_err() {
            // A full disk must not leave half a run behind; if even this fails, the tail is torn and the next append cuts it.
            let _ = self.file.set_len(keep);
        }
        written.map_err(|source| ResultsError::Write {
            path: self.path.clone(),
            source,
        })
    }

    fn try_replace_tail(&mut self, keep: u64, text: &[u8]) -> io::Result<()> {
        if keep < self.bytes.len() as u64 {
            self.file.set_len(keep)?;
        }
        self.file.seek(SeekFrom::Start(keep))?;
        self.file.write_all(text)?;
        self.file.sync_all()?;
        if self.created {
            sync_folder_of(&self.path)?;
        }
        Ok(())
    }
}

/// Makes a new file's name durable; only Unix lets a folder be opened for that.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
