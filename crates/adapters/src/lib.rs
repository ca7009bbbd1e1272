//! Low-rank adapters in which the two factors are chosen, started and trained independently.
//!
//! A dense layer `y = W0 x + b` becomes `y = W0 x + b + scale * B A drop(x)` with
//! `A: [rank, d_in]`, `B: [d_out, rank]` and `scale = alpha / rank` (paper, section 3).
//! Burn multiplies rows by matrices, so [`LowRank`] stores the transposes: `a: [d_in, rank]`,
//! `b: [rank, d_out]`, and computes `drop(x) a b`.
//!
//! The order is init -> load -> adapt -> train: [`adapt`] reads the pretrained weights, so they
//! must be in place before it is called.
//!
//! ```
//! use adapters::{AdaptedLinear, AdaptedLinearConfig, FactorInit, LoraConfig, Trains, adapt, adaptable};
//! use burn::module::Module;
//! use burn::tensor::{Device, Tensor};
//!
//! // Any Burn module: use `AdaptedLinear` where `Linear` stood, and name the fields that have one.
//! #[derive(Module, Debug)]
//! struct Mlp {
//!     up: AdaptedLinear,
//!     down: AdaptedLinear,
//!     classifier: AdaptedLinear,
//! }
//! adaptable!(Mlp { up, down, classifier });
//!
//! let device = Device::flex();
//! let mut mlp = Mlp {
//!     up: AdaptedLinearConfig::new(8, 32).init(&device),
//!     down: AdaptedLinearConfig::new(32, 8).init(&device),
//!     classifier: AdaptedLinearConfig::new(8, 2).init(&device),
//! };
//!
//! // The paper's recommendation: a random orthonormal A stays frozen, B starts at zero and trains.
//! let config = LoraConfig::new(4, FactorInit::Orthonormal, FactorInit::Zero, Trains::B);
//! adapt(&mut mlp, &config, &["up", "down"], 0, &Default::default())?;
//! let mlp = adapters::train_adapters_and(mlp, &["classifier"]).train();
//!
//! assert_eq!(
//!     adapters::trained_paths(&mlp),
//!     ["up.adapter.b", "down.adapter.b", "classifier.weight", "classifier.bias"],
//! );
//! let y = mlp.down.forward(mlp.up.forward(Tensor::<2>::ones([1, 8], &device.autodiff())));
//! assert_eq!(y.dims(), [1, 8]);
//! # Ok::<(), adapters::AdapterError>(())
//! ```
//!
//! Not here: which layers a named model adapts, optimisers, and files.

mod config;
mod linear;
mod low_rank;

mod adaptable;
pub mod count;
mod init;
mod precision;
mod trainable;

mod error;

#[doc(hidden)]
pub use adaptable::join as __join;
pub use adaptable::{Adaptable, adapt};
pub use config::{FactorInit, LoraConfig, Trains};
pub use error::AdapterError;
pub use linear::{AdaptedLinear, AdaptedLinearConfig};
pub use low_rank::LowRank;
pub use ops::{Dropout, DropoutConfig, MaskStream};
pub use precision::cast_frozen;
pub use trainable::{train_adapters_and, train_all, trained_paths};
