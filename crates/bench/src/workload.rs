//! Our side of a measurement: a model with random weights, and steps of it.

use std::hint::black_box;
use std::time::Instant;

use adapters::MaskStream;
use adapters::count::ParamCount;
use anyhow::{Context, Result, bail};
use burn::module::Module;
use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use models::{
    Classify, Dropouts, EncoderConfig, EncoderInput, ModelConfig, Roberta, ViTConfig, Vit,
    random_classifier,
};
use rand::Rng;

use crate::job::{Job, LR, OPTIMIZER, Sample, What};
use crate::shape::{Model, Shape};
use crate::{Padding, epoch};
use repro::cli;
use repro::provenance::peak_memory_mib;
use repro::suites::glue::HEAD;
use repro::train::Method;
use repro::train::loss::cross_entropy;
use repro::train::seeds::{self, Purpose};

const SEED: u64 = 0;

/// Measures in this process.
///
/// # Errors
/// A job that names what does not exist, or a loss that is not a finite number.
pub fn measure(job: &Job) -> Result<Sample> {
    // Also where the device's own work would start fewer: both sides are given the same number.
    rayon::ThreadPoolBuilder::new()
        .num_threads(job.threads)
        .build_global()
        .context("the thread pool cannot be made")?;
    let device = cli::device(&job.device)?;
    if job.what == What::RteEpoch {
        return epoch::measure(job, &device);
    }
    let shape = Shape::find(&job.shape)?;
    match &shape.model {
        Model::Encoder { config, seq } => {
            let model = classifier::<Roberta>(&shape, config, &job.method()?, &device)?;
            let batch = TokenBatch::random(&shape, config, *seq, job.padding);
            let (training, plain) = (
                batch.to_device(&device.clone().autodiff()),
                batch.to_device(&device),
            );
            time(job, &device, model, batch.labels(), |model, mode| {
                model.forward(match mode {
                    Mode::Train => &training,
                    Mode::Evaluate => &plain,
                })
            })
        }
        Model::Vision { config, side } => {
            let model = classifier::<Vit>(&shape, config, &job.method()?, &device)?;
            let batch = PictureBatch::random(&shape, config, *side);
            let (training, plain) = (
                batch.to_device(&device.clone().autodiff()),
                batch.to_device(&device),
            );
            time(job, &device, model, &batch.labels, |model, mode| {
                model.forward(match mode {
                    Mode::Train => training.clone(),
                    Mode::Evaluate => plain.clone(),
                })
            })
        }
    }
}

/// A classifier of this shape with random weights and the method's adapters, ready to train.
///
/// # Errors
/// Adapters that do not fit the shape.
pub fn classifier<F: Classify>(
    shape: &Shape,
    config: &F::Config,
    method: &Method,
    device: &Device,
) -> Result<F::Classifier> {
    let masks = MaskStream::new(seeds::number(SEED, Purpose::Dropout));
    let mut rng = seeds::rng(SEED, Purpose::Weights);
    let config = config.clone().with_dropouts(Dropouts::off());
    let model = random_classifier::<F>(&config, shape.n_outputs, device, &masks, &mut rng);
    method.prepare(model, shape.targets, HEAD, SEED, &masks)
}

/// Random pictures, in host memory.
struct PictureBatch {
    shape: [usize; 4],
    pixels: Vec<f32>,
    labels: Vec<i64>,
}

impl PictureBatch {
    /// Values as those of a normalised picture, and any labels.
    fn random(shape: &Shape, config: &ViTConfig, side: usize) -> Self {
        let mut rng = seeds::rng(SEED, Purpose::Inputs);
        let dims = [shape.batch, config.num_channels, side, side];
        Self {
            shape: dims,
            pixels: (0..dims.iter().product::<usize>())
                .map(|_| rng.random_range(-2.0..2.0))
                .collect(),
            labels: (0..shape.batch)
                .map(|_| rng.random_range(0..shape.n_outputs as i64))
                .collect(),
        }
    }

    fn to_device(&self, device: &Device) -> Tensor<4> {
        Tensor::from_data(TensorData::new(self.pixels.clone(), self.shape), device)
    }
}

/// Random tokens with their padding, in host memory.
pub struct TokenBatch {
    batch: usize,
    seq: usize,
    ids: Vec<i64>,
    mask: Vec<bool>,
    labels: Vec<i64>,
}

impl TokenBatch {
    /// Any ids but padding's, and any labels.
    pub fn random(shape: &Shape, config: &EncoderConfig, seq: usize, padding: Padding) -> Self {
        let mut rng = seeds::rng(SEED, Purpose::Inputs);
        let pad = config.pad_token_id as i64;
        let mut ids = Vec::with_capacity(shape.batch * seq);
        let mut mask = Vec::with_capacity(shape.batch * seq);
        for length in padding.lengths(shape.batch, seq) {
            for place in 0..seq {
                let id = rng.random_range(pad + 1..config.vocab_size as i64);
                ids.push(if place < length { id } else { pad });
                mask.push(place < length);
            }
        }
        Self {
            batch: shape.batch,
            seq,
            ids,
            mask,
            labels: (0..shape.batch)
                .map(|_| rng.random_range(0..shape.n_outputs as i64))
                .collect(),
        }
    }

    /// The batch as tensors, all tokens of type 0.
    pub fn to_device(&self, device: &Device) -> EncoderInput {
        let shape = [self.batch, self.seq];
        let ids = TensorData::new(self.ids.clone(), shape);
        let mask = TensorData::new(self.mask.clone(), shape);
        EncoderInput::new(
            Tensor::<2, Int>::from_data(ids, device),
            Tensor::<2, Bool>::from_data(mask, device),
        )
        .with_type_ids(Tensor::zeros(shape, device))
    }

    /// Class of each row.
    pub fn labels(&self) -> &[i64] {
        &self.labels
    }
}

/// Which of the two ways to run a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// With dropout and gradients.
    Train,
    /// Without either.
    Evaluate,
}

/// Times the steps of a job; `forward` gives the logits `[batch, n_outputs]` of its one batch.
fn time<M: Module>(
    job: &Job,
    device: &Device,
    mut model: M,
    labels: &[i64],
    forward: impl Fn(&M, Mode) -> Tensor<2>,
) -> Result<Sample> {
    let trainable = ParamCount::of(&model, HEAD).trainable;
    // A second handle on weights that are about to change would keep the old ones in memory.
    let plain = (job.what == What::Evaluate).then(|| model.valid());
    let mut optimizer = OPTIMIZER.init();
    let mut seconds = Vec::with_capacity(job.steps);
    let built = peak_memory_mib();
    for step in 0..job.warmup + job.steps {
        let started = Instant::now();
        let elapsed = match job.what {
            What::TrainStep => {
                let loss = cross_entropy(forward(&model, Mode::Train), labels.to_vec());
                finite(&loss, step)?;
                model = optimizer.step(LR, model, loss.backward())?;
                // What a GPU has been asked for belongs to the step that asked.
                device.sync().context("the device failed")?;
                started.elapsed()
            }
            What::Forward => {
                let loss = cross_entropy(forward(&model, Mode::Train), labels.to_vec());
                finite(&loss, step)?;
                let elapsed = started.elapsed();
                // Burn lets go of a graph when one is walked back, not when it is dropped.
                black_box(loss.backward());
                elapsed
            }
            What::Evaluate => {
                let plain = plain.as_ref().expect("made above for this measurement");
                black_box(forward(plain, Mode::Evaluate).into_data());
                started.elapsed()
            }
            What::RteEpoch => unreachable!("measured by `epoch`"),
        };
        if step >= job.warmup {
            seconds.push(elapsed.as_secs_f64());
        }
    }
    Ok(Sample {
        seconds,
        peak_rss_mb: peak_memory_mib(),
        built_rss_mb: built,
        trainable,
    })
}

fn finite(loss: &Tensor<1>, step: usize) -> Result<()> {
    let value = loss.clone().into_scalar::<f64>();
    if !value.is_finite() {
        bail!("the loss is {value} at step {step}");
    }
    Ok(())
}
