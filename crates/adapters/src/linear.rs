//! A dense layer that can carry a low-rank adapter, in the place of Burn's `Linear`.

use burn::module::{Module, Param};
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use ops::linear;

use crate::LowRank;
use crate::precision::cast_like;

/// Configuration of an [`AdaptedLinear`] layer without adapter; see Burn's `LinearConfig`.
#[derive(Clone, Debug)]
pub struct AdaptedLinearConfig {
    linear: LinearConfig,
}

impl AdaptedLinearConfig {
    /// A layer from `d_in` to `d_out` features with a bias.
    pub fn new(d_in: usize, d_out: usize) -> Self {
        Self {
            linear: LinearConfig::new(d_in, d_out),
        }
    }

    /// Sets the distribution that weight and bias start from.
    pub fn with_initializer(mut self, initializer: Initializer) -> Self {
        self.linear = self.linear.with_initializer(initializer);
        self
    }

    /// Sets whether the layer has a bias.
    pub fn with_bias(mut self, bias: bool) -> Self {
        self.linear = self.linear.with_bias(bias);
        self
    }

    /// A layer without adapter.
    pub fn init(&self, device: &Device) -> AdaptedLinear {
        self.linear.init(device).into()
    }
}

/// `y = x W + b + scale * drop(x) a b`; the last term is there once an adapter is.
#[derive(Module, Debug)]
pub struct AdaptedLinear {
    /// Pretrained weight: `[d_in, d_out]`.
    pub weight: Param<Tensor<2>>,
    /// Pretrained bias: `[d_out]`.
    pub bias: Option<Param<Tensor<1>>>,
    /// The low-rank update, unless it is merged into the weight.
    pub adapter: Option<LowRank>,
    /// Whether `weight` has the update in it already.
    #[module(skip)]
    merged: bool,
}

impl AdaptedLinear {
    /// Applies the layer and its adapter, in the number type of the weight.
    ///
    /// # Shapes
    /// - x: `[.., d_in]`
    /// - output: `[.., d_out]`
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let weight = self.weight.val();
        let x = cast_like(x, &weight);
        let bias = self.bias.as_ref().map(|bias| bias.val());
        match &self.adapter {
            Some(adapter) if !self.merged => {
                let features = adapter.features(x.clone());
                adapter.add_to(linear(x, weight, bias), features)
            }
            _ => linear(x, weight, bias),
        }
    }

    /// Adds the update to the weight, so that the layer costs what a plain one does.
    ///
    /// The adapter stays for [`AdaptedLinear::unmerge`]; calling it twice changes nothing.
    /// A record holds the weight as it is and not whether it is merged: unmerge before saving one.
    pub fn merge(&mut self) {
        self.add_delta(true);
    }

    /// Takes the update out of the weight again, up to rounding.
    pub fn unmerge(&mut self) {
        self.add_delta(false);
    }

    /// Whether the update is in the weight.
    pub fn is_merged(&self) -> bool {
        self.merged
    }

    fn add_delta(&mut self, merge: bool) {
        let Some(adapter) = &self.adapter else { return };
        if self.merged == merge {
            return;
        }
        let delta = adapter.delta();
        self.weight = self.weight.clone().map(|weight| {
            let trains = weight.is_require_grad();
            let delta = cast_like(delta, &weight);
            let weight = if merge {
                weight + delta
            } else {
                weight - delta
            };
            // A new leaf: the factors must not get gradients through it.
            weight.detach().set_require_grad(trains)
        });
        self.merged = merge;
    }

    /// The plain layer with the update in its weight.
    pub fn into_linear(mut self) -> Linear {
        self.merge();
        Linear {
            weight: self.weight,
            bias: self.bias,
        }
    }

    /// `[d_in, d_out]`.
    pub fn dims(&self) -> [usize; 2] {
        self.weight.dims()
    }
}

impl From<Linear> for AdaptedLinear {
    fn from(linear: Linear) -> Self {
        Self {
            weight: linear.weight,
            bias: linear.bias,
            adapter: None,
            merged: false,
        }
    }
}
