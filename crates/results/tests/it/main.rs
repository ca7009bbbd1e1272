//! Integration tests of the store, the paper's numbers and the tables.

mod crash;
mod fixture;
mod paper;
mod publishing;
mod store;
mod tables;
