//! Rows to table.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::AVERAGE;
use crate::arm::{Arm, ArmKind};
use crate::cell::{Cell, CellState, Parameters};
use crate::column::{Column, Measure};
use crate::error::ResultsError;
use crate::row::Row;
use crate::stats::{Stat, mean, sample_std};
use crate::table::{Table, TableHead, TableRow, TableSpec};
use crate::text::thousands;

/// The run keys that an experiment plans for each kind of arm and task, one a seed.
pub type PlanKeys = HashMap<(ArmKind, String), Vec<String>>;

/// Builds a table from this machine's rows and the published ones.
///
/// With `plan`, only rows of the planned run keys count, so that experiments with other settings can live in one store;
/// without, an arm's rows count by its settings, and the number of seeds expected is the largest that any cell has.
/// In the published view pass the published rows as `local` and nothing as `published`.
///
/// # Errors
/// [`ResultsError::UnknownSplit`] for a row of a split that its task does not have;
/// [`ResultsError::AmbiguousRuns`] if two runs give the same cell and seed.
pub fn build(
    spec: &TableSpec,
    plan: Option<&PlanKeys>,
    local: &[Row],
    published: &[Row],
) -> Result<Table, ResultsError> {
    let local = Runs::index(local, spec, plan)?;
    let published = Runs::index(published, spec, plan)?;
    let head = &spec.head;

    let mut seeds = BTreeSet::new();
    let mut gathered = Vec::new();
    for row in &spec.arms {
        let mut columns = Vec::new();
        for column in &head.columns {
            let ours = local.gather(row.arm, column, head)?;
            let theirs = published.gather(row.arm, column, head)?;
            seeds.extend(ours.values.keys().copied());
            columns.push((ours, theirs));
        }
        gathered.push(columns);
    }
    let planned = gathered.iter().flatten().map(|(ours, _)| ours.planned);
    let most_seeds = planned.max().unwrap_or(0);

    let mut rows = Vec::new();
    for (row, columns) in spec.arms.iter().zip(&gathered) {
        let printed = spec.paper.row(row.arm);
        let mut cells = Vec::new();
        for (column, (ours, theirs)) in head.columns.iter().zip(columns) {
            let expected = if plan.is_some() {
                ours.planned
            } else {
                most_seeds
            };
            cells.push(Cell {
                column: column.key.clone(),
                ours: ours.stat(),
                published: theirs.stat(),
                paper: printed.and_then(|row| row.cell(&column.key)).cloned(),
                expected,
                parameters: ours.parameters,
                lrs: ours.lrs.clone(),
                state: ours.state(expected),
            });
        }
        if head.average {
            let average =
                |side: for<'x, 'y> fn(&'x (Gathered<'y>, Gathered<'y>)) -> &'x Gathered<'y>| {
                    let sides: Vec<&Gathered> = columns.iter().map(side).collect();
                    average(&sides)
                };
            let expected = cells.iter().map(|cell| cell.expected).max().unwrap_or(0);
            cells.push(Cell {
                column: AVERAGE.to_owned(),
                ours: average(|both| &both.0),
                published: average(|both| &both.1),
                paper: printed.and_then(|row| row.cell(AVERAGE)).cloned(),
                expected,
                parameters: None,
                lrs: Vec::new(),
                state: average_state(&cells, expected),
            });
        }
        rows.push(TableRow {
            arm: row.arm,
            label: row.label.clone(),
            params_printed: printed.map_or_else(String::new, |row| row.params_printed.clone()),
            cells,
        });
    }
    let mut head = head.clone();
    let ours = gathered.iter().flatten().map(|(ours, _)| ours);
    head.notes.extend(examples_sentence(spec, ours));
    Ok(Table {
        head,
        seeds: seeds.into_iter().collect(),
        rows,
    })
}

/// How many examples the numbers were measured on, and of how many; none where nothing has run.
fn examples_sentence<'a>(
    spec: &TableSpec,
    gathered: impl Iterator<Item = &'a Gathered<'a>>,
) -> Option<String> {
    let mut counts: BTreeMap<(&str, &str), BTreeSet<u64>> = BTreeMap::new();
    for (&split, &count) in gathered.flat_map(|gathered| &gathered.examples) {
        counts.entry(split).or_default().insert(count);
    }
    let listed = spec.splits.iter().filter_map(|split| {
        let counts = counts.get(&(split.task.as_str(), split.name.as_str()))?;
        let (least, most) = (*counts.first()?, *counts.last()?);
        let mut text = thousands(least);
        if least < most {
            text += &format!(" to {}", thousands(most));
        }
        if let Some(total) = split.total.filter(|&total| least < total) {
            text += &format!(" of {}", thousands(total));
        }
        Some((&split.label, text))
    });
    let listed: Vec<_> = listed.collect();
    let (_, first) = listed.first()?;
    if listed.iter().all(|(_, text)| text == first) {
        return Some(format!("Examples: {first} each."));
    }
    let parts: Vec<String> = listed
        .iter()
        .map(|(label, text)| format!("{label} {text}"))
        .collect();
    Some(format!("Examples: {}.", parts.join(", ")))
}

/// The rows of one store, ready to be looked up by cell.
struct Runs<'a> {
    by_key: HashMap<&'a str, Vec<&'a Row>>,
    by_cell: HashMap<(ArmKind, &'a str), BTreeSet<&'a str>>,
    plan: Option<&'a PlanKeys>,
}

/// What the rows say about one cell.
#[derive(Default)]
struct Gathered<'a> {
    /// 100 times the metric, by seed: one number for each split that the column averages.
    values: BTreeMap<u64, Vec<f64>>,
    /// Runs planned, or found where there is no plan.
    planned: usize,
    failure: Option<String>,
    parameters: Option<Parameters>,
    lrs: Vec<f64>,
    /// Number of examples of each task and split that was read.
    examples: BTreeMap<(&'a str, &'a str), u64>,
}

impl<'a> Runs<'a> {
    fn index(
        rows: &'a [Row],
        spec: &TableSpec,
        plan: Option<&'a PlanKeys>,
    ) -> Result<Self, ResultsError> {
        let mut runs = Self {
            by_key: HashMap::new(),
            by_cell: HashMap::new(),
            plan,
        };
        for row in rows.iter().filter(|row| row.scale == spec.head.scale) {
            check_split(row, spec)?;
            runs.by_key.entry(&row.run_key).or_default().push(row);
            let cell = (row.arm.kind(), row.task.as_str());
            runs.by_cell.entry(cell).or_default().insert(&row.run_key);
        }
        Ok(runs)
    }

    fn keys(&self, arm: Arm, task: &str) -> Vec<&'a str> {
        match self.plan {
            Some(plan) => {
                let keys = plan.get(&(arm.kind(), task.to_owned()));
                keys.into_iter().flatten().map(String::as_str).collect()
            }
            None => {
                let keys = self.by_cell.get(&(arm.kind(), task));
                keys.into_iter().flatten().copied().collect()
            }
        }
    }

    fn gather(
        &self,
        arm: Arm,
        column: &Column,
        head: &TableHead,
    ) -> Result<Gathered<'a>, ResultsError> {
        let task = column.task.as_str();
        let keys = self.keys(arm, task);
        let mut gathered = Gathered {
            planned: keys.len(),
            ..Gathered::default()
        };
        let mut by_seed: BTreeMap<u64, &str> = BTreeMap::new();
        for key in keys {
            let Some(rows) = self.by_key.get(key) else {
                continue;
            };
            let first = rows[0];
            if let Some(other) = by_seed.insert(first.seed, key) {
                return Err(ResultsError::AmbiguousRuns {
                    arm,
                    task: task.to_owned(),
                    seed: first.seed,
                    first: other.to_owned(),
                    second: key.to_owned(),
                });
            }
            if let Some(failed) = rows.iter().find(|row| row.is_failure()) {
                gathered.failure.get_or_insert_with(|| failed.error.clone());
                continue;
            }
            let found = column.measure.splits().into_iter().map(|split| {
                let wanted = |row: &&&Row| {
                    row.metric == column.metric
                        && row.split == split
                        && row.selection == head.selection
                };
                let row = rows.iter().find(wanted).ok_or(split)?;
                Ok((*row, 100.0 * row.value.ok_or(split)?))
            });
            match found.collect::<Result<Vec<(&Row, f64)>, &str>>() {
                Ok(found) => {
                    for (row, _) in &found {
                        let split = (row.task.as_str(), row.split.as_str());
                        gathered.examples.insert(split, row.n_examples);
                    }
                    let mut values: Vec<f64> = found.into_iter().map(|(_, value)| value).collect();
                    if matches!(column.measure, Measure::Gap { .. }) {
                        values = vec![values[0] - values[1]];
                    }
                    gathered.values.insert(first.seed, values);
                }
                Err(split) => {
                    let message = format!(
                        "run {key} has no {} {} on split {split}",
                        head.selection, column.metric
                    );
                    gathered.failure.get_or_insert(message);
                }
            }
            gathered.parameters.get_or_insert(Parameters {
                trainable: first.n_trainable,
                total: first.n_total,
                paper_count: first.paper_count,
            });
            gathered.lrs.push(first.lr);
        }
        gathered.lrs.sort_by(f64::total_cmp);
        gathered.lrs.dedup();
        Ok(gathered)
    }
}

impl Gathered<'_> {
    fn stat(&self) -> Option<Stat> {
        let n_splits = self.values.values().next()?.len();
        let over_seeds = |split: usize| {
            let values: Vec<f64> = self.values.values().map(|values| values[split]).collect();
            Stat::of(&values)
        };
        let stats: Option<Vec<Stat>> = (0..n_splits).map(over_seeds).collect();
        match stats?.as_slice() {
            // One split's own number, without a detour that could round it.
            [stat] => Some(*stat),
            stats => Stat::mean_of(stats),
        }
    }

    fn at_seed(&self, seed: u64) -> Option<f64> {
        match self.values.get(&seed)?.as_slice() {
            [value] => Some(*value),
            values => mean(values),
        }
    }

    fn state(&self, expected: usize) -> CellState {
        if let Some(message) = &self.failure {
            return CellState::Failed {
                message: message.clone(),
            };
        }
        match self.values.len() {
            0 => CellState::NotRun,
            have if have < expected => CellState::Partial {
                have,
                want: expected,
            },
            _ => CellState::Complete,
        }
    }
}

/// The plain mean of the task means, only if every task has one; its spread is that of the per-seed averages.
fn average(tasks: &[&Gathered<'_>]) -> Option<Stat> {
    let means: Option<Vec<f64>> = tasks.iter().map(|task| Some(task.stat()?.mean)).collect();
    let first = tasks.first()?;
    let per_seed: Vec<f64> = first
        .values
        .keys()
        .filter_map(|seed| {
            let values: Option<Vec<f64>> = tasks.iter().map(|task| task.at_seed(*seed)).collect();
            mean(&values?)
        })
        .collect();
    Some(Stat {
        mean: mean(&means?)?,
        std: sample_std(&per_seed),
        n: per_seed.len(),
    })
}

/// The average stands where its worst task stands.
fn average_state(cells: &[Cell], expected: usize) -> CellState {
    if let Some(failed) = cells
        .iter()
        .find(|cell| matches!(cell.state, CellState::Failed { .. }))
    {
        return failed.state.clone();
    }
    if let Some(missing) = cells.iter().find(|cell| cell.state == CellState::NotRun) {
        return missing.state.clone();
    }
    let fewest = cells
        .iter()
        .filter_map(|cell| cell.ours)
        .map(|stat| stat.n)
        .min();
    match fewest {
        Some(have) if have < expected => CellState::Partial {
            have,
            want: expected,
        },
        _ => CellState::Complete,
    }
}

/// Refuses a row whose split is none of its task's: no table would ever show it.
fn check_split(row: &Row, spec: &TableSpec) -> Result<(), ResultsError> {
    let of_task = || spec.splits.iter().filter(|split| split.task == row.task);
    if row.is_failure()
        || of_task().next().is_none()
        || of_task().any(|split| split.name == row.split)
    {
        return Ok(());
    }
    let expected: Vec<&str> = of_task().map(|split| split.name.as_str()).collect();
    Err(ResultsError::UnknownSplit {
        run_key: row.run_key.clone(),
        task: row.task.clone(),
        split: row.split.clone(),
        expected: expected.join(", "),
    })
}
