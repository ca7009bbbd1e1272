//! The kinds of adapters, and what a layer asks of each.
//!
//! A new kind is a file, with a module that implements [`AdapterKind`] and a configuration that
//! implements [`AdapterConfig`](crate::AdapterConfig), and a variant of [`Adapter`]; freezing,
//! precision, merging and parameter paths then hold for it. A kind computes the layer's whole
//! output from its input and its weight, so that it may add to the product, scale either side of
//! it, or divide by the weight's norm. What concerns several layers or the time between two steps,
//! such as a penalty or a budget, reaches the adapters through
//! [`visit_adapters`](crate::visit_adapters).

use std::fmt;

use burn::module::{
    Content, Devices, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor,
};
use burn::tensor::{DType, Device, Tensor};
use ops::linear;

use crate::{Ia3, LowRank};

/// The values of a dense layer, `x W + b`.
#[derive(Clone, Debug)]
pub(crate) struct Dense {
    /// `[d_in, d_out]`.
    pub(crate) weight: Tensor<2>,
    /// `[d_out]`.
    pub(crate) bias: Option<Tensor<1>>,
}

impl Dense {
    /// `x W + b`, in the number type of the weight.
    ///
    /// # Shapes
    /// - x: `[.., d_in]`
    /// - output: `[.., d_out]`
    pub(crate) fn forward<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        linear(x.cast(self.weight.dtype()), self.weight, self.bias)
    }

    pub(crate) fn cast(self, dtype: DType) -> Self {
        Self {
            weight: self.weight.cast(dtype),
            bias: self.bias.map(|bias| bias.cast(dtype)),
        }
    }

    pub(crate) fn without_autodiff(self) -> Self {
        Self {
            weight: self.weight.without_autodiff(),
            bias: self.bias.map(Tensor::without_autodiff),
        }
    }
}

/// What every kind of adapter does. Its parameters are f32 whatever the layer's number type.
pub(crate) trait AdapterKind: Module {
    /// The adapted layer's output, in the layer's number type; `layer` is the pretrained one.
    ///
    /// # Shapes
    /// - x: `[.., d_in]`, in the layer's number type
    /// - output: `[.., d_out]`
    fn forward<const D: usize>(&self, x: Tensor<D>, layer: Dense) -> Tensor<D>;

    /// The plain layer that computes the same where nothing is dropped; `layer` is the pretrained
    /// one in f32.
    fn merged(&self, layer: Dense) -> Dense;

    /// Lets those of its parameters train that are to, and no other.
    fn choose_trained(&mut self);
}

/// Hands everything that Burn or a layer asks of an adapter to its kind; a variant is named as the
/// kind in it.
///
/// Burn's derived module would put the variant's name into each parameter's path.
macro_rules! kinds {
    ($(#[$docs:meta])* pub enum Adapter { $($(#[$doc:meta])* $kind:ident),+ $(,)? }) => {
        $(#[$docs])*
        #[derive(Clone, Debug)]
        pub enum Adapter {
            $($(#[$doc])* $kind($kind)),+
        }

        $(impl From<$kind> for Adapter {
            fn from(kind: $kind) -> Self {
                Self::$kind(kind)
            }
        })+

        impl Adapter {
            pub(crate) fn forward<const D: usize>(&self, x: Tensor<D>, layer: Dense) -> Tensor<D> {
                match self { $(Self::$kind(kind) => kind.forward(x, layer)),+ }
            }

            pub(crate) fn merged(&self, layer: Dense) -> Dense {
                match self { $(Self::$kind(kind) => kind.merged(layer)),+ }
            }

            pub(crate) fn choose_trained(&mut self) {
                match self { $(Self::$kind(kind) => kind.choose_trained()),+ }
            }
        }

        impl Module for Adapter {
            fn collect_devices(&self, devices: Devices) -> Devices {
                match self { $(Self::$kind(kind) => kind.collect_devices(devices)),+ }
            }

            fn fork(self, device: &Device) -> Self {
                match self { $(Self::$kind(kind) => kind.fork(device).into()),+ }
            }

            fn to_device(self, device: &Device) -> Self {
                match self { $(Self::$kind(kind) => kind.to_device(device).into()),+ }
            }

            fn train(self) -> Self {
                match self { $(Self::$kind(kind) => kind.train().into()),+ }
            }

            fn valid(&self) -> Self {
                match self { $(Self::$kind(kind) => kind.valid().into()),+ }
            }

            fn materialize(self) -> Self {
                match self { $(Self::$kind(kind) => kind.materialize().into()),+ }
            }

            fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
                match self { $(Self::$kind(kind) => kind.visit(visitor)),+ }
            }

            fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
                match self { $(Self::$kind(kind) => kind.map(mapper).into()),+ }
            }
        }

        impl ModuleDisplayDefault for Adapter {
            fn content(&self, content: Content) -> Option<Content> {
                match self { $(Self::$kind(kind) => content.add_single(kind).optional()),+ }
            }
        }
    };
}

kinds! {
    /// What a layer has learned beside its pretrained weight and bias.
    ///
    /// | kind | output | merged weight and bias |
    /// |---|---|---|
    /// | [`LowRank`] | `x W + b + scale * drop(x) A B` | `W + scale * A B`, `b` |
    /// | [`Ia3`] on outputs | `(x W + b) * l` | `W * l`, `b * l` |
    /// | [`Ia3`] on inputs | `(x * l) W + b` | `l * W`, `b` |
    pub enum Adapter {
        /// A low-rank update of the weight.
        LowRank,
        /// A factor for each of the layer's outputs or inputs.
        Ia3,
    }
}

impl ModuleDisplay for Adapter {}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format(Default::default()))
    }
}
