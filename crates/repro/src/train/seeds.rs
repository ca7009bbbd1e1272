//! One seed a run, a stream of random numbers a purpose.
//!
//! Independent streams keep one choice from moving another: the order of the data does not depend
//! on how many numbers an adapter's start has used.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What a stream of random numbers is for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// Start of the classification head.
    Head = 1,
    /// Order of the training data.
    Order = 2,
    /// Dropout masks.
    Dropout = 3,
    /// Random weights of a smoke run or of pretraining.
    Weights = 4,
    /// Random inputs of a smoke run.
    Inputs = 5,
    /// Choice of a subset of the data.
    Subset = 6,
    /// Choice of the masked tokens in pretraining.
    Masking = 7,
}

/// The generator for one purpose of the run with `seed`.
pub fn rng(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(purpose as u64);
    rng
}

/// A number for APIs that want a seed rather than a generator.
pub fn number(seed: u64, purpose: Purpose) -> u64 {
    rand::Rng::random(&mut rng(seed, purpose))
}
