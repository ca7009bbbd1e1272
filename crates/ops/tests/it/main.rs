//! Each fused operation against the plain composition of tensor operations: values and gradients.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod activation;
mod attention;
mod bodies;
mod dropout;
mod linear;
mod norm;
mod numbers;
mod rotary;
