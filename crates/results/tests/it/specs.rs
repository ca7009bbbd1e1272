//! Tables as suites describe them: one of a column a task with an average, and those of image sets with groups and domains.
//!
//! The tests of `figures` use this file too.

use results::{
    Arm, Column, Domain, Measure, PaperTable, Plot, Selection, Split, TableHead, TableSpec, View,
};

/// Task, label and metric of each column of the paper's Table 1.
pub const GLUE: [(&str, &str, &str); 7] = [
    ("mnli", "MNLI", "accuracy"),
    ("sst2", "SST-2", "accuracy"),
    ("mrpc", "MRPC", "accuracy"),
    ("cola", "CoLA", "matthews"),
    ("qnli", "QNLI", "accuracy"),
    ("rte", "RTE", "accuracy"),
    ("stsb", "STS-B", "pearson"),
];

/// An image set: task, name and environments by code and name; the second is the source.
pub type ImageSet = (
    &'static str,
    &'static str,
    [(&'static str, &'static str); 4],
);

pub const IMAGES: [ImageSet; 4] = [
    (
        "vlcs",
        "VLCS",
        [
            ("C", "Caltech101"),
            ("L", "LabelMe"),
            ("S", "SUN09"),
            ("V", "VOC2007"),
        ],
    ),
    (
        "pacs",
        "PACS",
        [
            ("A", "Art"),
            ("C", "Cartoon"),
            ("P", "Photo"),
            ("S", "Sketch"),
        ],
    ),
    (
        "officehome",
        "OfficeHome",
        [
            ("A", "Art"),
            ("C", "Clipart"),
            ("P", "Product"),
            ("R", "Photo"),
        ],
    ),
    (
        "terra",
        "TerraIncognita",
        [
            ("L100", "L100"),
            ("L38", "L38"),
            ("L43", "L43"),
            ("L46", "L46"),
        ],
    ),
];

/// The position of the environment that runs train on.
pub const SOURCE: usize = 1;

/// The transcription of a table of the paper.
pub fn paper(number: u8) -> PaperTable {
    let path = format!(
        "{}/../../paper/table{number}.csv",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).expect("a transcription");
    PaperTable::parse(number, path, &text).expect("well formed")
}

pub fn arm(key: &str) -> Arm {
    key.parse().expect("an arm")
}

/// The split that GLUE rows report a task by.
pub fn glue_split(task: &str) -> &'static str {
    if task == "mnli" {
        "pooled"
    } else {
        "validation"
    }
}

/// Table 1, 2 or 7.
pub fn glue_spec(number: u8, scale: &str, view: View) -> TableSpec {
    let columns = GLUE.map(|(task, label, metric)| Column {
        key: task.into(),
        task: task.into(),
        metric: metric.into(),
        measure: Measure::Split(glue_split(task).into()),
        label: label.into(),
        group: String::new(),
        domain: None,
    });
    let splits = GLUE.map(|(task, label, _)| Split {
        task: task.into(),
        name: glue_split(task).into(),
        label: label.into(),
        total: Some(1_000),
    });
    let notes = vec![
        "CoLA is the Matthews correlation, STS-B the Pearson correlation, the rest accuracy."
            .to_owned(),
    ];
    let plots = vec![
        Plot::Dots,
        Plot::Claims {
            against: Arm::lora(8),
        },
    ];
    let title = "adaptation methods on GLUE";
    spec(
        number,
        title,
        "GLUE",
        scale,
        view,
        columns.into(),
        splits.into(),
        notes,
        plots,
    )
}

/// Table 5, 8, 9 or 10.
pub fn image_spec(number: u8, scale: &str, view: View) -> TableSpec {
    let against = Arm::lora(8);
    let sets = match number {
        9 => &IMAGES[3..],
        10 => &IMAGES[..],
        _ => &IMAGES[..3],
    };
    let columns = sets
        .iter()
        .flat_map(|set| image_columns(number, set))
        .collect();
    let splits = IMAGES.iter().flat_map(image_splits).collect();
    let notes = vec![
        "The metric is accuracy.".to_owned(),
        "OOD averages the three other environments.".to_owned(),
    ];
    let plots = match number {
        5 => vec![Plot::Scatter, Plot::Claims { against }],
        9 => vec![Plot::Scatter, Plot::Dots, Plot::Claims { against }],
        10 => vec![Plot::Gaps { against }],
        _ => vec![Plot::Dots, Plot::Claims { against }],
    };
    spec(
        number,
        "images",
        "DomainBed",
        scale,
        view,
        columns,
        splits,
        notes,
        plots,
    )
}

pub fn image_split(set: &ImageSet, position: usize) -> String {
    if position == SOURCE {
        "out".into()
    } else {
        format!("ood_{}", set.2[position].0)
    }
}

fn image_columns(number: u8, set: &ImageSet) -> Vec<Column> {
    let column = |what: &str, label: String, measure, domain| Column {
        key: format!("{}/{what}", set.0),
        task: set.0.into(),
        metric: "accuracy".into(),
        measure,
        label,
        group: set.1.into(),
        domain: Some(domain),
    };
    if number == 5 {
        let others = [0, 2, 3].map(|position| image_split(set, position)).into();
        return vec![
            column("id", "ID".into(), Measure::Split("out".into()), Domain::In),
            column("ood", "OOD".into(), Measure::MeanOf(others), Domain::Out),
        ];
    }
    let environment = |position: usize| {
        let (code, label) = set.2[position];
        let split = image_split(set, position);
        let (label, domain) = match position {
            SOURCE => (format!("{label} (ID)"), Domain::In),
            _ => (label.to_owned(), Domain::Out),
        };
        match number {
            10 => {
                let measure = Measure::Gap {
                    of: "in".into(),
                    minus: split,
                };
                column(&format!("gap_{code}"), label, measure, domain)
            }
            _ => column(code, label, Measure::Split(split), domain),
        }
    };
    (0..4).map(environment).collect()
}

fn image_splits(set: &ImageSet) -> Vec<Split> {
    let others = [0, 2, 3].map(|position| image_split(set, position));
    let named = ["in", "out", "train_augmented", "ood_mean"]
        .map(str::to_owned)
        .into_iter();
    named
        .chain(others)
        .map(|name| Split {
            task: set.0.into(),
            label: format!("{} {name}", set.1),
            name,
            total: Some(1_000),
        })
        .collect()
}

#[expect(clippy::too_many_arguments, reason = "each is one field of the spec")]
fn spec(
    number: u8,
    title: &str,
    suite: &str,
    scale: &str,
    view: View,
    columns: Vec<Column>,
    splits: Vec<Split>,
    notes: Vec<String>,
    plots: Vec<Plot>,
) -> TableSpec {
    let paper = paper(number);
    TableSpec {
        head: TableHead {
            name: format!("table{number}"),
            title: format!("Table {number}: {title}"),
            suite: suite.into(),
            place: u32::from(number),
            paper_number: number,
            scale: scale.into(),
            view,
            selection: Selection::Last,
            columns,
            average: paper.has_average(),
            notes,
            warning: String::new(),
            plots,
            command: format!("cargo run -p repro --bin table{number} -- --scale {scale}"),
        },
        arms: TableSpec::arms_of(&paper),
        splits,
        paper,
    }
}
