//! Activations on the CPU.

use burn::backend::TensorMetadata;
use burn_flex::FlexTensor;

use crate::kernels;
use crate::slices::{contiguous, tensor, update, update_pair, values};

pub(crate) fn gelu(x: FlexTensor) -> FlexTensor {
    update(x, |_, values| kernels::gelu(values))
}

pub(crate) fn gelu_backward(x: FlexTensor, grad: FlexTensor) -> FlexTensor {
    with(grad, x, kernels::gelu_backward)
}

pub(crate) fn silu(x: FlexTensor) -> FlexTensor {
    update(x, |_, values| kernels::silu(values))
}

pub(crate) fn silu_backward(x: FlexTensor, grad: FlexTensor) -> FlexTensor {
    with(grad, x, kernels::silu_backward)
}

pub(crate) fn swiglu(gate: FlexTensor, x: FlexTensor) -> FlexTensor {
    with(gate, x, kernels::swiglu)
}

/// The gradients of the gate and of x.
pub(crate) fn swiglu_backward(
    gate: FlexTensor,
    x: FlexTensor,
    grad: FlexTensor,
) -> (FlexTensor, FlexTensor) {
    let shape = grad.shape();
    let [gate, x] = [gate, x].map(contiguous);
    let [gate, x] = [&gate, &x].map(values);
    let [of_gate, of_x] = update_pair(grad, |start, of_gate, of_x| {
        let range = start..start + of_gate.len();
        kernels::swiglu_backward(&gate[range.clone()], &x[range], of_gate, of_x);
    });
    (tensor(of_gate, shape.clone()), tensor(of_x, shape))
}

/// Applies `kernel(other's values, values)` to `x`.
fn with(x: FlexTensor, other: FlexTensor, kernel: fn(&[f32], &mut [f32])) -> FlexTensor {
    let other = contiguous(other);
    let other = values(&other);
    update(x, |start, values| {
        kernel(&other[start..start + values.len()], values);
    })
}
