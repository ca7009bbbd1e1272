//! The low-rank update itself: `scale * drop(x) a b`.

use burn::module::{Module, Param};
use burn::tensor::{Tensor, TensorData};
use ops::{Dropout, DropoutConfig, MaskStream, add_low_rank, linear};
use rand::Rng;

use crate::adapter::{AdapterKind, Dense};
use crate::{Adapter, AdapterConfig, AdapterError, LoraConfig, Trains, init};

/// A low-rank update of a dense layer's output.
///
/// With A frozen, the backward pass needs `drop(x) a` (rank wide) and nothing as wide as `x`.
#[derive(Module, Debug)]
pub struct LowRank {
    /// The paper's A, transposed: `[d_in, rank]`.
    pub a: Param<Tensor<2>>,
    /// The paper's B, transposed: `[rank, d_out]`.
    pub b: Param<Tensor<2>>,
    /// On the adapter's input only.
    pub dropout: Dropout,
    /// `alpha / rank`.
    #[module(skip)]
    pub scale: f64,
    /// Which factors train.
    #[module(skip)]
    pub trains: Trains,
}

impl LoraConfig {
    /// An adapter for the layer whose pretrained weight is `weight: [d_in, d_out]`.
    ///
    /// A is drawn before B, each from `rng`.
    ///
    /// # Errors
    /// See [`LoraConfig::validate`]; also a rank that the layer's shape does not allow.
    pub fn init(
        &self,
        weight: &Tensor<2>,
        masks: &MaskStream,
        rng: &mut impl Rng,
    ) -> Result<LowRank, AdapterError> {
        self.validate()?;
        let [d_in, d_out] = weight.dims();
        let device = weight.device();
        let a = init::factor_a(self.a, self.rank, weight, rng)?;
        let b = init::factor_b(self.b, self.rank, weight, rng)?;
        let a = Tensor::from_data(TensorData::new(a, [d_in, self.rank]), &device);
        let b = Tensor::from_data(TensorData::new(b, [self.rank, d_out]), &device);
        Ok(LowRank {
            a: Param::from_tensor(a).set_require_grad(self.trains.a()),
            b: Param::from_tensor(b).set_require_grad(self.trains.b()),
            dropout: DropoutConfig { prob: self.dropout }.init(masks),
            scale: self.scale(),
            trains: self.trains,
        })
    }
}

impl AdapterConfig for LoraConfig {
    fn check(&self, _targets: &[&str]) -> Result<(), AdapterError> {
        self.validate()
    }

    fn adapter(
        &self,
        _path: &str,
        weight: &Tensor<2>,
        masks: &MaskStream,
        rng: &mut impl Rng,
    ) -> Result<Adapter, AdapterError> {
        Ok(self.init(weight, masks, rng)?.into())
    }
}

impl LowRank {
    /// The update as a dense matrix, `scale * a b: [d_in, d_out]`.
    pub fn delta(&self) -> Tensor<2> {
        self.a.val().matmul(self.b.val()).mul_scalar(self.scale)
    }
}

impl AdapterKind for LowRank {
    fn forward<const D: usize>(&self, x: Tensor<D>, layer: Dense) -> Tensor<D> {
        let (a, b) = (self.a.val(), self.b.val());
        let dropped = self.dropout.forward(x.clone().cast(a.dtype()));
        let features = linear(dropped, a, None); // [.., rank]
        let y = layer.forward(x);
        if y.dtype() == b.dtype() {
            return add_low_rank(y, features, b, self.scale);
        }
        let update = linear(features.mul_scalar(self.scale), b, None);
        let update = update.cast(y.dtype());
        y + update
    }

    fn merged(&self, layer: Dense) -> Dense {
        Dense {
            weight: layer.weight + self.delta(),
            bias: layer.bias,
        }
    }

    fn choose_trained(&mut self) {
        self.a = self.a.clone().set_require_grad(self.trains.a());
        self.b = self.b.clone().set_require_grad(self.trains.b());
    }
}
