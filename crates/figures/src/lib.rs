//! Plots and the HTML report, drawn from stored tables alone.
//!
//! [`render`] reads `table*.csv` and `runs.csv` of one scale, and writes plots as SVG and one `index.html` that shows
//! them with the numbers and where they come from. Which plots a table has, it says itself ([`results::Plot`]):
//!
//! | plot | shows |
//! |---|---|
//! | [`dots`] | every arm and column, ours beside the paper's |
//! | [`claims`] | each arm's difference to one of them, ours beside the paper's |
//! | [`scatter`] | accuracy in domain against out of domain, one point an arm |
//! | [`gaps`] | training minus test accuracy, one bar an arm |
//!
//! The page also shows the contact sheets of the data sets, `contact-sheet-<task>.png`, if they lie among the figures.
//!
//! What is plotted is a plain value first (such as [`dots::DotFigure`]) and ink only afterwards.
//! Nothing here trains, reads a clock or depends on Burn; equal tables give equal bytes.

#![warn(missing_docs)]
pub mod claims;
mod domains;
pub mod dots;
mod error;
mod frame;
pub mod gaps;
mod html;
mod label;
mod page;
mod page_table;
mod provenance;
mod render;
mod scale;
pub mod scatter;
mod sheets;
mod svg;
mod text;
mod value;

pub use error::FigureError;
pub use label::{Piece, pieces};
pub use provenance::Provenance;
pub use render::{Rendered, Request, render};
pub use svg::{Ink, Svg};
pub use value::{Mark, Value};
