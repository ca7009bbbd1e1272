//! Bytes that a forward pass keeps for the backward pass, counted by the allocator.

use anyhow::{Result, bail};
use burn::tensor::{Device, Tensor};
use models::{Encoder, EncoderInput, Roberta, SequenceClassifier};

use crate::Job;
use crate::Shape;
use crate::kept::{Kept, parts};
use crate::shape::Model;
use crate::workload::{TokenBatch, classifier};
use repro::allocator::counting::bytes_in_use;

/// Passes of which the least counts: a thread that takes part for the first time keeps scratch
/// space for matrix products, which is not the graph's.
const PASSES: usize = 3;

/// What a job's forward pass keeps, part by part.
///
/// A part's bytes are what the encoder keeps up to it less what it keeps up to the part before.
///
/// # Errors
/// An unknown shape or arm.
pub fn measure(job: &Job, device: &Device) -> Result<Vec<Kept>> {
    let shape = Shape::find(&job.shape)?;
    match &shape.model {
        Model::Encoder { config, seq } => {
            let model = classifier::<Roberta>(&shape, config, &job.method()?, device)?;
            let batch = TokenBatch::random(&shape, config, *seq, job.padding);
            let input = batch.to_device(&device.clone().autodiff());
            Ok(measure_encoder(&model, &input))
        }
        Model::Vision { .. } => bail!(
            "shape `{}` is of pictures, whose memory is not measured; choose a text shape",
            shape.key
        ),
    }
}

fn measure_encoder(model: &SequenceClassifier, input: &EncoderInput) -> Vec<Kept> {
    let n_layers = model.encoder.layers.len();
    // The last layer is another one under the head, where it computes the first token alone.
    let mut upto: Vec<f64> = (0..n_layers)
        .map(|n| {
            let encoder = Encoder {
                embeddings: model.encoder.embeddings.clone(),
                layers: model.encoder.layers[..n].to_vec(),
            };
            least(|| encoder.forward(input).sum())
        })
        .collect();
    upto.push(least(|| model.forward(input).sum()));
    let before = std::iter::once(0.0).chain(upto.iter().copied());
    parts(n_layers)
        .into_iter()
        .zip(upto.iter().zip(before))
        .map(|(part, (upto, before))| Kept {
            part,
            bytes: upto - before,
        })
        .collect()
}

/// Bytes in use while the sum that `forward` returns is, and not before.
fn least(forward: impl Fn() -> Tensor<1>) -> f64 {
    let mut least = f64::INFINITY;
    for _ in 0..PASSES {
        let before = bytes_in_use() as f64;
        let sum = forward();
        least = least.min(bytes_in_use() as f64 - before);
        // Burn lets go of a graph when one is walked back; a leaf gives it something to walk to
        // where nothing trains yet.
        let leaf = Tensor::<1>::zeros([1], &sum.device()).require_grad();
        (sum + leaf).backward();
    }
    least
}
