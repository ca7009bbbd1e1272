//! (IA)³: a learned factor for each feature (Liu et al., 2022, "Few-Shot Parameter-Efficient
//! Fine-Tuning is Better and Cheaper than In-Context Learning").
//!
//! Keys and values are scaled where they come out of their layer, and the inner activations of a
//! feed-forward block where they enter its last one, as PEFT does.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use ops::MaskStream;
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::adaptable::ends_with;
use crate::adapter::{AdapterKind, Dense};
use crate::{Adapter, AdapterConfig, AdapterError};

/// Which side of a layer is scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaled {
    /// Its input: `(x * l) W + b`.
    Input,
    /// Its output, bias included: `(x W + b) * l`.
    Output,
}

/// Configuration of (IA)³ adapters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ia3Config {
    /// Those of the names given to [`adapt`](crate::adapt) whose layers are scaled on their input;
    /// all others are scaled on their output.
    pub feed_forward: Vec<String>,
}

impl Ia3Config {
    /// Scales the input of layers named so, on a dot boundary, and the output of all others.
    pub fn new(feed_forward: &[&str]) -> Self {
        Self {
            feed_forward: feed_forward.iter().map(|&name| name.to_owned()).collect(),
        }
    }
}

impl AdapterConfig for Ia3Config {
    fn check(&self, targets: &[&str]) -> Result<(), AdapterError> {
        let stray = |name: &&String| !targets.contains(&name.as_str());
        match self.feed_forward.iter().find(stray) {
            Some(name) => Err(AdapterError::FeedForward {
                name: name.clone(),
                targets: targets.iter().map(|&target| target.to_owned()).collect(),
            }),
            None => Ok(()),
        }
    }

    fn adapter(
        &self,
        path: &str,
        weight: &Tensor<2>,
        _masks: &MaskStream,
        _rng: &mut impl Rng,
    ) -> Result<Adapter, AdapterError> {
        let scaled = if self.feed_forward.iter().any(|name| ends_with(path, name)) {
            Scaled::Input
        } else {
            Scaled::Output
        };
        Ok(Ia3::new(scaled, weight).into())
    }
}

/// Scales a layer's input or output, feature by feature.
#[derive(Module, Debug)]
pub struct Ia3 {
    /// `[d_in]` or `[d_out]`; ones at the start.
    pub l: Param<Tensor<1>>,
    #[module(skip)]
    scaled: Scaled,
}

impl Ia3 {
    /// Factors of 1 for a layer whose weight is `weight: [d_in, d_out]`.
    pub fn new(scaled: Scaled, weight: &Tensor<2>) -> Self {
        let [d_in, d_out] = weight.dims();
        let n = match scaled {
            Scaled::Input => d_in,
            Scaled::Output => d_out,
        };
        Self {
            l: Param::from_tensor(Tensor::ones([n], &weight.device())),
            scaled,
        }
    }

    /// Which side of the layer is scaled.
    pub fn scaled(&self) -> Scaled {
        self.scaled
    }

    /// `x * l` along the last dimension, computed in f32 and given back in the number type of `x`.
    fn scale<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let (l, dtype) = (self.l.val(), x.dtype());
        (x.cast(l.dtype()) * l.unsqueeze()).cast(dtype)
    }
}

impl AdapterKind for Ia3 {
    fn forward<const D: usize>(&self, x: Tensor<D>, layer: Dense) -> Tensor<D> {
        match self.scaled {
            Scaled::Input => layer.forward(self.scale(x)),
            Scaled::Output => self.scale(layer.forward(x)),
        }
    }

    fn merged(&self, layer: Dense) -> Dense {
        match self.scaled {
            Scaled::Input => Dense {
                weight: layer.weight * self.l.val().unsqueeze_dim(1),
                bias: layer.bias,
            },
            Scaled::Output => Dense {
                weight: self.scale(layer.weight),
                bias: layer.bias.map(|bias| self.scale(bias)),
            },
        }
    }

    fn choose_trained(&mut self) {
        self.l = self.l.clone().set_require_grad(true);
    }
}
