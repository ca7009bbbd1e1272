//! Integration tests of `models`, one binary.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

/// Reading the fixtures that `reference/parity_encoder.py` and `vision_fixtures.py` make.
mod fixture;

/// Values and gradients against transformers 4.57.1 and PEFT.
mod parity;

/// BERT's own head, and heads that cannot be read.
mod heads;

/// Files that leave things out, other names of RoBERTa, digests of what a configuration says.
mod configs;

/// The paths of parameters and the draws of fresh weights, on which published numbers depend.
mod paths;

/// What must hold of any weights: padding, the first row, dropout, names of layers.
mod properties;

/// Writing a folder and reading it again.
mod save;

/// Folders that cannot be loaded, and what is said about them.
mod bad_checkpoints;

/// Parameter counts of the real models.
mod counts;

/// ViT and DINOv2: values and gradients against transformers 4.57.1 and PEFT.
mod vision_parity;

/// ViT and DINOv2: what must hold of any weights, and inputs that do not fit.
mod vision_properties;

/// ViT and DINOv2: writing folders, reading them again, and folders that cannot be read.
mod vision_folders;
