//! Integration tests of the store, the paper's numbers and the tables.

mod compare;
mod crash;
mod fixture;
mod image_tables;
mod paper;
mod paper_images;
mod published;
mod publishing;
mod specs;
mod store;
mod tables;
