//! Integration tests of `adapters`, one binary.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

/// Parameter counts that follow from shapes alone.
mod counts;
