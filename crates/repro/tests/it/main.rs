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

/// Each of the program's modes, over all suites.
mod every_suite;

/// A suite in one folder,
mod toy;
/// and what it takes to run it.
mod toy_suite;

/// Sentences and exit codes for whatever can be wrong.
mod bad_input;
/// SIGKILL and torn files.
mod crash;
/// Pictures: every environment measured, wrong folders.
mod domainbed;
/// What a plan prints.
mod dry_run;
/// Losses that are not numbers, and panics.
mod failed_run;

/// Rows, tables and plots that are published, and those that are not.
mod publish;

/// Masked language modelling: interrupted or not, the same weights.
mod pretrain;

/// The `forward` binary against transformers, and what it says of bad input.
mod forward;
