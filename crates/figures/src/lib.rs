//! Plots and the HTML report, drawn from stored tables alone.
//!
//! [`render`] reads `table*.csv` and `runs.csv` of one scale, and writes for each table a dot plot ([`dots`]: every arm and task,
//! ours beside the paper's) and a claims plot ([`claims`]: each arm's difference to LoRA, ours beside the paper's),
//! as SVG and PNG, and one `index.html` that shows them with the numbers and where they come from.
//!
//! What is plotted is a plain value first ([`dots::DotFigure`], [`claims::ClaimFigure`]) and ink only afterwards.
//! Nothing here trains, reads a clock or depends on Burn; equal tables give equal bytes.

pub mod claims;
mod claims_draw;
pub mod dots;
mod dots_draw;
mod error;
mod label;
mod page;
mod page_table;
mod pen;
mod provenance;
mod render;
mod scale;

pub use error::FigureError;
pub use label::{Piece, pieces};
pub use provenance::Provenance;
pub use render::{Rendered, Request, render};
