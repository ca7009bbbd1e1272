//! From an experiment file to rows: plans, training, and the table binaries.
//!
//! The only crate that sees paths, devices, clocks, seeds and the environment.
//! An [`experiment::Experiment`] is what was written down; [`run::plan`] resolves it to
//! [`run::Run`]s, each with every setting that can change its result; [`sweep::sweep`] trains those
//! that the store does not have; `results` makes the table.

pub mod experiment;
pub mod outcome;
pub mod run;
pub mod runs;

pub mod arm;
pub mod loss;
pub mod optimizer;
pub mod schedule;
pub mod seeds;

pub mod encoded;
pub mod source;

pub mod domainbed;
pub mod glue;
pub mod pretrain;
pub mod sweep;

pub mod bench;

pub mod allocator;
pub mod assets;
pub mod cli;
pub mod progress;
pub mod provenance;
pub mod smoke;
pub mod suite;
pub mod tables;
