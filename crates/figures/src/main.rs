//! Draws the stored tables of one scale.
//!
//! ```text
//! cargo run -p figures -- [--scale mini|small|paper] [--local] [--results DIR] [--out DIR]
//! ```
//!
//! Takes about a second; writes `figures/<scale>/*.svg` and `index.html`.
//! Exit status 2 if a table is missing or malformed, 1 for any other failure.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use figures::{FigureError, Request, render};

/// Draw the stored tables of one scale beside the paper's numbers, and the page that shows them.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Scale to draw.
    #[arg(long, default_value = "mini")]
    scale: String,
    /// Draw this machine's own results instead of the published ones.
    #[arg(long)]
    local: bool,
    /// Root folder of the results.
    #[arg(long, default_value = "results", value_name = "DIR")]
    results: PathBuf,
    /// Root folder of the figures.
    #[arg(long, default_value = "figures", value_name = "DIR")]
    out: PathBuf,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let bad_input = error.downcast_ref().is_some_and(FigureError::is_bad_input);
            // The messages of this workspace's errors include their causes already.
            eprintln!("error: {error}");
            ExitCode::from(if bad_input { 2 } else { 1 })
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let rendered = render(&Request {
        results: arguments.results,
        out: arguments.out,
        scale: arguments.scale,
        local: arguments.local,
    })?;
    for warning in &rendered.warnings {
        eprintln!("warning: {warning}");
    }
    for file in &rendered.files {
        println!("{}", file.display());
    }
    Ok(())
}
