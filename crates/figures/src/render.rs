//! From a folder of tables to a folder of figures.

use std::fs;
use std::path::{Path, PathBuf};

use plotters::prelude::*;
use results::{Store, StoreWarning, Table};

use crate::claims::ClaimFigure;
use crate::dots::DotFigure;
use crate::error::{DrawError, FigureError};
use crate::page::{self, Shown};
use crate::pen::{FONT, Pen, Surface, ink};
use crate::provenance::Provenance;
use crate::{claims_draw, dots_draw};

/// Device pixels a logical pixel in the bitmaps.
const BITMAP_DENSITY: f64 = 2.0;

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

/// The suite that this crate knows how to draw.
const SUITE: &str = "glue";

/// Renders every GLUE table of one scale, and the page that shows them.
///
/// # Errors
/// If there is no table, a table or `runs.csv` is malformed, or a file cannot be written.
pub fn render(request: &Request) -> Result<Rendered, FigureError> {
    let place = |root: &Path| {
        let root = if request.local {
            root.join("local")
        } else {
            root.to_owned()
        };
        root.join(&request.scale)
    };
    let tables_dir = place(&request.results).join(SUITE);
    let out = place(&request.out);
    let tables = read_tables(&tables_dir)?;
    let loaded = Store::read_only(&tables_dir).load()?;
    let mut rendered = Rendered {
        files: Vec::new(),
        warnings: loaded.warnings,
    };

    fs::create_dir_all(&out).map_err(|source| FigureError::Write {
        path: out.clone(),
        source,
    })?;
    let mut shown = Vec::new();
    for (stem, table) in tables {
        let dots = DotFigure::of(&table);
        let size = dots_draw::size(&dots);
        let draw = Drawing {
            size,
            on_svg: &|pen| dots_draw::draw(&dots, pen),
            on_bitmap: &|pen| dots_draw::draw(&dots, pen),
        };
        draw.write(&out, &stem, &mut rendered.files)?;
        let claims = ClaimFigure::of(&table);
        if let Some(claims) = &claims {
            let draw = Drawing {
                size: claims_draw::size(claims),
                on_svg: &|pen| claims_draw::draw(claims, pen),
                on_bitmap: &|pen| claims_draw::draw(claims, pen),
            };
            draw.write(&out, &format!("{stem}-claims"), &mut rendered.files)?;
        }
        shown.push(Shown {
            stem,
            table,
            size,
            claims,
        });
    }
    let html = page::html(request, &shown, &Provenance::of(&loaded.rows));
    let path = out.join("index.html");
    write(&path, &html)?;
    rendered.files.push(path);
    Ok(rendered)
}

/// The tables of a folder by file stem, in the order of their names.
fn read_tables(dir: &Path) -> Result<Vec<(String, Table)>, FigureError> {
    let no_table = || FigureError::NoTable {
        dir: dir.to_owned(),
    };
    let unreadable = |path: &Path, source| FigureError::Read {
        path: path.to_owned(),
        source,
    };
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(no_table()),
        other => other.map_err(|source| unreadable(dir, source))?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|source| unreadable(dir, source))?.path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            paths.push(path);
        }
    }
    // By stem: `table1` comes before its variant `table1-shared-lr`, which a comparison with the
    // extension would turn round.
    paths.sort_by_key(|path| path.file_stem().map(ToOwned::to_owned));
    let mut tables = Vec::new();
    for path in paths {
        let Some(stem) = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .filter(|stem| is_glue_table(stem))
        else {
            continue;
        };
        let text = fs::read_to_string(&path).map_err(|source| unreadable(&path, source))?;
        tables.push((stem.to_owned(), Table::from_csv(&path, &text)?));
    }
    if tables.is_empty() {
        Err(no_table())
    } else {
        Ok(tables)
    }
}

/// Tables 1, 2 and 7 and their variants, such as `table1-shared-lr`; not `table10`.
fn is_glue_table(stem: &str) -> bool {
    stem.strip_prefix("table").is_some_and(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        matches!(&rest[..digits], "1" | "2" | "7")
    })
}

type OnSvg<'a> = &'a dyn Fn(&Pen<SVGBackend>) -> Result<(), DrawError>;
type OnBitmap<'a> = &'a dyn Fn(&Pen<BitMapBackend>) -> Result<(), DrawError>;

/// One picture: the same ink on both backends.
struct Drawing<'a> {
    /// Logical pixels.
    size: (u32, u32),
    on_svg: OnSvg<'a>,
    on_bitmap: OnBitmap<'a>,
}

impl Drawing<'_> {
    fn write(&self, out: &Path, stem: &str, files: &mut Vec<PathBuf>) -> Result<(), FigureError> {
        let svg_path = out.join(format!("{stem}.svg"));
        let svg = self.svg().map_err(|source| FigureError::Draw {
            path: svg_path.clone(),
            source,
        })?;
        write(&svg_path, &svg)?;
        files.push(svg_path);
        let png_path = out.join(format!("{stem}.png"));
        self.bitmap(&png_path).map_err(|source| FigureError::Draw {
            path: png_path.clone(),
            source,
        })?;
        files.push(png_path);
        Ok(())
    }

    fn svg(&self) -> Result<String, DrawError> {
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, self.size).into_drawing_area();
            (self.on_svg)(&Pen::new(&area, Surface::Svg)?)?;
            area.present()?;
        }
        Ok(finish_svg(&svg))
    }

    fn bitmap(&self, path: &Path) -> Result<(), DrawError> {
        let (width, height) = self.size;
        let dense = |length: u32| (f64::from(length) * BITMAP_DENSITY) as u32;
        let area = BitMapBackend::new(path, (dense(width), dense(height))).into_drawing_area();
        let surface = Surface::Bitmap {
            density: BITMAP_DENSITY,
        };
        (self.on_bitmap)(&Pen::new(&area, surface)?)?;
        area.present()?;
        Ok(())
    }
}

/// Gives the SVG fonts to fall back to, and its dark colours where the reader's page is dark.
fn finish_svg(svg: &str) -> String {
    let hex = |colour: RGBColor| format!("#{:02X}{:02X}{:02X}", colour.0, colour.1, colour.2);
    let mut style = String::from("<style>@media (prefers-color-scheme: dark) {\n");
    for (light, dark) in ink::DARK {
        let (light, dark) = (hex(light), hex(dark));
        style += &format!(
            "[fill=\"{light}\"] {{ fill: {dark} }} [stroke=\"{light}\"] {{ stroke: {dark} }}\n"
        );
    }
    style += "}</style>\n";
    let opening_end = svg.find('>').map_or(0, |at| at + 1);
    let (opening, rest) = svg.split_at(opening_end);
    // Verdana has DejaVu's proportions; the last resort is whatever the reader has.
    let family = format!("font-family=\"{FONT}\"");
    let rest = rest.replace(
        &family,
        &format!("font-family=\"{FONT}, Verdana, sans-serif\""),
    );
    format!("{opening}\n{style}{rest}\n")
}

fn write(path: &Path, text: &str) -> Result<(), FigureError> {
    fs::write(path, text).map_err(|source| FigureError::Write {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::is_glue_table;

    #[test]
    fn only_glue_tables_are_drawn() {
        let drawn = ["table1", "table1-shared-lr", "table2", "table7"];
        let others = ["table10", "table3", "runs", "table", "tables1"];
        assert!(drawn.into_iter().all(is_glue_table));
        assert!(!others.into_iter().any(is_glue_table));
    }
}
