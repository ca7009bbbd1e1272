//! Whether this machine's runs agree with the published ones of the same settings.
//!
//! On the same kind of processor they have to be equal to the last bit. On another, or where a row does not say, products
//! of matrices round otherwise, and training lets that grow to an example or a few. How much is let pass there is a fifth of
//! the published deviation over seeds: pooled over the arms and rates that have several seeds, for each task, metric and
//! split. Another seed's number is within it one time in nine (a normal difference of two such numbers, P(|Z| < 0.2 / √2)),
//! so a run of several metrics seldom passes for another's, and a table's worth of them never does.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use crate::arm::Arm;
use crate::row::{Row, Selection};
use crate::settings::Record;

/// Part of the published deviation over seeds that two processors may differ by.
pub const TOLERANCE: f64 = 0.2;

/// Rows with their runs' settings.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The rows.
    pub rows: &'a [Row],
    /// The settings records by run key.
    pub settings: &'a BTreeMap<String, Record>,
}

/// One metric that is not what is published.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The run.
    pub run_key: String,
    /// Its arm.
    pub arm: Arm,
    /// Its task.
    pub task: String,
    /// Its seed.
    pub seed: u64,
    /// The split.
    pub split: String,
    /// The metric.
    pub metric: String,
    /// Which weights.
    pub selection: Selection,
    /// Ours, in points (100 times the metric); none if the row is missing or the run failed.
    pub ours: Option<f64>,
    /// The published, likewise.
    pub published: Option<f64>,
    /// What would have been let pass, in points: 0 on the same kind of processor.
    pub allowed: f64,
}

impl Difference {
    /// Ours minus the published, in points; none if one is missing.
    pub fn points(&self) -> Option<f64> {
        Some(self.ours? - self.published?)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |value: Option<f64>| {
            value.map_or_else(|| "no number".to_owned(), |value| format!("{value:.2}"))
        };
        write!(
            f,
            "{} on {}, seed {}, {} ({}, {}): {} against {} published",
            self.arm,
            self.task,
            self.seed,
            self.metric,
            self.split,
            self.selection,
            number(self.ours),
            number(self.published),
        )?;
        match self.points() {
            None => Ok(()),
            Some(_) if self.allowed == 0.0 => f.write_str(" from the same kind of processor"),
            Some(_) => write!(f, " ({:.2} points may differ)", self.allowed),
        }
    }
}

/// Outcome of [`compare`]. Its [`fmt::Display`] is one sentence or two for a reader.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// Runs that both sides hold, finished or failed.
    pub runs: usize,
    /// Metrics compared.
    pub metrics: usize,
    /// Those of `metrics` that are equal to the last bit.
    pub equal: usize,
    /// Metrics that differ where nothing says by how much they may: of their task there are no two published seeds.
    pub unjudged: usize,
    /// Metrics that differ by more than they may, or that one side lacks; the largest first, in parts of what is allowed.
    pub differences: Vec<Difference>,
    /// Our runs whose settings are published from another revision of the code only; they are not compared.
    pub other_revision: usize,
    /// Our runs that are not published in any revision.
    pub unpublished: usize,
}

impl Comparison {
    /// Whether nothing speaks against the two being the same runs, and something for it.
    pub fn agrees(&self) -> bool {
        self.metrics > 0 && self.differences.is_empty()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.runs == 0 {
            f.write_str("No run of these settings is published yet.")?;
        } else {
            let plural = |n: usize| if n == 1 { "" } else { "s" };
            write!(
                f,
                "Of {} metric{} of {} run{} that {} published too, {} {} equal to the last bit",
                self.metrics,
                plural(self.metrics),
                self.runs,
                plural(self.runs),
                if self.runs == 1 { "is" } else { "are" },
                self.equal,
                if self.equal == 1 { "is" } else { "are" },
            )?;
            if self.unjudged > 0 {
                write!(
                    f,
                    ", {} differ without a second published seed to judge by",
                    self.unjudged
                )?;
            }
            match self.differences.first() {
                None => f.write_str(" and none differs by more than it may.")?,
                Some(worst) => write!(
                    f,
                    " and {} differ by more than they may, most of all {worst}.",
                    self.differences.len()
                )?,
            }
        }
        if self.other_revision > 0 {
            write!(
                f,
                " {} more are published from another revision of the code and are not compared.",
                self.other_revision
            )?;
        }
        Ok(())
    }
}

/// Compares the metrics of the runs that both sides hold; times, devices and commits do not count.
pub fn compare(ours: Side<'_>, published: Side<'_>) -> Comparison {
    let keys = |side: Side<'_>| -> BTreeSet<String> {
        side.rows.iter().map(|row| row.run_key.clone()).collect()
    };
    let (our_keys, their_keys) = (keys(ours), keys(published));
    let mut comparison = Comparison::default();
    let mut others = Vec::new();
    for key in &our_keys {
        if their_keys.contains(key) {
            comparison.runs += 1;
        } else {
            others.push(key);
        }
    }
    let in_any_revision = |side: Side<'_>, keys: &[&String]| -> Vec<String> {
        let records = keys.iter().filter_map(|&key| side.settings.get(key));
        records
            .map(|record| record.without_revision().key())
            .collect()
    };
    if !others.is_empty() {
        let theirs = in_any_revision(published, &their_keys.iter().collect::<Vec<_>>());
        let known: BTreeSet<String> = theirs.into_iter().collect();
        let ours = in_any_revision(ours, &others);
        comparison.other_revision = ours.iter().filter(|&key| known.contains(key)).count();
        comparison.unpublished = others.len() - comparison.other_revision;
    }

    let noise = seed_noise(published.rows);
    let (our_rows, their_rows) = (by_metric(ours.rows), by_metric(published.rows));
    let metrics: BTreeSet<_> = our_rows.keys().chain(their_rows.keys()).collect();
    for metric in metrics {
        if !our_keys.contains(metric.0) || !their_keys.contains(metric.0) {
            continue;
        }
        comparison.metrics += 1;
        let (our_row, their_row) = (our_rows.get(metric), their_rows.get(metric));
        let value = |row: Option<&&Row>| row.and_then(|row| row.value).map(|value| 100.0 * value);
        let (our_value, their_value) = (value(our_row), value(their_row));
        // Two failed runs are equal, too.
        if our_row.is_some() && their_row.is_some() && our_value == their_value {
            comparison.equal += 1;
            continue;
        }
        let Some(&row) = our_row.or(their_row) else {
            continue;
        };
        let same_processor = match (our_row, their_row) {
            (Some(a), Some(b)) => !a.processor.is_empty() && a.processor == b.processor,
            _ => true,
        };
        let both = our_value.zip(their_value);
        let allowed = match noise.get(&measured(row)) {
            _ if same_processor || both.is_none() => 0.0,
            Some(noise) => TOLERANCE * noise,
            None => {
                comparison.unjudged += 1;
                continue;
            }
        };
        if both.is_none_or(|(a, b)| (a - b).abs() > allowed) {
            comparison.differences.push(Difference {
                run_key: row.run_key.clone(),
                arm: row.arm,
                task: row.task.clone(),
                seed: row.seed,
                split: row.split.clone(),
                metric: row.metric.clone(),
                selection: row.selection,
                ours: our_value,
                published: their_value,
                allowed,
            });
        }
    }
    let size = |difference: &Difference| {
        let points = difference.points().map_or(f64::INFINITY, f64::abs);
        points / difference.allowed
    };
    comparison
        .differences
        .sort_by(|a, b| size(b).total_cmp(&size(a)));
    comparison
}

/// What a number measures, whatever the run.
type Measured<'a> = (&'a str, &'a str, &'a str, Selection);

fn measured(row: &Row) -> Measured<'_> {
    (&row.task, &row.metric, &row.split, row.selection)
}

/// The deviation over seeds of each metric, in points: pooled over the arms and rates that have several.
fn seed_noise(rows: &[Row]) -> HashMap<Measured<'_>, f64> {
    // Runs that differ in nothing but the seed.
    let mut seeds: BTreeMap<(Measured<'_>, Arm, u64, u64), BTreeMap<u64, f64>> = BTreeMap::new();
    for row in rows {
        if let Some(value) = row.value {
            let run = (
                measured(row),
                row.arm.canonical(),
                row.lr.to_bits(),
                row.steps,
            );
            seeds
                .entry(run)
                .or_default()
                .insert(row.seed, 100.0 * value);
        }
    }
    let mut pooled: HashMap<Measured<'_>, (f64, usize)> = HashMap::new();
    for ((measured, ..), values) in &seeds {
        let values: Vec<f64> = values.values().copied().collect();
        if let Some(std) = crate::stats::sample_std(&values) {
            let (squares, freedom) = pooled.entry(*measured).or_default();
            *squares += std * std * (values.len() - 1) as f64;
            *freedom += values.len() - 1;
        }
    }
    let deviation = |(squares, freedom): (f64, usize)| (squares / freedom as f64).sqrt();
    pooled
        .into_iter()
        .map(|(measured, sums)| (measured, deviation(sums)))
        .collect()
}

/// The rows by run, split, metric and weights.
fn by_metric(rows: &[Row]) -> BTreeMap<(&str, &str, &str, Selection), &Row> {
    rows.iter()
        .map(|row| {
            let (run, split, metric) = (&*row.run_key, &*row.split, &*row.metric);
            ((run, split, metric, row.selection), row)
        })
        .collect()
}
