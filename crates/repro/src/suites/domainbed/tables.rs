//! Tables 5, 8, 9 and 10 as data, and what the rows of this suite mean.
//!
//! | field | value |
//! |---|---|
//! | task | the key of an [`ImageSet`] |
//! | metric | `accuracy`, a fraction of the split's images |
//! | selection | `last`, and `best` where a run has it |
//! | split `in` | the 80 % of the source environment that the run trained on, without augmentation |
//! | split `out` | the 20 % of the source environment that were held out: the paper's "ID" |
//! | split `train_augmented`, `out_augmented` | the same two, augmented as in training, as DomainBed's loader measures them (optional) |
//! | split `ood_<code>` | images of another environment, by its code in [`ImageSet::codes`]: `ood_C`, `ood_L100` |
//! | split `ood_mean` | the mean of the three others (optional; the tables make it themselves) |
//!
//! A column's key is the task, a slash and what is measured: `vlcs/id`, `vlcs/ood` (Table 5), `vlcs/L` (Tables 8 and 9: the
//! accuracy on an environment) and `vlcs/gap_L` (Table 10: the training accuracy minus it).

use results::{
    Arm, Column, Domain, Measure, PaperTable, Plot, Selection, Split, TableHead, TableSpec, View,
};
use tasks::domainbed::ImageSet;

/// Split of the images that a run trained on.
pub const TRAIN_SPLIT: &str = "in";

/// Split of the source environment's held-out images.
pub const HELD_OUT_SPLIT: &str = "out";

/// The paper's tables of images, in the order of their numbers, with rows for those of `arms` that they lack.
///
/// `generated` data have no published sizes.
pub fn tables(
    scale: &str,
    view: View,
    generated: bool,
    arms: impl IntoIterator<Item = Arm> + Clone,
) -> Vec<TableSpec> {
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
        let name = format!("table{number}");
        let paper = PaperTable::parse(number, format!("paper/{name}.csv"), text)
            .expect("the transcription is part of the source and tested");
        let mut spec = TableSpec {
            head: TableHead {
                title: format!("Table {number}: {title}"),
                suite: "DomainBed".to_owned(),
                place: 10 * u32::from(number),
                paper_number: number,
                scale: scale.to_owned(),
                view,
                selection: Selection::Last,
                notes: notes(&columns),
                columns,
                average: false,
                warning: String::new(),
                plots,
                command: format!("cargo run -p repro --bin {name} -- --scale {scale}"),
                name,
            },
            arms: TableSpec::arms_of(&paper),
            splits: ImageSet::ALL
                .into_iter()
                .flat_map(|set| splits(set, generated))
                .collect(),
            paper,
        };
        spec.add_arms(arms.clone());
        spec
    };
    shown.into_iter().map(spec).collect()
}

/// The heads of the environments' columns in the paper, in DomainBed's order.
fn headings(set: ImageSet) -> [&'static str; 4] {
    match set {
        ImageSet::Vlcs => ["Caltech101", "LabelMe", "SUN09", "VOC2007"],
        ImageSet::Pacs => ["Art", "Cartoon", "Photo", "Sketch"],
        ImageSet::OfficeHome => ["Art", "Clipart", "Product", "Photo"],
        ImageSet::Terra => ["L100", "L38", "L43", "L46"],
    }
}

/// The split that tests the environment at a position.
pub fn test_split(set: ImageSet, position: usize) -> String {
    if position == ImageSet::SOURCE {
        HELD_OUT_SPLIT.to_owned()
    } else {
        format!("ood_{}", set.codes()[position])
    }
}

fn column(set: ImageSet, what: &str, label: &str, measure: Measure, domain: Domain) -> Column {
    Column {
        key: format!("{}/{what}", set.key()),
        task: set.key().to_owned(),
        metric: "accuracy".to_owned(),
        measure,
        label: label.to_owned(),
        group: set.name().to_owned(),
        domain: Some(domain),
    }
}

fn in_and_out(set: ImageSet) -> [Column; 2] {
    let others = (0..4).filter(|&position| position != ImageSet::SOURCE);
    let others = others.map(|position| test_split(set, position)).collect();
    let held_out = Measure::Split(HELD_OUT_SPLIT.to_owned());
    [
        column(set, "id", "ID", held_out, Domain::In),
        column(set, "ood", "OOD", Measure::MeanOf(others), Domain::Out),
    ]
}

/// One column an environment: the accuracy there, or what of the training accuracy is lost there.
fn by_environment(set: ImageSet, gap: bool) -> [Column; 4] {
    [0, 1, 2, 3].map(|position| {
        let (code, heading) = (set.codes()[position], headings(set)[position]);
        let (label, domain) = if position == ImageSet::SOURCE {
            (format!("{heading} (ID)"), Domain::In)
        } else {
            (heading.to_owned(), Domain::Out)
        };
        let split = test_split(set, position);
        let (what, measure) = if gap {
            let of = TRAIN_SPLIT.to_owned();
            (format!("gap_{code}"), Measure::Gap { of, minus: split })
        } else {
            (code.to_owned(), Measure::Split(split))
        };
        column(set, &what, &label, measure, domain)
    })
}

/// The splits of a set's rows, with the sizes of the published set.
fn splits(set: ImageSet, generated: bool) -> Vec<Split> {
    let sizes = set.full_sizes().filter(|_| !generated);
    let split = |name: &str, label: String, total: Option<usize>| Split {
        task: set.key().to_owned(),
        name: name.to_owned(),
        label: format!("{} {label}", set.name()),
        total: total.map(|total| total as u64),
    };
    let source = headings(set)[ImageSet::SOURCE];
    let all = sizes.map(|sizes| sizes[ImageSet::SOURCE]);
    // DomainBed holds a fifth out, rounded down.
    let held_out = all.map(|all| (all as f64 * 0.2) as usize);
    let kept = all.zip(held_out).map(|(all, held_out)| all - held_out);
    let mut splits = vec![
        split(TRAIN_SPLIT, format!("{source} (trained on)"), kept),
        split(HELD_OUT_SPLIT, format!("{source} (held out)"), held_out),
        split(
            "train_augmented",
            format!("{source} (trained on, augmented)"),
            kept,
        ),
        split(
            "out_augmented",
            format!("{source} (held out, augmented)"),
            held_out,
        ),
        split("ood_mean", "other environments".to_owned(), None),
    ];
    for position in (0..4).filter(|&position| position != ImageSet::SOURCE) {
        let total = sizes.map(|sizes| sizes[position]);
        let label = headings(set)[position].to_owned();
        splits.push(split(&test_split(set, position), label, total));
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
    use super::*;

    #[test]
    fn the_columns_are_the_papers() {
        for spec in tables("small", View::Local, false, []) {
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
        for spec in tables("small", View::Local, false, []) {
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
