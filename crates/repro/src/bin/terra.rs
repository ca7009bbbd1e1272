//! Builds TerraIncognita's folders, as DomainBed lays them out, from the camera traps' annotation files and images.
//!
//! `cargo run -p repro --bin terra -- --json DIR --images DIR --out DIR`, where `--json` is `eccv_18_annotation_files`,
//! `--images` is `eccv_18_all_images_sm`, and `--out` is the data directory for `--data`, in which
//! `terra_incognita/location_*/` appear. Copies about 24 thousand files, in a minute or two, and prints their number by
//! location and category.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use indicatif::ProgressBar;
use repro::cli::exit;
use tasks::domainbed::terra;

/// Builds TerraIncognita's folders from its annotation files and images.
#[derive(Parser)]
#[command(name = "terra")]
struct Cli {
    /// Folder of the five annotation files.
    #[arg(long, value_name = "DIR")]
    json: PathBuf,
    /// Folder of the images.
    #[arg(long, value_name = "DIR")]
    images: PathBuf,
    /// Data directory to write `terra_incognita` to; made if it does not exist.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<ExitCode> {
    let bar = ProgressBar::new(0);
    let counts = terra::build(&cli.json, &cli.images, &cli.out, |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    for (location, categories) in &counts {
        let all: usize = categories.values().sum();
        println!("{location}: {all}");
        for (category, n) in categories {
            println!("  {category}: {n}");
        }
    }
    Ok(ExitCode::SUCCESS)
}
