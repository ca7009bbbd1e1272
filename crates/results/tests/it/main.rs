//! Integration tests of the store, the paper's numbers and the tables.

mod crash;
mod domainbed;
mod fixture;
mod paper;
mod paper_images;
mod publishing;
mod store;
mod tables;
