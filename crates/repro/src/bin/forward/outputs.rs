//! The file that is written.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use burn::tensor::Tensor;
use safetensors::Dtype;
use safetensors::tensor::TensorView;

/// Hidden states and logits of all rows so far.
#[derive(Default)]
pub struct Outputs {
    hidden: Values<3>,
    /// Of no rows without a head.
    logits: Values<2>,
}

/// Some rows of a tensor.
struct Values<const D: usize> {
    shape: [usize; D],
    values: Vec<f32>,
}

impl<const D: usize> Default for Values<D> {
    fn default() -> Self {
        Self {
            shape: [0; D],
            values: Vec::new(),
        }
    }
}

impl<const D: usize> Values<D> {
    fn add(&mut self, rows: Tensor<D>) {
        let n_rows = self.shape[0];
        self.shape = rows.dims();
        self.shape[0] += n_rows;
        self.values.extend(rows.into_data().iter::<f32>());
    }

    fn bytes(&self) -> Vec<u8> {
        self.values.iter().flat_map(|v| v.to_le_bytes()).collect()
    }
}

impl Outputs {
    /// Adds rows: hidden states `[rows, seq, d_model]` and, with a head, logits `[rows, n_outputs]`.
    pub fn add(&mut self, hidden: Tensor<3>, logits: Option<Tensor<2>>) {
        if let Some(logits) = logits {
            self.logits.add(logits);
        }
        self.hidden.add(hidden);
    }

    /// Writes the file beside its place and moves it there, so that nobody sees half of it.
    pub fn write(&self, path: &Path) -> Result<()> {
        let (hidden, logits) = (self.hidden.bytes(), self.logits.bytes());
        let shape = self.hidden.shape.to_vec();
        let mut views = vec![(
            "last_hidden_state",
            TensorView::new(Dtype::F32, shape, &hidden)?,
        )];
        if !logits.is_empty() {
            let shape = self.logits.shape.to_vec();
            views.push(("logits", TensorView::new(Dtype::F32, shape, &logits)?));
        }
        // Without it, transformers' own reader asks which framework's layout the file has.
        let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        let file = safetensors::serialize(views, Some(metadata))?;

        let mut part = path.as_os_str().to_owned();
        part.push(format!(".part-{}", std::process::id()));
        let part = PathBuf::from(part);
        let written = fs::write(&part, &file)
            .and_then(|()| File::open(&part)?.sync_all())
            .and_then(|()| fs::rename(&part, path));
        if written.is_err() {
            // Best effort: the error that matters is the first one.
            let _ = fs::remove_file(&part);
        }
        written.with_context(|| format!("cannot write {}", path.display()))
    }
}
