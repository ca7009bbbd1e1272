//! Writing a model as a Hugging Face folder.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path as FilePath, PathBuf};

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;
use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, serialize};

use crate::load::transposed;
use crate::names::{ENCODER, Names, is_of_head};
use crate::path::Path;
use crate::{Encoder, EncoderConfig, EncoderKind, MaskedLm, ModelError};

/// How weights are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightDtype {
    /// Half precision: half the size, about three decimal digits.
    F16,
    /// Single precision, exact.
    F32,
}

/// A model that can be written as a Hugging Face folder.
pub trait Savable: Module {
    /// What describes it.
    type Config;

    /// How its folder looks.
    fn folder(&self, config: &Self::Config) -> Folder;
}

/// What a folder says beside its weights; only this crate makes one.
pub struct Folder {
    /// Path of the model's root in the table of names.
    pub(crate) root: &'static str,
    pub(crate) names: &'static Names,
    /// Before the names of weights that are not a head's.
    pub(crate) prefix: &'static str,
    /// The text of `config.json`.
    pub(crate) config: String,
}

impl Folder {
    fn of_encoder(root: &'static str, config: &EncoderConfig, architecture: &str) -> Self {
        Self {
            root,
            names: &ENCODER,
            prefix: match config.kind {
                EncoderKind::Roberta => "roberta.",
                EncoderKind::Bert => "bert.",
            },
            config: config.to_json(architecture),
        }
    }
}

impl Savable for Encoder {
    type Config = EncoderConfig;

    fn folder(&self, config: &EncoderConfig) -> Folder {
        let architecture = match config.kind {
            EncoderKind::Roberta => "RobertaModel",
            EncoderKind::Bert => "BertModel",
        };
        Folder::of_encoder("encoder", config, architecture)
    }
}

impl Savable for MaskedLm {
    type Config = EncoderConfig;

    fn folder(&self, config: &EncoderConfig) -> Folder {
        Folder::of_encoder("", config, "RobertaForMaskedLM")
    }
}

/// Writes `config.json` and `model.safetensors` into `dir`, which is made if need be.
///
/// Each file appears whole or not at all, the weights first.
/// Weights of a language-model head that are tied to others are left out, as transformers does.
///
/// # Errors
/// If a file cannot be written, or the model carries adapters.
pub fn save_encoder<M: Savable<Config = EncoderConfig>>(
    dir: impl AsRef<FilePath>,
    config: &EncoderConfig,
    model: &M,
    dtype: WeightDtype,
) -> Result<(), ModelError> {
    save(dir.as_ref(), &model.folder(config), model, dtype)
}

pub(crate) fn save(
    dir: &FilePath,
    folder: &Folder,
    model: &impl Module,
    dtype: WeightDtype,
) -> Result<(), ModelError> {
    let mut collect = Collect {
        folder,
        path: Path::below(folder.root),
        dtype,
        tensors: Vec::new(),
        stranger: None,
    };
    model.visit(&mut collect);
    if let Some(path) = collect.stranger {
        return Err(ModelError::NotPlain { path });
    }

    let path = dir.join("model.safetensors");
    let bytes = collect
        .serialise()
        .map_err(|source| ModelError::Serialise {
            path: path.clone(),
            source,
        })?;
    fs::create_dir_all(dir).map_err(|source| ModelError::Write {
        path: dir.to_owned(),
        source,
    })?;
    write_whole(&path, &bytes)?;
    write_whole(&dir.join("config.json"), folder.config.as_bytes())
}

struct Collect<'a> {
    folder: &'a Folder,
    path: Path,
    dtype: WeightDtype,
    tensors: Vec<(String, Vec<usize>, Vec<u8>)>,
    /// A parameter that no plain model has.
    stranger: Option<String>,
}

impl Collect<'_> {
    fn serialise(&self) -> Result<Vec<u8>, safetensors::SafeTensorError> {
        let dtype = match self.dtype {
            WeightDtype::F16 => Dtype::F16,
            WeightDtype::F32 => Dtype::F32,
        };
        let views = self
            .tensors
            .iter()
            .map(|(name, shape, bytes)| Ok((name, TensorView::new(dtype, shape.clone(), bytes)?)))
            .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?;
        // transformers refuses a file that does not say which framework's layout it has.
        let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        serialize(views, Some(metadata))
    }
}

impl ModuleVisitor for Collect<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.enter(name);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let path = self.path.joined();
        let Some((name, transpose)) = self.folder.names.hugging_face(&path) else {
            self.stranger.get_or_insert(path);
            return;
        };
        let data = param.val().into_data();
        let mut shape = data.shape().to_vec();
        let mut values: Vec<f32> = data.iter::<f32>().collect();
        if transpose {
            values = transposed(&values, shape[1]);
            shape.reverse();
        }
        let bytes = match self.dtype {
            WeightDtype::F16 => values
                .iter()
                .flat_map(|&v| f16::from_f32(v).to_le_bytes())
                .collect(),
            WeightDtype::F32 => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        };
        let prefix = if is_of_head(&name) {
            ""
        } else {
            self.folder.prefix
        };
        self.tensors.push((format!("{prefix}{name}"), shape, bytes));
    }
}

/// Writes a file beside its place and moves it there, so that nobody sees half of it.
fn write_whole(path: &FilePath, bytes: &[u8]) -> Result<(), ModelError> {
    let mut part = path.as_os_str().to_owned();
    part.push(format!(".part-{}", std::process::id()));
    let part = PathBuf::from(part);
    let written = fs::write(&part, bytes)
        .and_then(|()| File::open(&part)?.sync_all())
        .and_then(|()| fs::rename(&part, path));
    written.map_err(|source| {
        // Best effort: the error that matters is the first one.
        let _ = fs::remove_file(&part);
        ModelError::Write {
            path: path.to_owned(),
            source,
        }
    })
}
