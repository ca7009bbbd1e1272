//! RoBERTa and BERT: token ids to hidden states.

use anyhow::{Result, bail};
use burn::tensor::{Device, Int, Tensor, TensorData};
use models::*;
use ops::MaskStream;
use safetensors::{Dtype, SafeTensors};

use crate::outputs::Outputs;
use crate::{Cli, ROWS, has_head, no_tensor, read_inputs};

/// What the checkpoint computes from the file of inputs.
pub fn forward(cli: &Cli, device: &Device) -> Result<Outputs> {
    let checkpoint = Checkpoint::<Roberta>::open(&cli.checkpoint)?;
    let inputs = read_inputs(&cli.inputs, |file| Inputs::parse(file, checkpoint.config()))?;
    Ok(Model::load(&checkpoint, device)?.forward(&inputs, device))
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
    fn parse(file: &SafeTensors<'_>, config: &EncoderConfig) -> Result<Self> {
        let (shape, ids) = integers(file, "input_ids")?;
        let &[batch, seq] = shape.as_slice() else {
            bail!("input_ids has shape {shape:?}, expected [batch, seq]");
        };
        if batch == 0 || seq == 0 {
            bail!("input_ids has shape {shape:?}, expected at least one token");
        }
        let same_shape = |name: &str| -> Result<Vec<i64>> {
            let (found, values) = integers(file, name)?;
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
        return Err(no_tensor(file, name));
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

/// A checkpoint's model, with its head if it has one.
struct Model {
    encoder: Encoder,
    head: Option<ClassificationHead>,
}

impl Model {
    fn load(checkpoint: &Checkpoint<Roberta>, device: &Device) -> Result<Self> {
        // Nothing draws from it: dropout is off.
        let masks = MaskStream::default();
        if !has_head(checkpoint)? {
            let encoder = checkpoint.backbone(device, &masks, Dropouts::off())?;
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
        let mut outputs = Outputs::default();
        for from in (0..inputs.batch).step_by(ROWS) {
            let to = inputs.batch.min(from + ROWS);
            let hidden = self.encoder.forward(&inputs.rows(from, to, device)); // [rows, seq, d_model]
            let logits = self.head.as_ref().map(|head| {
                let first = hidden.clone().narrow(1, 0, 1).squeeze_dim(1); // [rows, d_model]
                head.forward(first) // [rows, n_outputs]
            });
            outputs.add(hidden, logits);
        }
        outputs
    }
}
