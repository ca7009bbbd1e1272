//! Fresh weights, drawn as transformers draws them.
//!
//! | parameter | start |
//! |---|---|
//! | matrices, embedding tables, patch projections, class tokens | N(0, `initializer_range`) |
//! | the padding token's row of the word table, and of RoBERTa's position table | 0 |
//! | biases, layer normalisation's shift | 0 |
//! | layer normalisation's scale | 1 |
//! | LayerScale | `layerscale_value` |
//!
//! transformers cuts the vision models' normal distributions off at 2, a hundred standard deviations
//! out, which is never reached.
//! One generator fills a model in the order of its fields. Burn's own initialisers draw from a
//! generator of the whole process, which would make runs depend on each other.

use adapters::random::gaussian_pair;
use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};
use ops::MaskStream;
use rand::Rng;

use crate::path::Path;
use crate::{Classify, Family};

/// A backbone with fresh weights.
pub fn random_backbone<F: Family>(
    config: &F::Config,
    device: &Device,
    masks: &MaskStream,
    rng: &mut impl Rng,
) -> F::Backbone {
    fill(F::backbone(config, device, masks), F::scheme(config), rng)
}

/// A classification head with fresh weights.
pub fn random_head<F: Classify>(
    config: &F::Config,
    n_outputs: usize,
    device: &Device,
    masks: &MaskStream,
    rng: &mut impl Rng,
) -> F::Head {
    let style = F::HeadStyle::default();
    let head = F::head(config, style, n_outputs, device, masks);
    fill(head, F::scheme(config), rng)
}

/// A classifier with fresh weights, to pretrain, or to try a shape without its checkpoint.
pub fn random_classifier<F: Classify>(
    config: &F::Config,
    n_outputs: usize,
    device: &Device,
    masks: &MaskStream,
    rng: &mut impl Rng,
) -> F::Classifier {
    let backbone = random_backbone::<F>(config, device, masks, rng);
    let head = random_head::<F>(config, n_outputs, device, masks, rng);
    F::join(config, backbone, head)
}

/// Gives every parameter of a module a fresh value.
pub(crate) fn fill<M: Module>(module: M, scheme: Scheme, rng: &mut impl Rng) -> M {
    module.map(&mut Fill {
        scheme,
        path: Path::default(),
        rng,
    })
}

/// What fresh weights depend on beyond their shapes.
pub struct Scheme {
    /// Standard deviation of matrices and tables.
    pub(crate) std: f64,
    /// Rows that are zero, by the end of their table's path.
    pub(crate) zero_rows: Vec<(&'static str, usize)>,
    /// Of LayerScale.
    pub(crate) layer_scale: f64,
}

struct Fill<'a, R> {
    scheme: Scheme,
    path: Path,
    rng: &'a mut R,
}

impl<R: Rng> Fill<'_, R> {
    fn values(&mut self, path: &str, shape: &[usize]) -> Vec<f32> {
        let n = shape.iter().product();
        if path.ends_with(".gamma") {
            return vec![1.0; n];
        }
        if path.ends_with(".lambda") {
            return vec![self.scheme.layer_scale as f32; n];
        }
        let &[_, .., columns] = shape else {
            return vec![0.0; n];
        };
        let mut values = gaussian(n, self.scheme.std, self.rng);
        for (table, row) in &self.scheme.zero_rows {
            if path.ends_with(table) {
                values[row * columns..(row + 1) * columns].fill(0.0);
            }
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

/// `n` draws from N(0, `std`).
fn gaussian(n: usize, std: f64, rng: &mut impl Rng) -> Vec<f32> {
    let mut values = Vec::with_capacity(n + 1);
    while values.len() < n {
        values.extend(gaussian_pair(std, rng).map(|value| value as f32));
    }
    values.truncate(n);
    values
}
