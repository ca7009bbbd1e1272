//! Parameter counts: honest ones, and the ones the paper prints.
//!
//! PEFT 0.5.0, which the paper used, copies the head and leaves both copies marked as trainable
//! (`ModulesToSaveWrapper` in src/peft/utils/other.py), so its printed count has the head twice.
//! Only that rule gives the paper's percentages, so every table shows both numbers.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

use crate::trainable::{Path, is_below, trains};

/// Numbers of parameters of a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParamCount {
    /// All parameters, adapters included.
    pub total: usize,
    /// Those that train.
    pub trainable: usize,
    /// Those of the head, which always trains.
    pub head: usize,
}

impl ParamCount {
    /// Counts a module without initialising its parameters; the head is what lies below `head`.
    pub fn of<M: Module>(module: &M, head: &str) -> Self {
        let mut counter = Counter {
            path: Path::default(),
            head,
            count: Self::default(),
        };
        module.visit(&mut counter);
        counter.count
    }

    /// The trainable number as PEFT 0.5.0 prints it: the head twice.
    ///
    /// Full fine-tuning and linear probing do not go through PEFT, so they have no such number:
    /// use [`ParamCount::trainable`] for them.
    pub fn paper_trainable(&self) -> usize {
        self.trainable + self.head
    }

    /// Percentage of all parameters that train.
    pub fn percent(&self) -> f64 {
        100.0 * self.trainable as f64 / self.total as f64
    }

    /// The percentage as PEFT 0.5.0 prints it: the head twice, above and below the line.
    pub fn paper_percent(&self) -> f64 {
        100.0 * self.paper_trainable() as f64 / (self.total + self.head) as f64
    }
}

/// Parameters of one low-rank adapter of `rank` on a `d_in -> d_out` layer: `(A, B)`.
pub fn low_rank(rank: usize, d_in: usize, d_out: usize) -> (usize, usize) {
    (rank * d_in, rank * d_out)
}

/// Parameters of AdaLoRA's `P Lambda Q` on a `d_in -> d_out` layer.
pub fn adalora(init_rank: usize, d_in: usize, d_out: usize) -> usize {
    init_rank * (d_in + d_out + 1)
}

struct Counter<'a> {
    path: Path,
    head: &'a str,
    count: ParamCount,
}

impl ModuleVisitor for Counter<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.enter(name);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let n = param.lazy_shape().num_elements();
        self.count.total += n;
        if trains(param) {
            self.count.trainable += n;
        }
        if is_below(&self.path.joined(), self.head) {
            self.count.head += n;
        }
    }
}
