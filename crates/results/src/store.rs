//! The run store: `runs.csv` and `settings.jsonl` of one suite at one scale.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{ResultsError, StoreWarning};
use crate::file::{Lock, sync_folder_of, unique, write_file};
use crate::row::Row;
use crate::scan::{Scan, failed, header, scan, settle};
use crate::settings::Record;

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
/// The rows of a run are written by one call and synced to disk; a process killed in between leaves a torn tail, which
/// [`Store::load`] overlooks and the next [`Store::append`] removes. Whatever reads or writes a file of the store holds
/// its one lock, so that any number of processes can share it.
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
        fs::create_dir_all(&dir).map_err(not_writable)?;
        // A run may take hours: find out now, and without touching any file that counts.
        let probe = dir.join(unique(".probe"));
        File::create(&probe).map_err(not_writable)?;
        fs::remove_file(&probe).map_err(not_writable)?;
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
        let Scan { runs, torn, .. } = scan(&path, &self.read(&path)?)?;
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
        let mut text = String::new();
        for (index, row) in rows.iter().enumerate() {
            text += &line_of(row)?;
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
        let _lock = Lock::exclusive(&self.dir)?;
        let bytes = read(&path)?;
        let found = scan(&path, &bytes)?;
        let mut warnings: Vec<StoreWarning> = found.torn.into_iter().collect();
        let stored = |run: &Vec<Row>| run[0].run_key == first.run_key && !failed(run);
        if found.runs.iter().any(stored) {
            warnings.push(StoreWarning::AlreadyStored {
                path,
                run_key: first.run_key.clone(),
            });
            return Ok(warnings);
        }
        if found.clean_len == 0 {
            replace_tail(&path, bytes.len(), 0, &(header() + &text))?;
        } else if found.former {
            // Rows of two kinds cannot share a file, so the old ones get the new columns.
            write_file(&path, whole(&found.runs)? + &text)?;
        } else {
            replace_tail(&path, bytes.len(), found.clean_len, &text)?;
        }
        Ok(warnings)
    }

    /// Takes runs out of the store, for good; their settings stay.
    ///
    /// # Errors
    /// If the file cannot be read or written. It then holds what it held before.
    pub fn forget<S: AsRef<str>>(&self, keys: &[S]) -> Result<(), ResultsError> {
        let keys: HashSet<&str> = keys.iter().map(AsRef::as_ref).collect();
        let path = self.runs_path();
        let _lock = Lock::exclusive(&self.dir)?;
        let mut runs = scan(&path, &read(&path)?)?.runs;
        let n_runs = runs.len();
        runs.retain(|run| !keys.contains(run[0].run_key.as_str()));
        if runs.len() < n_runs {
            write_file(&path, whole(&runs)?)?;
        }
        Ok(())
    }

    /// Appends the settings of a run, unless its key has a record already.
    ///
    /// # Errors
    /// If the settings do not hash to `run_key`, the file cannot be written, or it holds a line that is no settings record.
    pub fn append_settings(&self, run_key: &str, record: &Record) -> Result<(), ResultsError> {
        check_key(run_key, record)?;
        let path = self.settings_path();
        let _lock = Lock::exclusive(&self.dir)?;
        let bytes = read(&path)?;
        let (records, clean_len) = scan_settings(&path, &bytes)?;
        if records.contains_key(run_key) {
            return Ok(());
        }
        let line = format!(
            "{RECORD_START}{run_key}{RECORD_MIDDLE}{}{RECORD_END}",
            record.text()
        );
        replace_tail(&path, bytes.len(), clean_len, &line)
    }

    /// The settings records by run key, each as it is stored; a torn last line does not count.
    ///
    /// # Errors
    /// If the file cannot be read or holds a line that is not a settings record.
    pub fn load_settings(&self) -> Result<BTreeMap<String, Record>, ResultsError> {
        let path = self.settings_path();
        let (records, _) = scan_settings(&path, &self.read(&path)?)?;
        Ok(records)
    }

    /// Reads a file while nobody writes; a missing one is empty.
    fn read(&self, path: &Path) -> Result<Vec<u8>, ResultsError> {
        loop {
            let lock = Lock::shared(&self.dir)?;
            let bytes = read(path)?;
            // Without a lock, the store's first writer may have come in between: then once more, after it.
            if lock.is_held() || !Lock::shared(&self.dir)?.is_held() {
                return Ok(bytes);
            }
        }
    }
}

/// Refuses settings that are not those of a key.
///
/// # Errors
/// [`ResultsError::WrongKey`].
pub(crate) fn check_key(run_key: &str, record: &Record) -> Result<(), ResultsError> {
    let key = record.key();
    if key == run_key {
        return Ok(());
    }
    Err(ResultsError::WrongKey {
        run_key: run_key.to_owned(),
        key,
    })
}

/// The keys of the runs that ended without an error.
pub fn finished(rows: &[Row]) -> HashSet<String> {
    rows.iter()
        .filter(|row| !row.is_failure())
        .map(|row| row.run_key.clone())
        .collect()
}

const RECORD_START: &str = "{\"run_key\":\"";
const RECORD_MIDDLE: &str = "\",\"settings\":";
const RECORD_END: &str = "}\n";

fn scan_settings(
    path: &Path,
    bytes: &[u8],
) -> Result<(BTreeMap<String, Record>, u64), ResultsError> {
    let mut records = BTreeMap::new();
    let mut clean_len = 0;
    for (index, raw) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        if !raw.ends_with(b"\n") {
            break;
        }
        // The settings are taken as they stand: parsed and printed again, a number could move by a bit.
        let parts = str::from_utf8(raw).ok().and_then(|line| {
            let line = line.strip_prefix(RECORD_START)?.strip_suffix(RECORD_END)?;
            let (key, text) = line.split_once(RECORD_MIDDLE)?;
            Some((key.to_owned(), Record::of_text(text)?))
        });
        let (key, record) = parts.ok_or_else(|| ResultsError::MalformedSettings {
            path: path.to_owned(),
            line: index + 1,
        })?;
        records.entry(key).or_insert(record);
        clean_len += raw.len() as u64;
    }
    Ok((records, clean_len))
}

fn line_of(row: &Row) -> Result<String, ResultsError> {
    row.line().map_err(|problem| ResultsError::BadRow {
        run_key: row.run_key.clone(),
        metric: row.metric.clone(),
        split: row.split.clone(),
        problem: Box::new(problem),
    })
}

/// The text of a whole file.
fn whole(runs: &[Vec<Row>]) -> Result<String, ResultsError> {
    let mut text = header();
    for row in runs.iter().flatten() {
        text += &line_of(row)?;
    }
    Ok(text)
}

/// Reads a file; a missing one is empty.
fn read(path: &Path) -> Result<Vec<u8>, ResultsError> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other.map_err(|source| ResultsError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Cuts a file of `len` bytes to its first `keep` and writes `text` after them, durably.
fn replace_tail(path: &Path, len: usize, keep: u64, text: &str) -> Result<(), ResultsError> {
    let open = || {
        let created = !path.exists();
        let mut options = OpenOptions::new();
        let file = options
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        Ok((file, created))
    };
    let write = |file: &mut File, created: bool| -> io::Result<()> {
        if keep < len as u64 {
            file.set_len(keep)?;
        }
        file.seek(SeekFrom::Start(keep))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        if created {
            sync_folder_of(path)?;
        }
        Ok(())
    };
    let written = open().and_then(|(mut file, created)| {
        write(&mut file, created).inspect_err(|_| {
            // A full disk must not leave half a run behind; if even this fails, the tail is torn and the next append cuts it.
            let _ = file.set_len(keep);
        })
    });
    written.map_err(|source| ResultsError::Write {
        path: path.to_owned(),
        source,
    })
}
