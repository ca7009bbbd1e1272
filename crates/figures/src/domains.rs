//! A table's numbers by group: one in domain, one out of domain, ours and the paper's.

use results::{Domain, Stat, Table, TableRow};

use crate::value::{Mark, Value};

/// The columns of one group, such as a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainColumns {
    /// The group's head.
    pub label: String,
    /// What its in-domain column is headed.
    pub source: String,
    /// Places of the in-domain columns among the table's: one.
    pub inside: Vec<usize>,
    /// Places of the out-of-domain columns: one for each environment, or one that averages them.
    pub outside: Vec<usize>,
}

/// The groups with columns in and out of domain; empty for a table without.
pub fn domains(table: &Table) -> Vec<DomainColumns> {
    let columns = &table.head.columns;
    let groups = table.groups().into_iter().map(|group| {
        let of = |domain: Domain| -> Vec<usize> {
            let indices = group.columns.clone();
            indices
                .filter(|&index| columns[index].domain == Some(domain))
                .collect()
        };
        let inside = of(Domain::In);
        DomainColumns {
            source: inside
                .first()
                .map_or_else(String::new, |&first| columns[first].label.clone()),
            outside: of(Domain::Out),
            inside,
            label: group.label.clone(),
        }
    });
    groups
        .filter(|group| !group.inside.is_empty() && !group.outside.is_empty())
        .collect()
}

/// Our number over some columns.
pub fn ours(row: &TableRow, columns: &[usize]) -> Mark {
    Mark::of(columns.iter().map(|&index| &row.cells[index]))
}

/// The paper's number over some columns: the mean, with the mean of the spreads, as the paper averages environments.
pub fn paper(row: &TableRow, columns: &[usize]) -> Option<Value> {
    let stat = |&index: &usize| {
        let Value { mean, std } = Value::of_paper(&row.cells[index])?;
        Some(Stat { mean, std, n: 1 })
    };
    let stats: Option<Vec<Stat>> = columns.iter().map(stat).collect();
    Stat::mean_of(&stats?).map(Value::from)
}
