//! Integration tests of `bench`, one binary.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

/// The `bench` binary beside a stand-in for Python.
#[cfg(unix)]
mod bench;
