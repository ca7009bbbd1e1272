//! Micro-benchmarks of an adapted layer at MiniLM-L6's shape (2048 tokens, 384 to 384), forward and
//! backward together, by which factor trains and by rank.
//!
//! `make microbench`, or `make microbench ARGS=trains` for these alone.

use adapters::{
    AdaptedLinear, AdaptedLinearConfig, FactorInit, LoraConfig, MaskStream, Trains, adapt,
    train_adapters_and,
};
use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};
use divan::Bencher;

/// The allocator of the program's binaries.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TOKENS: usize = 2048;
const D: usize = 384;
const RANKS: [usize; 2] = [8, 64];

fn main() {
    divan::main();
}

/// A layer with a random frozen weight, and an adapter unless the rank is 0.
fn layer(rank: usize, trains: Trains) -> AdaptedLinear {
    let mut layers = vec![AdaptedLinearConfig::new(D, D).init(&Device::flex())];
    if rank > 0 {
        let config = LoraConfig {
            b: FactorInit::KaimingUniform,
            trains,
            ..LoraConfig::train_b(rank, FactorInit::Orthonormal).with_dropout(0.05)
        };
        adapt(&mut layers, &config, &["0"], 0, &MaskStream::new(0))
            .expect("the rank is below the width");
    }
    train_adapters_and(layers, &[]).train().remove(0)
}

/// Forward and backward, with a gradient that goes on to the layer's input.
fn step(bencher: Bencher, layer: &AdaptedLinear) {
    let device = Device::flex().autodiff();
    let x =
        Tensor::<2>::random([TOKENS, D], Distribution::Normal(0.0, 1.0), &device).require_grad();
    bencher.bench_local(|| layer.forward(x.clone()).sum().backward());
}

#[divan::bench]
fn frozen_layer(bencher: Bencher) {
    step(bencher, &layer(0, Trains::Both));
}

#[divan::bench(args = RANKS)]
fn both_train(bencher: Bencher, rank: usize) {
    step(bencher, &layer(rank, Trains::Both));
}

#[divan::bench(args = RANKS)]
fn b_trains(bencher: Bencher, rank: usize) {
    step(bencher, &layer(rank, Trains::B));
}

#[divan::bench(args = RANKS)]
fn a_trains(bencher: Bencher, rank: usize) {
    step(bencher, &layer(rank, Trains::A));
}
