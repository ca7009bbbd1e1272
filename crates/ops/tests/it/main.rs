//! Each fused operation against the plain composition of tensor operations: values and gradients.

mod attention;
mod dropout;
mod gelu;
mod numbers;
