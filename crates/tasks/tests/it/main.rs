//! Integration tests of `tasks`: one binary.

/// Orders and padded batches.
mod batch;
/// Token ids equal to transformers'.
mod encode;
/// Tables in every layout, and what is wrong with malformed ones.
mod glue;
/// Scores equal to scikit-learn's and scipy's.
mod metrics;
/// Row counts of the real data sets; ignored unless asked for.
mod official;
/// Written tables come back as they were.
mod round_trip;
