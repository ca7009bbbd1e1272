//! Table 1 as data: its columns, what has to be said about them, and the plots that show it.

use results::{Arm, Column, Plot, Split, TableHead, TableSpec};
use tasks::glue::{GlueTask, POOLED_SPLIT};

use crate::suites::frame::{TableFrame, paper};

/// The tasks in the order of the paper's columns.
const TASKS: [GlueTask; 7] = [
    GlueTask::Mnli,
    GlueTask::Sst2,
    GlueTask::Mrpc,
    GlueTask::Cola,
    GlueTask::Qnli,
    GlueTask::Rte,
    GlueTask::Stsb,
];

/// Split of the mean of MNLI's two halves.
pub const MEAN_OF_HALVES_SPLIT: &str = "mean_of_halves";

/// Why the rates of the small scale are not to be trusted.
const MISLEADING_RATES: &str = "Read the table at one shared learning rate first. The rates here were \
    chosen on 800 examples with one seed, and they decide what it shows of A against B: \
    tuneA-Brand-r16 has 5.9 on CoLA at its own rate of 8e-3 and 25.4 at the shared 2e-3.";

/// Table 1: adaptation methods on GLUE, the paper's rows first and then the experiment's other arms.
pub fn specs(frame: &TableFrame) -> Vec<TableSpec> {
    let paper = paper(1, include_str!("../../../../../paper/table1.csv"));
    let mut head = TableHead {
        columns: TASKS.into_iter().map(column).collect(),
        average: true,
        notes: vec![
            "MNLI is the accuracy over both validation halves together, CoLA the Matthews \
             correlation, STS-B the Pearson correlation, the rest accuracy."
                .to_owned(),
        ],
        plots: vec![
            Plot::Dots,
            Plot::Claims {
                against: Arm::lora(8),
            },
        ],
        ..frame.head("GLUE", 1, "adaptation methods on GLUE")
    };
    if frame.scale == "small" {
        if frame.shared_lr {
            // Before the other one.
            head.place -= 2;
        } else {
            head.warning = MISLEADING_RATES.to_owned();
        }
    }
    let mut spec = TableSpec {
        head,
        arms: TableSpec::arms_of(&paper),
        splits: TASKS
            .into_iter()
            .flat_map(|task| splits(task, frame.is_generated))
            .collect(),
        paper,
    };
    spec.add_arms(frame.arms.iter().copied());
    vec![spec]
}

fn column(task: GlueTask) -> Column {
    let headline = task.headline();
    let metric = headline.metric.name();
    Column::of_split(task.key(), metric, headline.split, headline.label)
}

/// The splits of a task's rows, with the sizes of the official ones.
fn splits(task: GlueTask, generated: bool) -> Vec<Split> {
    let lens = task.official_validation_lens();
    let split = |name: &str, len: usize| Split {
        task: task.key().to_owned(),
        name: name.to_owned(),
        label: task.name().to_owned(),
        total: (!generated).then_some(len as u64),
    };
    let halves = task.validation_splits().iter().zip(lens);
    let mut splits: Vec<Split> = halves.map(|(name, &len)| split(name, len)).collect();
    if task == GlueTask::Mnli {
        let both = lens.iter().sum();
        splits.push(split(POOLED_SPLIT, both));
        splits.push(split(MEAN_OF_HALVES_SPLIT, both));
    }
    splits
}

#[cfg(test)]
mod tests {
    use results::View;

    use super::*;

    fn spec(scale: &str, shared_lr: bool, arms: &[&str]) -> TableSpec {
        let frame = TableFrame {
            scale: scale.into(),
            view: View::Local,
            shared_lr,
            is_generated: false,
            arms: arms.iter().map(|arm| arm.parse().unwrap()).collect(),
        };
        specs(&frame).remove(0)
    }

    #[test]
    fn the_columns_are_the_papers() {
        let spec = spec("small", false, &[]);
        let columns = &spec.head.columns;
        let keys: Vec<&str> = columns.iter().map(|column| &*column.key).collect();
        assert_eq!(keys, spec.paper.columns());
        assert!(spec.paper.has_average());
        let labels: Vec<&str> = columns.iter().map(|column| &*column.label).collect();
        assert_eq!(
            labels,
            ["MNLI", "SST-2", "MRPC", "CoLA", "QNLI", "RTE", "STS-B"]
        );
    }

    #[test]
    fn the_table_at_the_shared_rate_comes_first_where_the_other_misleads() {
        let head = |scale, shared| spec(scale, shared, &[]).head;
        assert!(head("small", true).place < head("small", false).place);
        assert_eq!(head("small", true).warning, "");
        assert_ne!(head("small", false).warning, "");
        assert!(head("mini", false).place < head("mini", true).place);
        assert_eq!(head("mini", false).warning, "");
        assert_eq!(head("mini", true).name, "table1-shared-lr");
    }

    #[test]
    fn an_arm_is_added_once_under_any_name() {
        let spec = spec("mini", false, &["tuneAB-Akm-r8", "full", "full"]);
        assert_eq!(spec.arms.len(), spec.paper.rows.len() + 1);
        assert_eq!(spec.arms.last().unwrap().arm.to_string(), "full");
    }
}
