//! The real data, which this repository does not contain:
//! `LORA_ASYMMETRY_DATA=DIR cargo test -p tasks -- --ignored official`.

use std::path::PathBuf;

use tasks::Error;
use tasks::glue::{GlueData, GlueTask};

fn data_dir() -> PathBuf {
    let dir = std::env::var_os("LORA_ASYMMETRY_DATA");
    PathBuf::from(dir.expect("LORA_ASYMMETRY_DATA names a folder with GLUE data"))
}

/// Row counts equal the official ones; a capped copy (fewer rows than the official split) is listed and must be a whole
/// number of rows, which the readers check. Tasks that the folder lacks are listed too.
#[test]
#[ignore = "needs GLUE data: LORA_ASYMMETRY_DATA=DIR"]
fn official_row_counts() {
    let dir = data_dir();
    let mut n_official = 0;
    for task in GlueTask::ALL {
        let data = match GlueData::load(task, &dir) {
            Ok(data) => data,
            Err(Error::MissingSplit { .. }) => {
                println!("{task:<5} absent");
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        let mut sizes = vec![("train", data.train.len(), task.official_train_len())];
        for (index, split) in data.validation.iter().enumerate() {
            sizes.push((
                &split.name,
                split.examples.len(),
                task.official_validation_lens()[index],
            ));
        }
        for (split, found, official) in sizes {
            println!("{task:<5} {split:<22} {found:>7} of {official:>7}");
            assert!(
                found <= official,
                "{task} {split}: {found} rows, the official split has {official}"
            );
            n_official += usize::from(found == official);
        }
        assert!(
            data.validation[0]
                .examples
                .iter()
                .all(|example| !example.a.contains(['\t', '\n', '\r', '\u{feff}']))
        );
    }
    assert!(
        n_official > 0,
        "no whole official split under {}",
        dir.display()
    );
}

/// Whole where the folder is: these two tasks' class counts give the scores of constant predictors.
#[test]
#[ignore = "needs GLUE data: LORA_ASYMMETRY_DATA=DIR"]
fn official_class_counts() {
    let dir = data_dir();
    let count = |task: GlueTask| -> Vec<usize> {
        let data = GlueData::load(task, &dir).unwrap();
        let count = |class| {
            data.validation[0]
                .examples
                .iter()
                .filter(|example| example.label == class as f32)
                .count()
        };
        (0..task.n_outputs()).map(count).collect()
    };
    assert_eq!(count(GlueTask::Rte), [146, 131]);
    assert_eq!(count(GlueTask::Mnli), [3479, 3123, 3213]);
    assert_eq!(count(GlueTask::Cola), [322, 721]);
    assert_eq!(count(GlueTask::Mrpc), [129, 279]);
}
