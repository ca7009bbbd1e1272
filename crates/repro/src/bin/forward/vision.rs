//! ViT and DINOv2: images to hidden states.

use anyhow::{Result, bail};
use burn::tensor::{Device, Tensor, TensorData};
use models::*;
use ops::MaskStream;
use safetensors::{Dtype, SafeTensors};

use crate::outputs::Outputs;
use crate::{Cli, ROWS, has_head, no_tensor, read_inputs};

/// What the checkpoint computes from the file of inputs.
pub fn forward(cli: &Cli, device: &Device) -> Result<Outputs> {
    let mut checkpoint = Checkpoint::<Vit>::open(&cli.checkpoint)?;
    if cli.interpolate_pos_encoding {
        checkpoint = checkpoint.with_interpolation();
    }
    let images = read_inputs(&cli.inputs, |file| Images::parse(file, checkpoint.config()))?;
    let model = load(&checkpoint, device)?;
    let mut outputs = Outputs::default();
    let [batch, ..] = images.shape;
    for from in (0..batch).step_by(ROWS) {
        let (hidden, logits) = model(images.rows(from, batch.min(from + ROWS), device));
        outputs.add(hidden, logits);
    }
    Ok(outputs)
}

/// Images, checked against a model.
struct Images {
    /// Batch, channels, height, width.
    shape: [usize; 4],
    values: Vec<f32>,
}

impl Images {
    fn parse(file: &SafeTensors<'_>, config: &ViTConfig) -> Result<Self> {
        const NAME: &str = "pixel_values";
        let Ok(view) = file.tensor(NAME) else {
            return Err(no_tensor(file, NAME));
        };
        let shape = view.shape();
        let &[batch, channels, height, width] = shape else {
            bail!("{NAME} has shape {shape:?}, expected [batch, channels, height, width]");
        };
        if batch == 0 {
            bail!("{NAME} has shape {shape:?}, expected at least one image");
        }
        if view.dtype() != Dtype::F32 {
            bail!("{NAME} is stored as {:?}, expected F32", view.dtype());
        }
        config.check_images(channels, height, width)?;
        let values: Vec<f32> = view
            .data()
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes(b.try_into().expect("chunks of 4")))
            .collect();
        let n_values = channels * height * width;
        if let Some(i) = values.iter().position(|value| !value.is_finite()) {
            bail!(
                "{NAME} has the value {} in image {}",
                values[i],
                i / n_values
            );
        }
        Ok(Self {
            shape: [batch, channels, height, width],
            values,
        })
    }

    /// Some images as a tensor.
    fn rows(&self, from: usize, to: usize, device: &Device) -> Tensor<4> {
        let [_, channels, height, width] = self.shape;
        let n_values = channels * height * width;
        let values = self.values[from * n_values..to * n_values].to_vec();
        let shape = [to - from, channels, height, width];
        Tensor::from_data(TensorData::new(values, shape), device)
    }
}

/// Hidden states and, with a head, logits of some images.
type Model = Box<dyn Fn(Tensor<4>) -> (Tensor<3>, Option<Tensor<2>>)>;

/// A checkpoint's model, with its head if it has one.
fn load(checkpoint: &Checkpoint<Vit>, device: &Device) -> Result<Model> {
    // Nothing draws from it: dropout is off.
    let (masks, off) = (MaskStream::default(), Dropouts::off());
    if !has_head(checkpoint)? {
        let backbone = checkpoint.backbone(device, &masks, off)?;
        return Ok(Box::new(move |pixels| (backbone.forward(pixels), None)));
    }
    let model = checkpoint.classifier_with_head(device, &masks, off)?;
    Ok(Box::new(move |pixels| {
        let hidden = model.backbone.forward(pixels); // [rows, seq, d_model]
        let logits = model.classify(hidden.clone()); // [rows, n_classes]
        (hidden, Some(logits))
    }))
}
