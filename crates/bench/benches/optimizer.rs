//! Micro-benchmark of the optimiser's step: clipping and AdamW over the many small tensors of an
//! adapted MiniLM-L6, and over all of it.
//!
//! `make microbench`, or `make microbench ARGS=adamw` for these alone.

use std::cell::Cell;

use bench::job::{LR, OPTIMIZER};
use bench::{Shape, workload};
use burn::tensor::{Bool, Device, Gradients, Int, Tensor};
use divan::Bencher;
use models::{EncoderConfig, EncoderInput, Roberta, SequenceClassifier};
use repro::train::Method;

fn main() {
    repro::allocator::keep_pages();
    divan::main();
}

/// Gradients of everything that trains, from one short example.
fn gradients(model: &SequenceClassifier) -> Gradients {
    let device = Device::flex().autodiff();
    let ids = Tensor::<2, Int>::ones([1, 4], &device);
    let mask = Tensor::<2, Bool>::full([1, 4], true, &device);
    let logits = model.forward(&EncoderInput::new(ids, mask));
    logits.square().sum().backward()
}

#[divan::bench(sample_size = 1, args = ["tuneB-Arand-r8", "lora-r8", "full"])]
fn adamw(bencher: Bencher, arm: &str) {
    let shape = Shape::find("minilm-l6").expect("a row of the table");
    let method = Method::of(arm.parse().expect("a known arm"), 0.0);
    let config = EncoderConfig::minilm_l6();
    let model = workload::classifier::<Roberta>(&shape, &config, &method, &Device::flex())
        .expect("the rank is below the width");
    let mut optimizer = OPTIMIZER.init();
    let gradients_now = gradients(&model);
    let mut step = |model, gradients| {
        optimizer
            .step(LR, model, gradients)
            .expect("gradients of one example are finite")
    };
    let model = Cell::new(Some(step(model, gradients_now)));
    // The model goes from step to step, so that its tensors have one owner, as in training.
    bencher
        .with_inputs(|| {
            let current = model.take().expect("the step before has put it back");
            let gradients = gradients(&current);
            (current, gradients)
        })
        .bench_local_values(|(current, gradients)| {
            model.set(Some(step(current, gradients)));
        });
}
