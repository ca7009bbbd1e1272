//! Fresh weights, drawn as transformers draws them.
//!
//! | parameter | start |
//! |---|---|
//! | matrices and embedding tables | N(0, `initializer_range`) |
//! | the padding token's row of the word table, and of RoBERTa's position table | 0 |
//! | biases, layer normalisation's shift | 0 |
//! | layer normalisation's scale | 1 |
//!
//! One generator fills a model in the order of its fields. Burn's own initialisers draw from a
//! generator of the whole process, which would make runs depend on each other.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};
use ops::MaskStream;
use rand::Rng;

use crate::head::ClassificationHead;
use crate::path::Path;
use crate::{Encoder, EncoderConfig, EncoderKind, MaskedLm, ModelError, SequenceClassifier};

/// An encoder with fresh weights.
pub fn random_encoder(
    config: &EncoderConfig,
    device: &Device,
    masks: &MaskStream,
    rng: &mut impl Rng,
) -> Encoder {
    Encoder::new(config, device, masks).map(&mut Fill::new(config, rng))
}

/// A classifier with fresh weights, for trying a scale's shapes without its checkpoint.
pub fn random_classifier(
    config: &EncoderConfig,
    n_outputs: usize,
    device: &Device,
    masks: &MaskStream,
    rng: &mut impl Rng,
) -> SequenceClassifier {
    SequenceClassifier {
        encoder: random_encoder(config, device, masks, rng),
        classifier: random_head(config, n_outputs, device, masks, rng),
    }
}

/// A classification head with fresh weights.
pub fn random_head(
    config: &EncoderConfig,
    n_outputs: usize,
    device: &Device,
    masks: &MaskStream,
    rng: &mut impl Rng,
) -> ClassificationHead {
    ClassificationHead::new(config, n_outputs, device, masks).map(&mut Fill::new(config, rng))
}

/// A masked language model with fresh weights, to pretrain.
///
/// # Errors
/// If the configuration is BERT's, whose language-model head is another one.
pub fn random_masked_lm(
    config: &EncoderConfig,
    device: &Device,
    masks: &MaskStream,
    rng: &mut impl Rng,
) -> Result<MaskedLm, ModelError> {
    if config.kind != EncoderKind::Roberta {
        return Err(ModelError::NoLanguageModel { kind: config.kind });
    }
    Ok(MaskedLm::new(config, device, masks).map(&mut Fill::new(config, rng)))
}

struct Fill<'a, R> {
    config: &'a EncoderConfig,
    path: Path,
    rng: &'a mut R,
}

impl<'a, R: Rng> Fill<'a, R> {
    fn new(config: &'a EncoderConfig, rng: &'a mut R) -> Self {
        Self {
            config,
            path: Path::default(),
            rng,
        }
    }

    fn values(&mut self, path: &str, shape: &[usize]) -> Vec<f32> {
        let n = shape.iter().product();
        if path.ends_with(".gamma") {
            return vec![1.0; n];
        }
        let &[_, columns] = shape else {
            return vec![0.0; n];
        };
        let mut values = gaussian(n, self.config.initializer_range, self.rng);
        let padded = path.ends_with("embeddings.word.weight")
            || (path.ends_with("embeddings.position.weight")
                && self.config.kind == EncoderKind::Roberta);
        if padded {
            let start = self.config.pad_token_id * columns;
            values[start..start + columns].fill(0.0);
        }
        values
    }
}

impl<R: Rng> ModuleMapper for Fill<'_, R> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.enter(name);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        // Asking the parameter for its value would make Burn draw one.
        let (shape, device) = (param.lazy_shape(), param.lazy_device());
        let path = self.path.joined();
        let values = self.values(&path, shape.as_slice());
        Param::from_data(TensorData::new(values, shape), &device)
    }
}

/// `n` draws from N(0, `std`), two at a time (Box and Muller, 1958).
fn gaussian(n: usize, std: f64, rng: &mut impl Rng) -> Vec<f32> {
    let mut values = Vec::with_capacity(n + 1);
    while values.len() < n {
        let u: f64 = 1.0 - rng.random::<f64>();
        let angle = std::f64::consts::TAU * rng.random::<f64>();
        let radius = std * (-2.0 * u.ln()).sqrt();
        values.push((radius * angle.cos()) as f32);
        values.push((radius * angle.sin()) as f32);
    }
    values.truncate(n);
    values
}
