//! The scatter plot: accuracy in domain against out of domain, one point an arm, ours beside the paper's.

use results::{Arm, ArmKind, Table, Trains};

use crate::domains::{domains, ours, paper};
use crate::frame::{Axis, DrawMark, Frame, SIDE, SMALL};
use crate::scale::Range;
use crate::svg::{self, Align, Ink, Svg, ink};
use crate::value::{Value, is_papers_scale, ours_name};

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
    /// The look of an arm.
    pub fn of(arm: Arm) -> Self {
        let family = match arm.kind() {
            ArmKind::LowRank { trains, .. } => match trains {
                Trains::Both => Family::Both,
                Trains::B => Family::OnlyB,
                Trains::A => Family::OnlyA,
            },
            ArmKind::LinearProbe => Family::Probe,
            ArmKind::Full => Family::Full,
            ArmKind::AdaLora | ArmKind::Ia3 => Family::Other,
        };
        Self {
            family,
            filled: arm.rank().is_none_or(|rank| rank > 8),
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

/// One group, such as a data set.
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
    /// The groups.
    pub sets: Vec<ScatterSet>,
}

impl ScatterFigure {
    /// Takes the figure's numbers out of a table; none if it has no columns in and out of domain.
    pub fn of(table: &Table) -> Option<Self> {
        let sets: Vec<ScatterSet> = domains(table)
            .iter()
            .map(|set| {
                let points = |of: &dyn Fn(usize) -> Option<(Value, Value)>| -> Vec<Point> {
                    (0..table.rows.len())
                        .filter_map(|arm| of(arm).map(|(id, ood)| Point { arm, id, ood }))
                        .collect()
                };
                let own = points(&|arm| {
                    let row = &table.rows[arm];
                    let id = ours(row, &set.inside).value()?;
                    Some((id, ours(row, &set.outside).value()?))
                });
                let papers = points(&|arm| {
                    let row = &table.rows[arm];
                    Some((paper(row, &set.inside)?, paper(row, &set.outside)?))
                });
                // Numbers of the same model and data share their axes; others only share the picture.
                let both = [own.clone(), papers.clone()].concat();
                let (for_own, for_papers) = if is_papers_scale(table) {
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
        let axes = if is_papers_scale(table) {
            "Ours and the paper's share their axes."
        } else {
            "Other model and data than the paper's: compare the order of the arms, not the level; each panel has its own axes."
        };
        Some(Self {
            title: format!("In and out of domain (scale {})", table.head.scale),
            subtitle: format!(
                "{}. Higher is better on the environments not trained on, further right on the one trained on. {axes}",
                table.head.title
            ),
            ours_name: ours_name(table),
            arms: table
                .rows
                .iter()
                .map(|row| (row.label.clone(), Look::of(row.arm)))
                .collect(),
            sets,
        })
    }

    /// Draws the whole figure.
    pub fn draw(&self) -> Svg {
        // One group has its two panels side by side; several have ours above the paper's.
        let (columns, bands) = match self.sets.len() {
            1 => (2, 1),
            n_sets => (n_sets, 2),
        };
        let step = PANEL_LEFT + PANEL_WIDTH + PANEL_GAP;
        let width = 2.0 * SIDE + columns as f64 * step - PANEL_GAP;
        let legend = self.arms.iter().map(|(label, look)| {
            let look = *look;
            let mark: DrawMark = Box::new(move |svg, at| marker(svg, at, look));
            (mark, label.clone())
        });
        let frame = Frame::new(width, &self.title, &self.subtitle, legend);
        let band = PANEL_HEAD + PANEL_HEIGHT + PANEL_FOOT;
        let mut svg = frame.draw(bands as f64 * band);
        for (index, set) in self.sets.iter().enumerate() {
            let sources = [
                (&set.ours, self.ours_name.as_str(), ink::OURS),
                (&set.paper, "paper", ink::PAPER),
            ];
            for (place, (panel, source, colour)) in sources.into_iter().enumerate() {
                let (column, row) = if bands == 1 {
                    (place, 0)
                } else {
                    (index, place)
                };
                let left = SIDE + PANEL_LEFT + column as f64 * step;
                let top = frame.top + PANEL_HEAD + row as f64 * band;
                svg.bold(&set.label, (left, top - 38.0), 16.0, ink::TEXT, Align::Left);
                let at = (left + PANEL_WIDTH, top - 38.0);
                svg.text(source, at, 14.0, colour, Align::Right);
                self.draw_panel(&mut svg, panel, (left, top));
            }
        }
        svg
    }

    fn draw_panel(&self, svg: &mut Svg, panel: &ScatterPanel, (left, top): svg::Point) {
        let (right, bottom) = (left + PANEL_WIDTH, top + PANEL_HEIGHT);
        svg.block((left, top), (right, bottom), ink::STRIPE);
        if panel.points.is_empty() {
            let middle = (left + PANEL_WIDTH / 2.0, top + PANEL_HEIGHT / 2.0);
            svg.text("not run", middle, 14.0, ink::FAINT, Align::Centre);
            return;
        }
        let across = Axis {
            from: left,
            to: right,
            range: panel.id_range,
        };
        let up = Axis {
            from: bottom,
            to: top,
            range: panel.ood_range,
        };
        across.grid_across(svg, (top, bottom), 7, ink::FAINT, false);
        up.grid_up(svg, (left, right), 6);
        svg.line((left, bottom), (right, bottom), ink::FRAME, 1.0);
        svg.line((left, top), (left, bottom), ink::FRAME, 1.0);
        svg.text(
            "↑ OOD accuracy (%)",
            (left, top - 13.0),
            SMALL,
            ink::FAINT,
            Align::Left,
        );
        svg.text(
            "ID accuracy (%) →",
            (right, bottom + 32.0),
            SMALL,
            ink::FAINT,
            Align::Right,
        );
        // Error bars lie below all markers, so that no marker is crossed by another's.
        for Point { arm, id, ood } in &panel.points {
            let ink = colour(self.arms[*arm].1.family);
            across.whisker(svg, *id, up.at(ood.mean), ink);
            up.whisker_up(svg, across.at(id.mean), *ood, ink);
        }
        for filled in [false, true] {
            for Point { arm, id, ood } in &panel.points {
                let look = self.arms[*arm].1;
                if look.filled == filled {
                    marker(svg, (across.at(id.mean), up.at(ood.mean)), look);
                }
            }
        }
    }
}

const PANEL_WIDTH: f64 = 330.0;
const PANEL_HEIGHT: f64 = 250.0;
/// Room for the ticks at the left of a panel, and between panels.
const PANEL_LEFT: f64 = 58.0;
const PANEL_GAP: f64 = 18.0;
const PANEL_HEAD: f64 = 58.0;
const PANEL_FOOT: f64 = 50.0;
const RADIUS: f64 = 5.0;
/// Hollow marks are larger, so that a filled one of the same family does not hide them.
const HOLLOW_RADIUS: f64 = 7.0;

fn colour(family: Family) -> Ink {
    match family {
        Family::Both => ink::TEXT,
        Family::OnlyB => ink::ONLY_B,
        Family::OnlyA => ink::ONLY_A,
        Family::Probe | Family::Other => ink::PUBLISHED,
        Family::Full => ink::FULL,
    }
}

/// An arm's mark, with a rim of page colour that keeps it apart from marks below it.
fn marker(svg: &mut Svg, at: svg::Point, look: Look) {
    let radius = if look.filled { RADIUS } else { HOLLOW_RADIUS };
    shape(svg, at, look.family, radius + 1.0, ink::PAGE);
    shape(svg, at, look.family, radius, colour(look.family));
    if !look.filled {
        shape(svg, at, look.family, radius - 2.0, ink::PAGE);
    }
}

fn shape(svg: &mut Svg, (x, y): svg::Point, family: Family, radius: f64, ink: Ink) {
    // Sizes that look alike.
    match family {
        Family::OnlyB => svg.dot((x, y), radius, ink),
        Family::Both => {
            let half = 0.9 * radius;
            svg.block((x - half, y - half), (x + half, y + half), ink)
        }
        Family::OnlyA => {
            let (half, rise) = (1.15 * radius, 1.2 * radius);
            let low = y + 0.8 * radius;
            svg.polygon(&[(x - half, low), (x, y - rise), (x + half, low)], ink)
        }
        Family::Probe => svg.diamond((x, y), 1.2 * radius, ink),
        Family::Full => {
            let (half, rise) = (1.15 * radius, 1.2 * radius);
            let high = y - 0.8 * radius;
            svg.polygon(&[(x - half, high), (x, y + rise), (x + half, high)], ink)
        }
        Family::Other => {
            let (long, short) = (1.2 * radius, 0.45 * radius);
            svg.block((x - long, y - short), (x + long, y + short), ink);
            svg.block((x - short, y - long), (x + short, y + long), ink)
        }
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
        let ends = ranged.iter().map(value).flat_map(Value::ends);
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
