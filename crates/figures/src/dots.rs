//! The dot plot's data: every arm and task, ours beside the paper's.

use results::{Cell, CellState, Stat, Table, View};

use crate::scale::Range;

/// One number with its spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    /// The mean, times 100.
    pub mean: f64,
    /// The sample standard deviation; none in the paper's average and for a single seed.
    pub std: Option<f64>,
}

impl Value {
    /// Whether the value is further from zero than its spread reaches; false without a spread.
    pub fn exceeds_its_spread(self) -> bool {
        self.std.is_some_and(|std| self.mean.abs() > std)
    }
}

/// What our side of a row shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// All seeds.
    Whole(Value),
    /// Some seeds are missing.
    Partial(Value),
    /// A run failed and nothing else is there.
    Failed,
    /// Not run yet, or no average because a task is missing.
    Missing,
}

/// One arm in one panel.
#[derive(Debug, Clone, PartialEq)]
pub struct DotRow {
    /// Ours.
    pub ours: Mark,
    /// The published mean, in a local view.
    pub published: Option<f64>,
    /// The paper's.
    pub paper: Option<Value>,
}

/// One task, or the average.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Column head.
    pub heading: String,
    /// One row an arm, in the figure's order.
    pub rows: Vec<DotRow>,
    /// Range of our axis.
    pub ours_range: Range,
    /// Range of the paper's axis: the same width, so that distances can be compared.
    pub paper_range: Range,
}

/// The whole figure.
#[derive(Debug, Clone, PartialEq)]
pub struct DotFigure {
    /// First line.
    pub title: String,
    /// Second line: what is shown.
    pub subtitle: String,
    /// What our numbers are called.
    pub ours_name: String,
    /// Arm labels, top to bottom.
    pub labels: Vec<String>,
    /// Whether ours and the paper's have an axis each.
    ///
    /// Only at scale `paper` are they numbers of the same models and data, and only there do they share one.
    pub split: bool,
    /// The tasks and the average.
    pub panels: Vec<Panel>,
}

impl DotFigure {
    /// Takes the figure's numbers out of a table.
    pub fn of(table: &Table) -> Self {
        let split = table.scale != "paper";
        let ours_name = ours_name(table);
        let panels = table
            .columns()
            .iter()
            .enumerate()
            .map(|(index, column)| panel(table, table.column_label(column), index, split))
            .collect();
        let comparison = if split {
            "Other model and data than the paper's: compare the pattern of the arms, not the level. Both axes of a panel span equally many points.".to_owned()
        } else {
            "Same model and data as the paper's, on one axis.".to_owned()
        };
        Self {
            title: format!("{} (scale {})", table.title, table.scale),
            subtitle: comparison,
            ours_name,
            labels: table.rows.iter().map(|row| row.label.clone()).collect(),
            split,
            panels,
        }
    }
}

/// What a figure or page calls the table's own numbers.
pub fn ours_name(table: &Table) -> String {
    match table.view {
        View::Local => format!("this machine, scale {}", table.scale),
        View::Published => format!("ours, scale {}", table.scale),
    }
}

fn panel(table: &Table, heading: String, column: usize, split: bool) -> Panel {
    let rows: Vec<DotRow> = table
        .rows
        .iter()
        .map(|row| dot_row(&row.cells[column]))
        .collect();
    let extent = |value: &Value| {
        let std = value.std.unwrap_or(0.0);
        [value.mean - std, value.mean + std]
    };
    let ours = Range::over(rows.iter().flat_map(|row| {
        let own = match &row.ours {
            Mark::Whole(value) | Mark::Partial(value) => extent(value).to_vec(),
            Mark::Failed | Mark::Missing => Vec::new(),
        };
        own.into_iter().chain(row.published)
    }));
    let paper = Range::over(
        rows.iter()
            .filter_map(|row| row.paper.as_ref())
            .flat_map(extent),
    );
    let (ours, paper) = ranges(ours, paper, split);
    Panel {
        heading,
        rows,
        ours_range: ours,
        paper_range: paper,
    }
}

fn dot_row(cell: &Cell) -> DotRow {
    let value = |stat: Stat| Value {
        mean: stat.mean,
        std: stat.std,
    };
    DotRow {
        ours: match (&cell.state, cell.ours) {
            (CellState::Complete, Some(stat)) => Mark::Whole(value(stat)),
            (_, Some(stat)) => Mark::Partial(value(stat)),
            (CellState::Failed { .. }, None) => Mark::Failed,
            (_, None) => Mark::Missing,
        },
        published: cell.published.map(|stat| stat.mean),
        paper: cell.paper.as_ref().map(|paper| Value {
            mean: paper.mean,
            std: paper.std,
        }),
    }
}

/// Ranges with a margin: one shared, or two of the same width.
fn ranges(ours: Option<Range>, paper: Option<Range>, split: bool) -> (Range, Range) {
    const NOTHING: Range = Range {
        low: 0.0,
        high: 100.0,
    };
    const LEAST_SPAN: f64 = 1.0;
    const MARGIN: f64 = 1.16;
    let padded = |range: Range, span: f64| range.widened_to(MARGIN * span.max(LEAST_SPAN));
    if split {
        let span = ours
            .map_or(0.0, Range::span)
            .max(paper.map_or(0.0, Range::span));
        let side = |range: Option<Range>| range.map_or(NOTHING, |range| padded(range, span));
        (side(ours), side(paper))
    } else {
        let both = Range::over(
            [ours, paper]
                .into_iter()
                .flatten()
                .flat_map(|range| [range.low, range.high]),
        );
        let shared = both.map_or(NOTHING, |range| padded(range, range.span()));
        (shared, shared)
    }
}
