//! Dropout whose masks are a function of a seed, so that runs on several threads stay reproducible.
//!
//! Burn's own dropout draws from one generator for the whole process: two runs at a time would
//! change each other's masks. Here each model has a [`MaskStream`], a counter of the masks drawn so
//! far, and the mask itself is a hash of (seed, draw, element); nothing needs to be stored for the
//! backward pass.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, unary};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, TensorMetadata};
use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use burn_flex::FlexTensor;

use crate::graph::record;
use crate::{FusedOps, kernels, slices};

/// Where the dropout layers of one model draw their masks from. Clones share the counter.
#[derive(Clone, Debug, Default)]
pub struct MaskStream {
    next: Arc<AtomicU64>,
}

impl MaskStream {
    /// A stream that starts at `seed`.
    pub fn new(seed: u64) -> Self {
        let stream = Self::default();
        stream.reseed(seed);
        stream
    }

    /// Starts over at `seed`, for every clone of this stream.
    pub fn reseed(&self, seed: u64) {
        self.next.store(splitmix(seed), Ordering::Relaxed);
    }

    fn draw(&self) -> u64 {
        splitmix(self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): neighbouring seeds become unrelated.
fn splitmix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Configuration of a [`Dropout`] layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DropoutConfig {
    /// Probability of an element becoming zero, in `[0, 1)`.
    pub prob: f64,
}

impl DropoutConfig {
    /// A layer that draws its masks from `stream`.
    ///
    /// # Panics
    /// If the probability is not in `[0, 1)`.
    pub fn init(&self, stream: &MaskStream) -> Dropout {
        assert!(
            (0.0..1.0).contains(&self.prob),
            "dropout probability must be in [0, 1), but is {}",
            self.prob
        );
        Dropout {
            prob: self.prob,
            stream: stream.clone(),
        }
    }
}

/// Sets elements to zero with probability `prob` and scales the others by `1 / (1 - prob)`;
/// the identity on a device without autodiff (after [`Module::valid`]).
#[derive(Module, Debug)]
pub struct Dropout {
    /// Probability of an element becoming zero.
    #[module(skip)]
    prob: f64,
    #[module(skip)]
    stream: MaskStream,
}

impl Dropout {
    /// Applies a fresh mask.
    ///
    /// # Shapes
    /// - input, output: `[..]`
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        if self.prob == 0.0 || !x.is_autodiff() {
            return x;
        }
        let (prob, seed) = self.draw(&x);
        Tensor::from_dispatch(<Dispatch as FusedOps>::seeded_dropout(
            x.into_dispatch(),
            prob,
            seed,
        ))
    }

    /// The probability and the next mask's seed; probability 0 where nothing is to be dropped.
    pub(crate) fn draw<const D: usize>(&self, like: &Tensor<D>) -> (f32, u64) {
        if self.prob == 0.0 || !like.is_autodiff() {
            (0.0, 0)
        } else {
            (self.prob as f32, self.stream.draw())
        }
    }
}

/// Dropout in plain tensor operations, with the mask made on the host.
pub(crate) fn plain<B: Backend>(x: FloatTensor<B>, prob: f32, seed: u64) -> FloatTensor<B> {
    let shape = x.shape();
    let mut mask = vec![1.0; shape.num_elements()];
    kernels::dropout(0, &mut mask, prob, seed);
    let mask = TensorData::new(mask, shape).convert_dtype(x.dtype());
    let mask = B::float_from_data(mask, &x.device());
    B::float_mul(x, mask)
}

/// Dropout on the CPU.
pub(crate) fn flex(x: FlexTensor, prob: f32, seed: u64) -> FlexTensor {
    slices::update(x, |start, values| {
        kernels::dropout(start, values, prob, seed);
    })
}

#[derive(Debug)]
struct SeededDropout;

impl<B: FusedOps> Backward<B, 1> for SeededDropout {
    type State = (f32, u64);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (prob, seed) = ops.state;
        unary::<B, _>(ops.parents, ops.node, grads, |grad| {
            B::seeded_dropout(grad, prob, seed)
        });
    }
}

pub(crate) fn tracked<B: FusedOps, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    prob: f32,
    seed: u64,
) -> FloatTensor<Autodiff<B, C>> {
    let (x, node) = x.into_parts();
    record::<B, C, _, _>(SeededDropout, [node], |_| {
        (Some((prob, seed)), B::seeded_dropout(x, prob, seed))
    })
}
