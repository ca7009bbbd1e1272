//! Mixed precision: frozen parameters in a narrow number type, those that train in f32.
//!
//! As PEFT does for a base model in bf16: activations have the type of the frozen weights they go
//! through, an adapter takes its input to f32 and gives its update back in the layer's type, and
//! the optimiser never sees a narrow number.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{FloatDType, Tensor};

use crate::trainable::trains;

/// Casts every parameter that does not train to `dtype`; those that train stay as they are.
///
/// Call it after [`train_adapters_and`](crate::train_adapters_and). Whether the device computes in
/// that type is for the caller to know ([`Device::supports_dtype`](burn::tensor::Device)).
pub fn cast_frozen<M: Module>(module: M, dtype: FloatDType) -> M {
    module.map(&mut Cast(dtype))
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

/// `x` in the number type of `like`.
pub(crate) fn cast_like<const D: usize, const E: usize>(
    x: Tensor<D>,
    like: &Tensor<E>,
) -> Tensor<D> {
    if x.dtype() == like.dtype() {
        x
    } else {
        x.cast(FloatDType::from(like.dtype()))
    }
}
