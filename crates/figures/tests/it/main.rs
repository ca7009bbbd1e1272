//! Integration tests of the plotted series, the written files and the page.

mod fixture;
mod image_fixture;
mod images;
mod rendering;
mod series;
#[path = "../../../results/tests/it/specs.rs"]
mod specs;
