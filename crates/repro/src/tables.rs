//! The paper's tables from a suite's rows.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use results::{
    ArmRow, PaperTable, Row, Table, TableSpec, View, build, canonical_arm, compare, table_specs,
};

use crate::domainbed;
use crate::run::PlannedRun;
use crate::suite::Suite;

/// Table 1 from this machine's rows, or from the published ones.
///
/// The paper's rows come first, then the experiment's arms that the paper's table lacks.
///
/// # Errors
/// If a store cannot be read, or its rows contradict each other.
pub fn table1(suite: &Suite, view: View) -> Result<Table> {
    let (name, title) = if suite.has_shared_rate() {
        (
            "table1-shared-lr",
            "Table 1 at one shared learning rate: adaptation methods on GLUE",
        )
    } else {
        ("table1", "Table 1: adaptation methods on GLUE")
    };
    let mut spec = TableSpec::of_paper(
        name,
        title,
        &suite.experiment.scale,
        view,
        PaperTable::table1(),
    );
    for key in suite.experiment.arm_keys() {
        let known = |row: &ArmRow| canonical_arm(&row.key) == canonical_arm(&key);
        if !spec.arms.iter().any(known) {
            let label = suite.experiment.arm(&key)?.label();
            spec.arms.push(ArmRow { key, label });
        }
    }
    let published = suite.published_rows()?;
    let (ours, beside) = match view {
        View::Local => (suite.rows()?, published),
        View::Published => (published, Vec::new()),
    };
    Ok(build(
        &spec,
        Some(&suite.plan_keys()),
        &ours,
        &beside,
        &|_| None,
    )?)
}

/// Tables 5, 8, 9 and 10 from this machine's rows, or from the published ones.
///
/// # Errors
/// If a store cannot be read, or its rows contradict each other.
pub fn domainbed(suite: &domainbed::suite::Suite, view: View) -> Result<Vec<Table>> {
    let published = suite.published_rows()?;
    let (ours, beside) = match view {
        View::Local => (suite.rows()?, published),
        View::Published => (published, Vec::new()),
    };
    let plan = suite.plan_keys();
    table_specs(&suite.experiment.scale, view)
        .iter()
        .map(|spec| Ok(build(spec, Some(&plan), &ours, &beside, &|_| None)?))
        .collect()
}

/// How far a run may differ from the published one on another processor, in a metric's own unit.
///
/// On the same kind of processor runs are equal to the last bit; on another, products of matrices
/// round otherwise, and training lets that grow to a few examples of a validation split.
pub const TOLERANCE: f64 = 0.05;

/// One sentence on how this machine's runs of `plan` compare with the published ones of the same
/// settings.
pub fn agreement<R: PlannedRun>(plan: &[R], ours: Vec<Row>, published: Vec<Row>) -> String {
    let planned: HashSet<&str> = plan.iter().map(PlannedRun::key).collect();
    let planned = |rows: Vec<Row>| -> Vec<Row> {
        let rows = rows.into_iter();
        rows.filter(|row| planned.contains(row.run_key.as_str()) && !row.is_failure())
            .collect()
    };
    let comparison = compare(&planned(ours), &planned(published), TOLERANCE);
    if comparison.compared == 0 {
        return "No run of these settings is published yet.".into();
    }
    format!(
        "Of {} metrics of runs that are published too, {} differ by more than {TOLERANCE}; \
         the largest difference is {:.4}.",
        comparison.compared,
        comparison.differences.len(),
        comparison.largest
    )
}

/// Writes `<name>.csv` and `<name>.md`, each whole or not at all; returns the latter's path.
///
/// # Errors
/// If a file cannot be written.
pub fn write(table: &Table, folder: &Path) -> Result<PathBuf> {
    let path = |extension: &str| folder.join(format!("{}.{extension}", table.name));
    for (path, text) in [
        (path("csv"), table.to_csv()),
        (path("md"), table.to_markdown()),
    ] {
        let part = path.with_extension("part");
        std::fs::write(&part, text)
            .and_then(|()| std::fs::rename(&part, &path))
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(path("md"))
}
