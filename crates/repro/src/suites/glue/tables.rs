//! Table 1 as data: its columns, what has to be said about them, and the plots that show it.

use results::{
    Arm, Column, Measure, PaperTable, Plot, Selection, Split, TableHead, TableSpec, View,
};
use tasks::glue::GlueTask;

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

/// Split of MNLI's two validation halves taken together.
pub const POOLED_SPLIT: &str = "pooled";

/// Split of the mean of MNLI's two halves.
pub const MEAN_OF_HALVES_SPLIT: &str = "mean_of_halves";

/// Table 1: adaptation methods on GLUE, the paper's rows first and then those of `arms` that it lacks.
///
/// With `shared_rate`, all arms train at one learning rate. `generated` data have no official sizes.
pub fn table1(
    scale: &str,
    view: View,
    shared_rate: bool,
    generated: bool,
    arms: impl IntoIterator<Item = Arm>,
) -> TableSpec {
    let paper = PaperTable::parse(
        1,
        "paper/table1.csv",
        include_str!("../../../../../paper/table1.csv"),
    )
    .expect("the transcription is part of the source and tested");
    let (name, title, flag) = if shared_rate {
        (
            "table1-shared-lr",
            "Table 1 at one shared learning rate: adaptation methods on GLUE",
            " --shared-lr",
        )
    } else {
        ("table1", "Table 1: adaptation methods on GLUE", "")
    };
    let rates_mislead = scale == "small";
    let warning = if rates_mislead && !shared_rate {
        "Read the table at one shared learning rate first. \
         The rates here were chosen on 800 examples with one seed, and they decide what it shows of A against B: \
         tuneA-Brand-r16 has 5.9 on CoLA at its own rate of 8e-3 and 25.4 at the shared 2e-3."
    } else {
        ""
    };
    let mut spec = TableSpec {
        head: TableHead {
            name: name.to_owned(),
            title: title.to_owned(),
            suite: "GLUE".to_owned(),
            place: match (shared_rate, rates_mislead) {
                (true, true) => 9,
                (true, false) => 11,
                (false, _) => 10,
            },
            paper_number: paper.number,
            scale: scale.to_owned(),
            view,
            selection: Selection::Last,
            columns: TASKS.into_iter().map(column).collect(),
            average: true,
            notes: vec![
                "MNLI is the accuracy over both validation halves together, CoLA the Matthews correlation, \
                 STS-B the Pearson correlation, the rest accuracy."
                    .to_owned(),
            ],
            warning: warning.to_owned(),
            plots: vec![
                Plot::Dots,
                Plot::Claims {
                    against: Arm::lora(8),
                },
            ],
            command: format!("cargo run -p repro --bin table1 -- --scale {scale}{flag}"),
        },
        arms: TableSpec::arms_of(&paper),
        splits: TASKS
            .into_iter()
            .flat_map(|task| splits(task, generated))
            .collect(),
        paper,
    };
    spec.add_arms(arms);
    spec
}

/// The split that stands for a task, after the captions of the paper's Tables 1 and 7.
pub fn headline_split(task: GlueTask) -> &'static str {
    match task {
        GlueTask::Mnli => POOLED_SPLIT,
        _ => task.validation_splits()[0],
    }
}

fn column(task: GlueTask) -> Column {
    Column {
        key: task.key().to_owned(),
        task: task.key().to_owned(),
        metric: task.headline().name().to_owned(),
        measure: Measure::Split(headline_split(task).to_owned()),
        label: task.official_folder().to_owned(),
        group: String::new(),
        domain: None,
    }
}

/// The splits of a task's rows, with the sizes of the official ones.
fn splits(task: GlueTask, generated: bool) -> Vec<Split> {
    let lens = task.official_validation_lens();
    let split = |name: &str, len: usize| Split {
        task: task.key().to_owned(),
        name: name.to_owned(),
        label: task.official_folder().to_owned(),
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
    use super::*;

    #[test]
    fn the_columns_are_the_papers() {
        let spec = table1("small", View::Local, false, false, []);
        let keys: Vec<&str> = spec
            .head
            .columns
            .iter()
            .map(|column| &*column.key)
            .collect();
        assert_eq!(keys, spec.paper.columns());
        assert!(spec.paper.has_average());
        let labels: Vec<&str> = spec
            .head
            .columns
            .iter()
            .map(|column| &*column.label)
            .collect();
        assert_eq!(
            labels,
            ["MNLI", "SST-2", "MRPC", "CoLA", "QNLI", "RTE", "STS-B"]
        );
    }

    #[test]
    fn the_table_at_the_shared_rate_comes_first_where_the_other_misleads() {
        let head = |scale, shared| table1(scale, View::Local, shared, false, []).head;
        assert!(head("small", true).place < head("small", false).place);
        assert!(head("small", true).warning.is_empty() && !head("small", false).warning.is_empty());
        assert!(head("mini", false).place < head("mini", true).place);
        assert!(head("mini", false).warning.is_empty());
    }

    #[test]
    fn an_arm_is_added_once_under_any_name() {
        let lora: Arm = "tuneAB-Akm-r8".parse().unwrap();
        let full: Arm = "full".parse().unwrap();
        let spec = table1("mini", View::Local, false, true, [lora, full, full]);
        assert_eq!(spec.arms.len(), spec.paper.rows.len() + 1);
        assert_eq!(spec.arms.last().map(|row| row.arm), Some(full));
    }
}
