//! Integration tests of `tasks`: one binary.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

/// Orders and padded batches.
mod batch;
/// One data set, whatever holds it.
mod data_digest;
/// Picture sets, their transforms and their batches.
mod domainbed;
/// Token ids equal to transformers'.
mod encode;
/// Written files for the readers to read.
mod files;
/// Tables in every layout.
mod glue;
/// What is said of broken files.
mod malformed;
/// Scores equal to scikit-learn's and scipy's.
mod metrics;
/// Row counts of the real data sets; ignored unless asked for.
mod official;
/// Written tables come back as they were.
mod round_trip;
