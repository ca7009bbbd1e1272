//! The low-rank update itself: `scale * drop(x) a b`.

use burn::module::{Module, Param};
use burn::tensor::{Tensor, TensorData};
use ops::{Dropout, DropoutConfig, MaskStream, add_low_rank, linear};
use rand::Rng;

use crate::precision::cast_like;
use crate::{AdapterError, LoraConfig, init};

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
        })
    }
}

impl LowRank {
    /// `scale * drop(x) a b`, in the number type of the factors.
    ///
    /// # Shapes
    /// - x: `[.., d_in]`
    /// - output: `[.., d_out]`
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        self.update(self.features(x))
    }

    /// `scale * features b`, in the number type of the factors.
    fn update<const D: usize>(&self, features: Tensor<D>) -> Tensor<D> {
        linear(features.mul_scalar(self.scale), self.b.val(), None)
    }

    /// `drop(x) a`, in the number type of the factors.
    ///
    /// # Shapes
    /// - x: `[.., d_in]`
    /// - output: `[.., rank]`
    pub(crate) fn features<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let a = self.a.val();
        linear(self.dropout.forward(cast_like(x, &a)), a, None)
    }

    /// `y + scale * features b`, in the number type of `y`.
    ///
    /// # Shapes
    /// - y, output: `[.., d_out]`
    /// - features: `[.., rank]`
    pub(crate) fn add_to<const D: usize>(&self, y: Tensor<D>, features: Tensor<D>) -> Tensor<D> {
        let b = self.b.val();
        if y.dtype() == b.dtype() {
            return add_low_rank(y, features, b, self.scale);
        }
        let update = cast_like(self.update(features), &y);
        y + update
    }

    /// The update as a dense matrix, `scale * a b: [d_in, d_out]`.
    pub fn delta(&self) -> Tensor<2> {
        self.a.val().matmul(self.b.val()).mul_scalar(self.scale)
    }

    /// Number of columns of `a`.
    pub fn rank(&self) -> usize {
        self.a.dims()[1]
    }
}
