//! From a folder of tables to a folder of figures.

use std::fs;
use std::path::{Path, PathBuf};

use results::{Store, StoreWarning, Table};

use crate::claims::ClaimFigure;
use crate::dots::DotFigure;
use crate::drawing::Drawing;
use crate::error::{DrawError, FigureError};
use crate::gaps::{GapFigure, SmallerGaps};
use crate::page::{self, Chapter, Picture, Shown};
use crate::provenance::Provenance;
use crate::scatter::ScatterFigure;
use crate::sheets::contact_sheets;
use crate::{claims_draw, dots_draw, gaps_draw, scatter_draw};

/// What to render, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Root of the results: tables are in `<results>/<scale>/<suite>/`, or `<results>/local/<scale>/<suite>/`.
    pub results: PathBuf,
    /// Root of the figures, laid out alike but for the suite.
    pub out: PathBuf,
    /// The scale.
    pub scale: String,
    /// This machine's own results instead of the published ones.
    pub local: bool,
}

/// What was rendered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rendered {
    /// The files written, in order.
    pub files: Vec<PathBuf>,
    /// What had to be overlooked in `runs.csv`.
    pub warnings: Vec<StoreWarning>,
}

/// A suite that this crate knows how to draw.
struct Suite {
    /// Its folder of results.
    folder: &'static str,
    /// Its name on the page.
    title: &'static str,
    /// The numbers of its tables.
    tables: &'static [&'static str],
}

const SUITES: [Suite; 2] = [
    Suite {
        folder: "glue",
        title: "GLUE",
        tables: &["1", "2", "7"],
    },
    Suite {
        folder: results::DOMAINBED,
        title: "DomainBed",
        tables: &["5", "8", "9", "10"],
    },
];

/// Renders every stored table of one scale, and the page that shows them.
///
/// # Errors
/// If there is no table, a table, a contact sheet or `runs.csv` is malformed, or a file cannot be written.
pub fn render(request: &Request) -> Result<Rendered, FigureError> {
    let place = |root: &Path| {
        let root = if request.local {
            root.join("local")
        } else {
            root.to_owned()
        };
        root.join(&request.scale)
    };
    let out = place(&request.out);
    let tables_dir = place(&request.results);
    // Everything is read before anything is written.
    let mut suites = Vec::new();
    let mut rendered = Rendered::default();
    for suite in &SUITES {
        let dir = tables_dir.join(suite.folder);
        let tables = read_tables(&dir, suite)?;
        if tables.is_empty() {
            continue;
        }
        let loaded = Store::read_only(&dir).load()?;
        rendered.warnings.extend(loaded.warnings);
        suites.push((suite, tables, loaded.rows));
    }
    if suites.is_empty() {
        return Err(FigureError::NoTable { dir: tables_dir });
    }
    let sheets = contact_sheets(&out)?;

    fs::create_dir_all(&out).map_err(|source| FigureError::Write {
        path: out.clone(),
        source,
    })?;
    let mut chapters = Vec::new();
    for (suite, tables, rows) in suites {
        let mut shown = Vec::new();
        for (stem, table) in tables {
            let pictures = draw_all(&stem, &table, &out, &mut rendered.files)?;
            shown.push(Shown {
                stem,
                table,
                pictures,
            });
        }
        chapters.push(Chapter {
            title: suite.title,
            sheets: match suite.folder {
                results::DOMAINBED => sheets.clone(),
                _ => Vec::new(),
            },
            shown,
            provenance: Provenance::of(&rows),
        });
    }
    let html = page::html(request, &chapters);
    let path = out.join("index.html");
    write(&path, &html)?;
    rendered.files.push(path);
    Ok(rendered)
}

/// Draws what there is to draw of one table: by its number in the paper, for the image tables ask different questions.
fn draw_all(
    stem: &str,
    table: &Table,
    out: &Path,
    files: &mut Vec<PathBuf>,
) -> Result<Vec<Picture>, FigureError> {
    let mut pictures = Vec::new();
    let measured = |stem: &str, size: Result<(u32, u32), DrawError>| {
        size.map_err(|source| FigureError::Draw {
            path: out.join(format!("{stem}.svg")),
            source,
        })
    };
    let number = table.paper_number;
    if let Some(figure) = ScatterFigure::of(table).filter(|_| matches!(number, 5 | 9)) {
        let stem = format!("{stem}-domains");
        let size = measured(&stem, scatter_draw::size(&figure))?;
        let draw = Drawing {
            size,
            on_svg: &|pen| scatter_draw::draw(&figure, pen),
            on_bitmap: &|pen| scatter_draw::draw(&figure, pen),
        };
        draw.write(out, &stem, files)?;
        let alt = format!(
            "Accuracy in domain against out of domain in {}, one point an arm, ours beside the paper's.",
            table.title
        );
        pictures.push(Picture::new(stem, alt, size));
    }
    if let Some(figure) = GapFigure::of(table).filter(|_| number == 10) {
        let stem = format!("{stem}-gaps");
        let size = measured(&stem, gaps_draw::size(&figure))?;
        let draw = Drawing {
            size,
            on_svg: &|pen| gaps_draw::draw(&figure, pen),
            on_bitmap: &|pen| gaps_draw::draw(&figure, pen),
        };
        draw.write(out, &stem, files)?;
        let alt = format!("Bars of {}, ours beside the paper's.", table.title);
        pictures.push(Picture {
            sentence: smaller_gaps_sentence(table),
            ..Picture::new(stem, alt, size)
        });
        return Ok(pictures);
    }
    if number != 5 {
        let dots = DotFigure::of(table);
        let size = dots_draw::size(&dots);
        let draw = Drawing {
            size,
            on_svg: &|pen| dots_draw::draw(&dots, pen),
            on_bitmap: &|pen| dots_draw::draw(&dots, pen),
        };
        draw.write(out, stem, files)?;
        let alt = format!(
            "Dot plot of {}: every arm and task, ours beside the paper's.",
            table.title
        );
        pictures.push(Picture::new(stem.to_owned(), alt, size));
    }
    if let Some(claims) = ClaimFigure::of(table) {
        let stem = format!("{stem}-claims");
        let size = measured(&stem, claims_draw::size(&claims))?;
        let draw = Drawing {
            size,
            on_svg: &|pen| claims_draw::draw(&claims, pen),
            on_bitmap: &|pen| claims_draw::draw(&claims, pen),
        };
        draw.write(out, &stem, files)?;
        let alt = format!(
            "Differences to LoRA in {}, ours beside the paper's.",
            table.title
        );
        pictures.push(Picture {
            heading: Some("What the paper claims: differences to LoRA".to_owned()),
            sentence: agreement_sentence(&claims),
            ..Picture::new(stem, alt, size)
        });
    }
    Ok(pictures)
}

fn agreement_sentence(claims: &ClaimFigure) -> Option<String> {
    let agreement = claims.agreement();
    let cell = if claims.average {
        "arm and task"
    } else {
        "arm and column"
    };
    (agreement.cells > 0).then(|| {
        format!(
            "The difference to LoRA has the paper's sign in {} of {} cells ({cell}), and in {} of the {} where the paper's difference exceeds its own spread.",
            agreement.same, agreement.cells, agreement.clear_same, agreement.clear_cells
        )
    })
}

fn smaller_gaps_sentence(table: &Table) -> Option<String> {
    let [ours, paper] = SmallerGaps::of(table);
    (ours.cells > 0).then(|| {
        format!(
            "The paper finds that tuning a single factor generally leaves a smaller gap than LoRA: so it does in {} of the {} cells (arm and column) here, and in {} of {} of the paper's.",
            ours.smaller, ours.cells, paper.smaller, paper.cells
        )
    })
}

/// A suite's tables by file stem, in the order of their numbers; none if there is no such folder.
fn read_tables(dir: &Path, suite: &Suite) -> Result<Vec<(String, Table)>, FigureError> {
    let unreadable = |path: &Path, source| FigureError::Read {
        path: path.to_owned(),
        source,
    };
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(|source| unreadable(dir, source))?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|source| unreadable(dir, source))?.path();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        if let Some(stem) = stem.map(str::to_owned)
            && let Some(place) = table_place(&stem, suite)
        {
            found.push((place, stem, path));
        }
    }
    // `table1` comes before its variant `table1-shared-lr`, and `table9` before `table10`.
    found.sort();
    let mut tables = Vec::new();
    for (_, stem, path) in found {
        let text = fs::read_to_string(&path).map_err(|source| unreadable(&path, source))?;
        tables.push((stem, Table::from_csv(&path, &text)?));
    }
    Ok(tables)
}

/// Where a table comes among its suite's: `table8`, or a variant such as `table1-shared-lr`; none for another file.
fn table_place(stem: &str, suite: &Suite) -> Option<usize> {
    let rest = stem.strip_prefix("table")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    suite
        .tables
        .iter()
        .position(|number| *number == &rest[..digits])
}

pub(crate) fn write(path: &Path, text: &str) -> Result<(), FigureError> {
    fs::write(path, text).map_err(|source| FigureError::Write {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::{SUITES, table_place};

    #[test]
    fn each_suite_draws_its_own_tables_in_the_order_of_their_numbers() {
        let check = |suite: usize, stem: &str, expected: Option<usize>| {
            assert_eq!(table_place(stem, &SUITES[suite]), expected, "{stem}");
        };
        check(0, "table1", Some(0));
        check(0, "table1-shared-lr", Some(0));
        check(0, "table7", Some(2));
        check(1, "table5", Some(0));
        check(1, "table9", Some(2));
        check(1, "table10", Some(3));
        for suite in 0..2 {
            for stem in ["table3", "runs", "table", "tables1", "table100"] {
                check(suite, stem, None);
            }
        }
        check(0, "table10", None);
        check(1, "table1", None);
    }
}
