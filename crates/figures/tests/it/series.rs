//! What is plotted, as data.

use std::fmt::Write;

use figures::claims::ClaimFigure;
use figures::dots::DotFigure;
use figures::{Mark, Value};
use results::{Arm, View};

use crate::fixture::table;

fn value(value: Option<Value>) -> String {
    match value {
        None => "-".into(),
        Some(Value { mean, std: None }) => format!("{mean:.2}"),
        Some(Value {
            mean,
            std: Some(std),
        }) => format!("{mean:.2} ± {std:.2}"),
    }
}

fn mark(mark: &Mark) -> String {
    match mark {
        Mark::Whole(number) => value(Some(*number)),
        Mark::Partial(number) => format!("{} (partial)", value(Some(*number))),
        Mark::Failed => "failed".into(),
        Mark::Missing => "missing".into(),
    }
}

#[test]
fn the_dot_plot_shows_every_arm_and_task() {
    let figure = DotFigure::of(&table(1, "mini", View::Local));
    let mut text = format!(
        "{}\n{}\n{}\nsplit: {}\n",
        figure.title, figure.subtitle, figure.ours_name, figure.split
    );
    for panel in &figure.panels {
        let (ours, paper) = (panel.ours_range, panel.paper_range);
        let _ = writeln!(
            text,
            "{}: ours {:.2}..{:.2}, paper {:.2}..{:.2}",
            panel.heading, ours.low, ours.high, paper.low, paper.high
        );
        for (label, row) in figure.labels.iter().zip(&panel.rows) {
            let published = row
                .published
                .map_or("-".into(), |mean| format!("{mean:.2}"));
            let _ = writeln!(
                text,
                "  {label}: {} | {published} | {}",
                mark(&row.ours),
                value(row.paper)
            );
        }
    }
    insta::assert_snapshot!("dots", text);
}

#[test]
fn the_claims_plot_shows_differences_to_lora() {
    let figure =
        ClaimFigure::of(&table(1, "mini", View::Published), Arm::lora(8)).expect("LoRA ran");
    let mut text = format!(
        "{}\n±{:.2}\n{:?}\n",
        figure.title,
        figure.range.high,
        figure.agreement()
    );
    for panel in &figure.panels {
        let _ = writeln!(text, "{}", panel.label);
        for row in &panel.rows {
            let _ = writeln!(
                text,
                "  {}: {} | {} | {:?}",
                row.heading,
                value(row.ours),
                value(row.paper),
                row.same_sign()
            );
        }
    }
    insta::assert_snapshot!("claims", text);
}

#[test]
fn both_axes_of_a_split_panel_span_equally_many_points() {
    let figure = DotFigure::of(&table(1, "small", View::Published));
    assert!(figure.split);
    for panel in &figure.panels {
        let (ours, paper) = (panel.ours_range.span(), panel.paper_range.span());
        assert!(
            (ours - paper).abs() < 1e-9,
            "{}: {ours} and {paper}",
            panel.heading
        );
    }
}

#[test]
fn at_scale_paper_both_share_an_axis() {
    let figure = DotFigure::of(&table(7, "paper", View::Published));
    assert!(!figure.split);
    assert!(
        figure
            .panels
            .iter()
            .all(|panel| panel.ours_range == panel.paper_range)
    );
    assert_eq!(figure.labels.len(), 21);
}

#[test]
fn every_number_lies_inside_its_axis() {
    for scale in ["mini", "paper"] {
        let figure = DotFigure::of(&table(7, scale, View::Local));
        for panel in &figure.panels {
            for row in &panel.rows {
                let own = match row.ours {
                    Mark::Whole(value) | Mark::Partial(value) => Some(value),
                    Mark::Failed | Mark::Missing => None,
                };
                for (value, range) in [(own, panel.ours_range), (row.paper, panel.paper_range)] {
                    let Some(Value { mean, std }) = value else {
                        continue;
                    };
                    let std = std.unwrap_or(0.0);
                    assert!(
                        range.low <= mean - std && mean + std <= range.high,
                        "{} {mean}",
                        panel.heading
                    );
                }
            }
        }
    }
}

#[test]
fn a_table_without_lora_makes_no_claims_plot() {
    assert_eq!(
        ClaimFigure::of(&table(2, "mini", View::Local), Arm::lora(8)),
        None
    );
}
