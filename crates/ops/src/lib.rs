//! Tensor operations that Burn's CPU backend computes slowly, as fused kernels with hand-written
//! backward passes.
//!
//! Each operation is declared once in [`FusedOps`] with a default body made of plain tensor
//! operations, so every backend has it; flex (the CPU backend) overrides the body with a
//! vectorised kernel, and the `Autodiff` implementation carries the backward pass.
//! What the crate deliberately lacks: layers, parameters and anything that knows a model.

mod attention;
mod backend;
mod device;
pub mod dropout;
mod flex_attention;
mod flex_layer_norm;
mod flex_linear;
mod gelu;
mod kernels;
mod layer_norm;
mod linear;
mod slices;

pub use attention::{AttentionSettings, attention};
pub use backend::FusedOps;
pub use device::{DeviceError, device};
pub use dropout::{Dropout, DropoutConfig, MaskStream};
pub use gelu::gelu;
pub use layer_norm::layer_norm;
pub use linear::{add_low_rank, linear};
