//! Integration tests of the plotted series, the written files and the page.

mod fixture;
mod rendering;
mod series;
