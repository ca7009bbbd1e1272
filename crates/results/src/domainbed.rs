//! The image tables' data sets, environments and columns, and what the rows of suite `domainbed` mean.
//!
//! # Rows
//!
//! | field | value |
//! |---|---|
//! | suite | `domainbed` |
//! | task | `vlcs`, `pacs`, `officehome` or `terra` |
//! | metric | `accuracy`, a fraction of the split's images |
//! | selection | `last`, and `best` where a run has it |
//! | split `in` | the 80 % of the source environment that the run trained on, without augmentation |
//! | split `out` | the 20 % of the source environment that were held out: the paper's "ID" |
//! | split `train_augmented`, `out_augmented` | the same two, augmented as in training, as DomainBed's loader measures them (optional, behaviours 0.16) |
//! | split `ood_<code>` | all images of another environment, by its code in [`Environment::code`]: `ood_C`, `ood_L100` |
//! | split `ood_mean` | the mean of the three others (optional; the tables make it themselves) |
//!
//! The source is the second environment of each data set (behaviours 6.2).
//! Rows of other metrics, such as a loss, keep to the same splits; a row of another split is an error of whoever wrote it.
//!
//! # Columns
//!
//! A column key is the task, a slash and what is measured: `vlcs/id`, `vlcs/ood` (Table 5),
//! `vlcs/L` (Tables 8 and 9: the accuracy on an environment) and `vlcs/gap_L` (Table 10: the training accuracy minus it).

use std::fmt::Write;

use crate::column::{Column, Domain, Measure};
use crate::error::ResultsError;
use crate::paper::PaperTable;
use crate::row::Row;
use crate::table::{TableSpec, View};

/// Name of the suite behind Tables 5, 8, 9 and 10.
pub const DOMAINBED: &str = "domainbed";

/// Split of the images that a run trained on.
pub const TRAIN_SPLIT: &str = "in";

/// Split of the source environment's held-out images.
pub const HELD_OUT_SPLIT: &str = "out";

/// Splits that a row may have whatever its task, beside those of the other environments.
const COMMON_SPLITS: [&str; 5] = [
    TRAIN_SPLIT,
    HELD_OUT_SPLIT,
    "train_augmented",
    "out_augmented",
    "ood_mean",
];

const METRIC: &str = "accuracy";

/// One environment of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Environment {
    /// Code, unique in its data set: DomainBed's letter, or the number of a camera's location.
    pub code: &'static str,
    /// The head of its column in the paper.
    pub label: &'static str,
    /// The split that is its test set.
    pub split: &'static str,
}

impl Environment {
    /// Whether runs train on this environment.
    pub fn is_source(&self) -> bool {
        self.split == HELD_OUT_SPLIT
    }
}

/// One data set: four environments with the same classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataSet {
    /// Task key.
    pub task: &'static str,
    /// The paper's name.
    pub label: &'static str,
    /// The environments, in DomainBed's order; the second is the source.
    pub environments: [Environment; 4],
}

impl DataSet {
    /// The data set of a task; none for a task of another suite.
    pub fn of_task(task: &str) -> Option<&'static Self> {
        DATA_SETS.iter().find(|set| set.task == task)
    }

    /// The splits of the environments that no run trains on.
    fn other_splits(&self) -> impl Iterator<Item = &'static str> {
        self.environments
            .iter()
            .filter(|environment| !environment.is_source())
            .map(|environment| environment.split)
    }
}

const fn environment(code: &'static str, label: &'static str, split: &'static str) -> Environment {
    Environment { code, label, split }
}

/// The four data sets, in the paper's order (behaviours 6.2).
pub static DATA_SETS: [DataSet; 4] = [
    DataSet {
        task: "vlcs",
        label: "VLCS",
        environments: [
            environment("C", "Caltech101", "ood_C"),
            environment("L", "LabelMe", HELD_OUT_SPLIT),
            environment("S", "SUN09", "ood_S"),
            environment("V", "VOC2007", "ood_V"),
        ],
    },
    DataSet {
        task: "pacs",
        label: "PACS",
        environments: [
            environment("A", "Art", "ood_A"),
            environment("C", "Cartoon", HELD_OUT_SPLIT),
            environment("P", "Photo", "ood_P"),
            environment("S", "Sketch", "ood_S"),
        ],
    },
    DataSet {
        task: "officehome",
        label: "OfficeHome",
        environments: [
            environment("A", "Art", "ood_A"),
            environment("C", "Clipart", HELD_OUT_SPLIT),
            environment("P", "Product", "ood_P"),
            // The data set's folder is called "Real World", hence the code.
            environment("R", "Photo", "ood_R"),
        ],
    },
    DataSet {
        task: "terra",
        label: "TerraIncognita",
        environments: [
            environment("L100", "L100", "ood_L100"),
            environment("L38", "L38", HELD_OUT_SPLIT),
            environment("L43", "L43", "ood_L43"),
            environment("L46", "L46", "ood_L46"),
        ],
    },
];

/// What the four tables ask for at one scale, in the order of their numbers: the paper's arms and columns.
pub fn table_specs(scale: &str, view: View) -> [TableSpec; 4] {
    let spec = |name: &str, title: &str, paper: PaperTable| {
        TableSpec::of_paper(name, title, scale, view, paper)
    };
    [
        spec(
            "table5",
            "Table 5: image classification in and out of domain",
            PaperTable::table5(),
        ),
        spec(
            "table8",
            "Table 8: image classification by environment",
            PaperTable::table8(),
        ),
        spec(
            "table9",
            "Table 9: TerraIncognita by environment",
            PaperTable::table9(),
        ),
        spec(
            "table10",
            "Table 10: generalisation gaps",
            PaperTable::table10(),
        ),
    ]
}

/// The column of a key such as `vlcs/ood`; none for another key.
pub(crate) fn column(key: &str) -> Option<Column> {
    let (task, what) = key.split_once('/')?;
    let set = DataSet::of_task(task)?;
    let with = |measure, label: String, domain| Column {
        key: key.to_owned(),
        task: set.task.to_owned(),
        metric: METRIC,
        measure,
        label,
        group: set.label,
        domain: Some(domain),
    };
    let by_code = |code: &str| {
        let environment = set.environments.iter().find(|each| each.code == code)?;
        let (label, domain) = if environment.is_source() {
            (format!("{} (ID)", environment.label), Domain::In)
        } else {
            (environment.label.to_owned(), Domain::Out)
        };
        Some((environment.split, label, domain))
    };
    match what {
        "id" => Some(with(
            Measure::Split(HELD_OUT_SPLIT),
            "ID".to_owned(),
            Domain::In,
        )),
        "ood" => {
            let splits = set.other_splits().collect();
            Some(with(Measure::MeanOf(splits), "OOD".to_owned(), Domain::Out))
        }
        _ => match what.strip_prefix("gap_") {
            Some(code) => {
                let (minus, label, domain) = by_code(code)?;
                let of = TRAIN_SPLIT;
                Some(with(Measure::Gap { of, minus }, label, domain))
            }
            None => {
                let (split, label, domain) = by_code(what)?;
                Some(with(Measure::Split(split), label, domain))
            }
        },
    }
}

/// Refuses a row of this suite whose split is none of its task's: no table would ever show it.
///
/// # Errors
/// [`ResultsError::UnknownSplit`].
pub(crate) fn check_split(row: &Row) -> Result<(), ResultsError> {
    if row.suite != DOMAINBED || row.is_failure() {
        return Ok(());
    }
    let Some(set) = DataSet::of_task(&row.task) else {
        return Ok(());
    };
    let known = |split: &str| {
        COMMON_SPLITS.contains(&split) || set.other_splits().any(|other| other == split)
    };
    if known(&row.split) {
        return Ok(());
    }
    let mut expected = String::new();
    for split in COMMON_SPLITS.into_iter().chain(set.other_splits()) {
        let separator = if expected.is_empty() { "" } else { ", " };
        let _ = write!(expected, "{separator}{split}");
    }
    Err(ResultsError::UnknownSplit {
        run_key: row.run_key.clone(),
        task: row.task.clone(),
        split: row.split.clone(),
        expected,
    })
}
