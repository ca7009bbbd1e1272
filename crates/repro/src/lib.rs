//! From an experiment file to rows: plans, training, and the table binaries.
//!
//! The only crate that sees paths, devices, clocks, seeds and the environment.
//! An [`experiment::Experiment`] is what was written down; a [`study::Study`] resolves it to
//! [`run::Run`]s, each with every setting that can change its result, and trains those that the store
//! does not have; `results` makes the table. What a run learns is a [`train::Task`], and
//! [`train::fit()`] the one loop that teaches it. A suite ([`suites::Suite`]) is one folder.

#![warn(missing_docs)]
pub mod experiment;
pub mod plan;
pub mod run;
pub mod study;

mod check;

pub mod train;

pub mod suites;

pub mod command;
pub mod publish;
pub mod tune;

pub mod pretrain;

pub mod allocator;
pub mod assets;
pub mod cli;
pub mod provenance;
