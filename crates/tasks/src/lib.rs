//! The tasks: what is learnt, how it becomes numbers, and how it is scored.
//!
//! It has:
//! - [`glue`]: the paper's seven GLUE tasks, read from the official TSV folders or from the Hugging Face hub's parquet
//!   and JSON-lines files, with errors that name the file, the line and what was expected;
//! - [`metrics`]: the GLUE metrics (equal to scikit-learn's and scipy's) and the scores of a constant predictor;
//! - [`encode`]: text to token ids, with the truncation and the pair layout of the checkpoint's own `tokenizer.json`;
//! - [`batch`]: a seeded order that groups examples of like length, and padded batches;
//! - [`domainbed`]: the four picture sets of the vision tables, split, decoded and changed by chance as DomainBed does it.
//!
//! It lacks, deliberately: tensors and devices (a [`batch::Batch`] is plain vectors, so this crate builds without Burn),
//! models, training, and any knowledge of where data lives: paths and seeds are arguments, nothing is downloaded.
//! QQP and WNLI are GLUE tasks too, but the paper does not report them, and the unlabelled test sets are never read.

#![warn(missing_docs)]
pub mod glue;
pub mod metrics;

pub mod encode;

pub mod batch;

pub mod domainbed;

pub mod digest;

mod error;

pub use error::{Error, Position};
