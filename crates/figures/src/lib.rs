//! Plots and the HTML report, drawn from stored tables alone.
//!
//! [`render`] reads `table*.csv` and `runs.csv` of one scale, and writes plots as SVG and PNG,
//! and one `index.html` that shows them with the numbers and where they come from:
//!
//! | plot | shows | of tables |
//! |---|---|---|
//! | [`dots`] | every arm and column, ours beside the paper's | 1, 2, 7, 8, 9 |
//! | [`claims`] | each arm's difference to LoRA, ours beside the paper's | 1, 2, 7, 5, 8, 9 |
//! | [`scatter`] | accuracy in domain against out of domain, one point an arm | 5, 9 |
//! | [`gaps`] | training minus test accuracy, one bar an arm | 10 |
//!
//! The page also shows the contact sheets of the image data sets, `contact-sheet-*.png`, if they lie among the figures.
//!
//! What is plotted is a plain value first (such as [`dots::DotFigure`]) and ink only afterwards.
//! Nothing here trains, reads a clock or depends on Burn; equal tables give equal bytes.

pub mod claims;
mod claims_draw;
mod domains;
pub mod dots;
mod dots_draw;
mod drawing;
mod error;
pub mod gaps;
mod gaps_draw;
mod label;
mod page;
mod page_table;
mod pen;
mod provenance;
mod render;
mod scale;
pub mod scatter;
mod scatter_draw;
mod sheets;

pub use error::FigureError;
pub use label::{Piece, pieces};
pub use provenance::Provenance;
pub use render::{Rendered, Request, render};
