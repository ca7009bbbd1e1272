//! One epoch of RTE from a real checkpoint, by the program's own trainer.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use burn::tensor::Device;
use models::{Checkpoint, Roberta};
use serde::{Deserialize, Serialize};
use tasks::encode::TextEncoder;
use tasks::glue::{Example, GlueData, GlueTask, Split};

use crate::job::{Job, OPTIMIZER, Rte, Sample};
use repro::experiment::DataSource;
use repro::provenance::peak_memory_mib;
use repro::run::{Digests, Settings};
use repro::suites::Weights;
use repro::suites::glue::{Classification, DataEntry, EncodedTask, Own};
use repro::train::Precision;
use repro::train::optimizer::OptimizerConfig;
use repro::train::progress::SweepProgress;
use repro::train::schedule::Schedule;
use repro::train::{build, fit};

/// Id of the checkpoint that an epoch starts from.
pub const CHECKPOINT: &str = "sentence-transformers/all-MiniLM-L6-v2";

/// What epochs are listed under, in the place of a shape.
pub const KEY: &str = "rte";

/// What they are, for a reader of the summary.
pub const TITLE: &str = "One epoch of RTE, MiniLM-L6, beside run_glue's defaults (padded to 128)";

/// Examples a step: the number in the command of `run_glue`'s own documentation.
pub const BATCH_SIZE: usize = 32;

/// Longest input, `run_glue`'s default.
pub const MAX_LEN: usize = 128;

const LR: f64 = 2e-5;

/// An example as both sides read it.
#[derive(Serialize, Deserialize)]
struct Line {
    a: String,
    b: Option<String>,
    label: f32,
}

/// Writes RTE's training examples for both sides.
///
/// # Errors
/// Data that is missing or malformed, or a file that cannot be written.
pub fn write_examples(folder: &Path, path: &Path) -> Result<()> {
    let data = GlueData::load(GlueTask::Rte, folder)?;
    let mut text = String::new();
    for Example { a, b, label } in data.train {
        text.push_str(&serde_json::to_string(&Line { a, b, label })?);
        text.push('\n');
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Trains one epoch with the trainer that the tables use; evaluation is not counted.
///
/// The model has the checkpoint's own dropout, as `run_glue` does.
///
/// # Errors
/// A job without files, files that do not fit, or a loss that is not a finite number.
pub fn measure(job: &Job, device: &Device) -> Result<Sample> {
    let rte = job
        .rte
        .as_ref()
        .context("an epoch of RTE needs a checkpoint and examples")?;
    let checkpoint = Checkpoint::<Roberta>::open(Path::new(&rte.checkpoint))?;
    let tokenizer = Path::new(&rte.checkpoint).join("tokenizer.json");
    let data = EncodedTask::new(
        &examples(Path::new(&rte.examples))?,
        &TextEncoder::from_file(&tokenizer)?,
        rte.max_len,
        checkpoint.config(),
    )?;
    let source = Weights::Checkpoint(checkpoint);
    let settings = settings(job, rte)?;
    let task = Classification {
        settings: &settings,
        data: &data,
        source: &source,
        device,
        eval_batch_size: rte.batch_size,
    };
    let model = build(&task, &settings.recipe(device))?;
    let built = peak_memory_mib();
    let sweep = SweepProgress::new(1);
    let progress = sweep.run(job.arm.clone());
    let (_, outcome) = fit(&task, model, &settings.fit(&progress))?;
    Ok(Sample {
        seconds: vec![data.train.labels.len() as f64 / outcome.examples_per_second],
        peak_rss_mb: peak_memory_mib(),
        built_rss_mb: built,
        trainable: outcome.count.trainable,
    })
}

fn examples(path: &Path) -> Result<GlueData> {
    let place = || path.display().to_string();
    let text = fs::read_to_string(path).with_context(place)?;
    let train = text
        .lines()
        .map(|line| {
            let Line { a, b, label } = serde_json::from_str(line)?;
            Ok(Example { a, b, label })
        })
        .collect::<Result<Vec<_>>>()
        .with_context(place)?;
    // The trainer evaluates after its epoch, which is not timed: one batch will do.
    let examples = train.iter().take(BATCH_SIZE).cloned().collect();
    let validation = vec![Split {
        name: "validation".into(),
        examples,
    }];
    Ok(GlueData::from_examples(GlueTask::Rte, train, validation))
}

/// What `run_glue` does by default.
fn settings(job: &Job, rte: &Rte) -> Result<Settings<Own>> {
    Ok(Settings {
        revision: 0,
        suite: "bench".into(),
        scale: "bench".into(),
        task: GlueTask::Rte.key().into(),
        method: job.method()?,
        targets: vec!["query".into(), "value".into()],
        seed: 0,
        lr: LR,
        schedule: Schedule::Linear { warmup_ratio: 0.0 },
        optimizer: OptimizerConfig {
            weight_decay: 0.0,
            ..OPTIMIZER
        },
        dropout: None,
        head_dropout: None,
        data_digest: String::new(),
        checkpoint: CHECKPOINT.into(),
        digests: Digests::default(),
        device: job.device.clone(),
        smoke: false,
        dtype: Precision::F32,
        own: Own {
            epochs: 1,
            batch_size: rte.batch_size,
            max_len: rte.max_len,
            data: DataEntry {
                source: DataSource::Files,
                seed: 0,
                max_train: None,
                max_validation: None,
                holdout: None,
            },
        },
    })
}
