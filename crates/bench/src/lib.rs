//! Side-by-side benchmarks: this program and PyTorch + transformers + PEFT on the same work.
//!
//! A [`Job`] says what to measure; each side answers it from a fresh process with a [`Sample`], so
//! that its peak memory is that measurement's own. The driver ([`drive`]) lets the two sides take
//! turns, so that whatever slows the machine down slows both, and [`record`] keeps every
//! measurement, the versions, and a summary, which is a pure function of the measurements.
//!
//! The shape of a model, the arm's settings and the optimiser's are sent to the reference side as
//! data; its script has no table of its own to fall out of step.

#![warn(missing_docs)]
pub mod job;
pub mod shape;

pub mod epoch;
pub mod workload;

pub mod child;
pub mod drive;
pub mod reference;

pub mod record;
pub mod row;
pub mod summary;

/// What the arithmetic says is kept for the backward pass, and the tables beside it.
pub mod kept;
#[cfg(feature = "count-memory")]
pub mod measure_kept;

pub use job::{Job, Padding, Sample, What};
pub use shape::Shape;
