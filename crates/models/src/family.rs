//! What the generic code of this crate asks of a family of models.
//!
//! A family is a folder: a configuration, modules, a table of names, and the `impl`s of these traits
//! in its `mod.rs`. Reading, writing, drawing fresh weights and digests then come with them.

use std::fmt;
use std::path::Path;

use adapters::Adaptable;
use burn::module::Module;
use burn::tensor::Device;
use ops::MaskStream;

use crate::checkpoint::names::{Names, StoredHead};
use crate::checkpoint::weights::read_text;
use crate::config::{model_type, parse};
use crate::random::Scheme;
use crate::{ConfigError, EncoderConfig, ModelConfig, ModelError, ViTConfig};

/// Networks that differ in their configuration alone.
pub trait Family: fmt::Debug + Send + Sync + 'static {
    /// What `config.json` says.
    type Config: ModelConfig;

    /// The pretrained part, below any head.
    type Backbone: Module + Adaptable;

    /// Path of the backbone in models that have a head, and in the tables of names.
    const ROOT: &'static str;

    /// The names of the weights.
    fn names(config: &Self::Config) -> &'static Names;

    /// How fresh weights are drawn.
    fn scheme(config: &Self::Config) -> Scheme;

    /// A backbone whose weights are still to be given.
    ///
    /// Burn would draw them when first asked for; until then the model costs no memory, so that
    /// the shapes of a large one can be looked at anywhere.
    fn backbone(config: &Self::Config, device: &Device, masks: &MaskStream) -> Self::Backbone;
}

/// A family whose models can classify.
pub trait Classify: Family {
    /// The part that is new for each task.
    type Head: Module + Adaptable;

    /// What a head computes, where files have more than one kind; the default is that of fresh ones.
    type HeadStyle: Copy + Default + 'static;

    /// Backbone and head.
    type Classifier: Module + Adaptable;

    /// How the name of transformers' class of classifiers ends.
    const CLASS: &'static str;

    /// The heads that files have, the first that is there whole being the one.
    const HEADS: &'static [StoredHead<Self::HeadStyle>];

    /// A head whose weights are still to be given; see [`Family::backbone`].
    fn head(
        config: &Self::Config,
        style: Self::HeadStyle,
        n_outputs: usize,
        device: &Device,
        masks: &MaskStream,
    ) -> Self::Head;

    /// Puts a head on a backbone.
    fn join(config: &Self::Config, backbone: Self::Backbone, head: Self::Head) -> Self::Classifier;

    /// A classifier whose weights are still to be given; see [`Family::backbone`].
    fn classifier(
        config: &Self::Config,
        n_outputs: usize,
        device: &Device,
        masks: &MaskStream,
    ) -> Self::Classifier {
        let style = Self::HeadStyle::default();
        Self::join(
            config,
            Self::backbone(config, device, masks),
            Self::head(config, style, n_outputs, device, masks),
        )
    }
}

/// Which family a folder holds, and so which type opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FamilyName {
    /// Token ids to hidden states: [`crate::Roberta`].
    Roberta,
    /// Images to hidden states: [`crate::Vit`].
    Vit,
}

/// All families, with their values of `model_type`.
const FAMILIES: &[(FamilyName, &[&str])] = &[
    (FamilyName::Roberta, EncoderConfig::MODEL_TYPES),
    (FamilyName::Vit, ViTConfig::MODEL_TYPES),
];

impl FamilyName {
    /// The family of the checkpoint in `dir`, by its `config.json` alone.
    ///
    /// # Errors
    /// A `config.json` that is missing, malformed or of a model this crate does not have.
    pub fn of(dir: impl AsRef<Path>) -> Result<Self, ModelError> {
        let path = dir.as_ref().join("config.json");
        Self::from_json(&read_text(&path)?).map_err(|source| ModelError::Config { path, source })
    }

    fn from_json(text: &str) -> Result<Self, ConfigError> {
        let found = model_type(&parse(text)?)?;
        FAMILIES
            .iter()
            .find(|(_, model_types)| model_types.contains(&found.as_str()))
            .map(|(family, _)| *family)
            .ok_or_else(|| ConfigError::ModelType {
                found,
                expected: FAMILIES
                    .iter()
                    .flat_map(|(_, types)| *types)
                    .copied()
                    .collect(),
            })
    }
}
