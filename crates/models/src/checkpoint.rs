//! A Hugging Face folder: `config.json`, safetensors weights, a tokeniser.

use std::collections::BTreeSet;
use std::path::{Path as FilePath, PathBuf};

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};
use ops::MaskStream;
use rand::Rng;

use crate::head::ClassificationHead;
use crate::names::{Parts, hugging_face};
use crate::path::Path;
use crate::random::random_head;
use crate::weights::{StoredTensor, WeightFiles, is_supported, read_text};
use crate::{
    Dropouts, Encoder, EncoderConfig, EncoderKind, MaskedLm, ModelError, SequenceClassifier,
    WeightProblem, WeightProblems,
};

/// A checkpoint whose headers have been read and checked, but not its weights.
///
/// Weights may be stored as f32, f16 or bf16 and become f32. Those of poolers, language-model heads
/// and other things an encoder does not have are ignored by name; any other weight that is missing
/// or left over, or of a wrong shape or type, makes loading fail with a list of all of them.
#[derive(Debug)]
pub struct Checkpoint {
    dir: PathBuf,
    config: EncoderConfig,
    files: WeightFiles,
}

impl Checkpoint {
    /// Reads `config.json` and the headers of the weight files in `dir`.
    ///
    /// # Errors
    /// A file that is missing, malformed, truncated or of a model this crate does not have.
    pub fn open(dir: impl AsRef<FilePath>) -> Result<Self, ModelError> {
        let dir = dir.as_ref().to_owned();
        let path = dir.join("config.json");
        let config = EncoderConfig::from_json(&read_text(&path)?)
            .map_err(|source| ModelError::Config { path, source })?;
        let files = WeightFiles::open(&dir)?;
        Ok(Self { dir, config, files })
    }

    /// What `config.json` says.
    pub fn config(&self) -> &EncoderConfig {
        &self.config
    }

    /// Where the tokeniser would be; nothing has looked whether it is there.
    pub fn tokenizer_path(&self) -> PathBuf {
        self.dir.join("tokenizer.json")
    }

    /// SHA-256 of the weight files, one after the other by name, in hexadecimal.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn digest(&self) -> Result<String, ModelError> {
        self.files.digest()
    }

    /// Whether the checkpoint has a classification head of RoBERTa's layout.
    pub fn has_head(&self) -> bool {
        self.files.tensors.contains_key("classifier.dense.weight")
            && self
                .files
                .tensors
                .contains_key("classifier.out_proj.weight")
    }

    /// The encoder.
    ///
    /// # Errors
    /// Weights that do not fit, or that cannot be read.
    pub fn encoder(
        &self,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
    ) -> Result<Encoder, ModelError> {
        let config = self.config_with(dropouts)?;
        let mut load = Load::new(self, Parts::Encoder);
        let encoder = load.fill("encoder", Encoder::new(&config, device, masks));
        load.finish()?;
        Ok(encoder)
    }

    /// The encoder with a fresh head of `n_outputs` drawn from `rng`.
    ///
    /// # Errors
    /// As [`Checkpoint::encoder`].
    pub fn classifier(
        &self,
        n_outputs: usize,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
        rng: &mut impl Rng,
    ) -> Result<SequenceClassifier, ModelError> {
        let config = self.config_with(dropouts)?;
        Ok(SequenceClassifier {
            encoder: self.encoder(device, masks, dropouts)?,
            classifier: random_head(&config, n_outputs, device, masks, rng),
        })
    }

    /// The encoder with the checkpoint's own head.
    ///
    /// # Errors
    /// As [`Checkpoint::encoder`]; also if there is no head.
    pub fn classifier_with_head(
        &self,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
    ) -> Result<SequenceClassifier, ModelError> {
        let out_proj = self.files.tensors.get("classifier.out_proj.weight");
        let (true, Some(out_proj)) = (self.has_head(), out_proj) else {
            return Err(ModelError::NoHead {
                dir: self.dir.clone(),
            });
        };
        let n_outputs = out_proj.shape.first().copied().unwrap_or(1);
        let config = self.config_with(dropouts)?;
        let mut load = Load::new(self, Parts::Classifier);
        let encoder = load.fill("encoder", Encoder::new(&config, device, masks));
        let head = ClassificationHead::new(&config, n_outputs, device, masks);
        let classifier = load.fill("classifier", head);
        load.finish()?;
        Ok(SequenceClassifier {
            encoder,
            classifier,
        })
    }

    /// The encoder with the checkpoint's language-model head, to go on pretraining.
    ///
    /// # Errors
    /// As [`Checkpoint::encoder`]; also for BERT, whose head is another one.
    pub fn masked_lm(
        &self,
        device: &Device,
        masks: &MaskStream,
        dropouts: Dropouts,
    ) -> Result<MaskedLm, ModelError> {
        if self.config.kind != EncoderKind::Roberta {
            return Err(ModelError::NoLanguageModel {
                kind: self.config.kind,
            });
        }
        let config = self.config_with(dropouts)?;
        let mut load = Load::new(self, Parts::MaskedLm);
        let model = load.fill("", MaskedLm::new(&config, device, masks));
        load.finish()?;
        Ok(model)
    }

    fn config_with(&self, dropouts: Dropouts) -> Result<EncoderConfig, ModelError> {
        let config = self.config.clone().with_dropouts(dropouts);
        config.validate().map_err(|source| ModelError::Config {
            path: self.dir.join("config.json"),
            source,
        })?;
        Ok(config)
    }
}

/// Gives parameters their values from a checkpoint and notes what does not fit.
struct Load<'a> {
    checkpoint: &'a Checkpoint,
    parts: Parts,
    path: Path,
    used: BTreeSet<String>,
    problems: Vec<WeightProblem>,
    failure: Option<ModelError>,
}

impl<'a> Load<'a> {
    fn new(checkpoint: &'a Checkpoint, parts: Parts) -> Self {
        Self {
            checkpoint,
            parts,
            path: Path::default(),
            used: BTreeSet::new(),
            problems: Vec::new(),
            failure: None,
        }
    }

    /// Fills the module that stands at `root` in the table of names.
    fn fill<M: Module>(&mut self, root: &str, module: M) -> M {
        self.path = Path::below(root);
        module.map(self)
    }

    fn finish(mut self) -> Result<(), ModelError> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        for (name, tensor) in &self.checkpoint.files.tensors {
            if !self.used.contains(name) && !self.parts.ignores(name) {
                self.problems.push(WeightProblem::Unknown {
                    name: tensor.name.clone(),
                    found: tensor.shape.clone(),
                });
            }
        }
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(ModelError::Weights {
            dir: self.checkpoint.dir.clone(),
            problems: WeightProblems(self.problems),
        })
    }

    /// Values for the parameter at the current path, in its own layout; none if they do not fit.
    fn values(&mut self, shape: &[usize]) -> Option<Vec<f32>> {
        let (name, transpose) = hugging_face(&self.path.joined())?;
        let mut expected = shape.to_vec();
        if transpose {
            expected.reverse();
        }
        let Some(tensor) = self.checkpoint.files.tensors.get(&name) else {
            self.problems
                .push(WeightProblem::Missing { name, expected });
            return None;
        };
        self.used.insert(name);
        if let Some(problem) = misfit(tensor, expected) {
            self.problems.push(problem);
        }
        if !self.problems.is_empty() || self.failure.is_some() {
            // Nothing will be returned, so the rest need not be read, only looked at.
            return None;
        }
        match self.checkpoint.files.read(tensor) {
            Ok(values) if transpose => Some(transposed(&values, tensor.shape[1])),
            Ok(values) => Some(values),
            Err(error) => {
                self.failure = Some(error);
                None
            }
        }
    }
}

impl ModuleMapper for Load<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.enter(name);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        // Asking the parameter for its value would make Burn draw one.
        let (shape, device) = (param.lazy_shape(), param.lazy_device());
        match self.values(shape.as_slice()) {
            Some(values) => Param::from_data(TensorData::new(values, shape), &device),
            None => param,
        }
    }
}

fn misfit(tensor: &StoredTensor, expected: Vec<usize>) -> Option<WeightProblem> {
    let name = tensor.name.clone();
    if tensor.shape != expected {
        let found = tensor.shape.clone();
        return Some(WeightProblem::Shape {
            name,
            expected,
            found,
        });
    }
    (!is_supported(tensor.dtype)).then_some(WeightProblem::Dtype {
        name,
        found: tensor.dtype,
    })
}

/// A row-major matrix of `n_columns` columns, transposed, in blocks that fit the cache.
pub(crate) fn transposed(values: &[f32], n_columns: usize) -> Vec<f32> {
    const BLOCK: usize = 32;
    let n_rows = values.len() / n_columns.max(1);
    let mut out = vec![0.0; values.len()];
    for first_row in (0..n_rows).step_by(BLOCK) {
        for first_column in (0..n_columns).step_by(BLOCK) {
            for row in first_row..n_rows.min(first_row + BLOCK) {
                for column in first_column..n_columns.min(first_column + BLOCK) {
                    out[column * n_rows + row] = values[row * n_columns + column];
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposing_twice_gives_the_matrix_back() {
        let values: Vec<f32> = (0..45 * 70).map(|i| i as f32).collect();
        let turned = transposed(&values, 70);
        assert_eq!(turned[45 * 3 + 2], values[70 * 2 + 3]);
        assert_eq!(transposed(&turned, 45), values);
    }
}
