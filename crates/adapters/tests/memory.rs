//! What a forward pass leaves behind for the backward pass, in bytes.
//!
//! In a process of its own, because it counts every allocation; so there is one test only.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use adapters::{
    AdaptedLinear, AdaptedLinearConfig, Adapter, FactorInit, LoraConfig, MaskStream, Trains, adapt,
    train_adapters_and,
};
use burn::module::Module;
use burn::tensor::{Device, Tensor};

/// The system's allocator with a count of the bytes in use.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const N_LAYERS: usize = 3;
const BATCH: usize = 1536;
const D: usize = 256;
const RANK: usize = 4;

/// Bytes of one layer's input, and of its image under A.
const WIDE: f64 = (BATCH * D * 4) as f64;
const NARROW: f64 = (BATCH * RANK * 4) as f64;

/// Bytes that are in use while the loss of one forward pass is, and were not before.
fn retained(trains: Trains, dropout: f64) -> f64 {
    let device = Device::flex();
    let config = LoraConfig {
        b: FactorInit::KaimingUniform,
        trains,
        ..LoraConfig::train_b(RANK, FactorInit::Orthonormal).with_dropout(dropout)
    };
    let mut layers: Vec<AdaptedLinear> = (0..N_LAYERS)
        .map(|_| AdaptedLinearConfig::new(D, D).init(&device))
        .collect();
    let targets = ["0", "1", "2"];
    adapt(&mut layers, &config, &targets, 0, &MaskStream::new(0)).unwrap();
    let layers = train_adapters_and(layers, &[]).train();
    let forward = || {
        let x = Tensor::<2>::ones([BATCH, D], &device.clone().autodiff());
        layers.iter().fold(x, |x, layer| layer.forward(x)).sum()
    };
    // A thread that takes part for the first time keeps scratch space for matrix products, which
    // is not the graph's: the least of several passes has none.
    let mut least = f64::INFINITY;
    for _ in 0..8 {
        let before = LIVE.load(Ordering::Relaxed);
        let loss = forward();
        least = least.min(LIVE.load(Ordering::Relaxed) as f64 - before as f64);
        // The graph is still there: it can be walked back.
        let grads = loss.backward();
        let Some(Adapter::LowRank(adapter)) = &layers[0].adapter else {
            panic!("no low-rank adapter");
        };
        assert_eq!(adapter.a.val().grad(&grads).is_some(), trains.a());
        assert_eq!(adapter.b.val().grad(&grads).is_some(), trains.b());
    }
    least
}

/// The paper's and LoRA-FA's claim: with A frozen, the backward pass needs `x a`, rank wide, and not
/// `x`; with A trained it needs `x`.
#[test]
fn a_frozen_a_keeps_no_activation_as_wide_as_the_input() {
    let n = N_LAYERS as f64;
    for dropout in [0.0, 0.1] {
        let [both, b, a] = [Trains::Both, Trains::B, Trains::A].map(|t| retained(t, dropout));
        println!("dropout {dropout}: both {both} bytes, B alone {b}, A alone {a}");
        for (name, found, expected) in [
            ("B alone", b, n * NARROW),
            ("A alone", a, n * WIDE),
            ("both", both, n * (WIDE + NARROW)),
            ("both, less B alone", both - b, n * WIDE),
        ] {
            // The graph's own nodes take less than a hundredth of such activations.
            assert!(
                (found - expected).abs() < 0.01 * n * WIDE,
                "{name} keeps {found} bytes at dropout {dropout}, expected {expected}"
            );
        }
    }
}
