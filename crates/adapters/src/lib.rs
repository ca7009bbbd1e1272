//! Adapters on dense layers: low-rank ones whose two factors are chosen, started and trained
//! independently, and (IA)³.
//!
//! With a low-rank adapter, a dense layer `y = W0 x + b` becomes `y = W0 x + b + scale * B A drop(x)`
//! with `A: [rank, d_in]`, `B: [d_out, rank]` and `scale = alpha / rank` (paper, section 3).
//! Burn multiplies rows by matrices, so [`LowRank`] stores the transposes: `a: [d_in, rank]`,
//! `b: [rank, d_out]`, and computes `drop(x) a b`. [`Ia3`] scales a layer's outputs or inputs.
//!
//! The order is init -> load -> adapt -> train: [`adapt`] reads the pretrained weights, so they
//! must be in place before it is called.
//!
//! ```
//! use adapters::{AdaptedLinear, AdaptedLinearConfig, AdapterError, FactorInit, LoraConfig, MaskStream};
//! use adapters::{adapt, adaptable, train_adapters_and, trained_paths};
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
//! fn main() -> Result<(), AdapterError> {
//!     let device = Device::flex();
//!     let mut mlp = Mlp {
//!         up: AdaptedLinearConfig::new(8, 32).init(&device),
//!         down: AdaptedLinearConfig::new(32, 8).init(&device),
//!         classifier: AdaptedLinearConfig::new(8, 2).init(&device),
//!     };
//!     // Load the pretrained weights here.
//!
//!     // The paper's recommendation: a random orthonormal A stays frozen, B starts at zero and trains.
//!     let config = LoraConfig::train_b(4, FactorInit::Orthonormal);
//!     let (seed, masks) = (0, MaskStream::new(0));
//!     adapt(&mut mlp, &config, &["up", "down"], seed, &masks)?;
//!     let mlp = train_adapters_and(mlp, &["classifier"]).train();
//!
//!     assert_eq!(
//!         trained_paths(&mlp),
//!         ["up.adapter.b", "down.adapter.b", "classifier.weight", "classifier.bias"],
//!     );
//!     let x = Tensor::<2>::ones([1, 8], &device.autodiff());
//!     let y = mlp.classifier.forward(mlp.down.forward(mlp.up.forward(x)));
//!     assert_eq!(y.dims(), [1, 2]);
//!     Ok(())
//! }
//! ```
//!
//! Not here: which layers a named model adapts, optimisers, and files.

#![warn(missing_docs)]
mod linear;

mod adapter;
mod config;
mod ia3;
mod low_rank;

mod adaptable;
pub mod count;
mod precision;
mod trainable;

mod init;
pub mod random;

mod error;

#[doc(hidden)]
pub use adaptable::join as __join;
pub use adaptable::{Adaptable, adapt, visit_adapters};
pub use adapter::Adapter;
pub use config::{AdapterConfig, FactorInit, LoraConfig, Start, Trains};
pub use error::AdapterError;
pub use ia3::{Ia3, Ia3Config, Scaled};
pub use linear::{AdaptedLinear, AdaptedLinearConfig};
pub use low_rank::LowRank;
pub use ops::{Dropout, DropoutConfig, MaskStream};
pub use precision::cast_frozen;
pub use trainable::{train_adapters_and, train_all, trained_paths};
