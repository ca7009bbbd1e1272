//! The choices that make an adapter: for a low-rank one its rank, scale and dropout, how each factor
//! starts, and which one trains.

use burn::tensor::Tensor;
use ops::MaskStream;
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::{Adapter, AdapterError};

/// Configuration of a kind of adapter, which [`adapt`](crate::adapt) makes adapters from.
pub trait AdapterConfig {
    /// Checks what does not depend on a layer; `targets` are the names of the layers to adapt.
    ///
    /// # Errors
    /// Settings that cannot work.
    fn check(&self, targets: &[&str]) -> Result<(), AdapterError>;

    /// A fresh adapter for the layer at `path` with the pretrained `weight: [d_in, d_out]`.
    ///
    /// Whatever it drops, it drops by `masks`; all randomness at its start is from `rng`.
    ///
    /// # Errors
    /// Settings that do not fit the layer.
    fn adapter(
        &self,
        path: &str,
        weight: &Tensor<2>,
        masks: &MaskStream,
        rng: &mut impl Rng,
    ) -> Result<Adapter, AdapterError>;
}

/// How a factor starts; the table at the top of `init.rs` has the distributions.
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

/// The factor that does not start at zero where both train, and how it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// A; B starts at zero, as in LoRA.
    A(FactorInit),
    /// B; A starts at zero.
    B(FactorInit),
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
    /// B trains from zero beside a frozen A.
    ///
    /// As in the paper, `alpha` is twice the rank, here and below; nothing is dropped.
    pub fn train_b(rank: usize, a: FactorInit) -> Self {
        Self::with(rank, Start::A(a), Trains::B)
    }

    /// A trains from zero beside a frozen B.
    pub fn train_a(rank: usize, b: FactorInit) -> Self {
        Self::with(rank, Start::B(b), Trains::A)
    }

    /// Both train, one of them from zero.
    pub fn train_both(rank: usize, start: Start) -> Self {
        Self::with(rank, start, Trains::Both)
    }

    fn with(rank: usize, start: Start, trains: Trains) -> Self {
        let (a, b) = match start {
            Start::A(a) => (a, FactorInit::Zero),
            Start::B(b) => (FactorInit::Zero, b),
        };
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
    /// Rank 0, a scale that is not positive, dropout outside `[0, 1)`, or starts from which the
    /// update never leaves zero: a frozen factor of zeros, or two zero factors.
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
        let frozen_zero = |trained, frozen| Err(AdapterError::FrozenZero { trained, frozen });
        match (self.a, self.b) {
            (FactorInit::Zero, FactorInit::Zero) => Err(AdapterError::BothZero),
            (FactorInit::Zero, _) if !self.trains.a() => frozen_zero("B", "A"),
            (_, FactorInit::Zero) if !self.trains.b() => frozen_zero("A", "B"),
            _ => Ok(()),
        }
    }
}
