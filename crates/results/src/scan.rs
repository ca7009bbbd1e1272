//! Reads the bytes of `runs.csv` into whole runs and finds where an unfinished write begins.

use std::collections::HashMap;
use std::path::Path;

use crate::error::{LineProblem, ResultsError, StoreWarning};
use crate::lines::{self, read_record};
use crate::row::Row;

/// What a store's file holds.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// The whole runs, in file order, duplicates included.
    pub runs: Vec<Vec<Row>>,
    /// Length of the prefix that holds the header and the whole runs.
    pub clean_len: u64,
    /// What follows that prefix, if anything does.
    pub torn: Option<StoreWarning>,
    /// Whether the header is the former one.
    pub former: bool,
}

/// The header line with its newline.
pub(crate) fn header() -> String {
    Row::columns().join(",") + "\n"
}

/// Splits `bytes` into whole runs.
///
/// A record is one line and a run is written by one call, so a process that dies can only leave a shorter tail:
/// a last line without its newline, or fewer lines than the run declares. Both are torn tails; anything else is an error.
pub(crate) fn scan(path: &Path, bytes: &[u8]) -> Result<Scan, ResultsError> {
    let malformed = |line: usize, problem: LineProblem| ResultsError::MalformedLine {
        path: path.to_owned(),
        line,
        problem,
    };
    let mut scan = Scan::default();
    let mut run: Vec<Row> = Vec::new();
    let mut clean_line = 1;
    let mut offset = 0;
    for (index, raw) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let line = index + 1;
        let Some(text) = raw.strip_suffix(b"\n") else {
            if line == 1 {
                check_torn_header(path, raw)?;
            }
            break;
        };
        let text = str::from_utf8(text).map_err(|_| malformed(line, LineProblem::NotUtf8))?;
        offset += raw.len() as u64;
        if line == 1 {
            scan.former = check_header(path, text)?;
        } else {
            let row = read_record(text).and_then(|fields| Row::read(&fields, scan.former));
            let row = row.map_err(|problem| malformed(line, problem))?;
            if let Some(first) = run.first()
                && (first.run_key != row.run_key || first.run_rows != row.run_rows)
            {
                let problem = LineProblem::RunCutShort {
                    run_key: first.run_key.clone(),
                    expected: first.run_rows,
                    found: run.len() as u64,
                };
                return Err(malformed(line, problem));
            }
            run.push(row);
            if (run.len() as u64) < run[0].run_rows {
                continue;
            }
            scan.runs.push(std::mem::take(&mut run));
        }
        scan.clean_len = offset;
        clean_line = line + 1;
    }
    let bytes_left = bytes.len() as u64 - scan.clean_len;
    if bytes_left > 0 {
        scan.torn = Some(StoreWarning::TornTail {
            path: path.to_owned(),
            line: clean_line,
            bytes: bytes_left,
        });
    }
    Ok(scan)
}

/// Keeps one run a key: the first that finished, else the last that failed.
pub(crate) fn settle(path: &Path, runs: Vec<Vec<Row>>) -> (Vec<Row>, Vec<StoreWarning>) {
    let mut chosen: HashMap<String, usize> = HashMap::new();
    let mut warnings = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        let key = &run[0].run_key;
        let earlier = chosen.get(key).copied();
        match (earlier, failed(run)) {
            (Some(earlier), _) if failed(&runs[earlier]) => {
                chosen.insert(key.clone(), index);
            }
            (Some(_), true) => {}
            (Some(_), false) => warnings.push(StoreWarning::Duplicate {
                path: path.to_owned(),
                run_key: key.clone(),
            }),
            (None, _) => {
                chosen.insert(key.clone(), index);
            }
        }
    }
    let rows = runs
        .into_iter()
        .enumerate()
        .filter(|(index, run)| chosen.get(&run[0].run_key) == Some(index))
        .flat_map(|(_, run)| run)
        .collect();
    (rows, warnings)
}

/// Whether a run left an error instead of metrics.
pub(crate) fn failed(run: &[Row]) -> bool {
    run.iter().any(Row::is_failure)
}

/// Refuses other columns; whether they are the former ones.
fn check_header(path: &Path, found: &str) -> Result<bool, ResultsError> {
    let former = Row::former_columns();
    if found.trim_end_matches('\r') == former.join(",") {
        return Ok(true);
    }
    lines::check_header(path, Row::columns(), found).map(|()| false)
}

/// A header without its newline is a torn write only if it is a beginning of ours.
fn check_torn_header(path: &Path, raw: &[u8]) -> Result<(), ResultsError> {
    let former = Row::former_columns().join(",");
    if header().as_bytes().starts_with(raw) || former.as_bytes().starts_with(raw) {
        return Ok(());
    }
    check_header(path, &String::from_utf8_lossy(raw)).map(drop)
}
