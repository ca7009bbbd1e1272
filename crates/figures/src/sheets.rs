//! Contact sheets: pictures of the data sets that another program left among the figures.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use crate::error::FigureError;

/// One contact sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactSheet {
    /// File name, such as `contact-sheet-pacs.png`.
    pub file: String,
    /// The task whose examples it shows, as the file's name has it.
    pub task: String,
    /// Width and height, in pixels.
    pub size: (u32, u32),
}

/// The files `contact-sheet-<task>.png` of a folder, in the order of their names; none if there is no such folder.
///
/// # Errors
/// If the folder or a file cannot be read, or a file is no PNG image.
pub fn contact_sheets(dir: &Path) -> Result<Vec<ContactSheet>, FigureError> {
    let unreadable = |path: &Path, source| FigureError::Read {
        path: path.to_owned(),
        source,
    };
    // A file where the folder should be is for the one who writes into it to report.
    let entries = match fs::read_dir(dir) {
        Err(_) if !dir.is_dir() => return Ok(Vec::new()),
        other => other.map_err(|source| unreadable(dir, source))?,
    };
    let mut sheets = Vec::new();
    for entry in entries {
        let path = entry.map_err(|source| unreadable(dir, source))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let Some((name, key)) = name.and_then(|name| {
            let key = name.strip_prefix("contact-sheet-")?.strip_suffix(".png")?;
            Some((name.to_owned(), key.to_owned()))
        }) else {
            continue;
        };
        let mut head = Vec::new();
        let mut file = File::open(&path).map_err(|source| unreadable(&path, source))?;
        let first = file.by_ref().take(24).read_to_end(&mut head);
        first.map_err(|source| unreadable(&path, source))?;
        let size = png_size(&head).ok_or_else(|| FigureError::NotPng { path: path.clone() })?;
        sheets.push(ContactSheet {
            file: name,
            task: key,
            size,
        });
    }
    sheets.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(sheets)
}

/// Width and height from the first 24 bytes of a PNG: its signature, then the header chunk.
fn png_size(head: &[u8]) -> Option<(u32, u32)> {
    let rest = head.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let rest = rest.get(4..)?.strip_prefix(b"IHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(rest.get(at..at + 4)?.try_into().ok()?));
    Some((number(0)?, number(4)?))
}
