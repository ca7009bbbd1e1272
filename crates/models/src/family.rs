//! Which kind of model a folder holds.

use std::path::Path;

use serde::Deserialize;

use crate::weights::read_text;
use crate::{ConfigError, ModelError};

/// What a checkpoint takes as input, and so which type opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Token ids: [`crate::Checkpoint`].
    Text,
    /// Images: [`crate::VisionCheckpoint`].
    Vision,
}

#[derive(Deserialize)]
struct ModelType {
    model_type: Option<String>,
}

impl Family {
    /// The family of the checkpoint in `dir`, by its `config.json` alone.
    ///
    /// # Errors
    /// A `config.json` that is missing, malformed or of a model this crate does not have.
    pub fn of(dir: impl AsRef<Path>) -> Result<Self, ModelError> {
        let path = dir.as_ref().join("config.json");
        Self::from_json(&read_text(&path)?).map_err(|source| ModelError::Config { path, source })
    }

    fn from_json(text: &str) -> Result<Self, ConfigError> {
        let config: ModelType = serde_json::from_str(text)?;
        match config.model_type.as_deref() {
            Some("roberta" | "bert") => Ok(Self::Text),
            Some("vit" | "dinov2") => Ok(Self::Vision),
            Some(other) => Err(ConfigError::Value {
                key: "model_type",
                found: other.to_owned(),
                expected: "roberta, bert, vit or dinov2",
            }),
            None => Err(ConfigError::Missing {
                keys: vec!["model_type"],
            }),
        }
    }
}
