//! Giving a module the weights of a checkpoint.

use std::collections::BTreeSet;
use std::path::Path as FilePath;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};

use super::names::Table;
use super::weights::{StoredTensor, WeightFiles, is_supported};
use crate::path::Path;
use crate::{ModelError, WeightProblem, WeightProblems};

/// Gives parameters their values from a checkpoint and notes what does not fit.
pub(crate) struct Load<'a> {
    dir: &'a FilePath,
    files: &'a WeightFiles,
    table: Table,
    path: Path,
    used: BTreeSet<String>,
    problems: Vec<WeightProblem>,
    failure: Option<ModelError>,
}

impl<'a> Load<'a> {
    /// Fills a module whose root stands at `root` in the table of names.
    ///
    /// # Errors
    /// Weights that cannot be read, or a list of all that do not fit or are left over.
    pub(super) fn fill<M: Module>(
        dir: &'a FilePath,
        files: &'a WeightFiles,
        table: Table,
        root: &str,
        module: M,
    ) -> Result<M, ModelError> {
        let mut load = Self {
            dir,
            files,
            table,
            path: Path::below(root),
            used: BTreeSet::new(),
            problems: Vec::new(),
            failure: None,
        };
        let module = module.map(&mut load);
        load.finish()?;
        Ok(module)
    }

    fn finish(mut self) -> Result<(), ModelError> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let names = self.table.names;
        // Of a head that the model does not have, no weight is needed; of the one it has, all are.
        let heads: BTreeSet<_> = self.used.iter().filter_map(|n| names.head_of(n)).collect();
        for (name, tensor) in &self.files.tensors {
            let head = names.head_of(name);
            let of_other_head = head.is_some_and(|head| !heads.contains(head));
            if !self.used.contains(name) && !names.ignores(name) && !of_other_head {
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
            dir: self.dir.to_owned(),
            problems: WeightProblems(self.problems),
        })
    }

    /// Values for the parameter at the current path, in its own layout; none if they do not fit.
    fn values(&mut self, shape: &[usize]) -> Option<Vec<f32>> {
        let path = self.path.joined();
        let Some((name, transpose)) = self.table.hugging_face(&path) else {
            // It would silently keep whatever Burn draws.
            panic!("{path} has no name in its family's table");
        };
        let mut expected = shape.to_vec();
        if transpose {
            expected.reverse();
        }
        let Some(tensor) = self.files.tensors.get(&name) else {
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
        let values = match self.files.read(tensor) {
            Ok(values) => values,
            Err(error) => {
                self.failure = Some(error);
                return None;
            }
        };
        if let Some(&found) = values.iter().find(|value| !value.is_finite()) {
            self.problems.push(WeightProblem::NotFinite {
                name: tensor.name.clone(),
                found: found.to_string(),
            });
            return None;
        }
        Some(match transpose {
            true => transposed(&values, tensor.shape[1]),
            false => values,
        })
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
