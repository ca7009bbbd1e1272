//! Forward: what a checkpoint computes, to compare with transformers on a checkpoint of one's own.
//!
//! `cargo run -p repro --bin forward -- --checkpoint DIR --inputs in.safetensors --outputs
//! out.safetensors` reads `input_ids`, `attention_mask` and, if there, `token_type_ids` (each
//! `[batch, seq]`, i64 or i32) and writes `last_hidden_state` `[batch, seq, d_model]` and, if the
//! checkpoint has a classification head, `logits` `[batch, n_outputs]`, both f32. A MiniLM takes
//! a second; `python reference/compare_forward.py DIR` does the whole comparison (expected: below
//! 1e-5).

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use burn::tensor::{Device, Int, Tensor, TensorData};
use clap::Parser;
use models::{Checkpoint, ClassificationHead, Dropouts, Encoder, EncoderConfig, EncoderInput};
use ops::MaskStream;
use repro::cli::{device, exit};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

/// Rows computed at a time, which bounds the memory for activations.
const ROWS: usize = 16;

/// Computes hidden states and logits of a Hugging Face checkpoint (RoBERTa or BERT).
#[derive(Parser)]
#[command(name = "forward")]
struct Cli {
    /// Folder with config.json and model.safetensors (or shards and their index).
    #[arg(long, value_name = "DIR")]
    checkpoint: PathBuf,
    /// File with input_ids, attention_mask and, optionally, token_type_ids.
    #[arg(long, value_name = "FILE")]
    inputs: PathBuf,
    /// File to write last_hidden_state and logits to.
    #[arg(long, value_name = "FILE")]
    outputs: PathBuf,
    /// Where to compute: flex, or ndarray, wgpu, cuda[:N] in a build with that feature.
    #[arg(long, default_value = "flex")]
    device: String,
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
    let checkpoint = Checkpoint::open(&cli.checkpoint)?;
    let inputs = Inputs::read(&cli.inputs, checkpoint.config())
        .with_context(|| cli.inputs.display().to_string())?;
    let model = Model::load(&checkpoint, &device)?;
    let outputs = model.forward(&inputs, &device);
    outputs.write(&cli.outputs)?;
    Ok(ExitCode::SUCCESS)
}

/// Token ids and what goes with them, each `[batch, seq]`, checked against a model.
struct Inputs {
    batch: usize,
    seq: usize,
    ids: Vec<i64>,
    mask: Vec<i64>,
    types: Option<Vec<i64>>,
}

impl Inputs {
    fn read(path: &Path, config: &EncoderConfig) -> Result<Self> {
        let bytes = fs::read(path)?;
        let file = SafeTensors::deserialize(&bytes).context("not a whole safetensors file")?;
        let (shape, ids) = integers(&file, "input_ids")?;
        let &[batch, seq] = shape.as_slice() else {
            bail!("input_ids has shape {shape:?}, expected [batch, seq]");
        };
        if batch == 0 || seq == 0 {
            bail!("input_ids has shape {shape:?}, expected at least one token");
        }
        let same_shape = |name: &str| -> Result<Vec<i64>> {
            let (found, values) = integers(&file, name)?;
            if found != shape {
                bail!("{name} has shape {found:?}, expected {shape:?} as input_ids");
            }
            Ok(values)
        };
        let mask = same_shape("attention_mask")?;
        let types = match file.tensor("token_type_ids") {
            Ok(_) => Some(same_shape("token_type_ids")?),
            Err(_) => None,
        };
        if let Some(value) = mask.iter().find(|&&value| value != 0 && value != 1) {
            bail!("attention_mask has the value {value}, expected 1 for tokens and 0 for padding");
        }
        if let Some(row) = mask.chunks(seq).position(|row| row.iter().all(|&v| v == 0)) {
            bail!("attention_mask has no token in row {row}");
        }
        config.check_seq(seq)?;
        config.check_ids(ids.iter().copied())?;
        config.check_types(types.iter().flatten().copied())?;
        Ok(Self {
            batch,
            seq,
            ids,
            mask,
            types,
        })
    }

    /// Some rows as tensors.
    fn rows(&self, from: usize, to: usize, device: &Device) -> EncoderInput {
        let tensor = |values: &[i64]| -> Tensor<2, Int> {
            let values = values[from * self.seq..to * self.seq].to_vec();
            Tensor::from_data(TensorData::new(values, [to - from, self.seq]), device)
        };
        EncoderInput {
            ids: tensor(&self.ids),
            mask: tensor(&self.mask).not_equal_elem(0),
            type_ids: self.types.as_deref().map(tensor),
        }
    }
}

/// Shape and values of an integer tensor.
fn integers(file: &SafeTensors<'_>, name: &str) -> Result<(Vec<usize>, Vec<i64>)> {
    let Ok(view) = file.tensor(name) else {
        bail!("no tensor {name}; the file has {}", listed(file.names()));
    };
    let bytes = view.data();
    let values = match view.dtype() {
        Dtype::I64 => bytes
            .chunks_exact(8)
            .map(|b| i64::from_le_bytes(b.try_into().expect("chunks of 8")))
            .collect(),
        Dtype::I32 => bytes
            .chunks_exact(4)
            .map(|b| i32::from_le_bytes(b.try_into().expect("chunks of 4")).into())
            .collect(),
        other => bail!("{name} is stored as {other:?}, expected I64 or I32"),
    };
    Ok((view.shape().to_vec(), values))
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

/// A checkpoint's model, with its head if it has one.
struct Model {
    encoder: Encoder,
    head: Option<ClassificationHead>,
}

impl Model {
    fn load(checkpoint: &Checkpoint, device: &Device) -> Result<Self> {
        // Nothing draws from it: dropout is off.
        let masks = MaskStream::default();
        if !checkpoint.has_head() {
            let encoder = checkpoint.encoder(device, &masks, Dropouts::off())?;
            return Ok(Self {
                encoder,
                head: None,
            });
        }
        let model = checkpoint.classifier_with_head(device, &masks, Dropouts::off())?;
        Ok(Self {
            encoder: model.encoder,
            head: Some(model.classifier),
        })
    }

    fn forward(&self, inputs: &Inputs, device: &Device) -> Outputs {
        let mut outputs = Outputs {
            batch: inputs.batch,
            seq: inputs.seq,
            hidden: Vec::new(),
            logits: Vec::new(),
        };
        for from in (0..inputs.batch).step_by(ROWS) {
            let to = inputs.batch.min(from + ROWS);
            let hidden = self.encoder.forward(&inputs.rows(from, to, device)); // [rows, seq, d_model]
            if let Some(head) = &self.head {
                let first = hidden.clone().narrow(1, 0, 1).squeeze_dim(1); // [rows, d_model]
                let logits = head.forward(first); // [rows, n_outputs]
                outputs.logits.extend(logits.into_data().iter::<f32>());
            }
            outputs.hidden.extend(hidden.into_data().iter::<f32>());
        }
        outputs
    }
}

struct Outputs {
    batch: usize,
    seq: usize,
    /// `[batch, seq, d_model]`.
    hidden: Vec<f32>,
    /// `[batch, n_outputs]`, empty without a head.
    logits: Vec<f32>,
}

impl Outputs {
    /// Writes the file beside its place and moves it there, so that nobody sees half of it.
    fn write(&self, path: &Path) -> Result<()> {
        let bytes =
            |values: &[f32]| -> Vec<u8> { values.iter().flat_map(|v| v.to_le_bytes()).collect() };
        let (hidden, logits) = (bytes(&self.hidden), bytes(&self.logits));
        let (batch, seq) = (self.batch, self.seq);
        let d_model = self.hidden.len() / (batch * seq);
        let shape = vec![batch, seq, d_model];
        let mut views = vec![(
            "last_hidden_state",
            TensorView::new(Dtype::F32, shape, &hidden)?,
        )];
        if !self.logits.is_empty() {
            let shape = vec![batch, self.logits.len() / batch];
            views.push(("logits", TensorView::new(Dtype::F32, shape, &logits)?));
        }
        // Without it, transformers' own reader asks which framework's layout the file has.
        let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        let file = safetensors::serialize(views, Some(metadata))?;

        let mut part = path.as_os_str().to_owned();
        part.push(format!(".part-{}", std::process::id()));
        let part = PathBuf::from(part);
        let written = fs::write(&part, &file)
            .and_then(|()| File::open(&part)?.sync_all())
            .and_then(|()| fs::rename(&part, path));
        if written.is_err() {
            // Best effort: the error that matters is the first one.
            let _ = fs::remove_file(&part);
        }
        written.with_context(|| format!("cannot write {}", path.display()))
    }
}
