//! A dense layer that can carry an adapter, in the place of Burn's `Linear`.

use burn::module::{Module, Param};
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::{DType, Device, Tensor};

use crate::Adapter;
use crate::adapter::Dense;

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

/// A dense layer, `y = x W + b`, whose output an adapter changes once it has one.
#[derive(Module, Debug)]
pub struct AdaptedLinear {
    /// Pretrained weight, or the merged one: `[d_in, d_out]`.
    pub weight: Param<Tensor<2>>,
    /// Pretrained bias, or the merged one: `[d_out]`.
    pub bias: Option<Param<Tensor<1>>>,
    /// What is learned beside the pretrained layer.
    pub adapter: Option<Adapter>,
    /// The pretrained layer while the adapter is merged into `weight` and `bias`.
    #[module(skip)]
    pretrained: Option<Dense>,
}

impl AdaptedLinear {
    /// Applies the layer and its adapter, in the number type of the weight.
    ///
    /// # Shapes
    /// - x: `[.., d_in]`
    /// - output: `[.., d_out]`
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let layer = self.dense();
        match &self.adapter {
            Some(adapter) if !self.is_merged() => {
                adapter.forward(x.cast(layer.weight.dtype()), layer)
            }
            _ => layer.forward(x),
        }
    }

    /// Puts what the adapter does into weight and bias, so that the layer costs what a plain one
    /// does; computed in f32 and rounded once to their number type.
    ///
    /// Adapter and pretrained values stay for [`AdaptedLinear::unmerge`]; calling it twice changes
    /// nothing. A merged layer is for inference: what its weight learns, unmerging takes back.
    /// A record holds the weight as it is and not whether it is merged: unmerge before saving or
    /// loading one.
    pub fn merge(&mut self) {
        let Some(adapter) = &self.adapter else { return };
        if self.is_merged() {
            return;
        }
        let layer = self.dense();
        let merged = adapter.merged(layer.clone().cast(DType::F32));
        self.put(merged);
        self.pretrained = Some(layer.without_autodiff());
    }

    /// Gives weight and bias their pretrained values again, bit for bit.
    pub fn unmerge(&mut self) {
        if let Some(layer) = self.pretrained.take() {
            self.put(layer);
        }
    }

    /// Whether weight and bias have the adapter in them.
    pub fn is_merged(&self) -> bool {
        self.pretrained.is_some()
    }

    /// The plain layer that computes the same.
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

    fn dense(&self) -> Dense {
        Dense {
            weight: self.weight.val(),
            bias: self.bias.as_ref().map(|bias| bias.val()),
        }
    }

    fn put(&mut self, layer: Dense) {
        self.weight = with_value(self.weight.clone(), layer.weight);
        self.bias = self
            .bias
            .take()
            .zip(layer.bias)
            .map(|(bias, value)| with_value(bias, value));
    }
}

/// The parameter with another value: a leaf of its own on the parameter's device, so that no
/// gradient goes on to the adapter that made the value, and in the parameter's number type.
fn with_value<const D: usize>(param: Param<Tensor<D>>, value: Tensor<D>) -> Param<Tensor<D>> {
    param.map(|old| {
        let (device, dtype) = (old.device(), old.dtype());
        Tensor::from_data(value.cast(dtype).into_data(), (&device, dtype))
            .set_require_grad(old.is_require_grad())
    })
}

impl From<Linear> for AdaptedLinear {
    fn from(linear: Linear) -> Self {
        Self {
            weight: linear.weight,
            bias: linear.bias,
            adapter: None,
            pretrained: None,
        }
    }
}
