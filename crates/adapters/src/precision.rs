//! Mixed precision: frozen weights in a narrow number type, adapters and whatever trains in f32.
//!
//! As PEFT does for a base model in bf16 (`autocast_adapter_dtype`): activations have the type of
//! the pretrained weights they go through, an adapter computes in f32 and gives its result back in
//! the layer's type, and the optimiser never sees a narrow number.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{FloatDType, Tensor};

use crate::Adaptable;
use crate::adaptable::map_around_adapters;
use crate::trainable::trains;

/// Casts every parameter that does not train to `dtype`; those that train stay as they are, and so
/// do all of an adapter's, its frozen factor included.
///
/// Call it after [`train_adapters_and`](crate::train_adapters_and). Whether the device computes in
/// that type is for the caller to know ([`Device::supports_dtype`](burn::tensor::Device)).
pub fn cast_frozen<M: Module + Adaptable>(module: M, dtype: FloatDType) -> M {
    map_around_adapters(module, &mut Cast(dtype))
}

struct Cast(FloatDType);

impl ModuleMapper for Cast {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if trains(&param) {
            return param;
        }
        param.map(|tensor| tensor.cast(self.0))
    }
}
