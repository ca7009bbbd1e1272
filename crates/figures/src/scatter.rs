//! The scatter plot's data: accuracy in domain against out of domain, one point an arm, ours beside the paper's.

use results::{Table, canonical_arm};

use crate::domains::{data_sets, ours, paper};
use crate::dots::{Mark, Value, ours_name};
use crate::scale::Range;

/// What an arm's point looks like: a family has a shape and a colour, its smaller ranks are hollow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Shape and colour.
    pub family: Family,
    /// Rank above 8, or an arm without a rank.
    pub filled: bool,
}

/// Arms that train the same kind of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Both factors.
    Both,
    /// B alone.
    OnlyB,
    /// A alone.
    OnlyA,
    /// The head alone.
    Probe,
    /// Everything.
    Full,
    /// Anything else.
    Other,
}

impl Look {
    /// The look of an arm, by its key.
    pub fn of(arm: &str) -> Self {
        let key = canonical_arm(arm);
        let families = [
            ("tuneAB-", Family::Both),
            ("tuneB-", Family::OnlyB),
            ("tuneA-", Family::OnlyA),
            ("linear-probe", Family::Probe),
            ("full", Family::Full),
        ];
        let family = families
            .into_iter()
            .find(|(prefix, _)| key.starts_with(prefix));
        let rank: Option<u64> = key
            .rsplit_once("-r")
            .and_then(|(_, rank)| rank.parse().ok());
        Self {
            family: family.map_or(Family::Other, |(_, family)| family),
            filled: rank.is_none_or(|rank| rank > 8),
        }
    }
}

/// One arm in one panel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Place of the arm in [`ScatterFigure::arms`].
    pub arm: usize,
    /// In domain.
    pub id: Value,
    /// Out of domain: over several environments, the mean and the mean of the spreads.
    pub ood: Value,
}

/// One source's numbers on one data set.
#[derive(Debug, Clone, PartialEq)]
pub struct ScatterPanel {
    /// The points.
    pub points: Vec<Point>,
    /// Range of the horizontal axis, in domain.
    pub id_range: Range,
    /// Range of the vertical axis, out of domain.
    pub ood_range: Range,
}

/// One data set.
#[derive(Debug, Clone, PartialEq)]
pub struct ScatterSet {
    /// Its name.
    pub label: String,
    /// Ours.
    pub ours: ScatterPanel,
    /// The paper's.
    pub paper: ScatterPanel,
}

/// The whole figure.
#[derive(Debug, Clone, PartialEq)]
pub struct ScatterFigure {
    /// First line.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// What our numbers are called.
    pub ours_name: String,
    /// Label and look of each arm.
    pub arms: Vec<(String, Look)>,
    /// The data sets.
    pub sets: Vec<ScatterSet>,
}

impl ScatterFigure {
    /// Takes the figure's numbers out of a table; none if it has no data sets.
    pub fn of(table: &Table) -> Option<Self> {
        let sets: Vec<ScatterSet> = data_sets(table)
            .iter()
            .map(|set| {
                let points = |of: &dyn Fn(usize) -> Option<(Value, Value)>| -> Vec<Point> {
                    (0..table.rows.len())
                        .filter_map(|arm| of(arm).map(|(id, ood)| Point { arm, id, ood }))
                        .collect()
                };
                let own = points(&|arm| {
                    let row = &table.rows[arm];
                    let id = number(ours(row, &set.inside))?;
                    Some((id, number(ours(row, &set.outside))?))
                });
                let papers = points(&|arm| {
                    let row = &table.rows[arm];
                    Some((paper(row, &set.inside)?, paper(row, &set.outside)?))
                });
                // Numbers of the same model and data share their axes; others only share the picture.
                let both = [own.clone(), papers.clone()].concat();
                let (for_own, for_papers) = if table.scale == "paper" {
                    (both.clone(), both)
                } else {
                    (own.clone(), papers.clone())
                };
                ScatterSet {
                    label: set.label.clone(),
                    ours: panel(own, &for_own),
                    paper: panel(papers, &for_papers),
                }
            })
            .collect();
        if sets.is_empty() {
            return None;
        }
        let axes = if table.scale == "paper" {
            "Ours and the paper's share their axes."
        } else {
            "Other model and data than the paper's: compare the order of the arms, not the level; each panel has its own axes."
        };
        Some(Self {
            title: format!("In and out of domain (scale {})", table.scale),
            subtitle: format!(
                "Higher is better on the environments not trained on, further right on the one trained on. {axes}"
            ),
            ours_name: ours_name(table),
            arms: table
                .rows
                .iter()
                .map(|row| (row.label.clone(), Look::of(&row.arm)))
                .collect(),
            sets,
        })
    }
}

fn number(mark: Mark) -> Option<Value> {
    match mark {
        Mark::Whole(value) | Mark::Partial(value) => Some(value),
        Mark::Failed | Mark::Missing => None,
    }
}

fn panel(points: Vec<Point>, ranged: &[Point]) -> ScatterPanel {
    const NOTHING: Range = Range {
        low: 0.0,
        high: 100.0,
    };
    const LEAST_SPAN: f64 = 1.0;
    const MARGIN: f64 = 1.14;
    let range = |value: fn(&Point) -> Value| {
        let ends = ranged.iter().map(value).flat_map(|value| {
            let std = value.std.unwrap_or(0.0);
            [value.mean - std, value.mean + std]
        });
        Range::over(ends).map_or(NOTHING, |range| {
            range.widened_to(MARGIN * range.span().max(LEAST_SPAN))
        })
    };
    ScatterPanel {
        id_range: range(|point| point.id),
        ood_range: range(|point| point.ood),
        points,
    }
}
