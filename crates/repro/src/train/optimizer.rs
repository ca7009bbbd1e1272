//! AdamW with the gradient clipped by its norm over all parameters, as PyTorch's trainer does.

use std::path::Path;

use anyhow::{Context, Result, bail};
use burn::module::{Module, ModuleVisitor, Param, ParamGroup};
use burn::optim::{AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Gradients, Tensor};
use serde::{Deserialize, Serialize};

use crate::check::check_ratio;

/// Ends of the names of what weight decay spares: biases, and normalisation's scale and shift.
const WITHOUT_DECAY: [&str; 3] = [".bias", ".gamma", ".beta"];

/// Settings of the optimiser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptimizerConfig {
    /// Decay rate of the first moment.
    pub beta_1: f32,
    /// Decay rate of the second moment.
    pub beta_2: f32,
    /// Added to the denominator.
    pub epsilon: f32,
    /// Decoupled weight decay; biases and normalisation are exempt, as in transformers' trainer.
    pub weight_decay: f32,
    /// Largest norm of the whole gradient; no clipping where it is missing.
    pub max_grad_norm: Option<f64>,
}

/// AdamW with global clipping.
pub struct Optimizer {
    adamw: ModuleOptimizer,
    max_grad_norm: Option<f64>,
}

impl OptimizerConfig {
    /// Checks the numbers; `name` is the table that holds them.
    ///
    /// # Errors
    /// A number out of range.
    pub fn check(&self, name: &str) -> Result<()> {
        for (key, ratio) in [("beta_1", self.beta_1), ("beta_2", self.beta_2)] {
            check_ratio(&format!("{name}.{key}"), Some(ratio.into()))?;
        }
        for (key, value, positive) in [
            ("epsilon", Some(f64::from(self.epsilon)), true),
            ("weight_decay", Some(self.weight_decay.into()), false),
            ("max_grad_norm", self.max_grad_norm, true),
        ] {
            let Some(value) = value else { continue };
            if !(value > 0.0 || value == 0.0 && !positive) || value.is_infinite() {
                let expected = if positive { "positive" } else { "not negative" };
                bail!("{name}.{key} must be {expected}, but is {value}");
            }
        }
        Ok(())
    }

    /// An optimiser without state.
    pub fn init(&self) -> Optimizer {
        let adamw = |decay| {
            AdamWConfig::new()
                .with_beta_1(self.beta_1)
                .with_beta_2(self.beta_2)
                .with_epsilon(self.epsilon)
                .with_weight_decay(decay)
        };
        let mut optimizer = adamw(self.weight_decay).init();
        if self.weight_decay > 0.0 {
            let exempt = ParamGroup::from_any_predicates(WITHOUT_DECAY.to_vec());
            optimizer = optimizer.with_group(exempt, adamw(0.0).build(), None);
        }
        Optimizer {
            adamw: optimizer,
            max_grad_norm: self.max_grad_norm,
        }
    }
}

impl Optimizer {
    /// Writes the moments to a file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        self.adamw
            .save(path)
            .with_context(|| format!("{} cannot be written", path.display()))
    }

    /// Reads moments that [`Optimizer::save`] wrote for a module of the same parameter ids.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn load(&mut self, path: &Path) -> Result<()> {
        self.adamw = self
            .adamw
            .clone()
            .load(path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        Ok(())
    }

    /// Clips the gradients and takes one step.
    ///
    /// # Errors
    /// A gradient whose norm is not a finite number: the step would spoil every weight.
    pub fn step<M: Module>(&mut self, lr: f64, module: M, gradients: Gradients) -> Result<M> {
        let mut gradients = GradientsParams::from_grads(gradients, &module);
        let norm = norm(&module, &gradients);
        if !norm.is_finite() {
            bail!("the gradient's norm is {norm}");
        }
        if let Some(most) = self.max_grad_norm
            && norm > most
        {
            // PyTorch's clip_grad_norm_ divides by the norm plus 1e-6.
            module.visit(&mut Scale {
                gradients: &mut gradients,
                factor: most / (norm + 1e-6),
            });
        }
        Ok(self.adamw.step(lr, module, gradients))
    }
}

/// The Euclidean norm of all gradients together.
fn norm<M: Module>(module: &M, gradients: &GradientsParams) -> f64 {
    let mut squares = Squares {
        gradients,
        sums: Vec::new(),
    };
    module.visit(&mut squares);
    if squares.sums.is_empty() {
        return 0.0;
    }
    // Read at once: a device is waited for once a step, not once a parameter.
    let sums = Tensor::cat(squares.sums, 0).into_data();
    sums.iter::<f64>().sum::<f64>().sqrt()
}

struct Squares<'a> {
    gradients: &'a GradientsParams,
    sums: Vec<Tensor<1>>,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            self.sums.push(gradient.square().sum());
        }
    }
}

struct Scale<'a> {
    gradients: &'a mut GradientsParams,
    factor: f64,
}

impl ModuleVisitor for Scale<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            self.gradients
                .register(param.id, gradient.mul_scalar(self.factor));
        }
    }
}
