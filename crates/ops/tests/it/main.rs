//! Each fused operation against the plain composition of tensor operations: values and gradients.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod attention;
mod dropout;
mod gelu;
mod layer_norm;
mod linear;
mod numbers;
