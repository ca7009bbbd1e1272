//! Medians and ratios of a set of measurements: `summary.csv` and `summary.md`.

use std::fmt::Write as _;

use crate::row::write_record;

use crate::row::{Row, Side, median};
use crate::{Padding, Shape, What, epoch};

/// What one line of the summary compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantity {
    Seconds,
    /// Peak resident memory of the process, MiB.
    Memory,
}

/// Both sides' measurements of one thing.
#[derive(Clone, Debug)]
pub struct Line {
    shape: String,
    arm: String,
    padding: Padding,
    what: What,
    quantity: Quantity,
    ours: Spread,
    theirs: Spread,
    /// Ratio ours / theirs of each round that has both.
    ratios: Spread,
}

/// Median and range of some numbers.
#[derive(Clone, Debug)]
struct Spread {
    n: usize,
    median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    fn of(values: &[f64]) -> Self {
        Self {
            n: values.len(),
            median: median(values),
            least: values.iter().copied().fold(f64::NAN, f64::min),
            most: values.iter().copied().fold(f64::NAN, f64::max),
        }
    }
}

impl Line {
    /// Ratio ours / theirs of the medians.
    fn ratio(&self) -> f64 {
        self.ours.median / self.theirs.median
    }

    fn name(&self) -> &'static str {
        match (self.quantity, self.what) {
            (Quantity::Memory, _) => "peak memory",
            (Quantity::Seconds, What::TrainStep) => "training step",
            (Quantity::Seconds, What::Forward) => "forward",
            (Quantity::Seconds, What::Evaluate) => "evaluation",
            (Quantity::Seconds, What::RteEpoch) => "RTE epoch",
        }
    }
}

/// One line for each shape, arm and measurement, in the order of the rows.
pub fn lines(rows: &[Row]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for row in rows {
        let is_same = |other: &Row| {
            (&other.shape, &other.arm, other.what, other.padding)
                == (&row.shape, &row.arm, row.what, row.padding)
        };
        let is_new = lines.iter().all(|line| {
            (&line.shape, &line.arm, line.what, line.padding)
                != (&row.shape, &row.arm, row.what, row.padding)
        });
        if !is_new {
            continue;
        }
        let group: Vec<&Row> = rows.iter().filter(|other| is_same(other)).collect();
        // Training is what takes the most memory, so its peak is the one to compare.
        let quantities: &[Quantity] = match row.what {
            What::TrainStep | What::RteEpoch => &[Quantity::Seconds, Quantity::Memory],
            What::Forward | What::Evaluate => &[Quantity::Seconds],
        };
        for &quantity in quantities {
            if let Some(line) = line(&group, quantity) {
                lines.push(line);
            }
        }
    }
    lines
}

fn line(group: &[&Row], quantity: Quantity) -> Option<Line> {
    let value = |row: &Row| match quantity {
        Quantity::Seconds => Some(row.seconds),
        Quantity::Memory => row.peak_rss_mb,
    };
    let of = |side: Side| -> Vec<(usize, f64)> {
        group
            .iter()
            .filter(|row| row.side == side)
            .filter_map(|row| Some((row.round, value(row)?)))
            .collect()
    };
    let (ours, theirs) = (of(Side::Ours), of(Side::Theirs));
    let ratios: Vec<f64> = ours
        .iter()
        .filter_map(|&(round, ours)| {
            let (_, theirs) = theirs.iter().find(|(other, _)| *other == round)?;
            Some(ours / theirs)
        })
        .collect();
    let spread = |values: &[(usize, f64)]| {
        Spread::of(&values.iter().map(|&(_, value)| value).collect::<Vec<_>>())
    };
    let first = group.first()?;
    (!ours.is_empty() || !theirs.is_empty()).then(|| Line {
        shape: first.shape.clone(),
        arm: first.arm.clone(),
        padding: first.padding,
        what: first.what,
        quantity,
        ours: spread(&ours),
        theirs: spread(&theirs),
        ratios: Spread::of(&ratios),
    })
}

/// The summary as CSV; a side that was not measured has empty cells.
pub fn to_csv(lines: &[Line]) -> String {
    let mut out = String::new();
    write_record(
        &mut out,
        [
            "shape",
            "arm",
            "padding",
            "what",
            "unit",
            "rounds",
            "ours_median",
            "ours_min",
            "ours_max",
            "theirs_median",
            "theirs_min",
            "theirs_max",
            "ratio",
            "ratio_min",
            "ratio_max",
        ],
    );
    for line in lines {
        let (unit, digits) = match line.quantity {
            Quantity::Seconds => ("s", 5),
            Quantity::Memory => ("MiB", 0),
        };
        let cell = |value: f64, digits: usize| match value.is_nan() {
            true => String::new(),
            false => format!("{value:.digits$}"),
        };
        let spread = |spread: &Spread| {
            [spread.median, spread.least, spread.most].map(|value| cell(value, digits))
        };
        let [ours, ours_min, ours_max] = spread(&line.ours);
        let [theirs, theirs_min, theirs_max] = spread(&line.theirs);
        write_record(
            &mut out,
            [
                line.shape.clone(),
                line.arm.clone(),
                line.padding.to_string(),
                line.name().to_owned(),
                unit.to_owned(),
                line.ours.n.max(line.theirs.n).to_string(),
                ours,
                ours_min,
                ours_max,
                theirs,
                theirs_min,
                theirs_max,
                cell(line.ratio(), 3),
                cell(line.ratios.least, 3),
                cell(line.ratios.most, 3),
            ],
        );
    }
    out
}

/// The summary as Markdown, one table a shape.
pub fn to_markdown(lines: &[Line], heading: &str) -> String {
    let mut out = format!(
        "# {heading}\n\n\
         Medians over rounds in which the two sides took turns, each measurement in a process of \
         its own; in brackets the least and the most.\n\
         A ratio below 1 means that this program needs less.\n"
    );
    let mut shapes: Vec<(&str, Padding)> = Vec::new();
    for line in lines {
        if !shapes.contains(&(&line.shape, line.padding)) {
            shapes.push((&line.shape, line.padding));
        }
    }
    for (key, padding) in shapes {
        let title = match key {
            epoch::KEY => epoch::TITLE,
            _ => Shape::find(key).map_or(key, |shape| shape.title),
        };
        let _ = write!(out, "\n## {title}");
        if padding == Padding::Ragged {
            out.push_str(", rows from full length to half of it");
        }
        out.push_str(
            "\n\n| arm | what | ours | PyTorch + PEFT | ratio | rounds |\n\
             |---|---|--:|--:|--:|--:|\n",
        );
        let of_shape = lines
            .iter()
            .filter(|line| line.shape == key && line.padding == padding);
        for line in of_shape {
            let unit = match line.quantity {
                Quantity::Seconds => "s",
                Quantity::Memory => "MiB",
            };
            let value = |value: f64| match line.quantity {
                Quantity::Seconds if value < 10.0 => format!("{value:.3}"),
                Quantity::Seconds => format!("{value:.1}"),
                Quantity::Memory => format!("{value:.0}"),
            };
            let cell = |spread: &Spread| match spread.n {
                0 => "–".to_owned(),
                1 => format!("{} {unit}", value(spread.median)),
                _ => format!(
                    "{} {unit} ({}–{})",
                    value(spread.median),
                    value(spread.least),
                    value(spread.most)
                ),
            };
            let ratio = match line.ratios.n {
                0 => "–".to_owned(),
                1 => format!("**{:.2}**", line.ratio()),
                _ => format!(
                    "**{:.2}** ({:.2}–{:.2})",
                    line.ratio(),
                    line.ratios.least,
                    line.ratios.most
                ),
            };
            let _ = writeln!(
                out,
                "| `{}` | {} | {} | {} | {ratio} | {} |",
                line.arm,
                line.name(),
                cell(&line.ours),
                cell(&line.theirs),
                line.ours.n.max(line.theirs.n),
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(side: Side, round: usize, seconds: f64, peak: f64) -> Row {
        Row {
            side,
            shape: "minilm-l6".into(),
            arm: "lora-r8".into(),
            what: What::TrainStep,
            padding: Padding::None,
            round,
            seconds,
            peak_rss_mb: Some(peak),
            built_rss_mb: None,
            steps: 1,
            trainable: 1,
        }
    }

    fn rows() -> Vec<Row> {
        let mut rows = Vec::new();
        // The second round was slow for both sides.
        for (round, ours, theirs) in [(1, 0.4, 0.8), (2, 1.2, 2.0), (3, 0.5, 1.0)] {
            rows.push(row(Side::Ours, round, ours, 300.0));
            rows.push(row(Side::Theirs, round, theirs, 1200.0));
        }
        rows
    }

    #[test]
    fn the_ratio_is_that_of_the_medians_and_its_range_that_of_the_rounds() {
        let csv = to_csv(&lines(&rows()));
        let expected = [
            "minilm-l6,lora-r8,none,training step,s,3,0.50000,0.40000,1.20000,1.00000,0.80000,2.00000,0.500,0.500,0.600",
            "minilm-l6,lora-r8,none,peak memory,MiB,3,300,300,300,1200,1200,1200,0.250,0.250,0.250",
        ];
        assert_eq!(csv.lines().skip(1).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_side_that_was_not_measured_leaves_its_cells_empty() {
        let rows: Vec<Row> = rows()
            .into_iter()
            .filter(|row| row.side == Side::Ours)
            .collect();
        let csv = to_csv(&lines(&rows));
        assert!(csv.contains("0.50000,0.40000,1.20000,,,,,,"), "{csv}");
        let markdown = to_markdown(&lines(&rows), "t");
        assert!(markdown.contains("| 0.500 s (0.400–1.200) | – | – | 3 |"));
    }
}
