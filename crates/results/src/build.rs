//! Rows to table.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::AVERAGE;
use crate::aggregate::{Stat, mean};
use crate::arms::canonical_arm;
use crate::cell::{Cell, CellState, Parameters};
use crate::column::{Column, Measure};
use crate::domainbed;
use crate::error::ResultsError;
use crate::row::Row;
use crate::table::{Table, TableRow, TableSpec};

/// The run keys that an experiment plans for each (arm, task), one a seed.
pub type PlanKeys = HashMap<(String, String), Vec<String>>;

/// Builds a table from this machine's rows and the published ones.
///
/// With `plan`, only rows of the planned run keys count, so that experiments with other settings can live in one store;
/// without, an arm's rows count by its key, and the number of seeds expected is the largest that any cell has.
/// In the published view pass the published rows as `local` and nothing as `published`.
/// `missing_note` may say why an arm has no rows.
///
/// # Errors
/// [`ResultsError::UnknownColumn`] for a column that is not defined;
/// [`ResultsError::UnknownSplit`] for an image suite's row of a split that its task does not have;
/// [`ResultsError::AmbiguousRuns`] if two runs give the same cell and seed.
pub fn build(
    spec: &TableSpec,
    plan: Option<&PlanKeys>,
    local: &[Row],
    published: &[Row],
    missing_note: &dyn Fn(&str) -> Option<String>,
) -> Result<Table, ResultsError> {
    let local = Runs::index(local, &spec.scale, plan)?;
    let published = Runs::index(published, &spec.scale, plan)?;
    let columns: Vec<Column> = spec
        .tasks
        .iter()
        .map(|key| {
            Column::of_key(key).ok_or_else(|| ResultsError::UnknownColumn {
                column: key.clone(),
            })
        })
        .collect::<Result<_, _>>()?;

    let mut seeds = BTreeSet::new();
    let mut gathered = Vec::new();
    for arm in &spec.arms {
        let mut tasks = Vec::new();
        for column in &columns {
            let ours = local.gather(&arm.key, column, spec)?;
            let theirs = published.gather(&arm.key, column, spec)?;
            seeds.extend(ours.values.keys().copied());
            tasks.push((ours, theirs));
        }
        gathered.push(tasks);
    }
    let most_seeds = gathered
        .iter()
        .flatten()
        .map(|(ours, _)| ours.planned)
        .max()
        .unwrap_or(0);

    let mut rows = Vec::new();
    for (arm, tasks) in spec.arms.iter().zip(&gathered) {
        let printed = spec.paper.row(&arm.key);
        let mut cells = Vec::new();
        for (column, (ours, theirs)) in columns.iter().zip(tasks) {
            let expected = if plan.is_some() {
                ours.planned
            } else {
                most_seeds
            };
            cells.push(Cell {
                task: column.key.clone(),
                ours: ours.stat(),
                published: theirs.stat(),
                paper: printed.and_then(|row| row.cell(&column.key)).cloned(),
                expected,
                parameters: ours.parameters,
                lrs: ours.lrs.clone(),
                state: ours.state(expected, || missing_note(&arm.key)),
            });
        }
        if spec.average {
            let average = |side: fn(&(Gathered, Gathered)) -> &Gathered| {
                let sides: Vec<&Gathered> = tasks.iter().map(side).collect();
                average(&sides)
            };
            let expected = cells.iter().map(|cell| cell.expected).max().unwrap_or(0);
            cells.push(Cell {
                task: AVERAGE.to_owned(),
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
            arm: arm.key.clone(),
            label: arm.label.clone(),
            params_printed: printed.map_or_else(String::new, |row| row.params_printed.clone()),
            cells,
        });
    }
    Ok(Table {
        name: spec.name.clone(),
        title: spec.title.clone(),
        scale: spec.scale.clone(),
        view: spec.view,
        selection: spec.selection,
        paper_number: spec.paper.number,
        seeds: seeds.into_iter().collect(),
        tasks: spec.tasks.clone(),
        average: spec.average,
        rows,
    })
}

/// The rows of one store, ready to be looked up by cell.
struct Runs<'a> {
    by_key: HashMap<&'a str, Vec<&'a Row>>,
    by_cell: HashMap<(String, &'a str), BTreeSet<&'a str>>,
    plan: Option<&'a PlanKeys>,
}

/// What the rows say about one cell.
#[derive(Default)]
struct Gathered {
    /// 100 times the metric, by seed: one number for each split that the column averages.
    values: BTreeMap<u64, Vec<f64>>,
    /// Runs planned, or found where there is no plan.
    planned: usize,
    failure: Option<String>,
    parameters: Option<Parameters>,
    lrs: Vec<f64>,
}

impl<'a> Runs<'a> {
    fn index(
        rows: &'a [Row],
        scale: &str,
        plan: Option<&'a PlanKeys>,
    ) -> Result<Self, ResultsError> {
        let mut runs = Self {
            by_key: HashMap::new(),
            by_cell: HashMap::new(),
            plan,
        };
        for row in rows.iter().filter(|row| row.scale == scale) {
            domainbed::check_split(row)?;
            runs.by_key.entry(&row.run_key).or_default().push(row);
            let cell = (canonical_arm(&row.arm), row.task.as_str());
            runs.by_cell.entry(cell).or_default().insert(&row.run_key);
        }
        Ok(runs)
    }

    fn keys(&self, arm: &str, task: &str) -> Vec<&str> {
        match self.plan {
            Some(plan) => {
                // The plan may call the arm by its other name.
                let exact = plan.get(&(arm.to_owned(), task.to_owned()));
                let keys = exact.or_else(|| {
                    let arm = canonical_arm(arm);
                    let same = |planned: &&(String, String)| {
                        planned.1 == task && canonical_arm(&planned.0) == arm
                    };
                    plan.get(plan.keys().find(same)?)
                });
                keys.into_iter().flatten().map(String::as_str).collect()
            }
            None => {
                let keys = self.by_cell.get(&(canonical_arm(arm), task));
                keys.into_iter().flatten().copied().collect()
            }
        }
    }

    fn gather(
        &self,
        arm: &str,
        column: &Column,
        spec: &TableSpec,
    ) -> Result<Gathered, ResultsError> {
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
                    arm: arm.to_owned(),
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
            let value = |split: &'static str| {
                let wanted = |row: &&&Row| {
                    row.metric == column.metric
                        && row.split == split
                        && row.selection == spec.selection
                };
                let found = rows.iter().find(wanted).and_then(|row| row.value);
                found.map(|value| 100.0 * value).ok_or(split)
            };
            let values = match &column.measure {
                Measure::Split(split) => value(split).map(|value| vec![value]),
                Measure::MeanOf(splits) => splits.iter().map(|split| value(split)).collect(),
                Measure::Gap { of, minus } => value(of).and_then(|of| Ok(vec![of - value(minus)?])),
            };
            match values {
                Ok(values) => {
                    gathered.values.insert(first.seed, values);
                }
                Err(split) => {
                    let message = format!(
                        "run {key} has no {} {} on split {split}",
                        spec.selection, column.metric
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

impl Gathered {
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

    fn state(&self, expected: usize, note: impl Fn() -> Option<String>) -> CellState {
        if let Some(message) = &self.failure {
            return CellState::Failed {
                message: message.clone(),
            };
        }
        match self.values.len() {
            0 => CellState::NotRun { note: note() },
            have if have < expected => CellState::Partial {
                have,
                want: expected,
            },
            _ => CellState::Complete,
        }
    }
}

/// The plain mean of the task means, only if every task has one; its spread is that of the per-seed averages.
fn average(tasks: &[&Gathered]) -> Option<Stat> {
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
        std: crate::aggregate::sample_std(&per_seed),
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
    if let Some(missing) = cells
        .iter()
        .find(|cell| matches!(cell.state, CellState::NotRun { .. }))
    {
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
