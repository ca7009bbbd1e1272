//! The choices that make an adapter: rank, scale, dropout, how each factor starts, which one trains.

use serde::{Deserialize, Serialize};

use crate::AdapterError;

/// How a factor starts. [`crate::init`] has the distributions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactorInit {
    /// All zeros, so that the adapted layer starts as the pretrained one.
    Zero,
    /// Random orthonormal vectors, uniform over the Stiefel manifold (the paper's "rand").
    Orthonormal,
    /// Kaiming uniform with a = sqrt(5), as in the original LoRA (the paper's "km").
    KaimingUniform,
    /// Leading singular vectors of the pretrained weight: right ones for A ("V"), left for B ("U").
    SingularVectors,
    /// What the paper's released code computes for "V" and "U": vectors of a fresh random weight,
    /// V's taken along the wrong axis (Deviation 2).
    SingularVectorsReleased,
}

/// Which factors train; the other one, if any, stays bit-identical.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Trains {
    /// A alone.
    A,
    /// B alone.
    B,
    /// Both, as in LoRA.
    Both,
}

impl Trains {
    /// Whether A trains.
    pub fn a(self) -> bool {
        self != Self::B
    }

    /// Whether B trains.
    pub fn b(self) -> bool {
        self != Self::A
    }
}

/// Configuration of a low-rank adapter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoraConfig {
    /// Inner dimension of the product `B A`, at least 1.
    pub rank: usize,
    /// The update is multiplied by `alpha / rank`.
    pub alpha: f64,
    /// Probability of dropping an element of the adapter's input, in `[0, 1)`.
    pub dropout: f64,
    /// How A starts.
    pub a: FactorInit,
    /// How B starts.
    pub b: FactorInit,
    /// Which factors train.
    pub trains: Trains,
}

impl LoraConfig {
    /// An adapter with the paper's `alpha = 2 * rank` and no dropout.
    pub fn new(rank: usize, a: FactorInit, b: FactorInit, trains: Trains) -> Self {
        Self {
            rank,
            alpha: 2.0 * rank as f64,
            dropout: 0.0,
            a,
            b,
            trains,
        }
    }

    /// Sets the numerator of the scale.
    pub fn with_alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// Sets the dropout probability on the adapter's input.
    pub fn with_dropout(mut self, dropout: f64) -> Self {
        self.dropout = dropout;
        self
    }

    /// `alpha / rank`.
    pub fn scale(&self) -> f64 {
        self.alpha / self.rank as f64
    }

    /// Checks the settings that do not depend on a layer's shape.
    ///
    /// # Errors
    /// Rank 0, a scale that is not positive, dropout outside `[0, 1)`, or two zero factors.
    pub fn validate(&self) -> Result<(), AdapterError> {
        if self.rank == 0 {
            return Err(AdapterError::RankZero);
        }
        if !(self.alpha > 0.0 && self.alpha.is_finite()) {
            return Err(AdapterError::Alpha { alpha: self.alpha });
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(AdapterError::Dropout {
                dropout: self.dropout,
            });
        }
        if self.a == FactorInit::Zero && self.b == FactorInit::Zero {
            return Err(AdapterError::BothZero);
        }
        Ok(())
    }
}
