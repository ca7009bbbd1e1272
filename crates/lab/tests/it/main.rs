//! Integration tests of `lab`: one binary.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

/// The generated tasks, corpus and tokenizer.
mod language;
/// The generated pictures.
mod pictures;
/// The data of the published rows, by digest.
mod published;
/// Examples for people to read.
mod samples;
/// Baselines that must fail on the generated tasks.
mod shortcuts;
