//! One epoch of RTE from a real checkpoint, by the program's own trainer.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use burn::tensor::Device;
use models::Checkpoint;
use serde::{Deserialize, Serialize};
use tasks::encode::TextEncoder;
use tasks::glue::{Example, GlueData, GlueTask, Split};

use super::job::{Job, Rte, Sample};
use crate::arm::Arm;
use crate::encoded::EncodedTask;
use crate::experiment::Experiment;
use crate::glue;
use crate::progress::SweepProgress;
use crate::provenance::peak_memory_mib;
use crate::run::{Rates, Request, Sources, plan};
use crate::source::ModelSource;

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
    let checkpoint = Checkpoint::open(Path::new(&rte.checkpoint))?;
    let tokenizer = Path::new(&rte.checkpoint).join("tokenizer.json");
    let data = EncodedTask::new(
        &examples(Path::new(&rte.examples))?,
        &TextEncoder::from_file(&tokenizer)?,
        rte.max_len,
        checkpoint.config(),
    )?;
    let source = ModelSource::Checkpoint(checkpoint);
    let run = one_run(job, rte)?;
    let model = glue::build(&run.settings, &source, GlueTask::Rte, device)?;
    let built = peak_memory_mib();
    let progress = SweepProgress::new(1);
    let trainer = glue::Trainer {
        settings: &run.settings,
        data: &data,
        device,
        eval_batch_size: rte.batch_size,
        progress: &progress.run(job.arm.clone()),
    };
    let (_, outcome) = trainer.train_on_tokens(model)?;
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

/// The run of an experiment that says what `run_glue` does by default.
fn one_run(job: &Job, rte: &Rte) -> Result<crate::run::Run> {
    let Rte {
        batch_size,
        max_len,
        ..
    } = rte;
    let adapter_dropout = super::job::ADAPTER_DROPOUT;
    let experiment = Experiment::parse(&format!(
        r#"
        suite = "bench"
        scale = "bench"
        seeds = [0]
        jobs = 1
        [model]
        checkpoint = "{CHECKPOINT}"
        targets = ["query", "value"]
        adapter_dropout = {adapter_dropout}
        smoke_shape = "minilm-l6"
        [data]
        source = "files"
        seed = 0
        [train]
        warmup_ratio = 0.0
        eval_batch_size = {batch_size}
        shared_lr = {LR}
        [train.optimizer]
        beta_1 = 0.9
        beta_2 = 0.999
        epsilon = 1e-8
        weight_decay = 0.0
        max_grad_norm = 1.0
        [tasks.rte]
        epochs = 1
        batch_size = {batch_size}
        max_len = {max_len}
        [arms.lora-r8]
        row = 1
        "#
    ))?;
    let arm = Arm::parse(&job.arm, adapter_dropout)?;
    let request = Request::new(&experiment, &[arm.key], &[], &[], Rates::Shared(LR))?;
    let sources = Sources {
        checkpoint_digest: String::new(),
        device: job.device.clone(),
        smoke: false,
    };
    plan(&experiment, &request, &sources, |_| String::new())?
        .pop()
        .with_context(|| format!("arm `{}` does not run yet", job.arm))
}
