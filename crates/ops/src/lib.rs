//! Tensor operations that Burn's CPU backend computes slowly, as fused kernels with hand-written
//! backward passes.
//!
//! Each operation is declared once in [`FusedOps`] with a default body made of plain tensor
//! operations, so every backend has it; flex (the CPU backend) overrides the body with a
//! vectorised kernel, and the `Autodiff` implementation carries the backward pass.
//! What the crate deliberately lacks: layers, parameters and anything that knows a model.

#![warn(missing_docs)]
mod activation;
mod attention;
mod backend;
mod device;
pub mod dropout;
mod graph;
mod kernels;
mod linear;
mod matmul;
mod norm;
mod optional;
mod rotary;
mod slices;

pub use activation::{gelu, silu, swiglu};
pub use attention::{AttentionInput, AttentionSettings, Mask, attention};
pub use backend::FusedOps;
pub use device::{DeviceError, device};
pub use dropout::{Dropout, DropoutConfig, MaskStream};
pub use linear::{add_low_rank, linear};
pub use norm::layer::layer_norm;
pub use norm::rms::rms_norm;
pub use optional::Optional;
pub use rotary::Rotary;
