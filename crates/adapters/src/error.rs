//! What can be wrong with an adapter's settings.

use thiserror::Error;

/// An adapter that cannot be built as asked.
#[derive(Debug, Error, PartialEq)]
pub enum AdapterError {
    /// Rank 0 adapts nothing.
    #[error("rank must be at least 1, but is 0")]
    RankZero,
    /// `rank` orthonormal vectors do not exist in a space of fewer dimensions, and a matrix has no
    /// more singular vectors than its shorter side.
    #[error(
        "{factor} cannot have {rank} orthonormal vectors in a layer {d_in} -> {d_out}; choose a rank of at most {limit}"
    )]
    RankTooLarge {
        /// `A` or `B`.
        factor: &'static str,
        /// The rank asked for.
        rank: usize,
        /// Features into the layer.
        d_in: usize,
        /// Features out of it.
        d_out: usize,
        /// The largest rank it allows.
        limit: usize,
    },
    /// Both factors zero give a product whose gradients are zero too.
    #[error(
        "both factors start at zero, so neither would ever change; start one of them elsewhere"
    )]
    BothZero,
    /// A factor's gradient is a product with the other one: beside a frozen zero it stays zero.
    #[error(
        "{trained} would never change, since {frozen} starts at zero and does not train; train {frozen}, or start it elsewhere"
    )]
    FrozenZero {
        /// The factor that trains, `A` or `B`.
        trained: &'static str,
        /// The other one.
        frozen: &'static str,
    },
    /// A feed-forward layer of (IA)³ that is not to be adapted.
    #[error("feed-forward layer {name} is not one of the layers to adapt: {}", targets.join(", "))]
    FeedForward {
        /// The name given as a feed-forward layer's.
        name: String,
        /// Names of the layers to adapt.
        targets: Vec<String>,
    },
    /// Dropout outside [0, 1).
    #[error("adapter dropout must be at least 0 and below 1, but is {dropout}")]
    Dropout {
        /// The value given.
        dropout: f64,
    },
    /// Scale is not a positive number.
    #[error("alpha must be a positive number, but is {alpha}")]
    Alpha {
        /// The value given.
        alpha: f64,
    },
    /// A pretrained weight with NaN or infinity has no singular vectors.
    #[error(
        "the pretrained weight of a layer {d_in} -> {d_out} contains NaN or infinity, so it has no singular vectors"
    )]
    WeightNotFinite {
        /// Features into the layer.
        d_in: usize,
        /// Features out of it.
        d_out: usize,
    },
    /// One of the layers to adapt does not allow the settings.
    #[error("cannot adapt {path}: {reason}")]
    Layer {
        /// The layer's path.
        path: String,
        /// What is wrong with it.
        reason: Box<Self>,
    },
    /// No layer has one of the names asked for.
    #[error("no layer is named {}; layers that can be adapted: {}", targets.join(" or "), available.join(", "))]
    NoTarget {
        /// Names asked for.
        targets: Vec<String>,
        /// Paths of the layers that exist.
        available: Vec<String>,
    },
}
