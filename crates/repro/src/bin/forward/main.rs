//! Forward: what a checkpoint computes, to compare with transformers on a checkpoint of one's own.
//!
//! `cargo run -p repro --bin forward -- --checkpoint DIR --inputs in.safetensors --outputs
//! out.safetensors` reads what the model takes and writes `last_hidden_state` `[batch, seq, d_model]`
//! and, if the checkpoint has a classification head, `logits` `[batch, n_outputs]`, both f32.
//!
//! | `model_type` | inputs |
//! |---|---|
//! | roberta, bert | `input_ids`, `attention_mask` and, if there, `token_type_ids`, each `[batch, seq]`, i64 or i32 |
//! | vit, dinov2 | `pixel_values` `[batch, channels, height, width]`, f32, normalised as the model wants it |
//!
//! A MiniLM or a DINOv2-S takes a second; `python reference/compare_forward.py DIR` does the whole
//! comparison (expected: below 1e-5 for MiniLM, 2e-5 for DINOv2-S, where PyTorch's own f32 result is as
//! far from its f64 one).

mod outputs;
mod text;
mod vision;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Parser;
use models::{Checkpoint, Classify, FamilyName, ModelError};
use repro::cli::{device, exit};
use safetensors::SafeTensors;

/// Rows computed at a time, which bounds the memory for activations.
const ROWS: usize = 16;

/// Computes hidden states and logits of a Hugging Face checkpoint (RoBERTa, BERT, ViT or DINOv2).
#[derive(Parser)]
#[command(name = "forward")]
struct Cli {
    /// Folder with config.json and model.safetensors (or shards and their index).
    #[arg(long, value_name = "DIR")]
    checkpoint: PathBuf,
    /// File with input_ids, attention_mask and, optionally, token_type_ids; or with pixel_values.
    #[arg(long, value_name = "FILE")]
    inputs: PathBuf,
    /// File to write last_hidden_state and logits to.
    #[arg(long, value_name = "FILE")]
    outputs: PathBuf,
    /// Where to compute: flex, or ndarray, wgpu, cuda[:N] in a build with that feature.
    #[arg(long, default_value = "flex")]
    device: String,
    /// Let a ViT take images of another size than its own.
    #[arg(long)]
    interpolate_pos_encoding: bool,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<ExitCode> {
    let device = device(&cli.device)?;
    let folder = match cli.outputs.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        bail!("{}: its folder does not exist", cli.outputs.display());
    }
    let outputs = match FamilyName::of(&cli.checkpoint)? {
        FamilyName::Roberta if cli.interpolate_pos_encoding => {
            bail!(
                "--interpolate-pos-encoding is for images, but {} is a text model",
                cli.checkpoint.display()
            );
        }
        FamilyName::Roberta => text::forward(cli, &device)?,
        FamilyName::Vit => vision::forward(cli, &device)?,
    };
    outputs.write(&cli.outputs)?;
    Ok(ExitCode::SUCCESS)
}

/// Whether a checkpoint has a head that can be read; of one that cannot, logits are not written, and
/// standard error says so.
fn has_head<F: Classify>(checkpoint: &Checkpoint<F>) -> Result<bool> {
    match checkpoint.head_outputs() {
        Ok(outputs) => Ok(outputs.is_some()),
        Err(error @ ModelError::UnknownHead { .. }) => {
            eprintln!("warning: {error}; hidden states alone are written");
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Reads the file of inputs; an error names it.
fn read_inputs<T>(path: &Path, parse: impl FnOnce(&SafeTensors<'_>) -> Result<T>) -> Result<T> {
    let read = || {
        let bytes = fs::read(path)?;
        let file = SafeTensors::deserialize(&bytes).context("not a whole safetensors file")?;
        parse(&file)
    };
    read().with_context(|| path.display().to_string())
}

/// Says that a tensor is not there, and what is.
fn no_tensor(file: &SafeTensors<'_>, name: &str) -> anyhow::Error {
    anyhow::anyhow!("no tensor {name}; the file has {}", listed(file.names()))
}

/// The first few of some names.
fn listed(mut names: Vec<&str>) -> String {
    const SHOWN: usize = 5;
    names.sort_unstable();
    let others = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let shown = names.join(", ");
    match others {
        0 => shown,
        _ => format!("{shown} and {others} others"),
    }
}
