//! What a table's cells show: numbers with their spread, ours and the paper's.

use results::{Cell, CellState, Stat, Table, View};

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

    /// The ends of its whisker.
    pub fn ends(self) -> [f64; 2] {
        let std = self.std.unwrap_or(0.0);
        [self.mean - std, self.mean + std]
    }

    /// What the paper prints in a cell.
    pub fn of_paper(cell: &Cell) -> Option<Self> {
        cell.paper.as_ref().map(|paper| Self {
            mean: paper.mean,
            std: paper.std,
        })
    }
}

impl From<Stat> for Value {
    fn from(stat: Stat) -> Self {
        Self {
            mean: stat.mean,
            std: stat.std,
        }
    }
}

/// What our side of a row shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mark {
    /// All seeds.
    Whole(Value),
    /// Some seeds are missing.
    Partial(Value),
    /// A run failed and nothing else is there.
    Failed,
    /// Not run yet, or no average because a column is missing.
    Missing,
}

impl Mark {
    /// What our runs say about some cells as one: the mean of their means, with the mean of their spreads.
    pub fn of<'a>(cells: impl Iterator<Item = &'a Cell> + Clone) -> Self {
        let stats: Option<Vec<Stat>> = cells.clone().map(|cell| cell.ours).collect();
        let stat = match stats.as_deref() {
            Some([stat]) => Some(*stat),
            Some(stats) => Stat::mean_of(stats),
            None => None,
        };
        let mut states = cells.map(|cell| &cell.state);
        match stat {
            Some(stat) if states.all(|state| *state == CellState::Complete) => {
                Self::Whole(stat.into())
            }
            Some(stat) => Self::Partial(stat.into()),
            None if states.any(|state| matches!(state, CellState::Failed { .. })) => Self::Failed,
            None => Self::Missing,
        }
    }

    /// The number, if there is one.
    pub fn value(self) -> Option<Value> {
        match self {
            Self::Whole(value) | Self::Partial(value) => Some(value),
            Self::Failed | Self::Missing => None,
        }
    }
}

/// What a figure or page calls the table's own numbers.
pub fn ours_name(table: &Table) -> String {
    match table.head.view {
        View::Local => format!("this machine, scale {}", table.head.scale),
        View::Published => format!("ours, scale {}", table.head.scale),
    }
}

/// Whether ours and the paper's are numbers of the same models and data, which share their axes.
pub fn is_papers_scale(table: &Table) -> bool {
    table.head.scale == "paper"
}
