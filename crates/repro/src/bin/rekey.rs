//! Gives published rows the keys that their settings have now; run once, for the records of before
//! tokenizers, configurations and examples were part of a key.
//!
//! `cargo run -p repro --bin rekey -- --scale mini`, and `--scale small --checkpoints DIR --data DIR`.
//! A row is re-keyed where its old key is the hash of its old record as this program makes it again
//! from the experiment files, the data and the checkpoint: so every digest is proven, none is guessed.
//! The revision of the code stays what it was.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use repro::assets;
use repro::cli::{TableArgs, exit, workspace_root};
use repro::study::Study;
use repro::suites::{NAMES, Suite, Visitor, dispatch};
use results::settings::Record;
use results::{Row, Store};
use serde_json::{Value, json};
use tasks::glue::{GlueTask, file_bytes_digest};

/// The revision of every record so far.
const REVISION: u32 = 1;

fn main() -> ExitCode {
    let args = TableArgs::parse();
    exit(run(&args))
}

fn run(args: &TableArgs) -> Result<ExitCode> {
    let mut complete = true;
    for suite in NAMES {
        for name in [suite.to_owned(), format!("{suite}-tune")] {
            let path = workspace_root()?.join("experiments").join(&args.scale);
            if path.join(format!("{name}.toml")).is_file() {
                complete &= dispatch(suite, Rekey { args, name: &name })??;
            }
        }
    }
    Ok(if complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

struct Rekey<'a> {
    args: &'a TableArgs,
    name: &'a str,
}

/// A run's record now.
struct New {
    record: Record,
    data_digest: String,
}

impl Visitor for Rekey<'_> {
    type Output = Result<bool>;

    fn visit<S: Suite>(self) -> Result<bool> {
        let mut by_old_key = BTreeMap::new();
        let mut folder = None;
        for shared_lr in [false, true] {
            let args = TableArgs {
                shared_lr,
                dry_run: true,
                ..self.args.clone()
            };
            let Ok(study) = Study::<S>::open(self.name, &args, None) else {
                // The experiment has no shared rate.
                anyhow::ensure!(shared_lr, "{} cannot be opened", self.name);
                continue;
            };
            let (stored, _) = study.published_rows()?;
            for run in &study.runs {
                let mut settings = run.settings.clone();
                settings.revision = REVISION;
                // Pictures' digests mean what they meant, so a row's own one is as good as today's
                // where the files have changed since.
                let mut digests = BTreeSet::from([settings.data_digest.clone()]);
                if S::NAME == "domainbed" {
                    let of_task = stored.iter().filter(|row| row.task == settings.task);
                    digests.extend(of_task.map(|row| row.data_digest.clone()));
                }
                for data_digest in digests {
                    settings.data_digest = data_digest.clone();
                    let value = serde_json::to_value(&settings)?;
                    let old = match S::NAME {
                        "glue" => old_glue(&value, self.args.data.as_deref())?,
                        _ => old_domainbed(&value),
                    };
                    let record = Record::of(&settings)?;
                    let new = New {
                        record,
                        data_digest,
                    };
                    by_old_key.insert(Record::of(&old)?.key(), new);
                }
            }
            folder = Some(study.published_folder());
        }
        rewrite(&folder.context("opened above")?, &by_old_key)
    }
}

/// Replaces keys, records and digests of a store; whether all of it had an old key that is known.
fn rewrite(folder: &Path, by_old_key: &BTreeMap<String, New>) -> Result<bool> {
    let store = Store::read_only(folder);
    let rows = store.load()?.rows;
    let part = tempfile::tempdir_in(folder)?;
    let new_store = Store::open(part.path())?;
    let (mut known, mut unknown) = (0, 0);
    for run in rows.chunk_by(|a, b| a.run_key == b.run_key) {
        let Some(new) = by_old_key.get(&run[0].run_key) else {
            unknown += 1;
            println!(
                "{}: {} {} {} is not known",
                folder.display(),
                run[0].arm,
                run[0].task,
                run[0].seed
            );
            continue;
        };
        known += 1;
        let rekeyed: Vec<Row> = run
            .iter()
            .map(|row| Row {
                run_key: new.record.key(),
                data_digest: new.data_digest.clone(),
                ..row.clone()
            })
            .collect();
        new_store.append_settings(&new.record.key(), &new.record)?;
        new_store.append(&rekeyed)?;
    }
    println!("{}: {known} runs re-keyed, {unknown} not", folder.display());
    if unknown == 0 {
        std::fs::rename(new_store.runs_path(), store.runs_path())?;
        std::fs::rename(new_store.settings_path(), store.settings_path())?;
    }
    Ok(unknown == 0)
}

/// The record of before, of a GLUE run.
fn old_glue(new: &Value, data: Option<&Path>) -> Result<Value> {
    let own = &new["own"];
    let digest = new["data_digest"].as_str().unwrap_or_default();
    let data_digest = if own["data"]["source"] == "lab" {
        digest.to_owned()
    } else {
        let task: GlueTask = new["task"].as_str().unwrap_or_default().parse()?;
        let bytes = file_bytes_digest(task, &assets::glue(data, task.key())?)?;
        match digest.split_once('-') {
            Some((_, cut)) => format!("{}-{cut}", &bytes[..16]),
            None => bytes,
        }
    };
    Ok(json!({
        "revision": new["revision"], "suite": new["suite"], "scale": new["scale"],
        "task": new["task"], "method": new["method"], "targets": new["targets"],
        "seed": new["seed"], "lr": new["lr"], "epochs": own["epochs"],
        "batch_size": own["batch_size"], "max_len": own["max_len"],
        "warmup_ratio": new["schedule"]["linear"]["warmup_ratio"],
        "optimizer": new["optimizer"], "dropout": new["dropout"],
        "head_dropout": new["head_dropout"], "data": own["data"], "data_digest": data_digest,
        "checkpoint": new["checkpoint"], "checkpoint_digest": new["checkpoint_digest"],
        "device": new["device"], "dtype": new["dtype"], "smoke": new["smoke"],
    }))
}

/// The record of before, of a DomainBed run.
fn old_domainbed(new: &Value) -> Value {
    let own = &new["own"];
    let mut data = own["data"].clone();
    let augment = data["augment"].take();
    data.as_object_mut().map(|data| data.remove("augment"));
    json!({
        "revision": new["revision"], "suite": new["suite"], "scale": new["scale"],
        "task": new["task"], "source_environment": own["source_environment"],
        "method": new["method"], "targets": new["targets"], "seed": new["seed"], "lr": new["lr"],
        "steps": own["steps"], "batch_size": own["batch_size"],
        "checkpoint_every": own["watch_every"], "augment": augment,
        "optimizer": new["optimizer"], "dropout": new["dropout"], "data": data,
        "data_digest": new["data_digest"], "checkpoint": new["checkpoint"],
        "checkpoint_digest": new["checkpoint_digest"], "device": new["device"],
        "dtype": new["dtype"], "selection_rule": own["selection_rule"],
        "ood_pictures": own["ood_pictures"], "smoke": new["smoke"],
    })
}
