//! Integration tests of `repro`, one binary.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

/// The `forward` binary against transformers, and what it says of bad input.
mod forward;
