//! What is published under `results/` in this repository.

use std::fs;
use std::path::PathBuf;

use results::{Side, Store, compare};

/// The published stores: every folder `results/<scale>/<suite>` with rows.
fn stores() -> Vec<(String, Store)> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../results"));
    let folders = |dir: PathBuf| {
        let entries = fs::read_dir(dir)
            .expect("a folder")
            .map(|entry| entry.expect("readable").path());
        entries.filter(|path| path.is_dir())
    };
    let scales = folders(root).filter(|path| !path.ends_with("local"));
    let suites = scales
        .flat_map(folders)
        .filter(|path| path.join("runs.csv").is_file());
    suites
        .map(|path| (path.display().to_string(), Store::read_only(path)))
        .collect()
}

#[test]
fn every_settings_record_hashes_to_its_run_key_and_every_run_has_one() {
    let stores = stores();
    assert!(stores.len() >= 8, "{}", stores.len());
    for (name, store) in stores {
        let settings = store.load_settings().expect("loads");
        for (key, record) in &settings {
            assert_eq!(record.key(), *key, "{name}");
            assert!(record.revision().is_some(), "{name} {key}");
        }
        let loaded = store.load().expect("loads");
        assert_eq!(loaded.warnings, [], "{name}");
        for row in loaded.rows {
            assert!(
                settings.contains_key(&row.run_key),
                "{name} {}",
                row.run_key
            );
        }
    }
}

/// Of each two seeds of one arm, task and rate, the second's numbers under the first's key.
#[test]
fn another_seed_does_not_pass_for_a_published_run() {
    for (name, store) in stores() {
        if name.ends_with("-tune") {
            continue;
        }
        let (rows, settings) = (
            store.load().expect("loads").rows,
            store.load_settings().expect("loads"),
        );
        let published = Side {
            rows: &rows,
            settings: &settings,
        };
        let (mut runs, mut passed, mut impostors) = (0, 0, Vec::new());
        let keys: std::collections::BTreeMap<_, _> = rows
            .iter()
            .map(|row| {
                (
                    (row.arm, &row.task, row.lr.to_bits(), row.seed),
                    &row.run_key,
                )
            })
            .collect();
        for ((arm, task, lr, seed), key) in &keys {
            let others = [0, 1, 2].into_iter().filter(|other| other != seed);
            for other in others.filter_map(|other| keys.get(&(*arm, *task, *lr, other))) {
                let mut run: Vec<_> = rows
                    .iter()
                    .filter(|row| row.run_key == **other)
                    .cloned()
                    .collect();
                run.iter_mut().for_each(|row| row.run_key.clone_from(key));
                let comparison = compare(
                    Side {
                        rows: &run,
                        settings: &settings,
                    },
                    published,
                );
                runs += 1;
                passed += usize::from(comparison.agrees());
                if *seed == 0 {
                    impostors.extend(run);
                }
            }
        }
        // One number alone passes by chance one time in nine.
        assert!(
            runs >= 14 && 8 * passed <= runs,
            "{name}: {passed} of {runs} pass"
        );
        let all = compare(
            Side {
                rows: &impostors,
                settings: &settings,
            },
            published,
        );
        assert!(2 * all.differences.len() > all.metrics, "{name}: {all}");
        let same = compare(published, published);
        assert!(
            same.agrees() && same.equal == same.metrics,
            "{name}: {same}"
        );
    }
}
