//! The image tables' numbers by data set: one in domain, one out of domain, ours and the paper's.

use results::{CellState, Column, Domain, Stat, Table, TableRow};

use crate::dots::{Mark, Value};

/// The columns of one data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainColumns {
    /// The data set's name.
    pub label: String,
    /// The environment that runs train on, as its column is headed.
    pub source: String,
    /// Places of the in-domain columns among the table's: one.
    pub inside: Vec<usize>,
    /// Places of the out-of-domain columns: one for each environment, or one that averages them.
    pub outside: Vec<usize>,
}

/// The data sets of an image table; empty for any other.
pub fn data_sets(table: &Table) -> Vec<DomainColumns> {
    let keys = table.columns();
    let column = |index: &usize| Column::of_key(&keys[*index]);
    let of = |group: results::ColumnGroup, domain: Domain| -> Vec<usize> {
        group
            .columns
            .filter(|index| column(index).is_some_and(|column| column.domain == Some(domain)))
            .collect()
    };
    table
        .groups()
        .into_iter()
        .map(|group| {
            let inside = of(group.clone(), Domain::In);
            let first = inside.first().and_then(column);
            DomainColumns {
                source: first.map_or_else(String::new, |column| column.label),
                outside: of(group.clone(), Domain::Out),
                label: group.label,
                inside,
            }
        })
        .filter(|set| !set.inside.is_empty() && !set.outside.is_empty())
        .collect()
}

/// Our number over some columns: the mean, with the mean of the spreads, as the paper averages environments.
pub fn ours(row: &TableRow, columns: &[usize]) -> Mark {
    let cells = || columns.iter().map(|&index| &row.cells[index]);
    let stats: Option<Vec<Stat>> = cells().map(|cell| cell.ours).collect();
    match stats.and_then(|stats| Stat::mean_of(&stats)) {
        Some(stat) => {
            let value = Value {
                mean: stat.mean,
                std: stat.std,
            };
            if cells().all(|cell| cell.state == CellState::Complete) {
                Mark::Whole(value)
            } else {
                Mark::Partial(value)
            }
        }
        None if cells().any(|cell| matches!(cell.state, CellState::Failed { .. })) => Mark::Failed,
        None => Mark::Missing,
    }
}

/// The paper's number over some columns, likewise.
pub fn paper(row: &TableRow, columns: &[usize]) -> Option<Value> {
    let stats: Option<Vec<Stat>> = columns
        .iter()
        .map(|&index| {
            let paper = row.cells[index].paper.as_ref()?;
            Some(Stat {
                mean: paper.mean,
                std: paper.std,
                n: 1,
            })
        })
        .collect();
    let stat = Stat::mean_of(&stats?)?;
    Some(Value {
        mean: stat.mean,
        std: stat.std,
    })
}
