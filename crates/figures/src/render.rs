//! From a folder of tables to a folder of figures.

use std::fs;
use std::path::{Path, PathBuf};

use results::{Column, Plot, Store, StoreWarning, Table, write_file};

use crate::claims::ClaimFigure;
use crate::dots::DotFigure;
use crate::error::FigureError;
use crate::gaps::{GapFigure, SmallerGaps};
use crate::page::{self, Chapter, Picture, Shown};
use crate::provenance::Provenance;
use crate::scatter::ScatterFigure;
use crate::sheets::contact_sheets;
use crate::svg::Svg;

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
    for dir in entries(&tables_dir)?
        .into_iter()
        .filter(|path| path.is_dir())
    {
        let tables = read_tables(&dir)?;
        let Some(first) = tables.first() else {
            continue;
        };
        let loaded = Store::read_only(&dir).load()?;
        rendered.warnings.extend(loaded.warnings);
        suites.push((first.head.place, tables, loaded.rows));
    }
    if suites.is_empty() {
        return Err(FigureError::NoTable { dir: tables_dir });
    }
    suites.sort_by_key(|(place, ..)| *place);
    let mut sheets = contact_sheets(&out)?;

    fs::create_dir_all(&out).map_err(|source| FigureError::Write {
        path: out.clone(),
        source,
    })?;
    let mut chapters = Vec::new();
    for (_, tables, rows) in suites {
        let title = tables[0].head.suite.clone();
        let columns: Vec<Column> = tables
            .iter()
            .flat_map(|table| table.head.columns.clone())
            .collect();
        let shows = |task: &str| columns.iter().find(|column| column.task == task);
        let of_suite = sheets.extract_if(.., |sheet| shows(&sheet.task).is_some());
        let of_suite = of_suite.map(|sheet| {
            let column = shows(&sheet.task).expect("those alone were taken");
            let label = if column.group.is_empty() {
                &column.label
            } else {
                &column.group
            };
            (label.clone(), sheet)
        });
        let sheets = of_suite.collect();
        let mut shown = Vec::new();
        for table in tables {
            let mut pictures = Vec::new();
            for plot in &table.head.plots {
                if let Some((picture, svg)) = draw(&table, *plot) {
                    let path = out.join(format!("{}.svg", picture.stem));
                    write_file(&path, svg.finish())?;
                    rendered.files.push(path);
                    pictures.push(picture);
                }
            }
            shown.push(Shown { table, pictures });
        }
        chapters.push(Chapter {
            title,
            sheets,
            shown,
            provenance: Provenance::of(&rows),
        });
    }
    let html = page::html(&request.scale, request.local, &chapters);
    let path = out.join("index.html");
    write_file(&path, html)?;
    rendered.files.push(path);
    Ok(rendered)
}

/// A plot of a table; none if the table has nothing to show in it.
fn draw(table: &Table, plot: Plot) -> Option<(Picture, Svg)> {
    let (name, title) = (&table.head.name, &table.head.title);
    let picture = |stem: String, svg: &Svg, alt: String| Picture {
        stem,
        alt,
        size: svg.size,
        heading: None,
        sentence: None,
    };
    match plot {
        Plot::Dots => {
            let svg = DotFigure::of(table).draw();
            let alt =
                format!("Dot plot of {title}: every arm and column, ours beside the paper's.");
            Some((picture(name.clone(), &svg, alt), svg))
        }
        Plot::Claims { against } => {
            let figure = ClaimFigure::of(table, against)?;
            let svg = figure.draw();
            let alt = format!(
                "Differences to {} in {title}, ours beside the paper's.",
                figure.name
            );
            let picture = Picture {
                heading: Some(format!(
                    "What the paper claims: differences to {}",
                    figure.name
                )),
                sentence: agreement_sentence(&figure),
                ..picture(format!("{name}-claims"), &svg, alt)
            };
            Some((picture, svg))
        }
        Plot::Scatter => {
            let svg = ScatterFigure::of(table)?.draw();
            let alt = format!(
                "Accuracy in domain against out of domain in {title}, one point an arm, ours beside the paper's."
            );
            Some((picture(format!("{name}-domains"), &svg, alt), svg))
        }
        Plot::Gaps { against } => {
            let svg = GapFigure::of(table)?.draw();
            let alt = format!("Bars of {title}, ours beside the paper's.");
            let [ours, paper] = SmallerGaps::of(table, against);
            let sentence = format!(
                "The paper finds that tuning a single factor generally leaves a smaller gap than {}: so it does in {} of the {} cells (arm and column) here, and in {} of {} of the paper's.",
                against.label(),
                ours.smaller,
                ours.cells,
                paper.smaller,
                paper.cells
            );
            let picture = Picture {
                sentence: (ours.cells > 0).then_some(sentence),
                ..picture(format!("{name}-gaps"), &svg, alt)
            };
            Some((picture, svg))
        }
    }
}

fn agreement_sentence(claims: &ClaimFigure) -> Option<String> {
    let agreement = claims.agreement();
    (agreement.cells > 0).then(|| {
        format!(
            "The difference to {} has the paper's sign in {} of {} cells (arm and column), and in {} of the {} where the paper's difference exceeds its own spread.",
            claims.name, agreement.same, agreement.cells, agreement.clear_same, agreement.clear_cells
        )
    })
}

/// What is in a folder, by name; nothing if there is no such folder.
fn entries(dir: &Path) -> Result<Vec<PathBuf>, FigureError> {
    let unreadable = |source| FigureError::Read {
        path: dir.to_owned(),
        source,
    };
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(unreadable)?,
    };
    let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(unreadable)?;
    paths.sort();
    Ok(paths)
}

/// The tables of a folder, `table*.csv`, in the order that they ask for.
fn read_tables(dir: &Path) -> Result<Vec<Table>, FigureError> {
    let mut tables = Vec::new();
    for path in entries(dir)? {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if !name.starts_with("table") || !name.ends_with(".csv") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|source| FigureError::Read {
            path: path.clone(),
            source,
        })?;
        tables.push(Table::from_csv(&path, &text)?);
    }
    tables.sort_by_key(|table| table.head.place);
    Ok(tables)
}
