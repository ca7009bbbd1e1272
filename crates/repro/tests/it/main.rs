//! Integration tests of `repro`, one binary.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

/// A workspace in a temporary folder, for the binaries.
mod sandbox;

/// The optimiser against PyTorch.
mod adamw;
/// Linear probing on features that are computed once.
mod feature_cache;
/// Weights before and after training, arm by arm.
mod trained_set;

/// Sentences and exit codes for whatever can be wrong.
mod bad_input;
/// SIGKILL and torn files.
mod crash;
/// Seeds, jobs and threads.
mod determinism;
/// Pictures: every environment measured, wrong folders.
mod domainbed;
/// What a plan prints.
mod dry_run;
/// Every experiment file, three steps of it.
mod experiments;
/// Losses that are not numbers, and panics.
mod failed_run;

/// Rows, tables and plots that are published, and those that are not.
mod publish;

/// Masked language modelling: interrupted or not, the same weights.
mod pretrain;

/// The `forward` binary against transformers, and what it says of bad input.
mod forward;

/// The `bench` binary beside a stand-in for Python.
#[cfg(unix)]
mod bench;
