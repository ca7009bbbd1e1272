//! Tests of `tasks::domainbed`.

use std::path::PathBuf;

use tasks::domainbed::{Rgb, decode};

/// Pictures to floats in batches.
mod batches;
/// Pillow's decoding and its exceptions.
mod decoding;
/// Digests of sets.
mod digest;
/// Folders in torchvision's order, and what is said of broken ones.
mod folders;
/// DomainBed's split.
mod split;
/// TerraIncognita's folders.
mod terra;
/// torchvision's transforms.
mod transforms;

/// The path of a committed picture.
fn fixture(name: &str) -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/images"
    ))
    .join(name)
}

/// A committed picture's bytes.
fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).unwrap()
}

/// A committed picture.
fn picture(name: &str) -> Rgb {
    decode(&bytes(name), &fixture(name)).unwrap()
}

/// `reference.json`.
fn reference() -> serde_json::Value {
    serde_json::from_slice(&bytes("reference.json")).unwrap()
}

/// The largest and the mean difference of two pictures' bytes.
fn difference(ours: &Rgb, theirs: &Rgb) -> (u8, f64) {
    assert_eq!(
        (ours.width(), ours.height()),
        (theirs.width(), theirs.height())
    );
    let differences: Vec<u8> = ours
        .bytes()
        .iter()
        .zip(theirs.bytes())
        .map(|(&a, &b)| a.abs_diff(b))
        .collect();
    let sum: f64 = differences.iter().map(|&d| f64::from(d)).sum();
    (
        *differences.iter().max().unwrap(),
        sum / differences.len() as f64,
    )
}
