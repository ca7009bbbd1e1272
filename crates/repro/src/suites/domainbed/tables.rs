//! Tables 5, 8, 9 and 10 as data; what the splits of the rows are is said in [`tasks::domainbed`].
//!
//! A column's key is the task, a slash and what is measured: `vlcs/id`, `vlcs/ood` (Table 5), `vlcs/L` (Tables 8 and 9: the
//! accuracy on an environment) and `vlcs/gap_L` (Table 10: the training accuracy minus it).

use results::{Arm, Column, Domain, Measure, Plot, Split, TableHead, TableSpec};
use tasks::domainbed::{
    AUGMENTED_HELD_OUT_SPLIT, AUGMENTED_TRAIN_SPLIT, Environment, HELD_OUT_SPLIT, ImageSet, METRIC,
    OOD_MEAN_SPLIT, TRAIN_SPLIT,
};

use crate::suites::frame::{TableFrame, paper};

/// The paper's tables of images, in the order of their numbers, with rows for those of the
/// experiment's arms that they lack.
pub fn specs(frame: &TableFrame) -> Vec<TableSpec> {
    let first_three = &ImageSet::ALL[..3];
    let against = Arm::lora(8);
    let claims = Plot::Claims { against };
    let shown = [
        (
            5,
            "image classification in and out of domain",
            include_str!("../../../../../paper/table5.csv"),
            first_three
                .iter()
                .flat_map(|&set| in_and_out(set))
                .collect::<Vec<Column>>(),
            vec![Plot::Scatter, claims],
        ),
        (
            8,
            "image classification by environment",
            include_str!("../../../../../paper/table8.csv"),
            first_three
                .iter()
                .flat_map(|&set| by_environment(set, false))
                .collect(),
            vec![Plot::Dots, claims],
        ),
        (
            9,
            "TerraIncognita by environment",
            include_str!("../../../../../paper/table9.csv"),
            by_environment(ImageSet::Terra, false).to_vec(),
            vec![Plot::Scatter, Plot::Dots, claims],
        ),
        (
            10,
            "generalisation gaps",
            include_str!("../../../../../paper/table10.csv"),
            ImageSet::ALL
                .into_iter()
                .flat_map(|set| by_environment(set, true))
                .collect(),
            vec![Plot::Gaps { against }],
        ),
    ];
    let spec = |(number, title, text, columns, plots): (u8, &str, &str, Vec<Column>, Vec<Plot>)| {
        let paper = paper(number, text);
        let mut spec = TableSpec {
            head: TableHead {
                notes: notes(&columns),
                columns,
                plots,
                ..frame.head("DomainBed", number, title)
            },
            arms: TableSpec::arms_of(&paper),
            splits: ImageSet::ALL
                .into_iter()
                .flat_map(|set| splits(set, frame.is_generated))
                .collect(),
            paper,
        };
        spec.add_arms(frame.arms.iter().copied());
        spec
    };
    shown.into_iter().map(spec).collect()
}

fn column(set: ImageSet, what: &str, label: &str, measure: Measure, domain: Domain) -> Column {
    Column {
        key: format!("{}/{what}", set.key()),
        task: set.key().to_owned(),
        metric: METRIC.to_owned(),
        measure,
        label: label.to_owned(),
        group: set.name().to_owned(),
        domain: Some(domain),
    }
}

fn in_and_out(set: ImageSet) -> [Column; 2] {
    let others = set.others().map(|other| other.split.to_owned()).collect();
    let held_out = Measure::Split(HELD_OUT_SPLIT.to_owned());
    [
        column(set, "id", "ID", held_out, Domain::In),
        column(set, "ood", "OOD", Measure::MeanOf(others), Domain::Out),
    ]
}

/// One column an environment: the accuracy there, or what of the training accuracy is lost there.
fn by_environment(set: ImageSet, gap: bool) -> [Column; 4] {
    set.environments().each_ref().map(|environment| {
        let Environment { code, label, .. } = environment;
        let (label, domain) = if environment.is_source() {
            (format!("{label} (ID)"), Domain::In)
        } else {
            ((*label).to_owned(), Domain::Out)
        };
        let split = environment.split.to_owned();
        let (what, measure) = if gap {
            let of = TRAIN_SPLIT.to_owned();
            (format!("gap_{code}"), Measure::Gap { of, minus: split })
        } else {
            ((*code).to_owned(), Measure::Split(split))
        };
        column(set, &what, &label, measure, domain)
    })
}

/// The splits of a set's rows, with the sizes of the published set.
fn splits(set: ImageSet, generated: bool) -> Vec<Split> {
    let split = |name: &str, label: String, total: Option<usize>| Split {
        task: set.key().to_owned(),
        name: name.to_owned(),
        label: format!("{} {label}", set.name()),
        total: total.filter(|_| !generated).map(|total| total as u64),
    };
    let source = set.source().label;
    let all = set.source().n_pictures;
    // DomainBed holds a fifth out, rounded down.
    let held_out = all.map(|all| (all as f64 * 0.2) as usize);
    let kept = all.zip(held_out).map(|(all, held_out)| all - held_out);
    let mut splits = Vec::new();
    for (name, what, total) in [
        (TRAIN_SPLIT, "trained on", kept),
        (HELD_OUT_SPLIT, "held out", held_out),
        (AUGMENTED_TRAIN_SPLIT, "trained on, augmented", kept),
        (AUGMENTED_HELD_OUT_SPLIT, "held out, augmented", held_out),
    ] {
        splits.push(split(name, format!("{source} ({what})"), total));
    }
    splits.push(split(OOD_MEAN_SPLIT, "other environments".to_owned(), None));
    for other in set.others() {
        splits.push(split(other.split, other.label.to_owned(), other.n_pictures));
    }
    splits
}

/// What in and out of domain mean, and how the columns are computed.
fn notes(columns: &[Column]) -> Vec<String> {
    let is = |measure: fn(&Measure) -> bool| columns.iter().any(|column| measure(&column.measure));
    let what = if is(|measure| matches!(measure, Measure::Gap { .. })) {
        "Each number is the accuracy on the images trained on, without augmentation, minus the accuracy on the column's test images: the smaller, the less is lost."
    } else {
        "The metric is accuracy."
    };
    let domains = "ID is the held-out 20 % of the one environment that the run trained on, OOD images of another environment.";
    let last = if is(|measure| matches!(measure, Measure::MeanOf(_))) {
        "OOD averages the three other environments, and its deviation is the mean of their three deviations, as in the paper.".to_owned()
    } else {
        let sources = columns
            .iter()
            .filter(|column| column.domain == Some(Domain::In));
        let labels: Vec<&str> = sources
            .map(|column| column.label.trim_end_matches(" (ID)"))
            .collect();
        format!(
            "Trained on {}; columns without a mark are OOD.",
            labels.join(", ")
        )
    };
    vec![what.to_owned(), domains.to_owned(), last]
}

#[cfg(test)]
mod tests {
    use results::View;

    use super::*;

    fn small() -> Vec<TableSpec> {
        specs(&TableFrame {
            scale: "small".into(),
            view: View::Local,
            shared_lr: false,
            is_generated: false,
            arms: Vec::new(),
        })
    }

    #[test]
    fn the_columns_are_the_papers() {
        for spec in small() {
            let keys: Vec<&str> = spec
                .head
                .columns
                .iter()
                .map(|column| &*column.key)
                .collect();
            assert_eq!(keys, spec.paper.columns(), "{}", spec.head.name);
            assert!(!spec.paper.has_average());
        }
    }

    #[test]
    fn every_split_of_a_column_is_one_that_rows_may_have() {
        for spec in small() {
            for column in &spec.head.columns {
                for split in column.measure.splits() {
                    let known = |known: &Split| known.task == column.task && known.name == split;
                    assert!(spec.splits.iter().any(known), "{} {split}", column.key);
                }
            }
        }
    }

    #[test]
    fn splits_know_the_sizes_of_the_published_sets() {
        let total = |generated: bool, name: &str| {
            let splits = splits(ImageSet::Pacs, generated);
            splits
                .into_iter()
                .find(|split| split.name == name)
                .unwrap()
                .total
        };
        assert_eq!(total(false, "ood_S"), Some(3_929));
        assert_eq!(
            (total(false, "out"), total(false, "in")),
            (Some(468), Some(1_876))
        );
        assert_eq!(total(true, "ood_S"), None);
    }
}
