//! Writing a model as a Hugging Face folder.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path as FilePath, PathBuf};

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;
use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, serialize};

use super::load::transposed;
use super::names::{Rule, Table};
use crate::path::Path;
use crate::{Family, ModelConfig, ModelError};

/// How weights are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightDtype {
    /// Half precision: half the size, about three decimal digits.
    F16,
    /// Single precision, exact.
    F32,
}

/// A model that a Hugging Face folder can hold.
pub trait Stored: Module {
    /// What it is of.
    type Family: Family;

    /// Path of its root in this crate's models: empty, or that of a backbone.
    const ROOT: &'static str;

    /// How the name of transformers' class of it ends, such as `Model` or `ForMaskedLM`.
    const CLASS: &'static str;

    /// The names of the weights that are not the backbone's.
    const HEAD: &'static [Rule];

    /// Outputs of its classification head, if it has one.
    fn n_labels(&self) -> Option<usize> {
        None
    }
}

/// Writes `config.json` and `model.safetensors` into `dir`, which is made if need be.
///
/// Each file appears whole or not at all, the weights first.
/// Weights of a language-model head that are tied to others are left out, as transformers does.
///
/// # Errors
/// If a file cannot be written, or the model carries adapters.
pub fn save<M: Stored>(
    dir: impl AsRef<FilePath>,
    config: &<M::Family as Family>::Config,
    model: &M,
    dtype: WeightDtype,
) -> Result<(), ModelError> {
    let dir = dir.as_ref();
    let mut collect = Collect {
        table: Table {
            names: M::Family::names(config),
            head: M::HEAD,
        },
        path: Path::below(M::ROOT),
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
    let config = config.to_json(M::CLASS, model.n_labels());
    write_whole(&dir.join("config.json"), config.as_bytes())
}

struct Collect {
    table: Table,
    path: Path,
    dtype: WeightDtype,
    tensors: Vec<(String, Vec<usize>, Vec<u8>)>,
    /// A parameter that no plain model has.
    stranger: Option<String>,
}

impl Collect {
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

impl ModuleVisitor for Collect {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.enter(name);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let path = self.path.joined();
        let Some((name, transpose)) = self.table.hugging_face(&path) else {
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
        let names = self.table.names;
        let prefix = match names.head_of(&name) {
            Some(_) => "",
            None => names.prefix,
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
