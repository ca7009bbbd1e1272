//! Integration tests of `adapters`, one binary.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

/// Layers and values the tests share.
mod fixture;

/// Norms, orthonormality and determinism of the factors.
mod inits;

/// The inits that need a singular value decomposition.
mod singular;

/// What `y = x W + b + scale * drop(x) a b` promises, and merging.
mod forward;

/// Against Burn's own LoRA.
mod differential;

/// A user's module.
mod net;

/// Which of its parameters train.
mod training;

/// Records, `valid` and `train`.
mod records;

/// Parameter counts that follow from shapes alone.
mod counts;

/// (IA)³: its equation, gradients, merging and targets.
mod ia3;

/// Narrow frozen weights beside adapters in f32.
mod precision;

/// Settings, and how they are stored.
mod config;

/// Settings that cannot work.
mod errors;
