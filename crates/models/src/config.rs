//! What the configurations of all families share: Hugging Face's `config.json`, in and out.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{ConfigError, Shape};

/// A `config.json` as it stands.
pub type ConfigFile = Map<String, Value>;

/// Shape and settings of a family's networks, serialised under Hugging Face's names.
pub trait ModelConfig:
    Clone + fmt::Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The values of `model_type` that the family reads.
    const MODEL_TYPES: &'static [&'static str];

    /// Configurations of published models by name.
    const SHAPES: &'static [Shape<Self>];

    /// What a `config.json` that says nothing but its `model_type` means to transformers 4.57.1.
    fn defaults(model_type: &str) -> Option<Self>;

    /// Refuses what the family does not implement, and derives this configuration's keys from
    /// others that a file has in their place.
    ///
    /// # Errors
    /// A value that is not implemented.
    fn check_file(&self, file: &mut ConfigFile) -> Result<(), ConfigError>;

    /// Adds and takes away what a file says otherwise than this configuration.
    fn finish_file(&self, file: &mut BTreeMap<String, Value>);

    /// How transformers' classes of this model begin, such as `Roberta`.
    fn class(&self) -> &'static str;

    /// The same configuration with some dropout probabilities replaced.
    fn with_dropouts(self, dropouts: Dropouts) -> Self;

    /// The same configuration with another number of layers.
    fn with_layers(self, n_layers: usize) -> Self;

    /// Checks that the values describe a model.
    ///
    /// # Errors
    /// The first value that cannot be.
    fn validate(&self) -> Result<(), ConfigError>;

    /// The configuration of a published model, such as `roberta-base`.
    ///
    /// # Errors
    /// A name that is not in [`ModelConfig::SHAPES`].
    fn named(name: &str) -> Result<Self, ConfigError> {
        let shape = Self::SHAPES.iter().find(|(known, _)| *known == name);
        shape
            .map(|(_, config)| config())
            .ok_or_else(|| ConfigError::Shape {
                name: name.to_owned(),
                known: Self::SHAPES.iter().map(|(known, _)| *known).collect(),
            })
    }

    /// Reads the text of a `config.json`; what it leaves out is transformers' default.
    ///
    /// # Errors
    /// Malformed JSON, or values that cannot be or are not implemented.
    fn from_json(text: &str) -> Result<Self, ConfigError> {
        Ok(read(text)?.0)
    }

    /// The text of a `config.json` for transformers' class that ends in `suffix`, such as `Model`,
    /// with a head of `n_labels` if there is one.
    fn to_json(&self, suffix: &str, n_labels: Option<usize>) -> String {
        let mut file = values(self);
        let architecture = format!("{}{suffix}", self.class());
        file.insert("architectures".to_owned(), vec![architecture].into());
        if let Some(n_labels) = n_labels {
            file.insert("num_labels".to_owned(), n_labels.into());
        }
        self.finish_file(&mut file);
        let text = serde_json::to_string_pretty(&file).expect("a map of numbers and strings");
        format!("{text}\n")
    }

    /// SHA-256, in hexadecimal, of what this configuration says: a line `key value` for each of its
    /// keys, sorted.
    ///
    /// A `config.json` that is ordered or formatted otherwise, or that spells a default out, has the
    /// same digest.
    fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        for (key, value) in values(self) {
            // Not as JSON: how that writes numbers is its library's choice.
            hasher.update(format!("{key} {}\n", shown(&value)));
        }
        format!("{:x}", hasher.finalize())
    }
}

/// Dropout probabilities to use in place of a configuration's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dropouts {
    /// In place of `hidden_dropout_prob`.
    pub hidden: Option<f64>,
    /// In place of `attention_probs_dropout_prob`.
    pub attention: Option<f64>,
    /// In place of `classifier_dropout`; without either, the head follows `hidden`.
    pub classifier: Option<f64>,
}

impl Dropouts {
    /// No dropout anywhere.
    pub fn off() -> Self {
        Self {
            hidden: Some(0.0),
            attention: Some(0.0),
            classifier: Some(0.0),
        }
    }
}

/// The configuration in the text of a `config.json`, and the class that it names.
pub(crate) fn read<C: ModelConfig>(text: &str) -> Result<(C, Option<String>), ConfigError> {
    let mut file = parse(text)?;
    let model_type = model_type(&file)?;
    let Some(defaults) = C::defaults(&model_type) else {
        return Err(ConfigError::ModelType {
            found: model_type,
            expected: C::MODEL_TYPES.to_vec(),
        });
    };
    defaults.check_file(&mut file)?;
    let architecture = file
        .get("architectures")
        .and_then(|classes| Some(classes.get(0)?.as_str()?.to_owned()));

    let mut known: ConfigFile = values(&defaults).into_iter().collect();
    let mut config = defaults;
    for (key, value) in file {
        let Some(slot) = known.get_mut(&key) else {
            continue;
        };
        *slot = value;
        // After each key, so that an error can name it.
        config = serde_json::from_value(Value::Object(known.clone()))
            .map_err(|source| ConfigError::Type { key, source })?;
    }
    config.validate()?;
    Ok((config, architecture))
}

/// The keys of a `config.json`; null is as if a key were not there.
pub(crate) fn parse(text: &str) -> Result<ConfigFile, ConfigError> {
    let mut file: ConfigFile = serde_json::from_str(text)?;
    file.retain(|_, value| !value.is_null());
    Ok(file)
}

/// What a `config.json` calls its kind of model.
pub(crate) fn model_type(file: &ConfigFile) -> Result<String, ConfigError> {
    let model_type = file.get("model_type").ok_or(ConfigError::NoModelType)?;
    Ok(shown(model_type))
}

/// A configuration's values by key.
fn values(config: &impl ModelConfig) -> BTreeMap<String, Value> {
    match serde_json::to_value(config) {
        Ok(Value::Object(values)) => values.into_iter().collect(),
        _ => unreachable!("a configuration is a struct of numbers and strings"),
    }
}

/// Refuses any value of a key but the one that is implemented, which is what its absence means.
pub(crate) fn implemented(
    file: &ConfigFile,
    key: &'static str,
    value: &'static str,
) -> Result<(), ConfigError> {
    let found = file.get(key).map_or_else(|| value.to_owned(), shown);
    expect(found == value, key, found, value)
}

/// The number at a key of a file, or what its absence means.
pub(crate) fn number(
    file: &ConfigFile,
    key: &'static str,
    default: f64,
) -> Result<f64, ConfigError> {
    let Some(value) = file.get(key) else {
        return Ok(default);
    };
    value.as_f64().ok_or_else(|| ConfigError::Value {
        key,
        found: shown(value),
        expected: "a number",
    })
}

fn shown(value: &Value) -> String {
    match (value, value.as_f64()) {
        (Value::String(text), _) => text.clone(),
        // 0 and 0.0 are the same.
        (_, Some(number)) => number.to_string(),
        _ => value.to_string(),
    }
}

pub(crate) fn expect(
    holds: bool,
    key: &'static str,
    found: impl fmt::Display,
    expected: &'static str,
) -> Result<(), ConfigError> {
    if holds {
        return Ok(());
    }
    Err(ConfigError::Value {
        key,
        found: found.to_string(),
        expected,
    })
}

pub(crate) fn expect_sizes(sizes: &[(&'static str, usize)]) -> Result<(), ConfigError> {
    sizes
        .iter()
        .try_for_each(|&(key, size)| expect(size > 0, key, size, "at least 1"))
}

pub(crate) fn expect_heads(hidden_size: usize, n_heads: usize) -> Result<(), ConfigError> {
    expect(
        hidden_size.is_multiple_of(n_heads),
        "hidden_size",
        hidden_size,
        "a multiple of num_attention_heads",
    )
}

pub(crate) fn expect_probabilities(probs: &[(&'static str, f64)]) -> Result<(), ConfigError> {
    probs.iter().try_for_each(|&(key, prob)| {
        let holds = (0.0..1.0).contains(&prob);
        expect(holds, key, prob, "at least 0 and below 1")
    })
}

pub(crate) fn expect_epsilon(key: &'static str, epsilon: f64) -> Result<(), ConfigError> {
    let holds = epsilon > 0.0 && epsilon.is_finite();
    expect(holds, key, epsilon, "a positive number")
}
