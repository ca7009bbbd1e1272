//! Micro-benchmarks of the fused operations at MiniLM-L6's shape, batch 32 x 64 tokens, each beside
//! Burn's own operation where there is one.
//!
//! `make microbench`, or `make microbench ARGS=gelu` for some of them.

use burn::tensor::activation;
use burn::tensor::module::{
    attention as burn_attention, layer_norm as burn_layer_norm, linear as burn_linear,
};
use burn::tensor::ops::AttentionModuleOptions;
use burn::tensor::{Device, Distribution, Tensor};
use divan::{Bencher, black_box};
use ops::{
    AttentionInput, Dropout, DropoutConfig, MaskStream, Rotary, attention, gelu, layer_norm,
    linear, rms_norm, silu, swiglu,
};

/// The allocator of the program's binaries.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BATCH: usize = 32;
const SEQ: usize = 64;
const D_MODEL: usize = 384;
const D_FF: usize = 1536;
const N_HEADS: usize = 12;

fn main() {
    divan::main();
}

fn random<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
}

/// A leaf that wants a gradient.
fn leaf<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    random(shape, &Device::flex().autodiff()).require_grad()
}

/// Times an operation without gradients.
fn forward<const D: usize>(
    bencher: Bencher,
    shape: [usize; D],
    op: impl Fn(Tensor<D>) -> Tensor<D>,
) {
    let x = random(shape, &Device::flex());
    bencher.bench_local(|| op(black_box(x.clone())));
}

/// Times the backward pass alone.
fn backward<const D: usize>(
    bencher: Bencher,
    shape: [usize; D],
    op: impl Fn(Tensor<D>) -> Tensor<D>,
) {
    let x = leaf(shape);
    bencher
        .with_inputs(|| op(x.clone()).sum())
        .bench_local_values(|loss| loss.backward());
}

#[divan::bench]
fn gelu_forward(bencher: Bencher) {
    forward(bencher, [BATCH * SEQ, D_FF], gelu);
}

#[divan::bench]
fn gelu_forward_burn(bencher: Bencher) {
    forward(bencher, [BATCH * SEQ, D_FF], activation::gelu);
}

#[divan::bench]
fn gelu_backward(bencher: Bencher) {
    backward(bencher, [BATCH * SEQ, D_FF], gelu);
}

#[divan::bench]
fn gelu_backward_burn(bencher: Bencher) {
    backward(bencher, [BATCH * SEQ, D_FF], activation::gelu);
}

fn dropout() -> Dropout {
    DropoutConfig { prob: 0.1 }.init(&MaskStream::new(0))
}

#[divan::bench]
fn dropout_forward(bencher: Bencher) {
    let (x, dropout) = (leaf([BATCH * SEQ, D_MODEL]), dropout());
    bencher.bench_local(|| dropout.forward(black_box(x.clone())));
}

#[divan::bench]
fn dropout_backward(bencher: Bencher) {
    let dropout = dropout();
    backward(bencher, [BATCH * SEQ, D_MODEL], |x| dropout.forward(x));
}

/// The bias that hides the padding of rows whose lengths fall from the full one to half of it.
fn ragged_bias(device: &Device) -> Tensor<2> {
    let rows = (0..BATCH).map(|row| {
        let length = SEQ - row * (SEQ / 2) / (BATCH - 1);
        let real = Tensor::<2>::zeros([1, length], device);
        let padding = Tensor::<2>::full([1, SEQ - length], -1e30, device);
        match length {
            SEQ => real,
            _ => Tensor::cat(vec![real, padding], 1),
        }
    });
    Tensor::cat(rows.collect(), 0)
}

/// Attention with padding; the queries, keys and values are one tensor.
fn fused(dropout_prob: f64) -> impl Fn(Tensor<3>) -> Tensor<3> {
    let dropout = DropoutConfig { prob: dropout_prob }.init(&MaskStream::new(0));
    move |x| {
        let bias = ragged_bias(&x.device());
        let input = AttentionInput::new(x.clone(), x.clone(), x, N_HEADS);
        attention(input.key_bias(bias).dropout(&dropout))
    }
}

/// Burn's attention, heads split and merged around it as a model would.
fn plain(x: Tensor<3>) -> Tensor<3> {
    let bias = ragged_bias(&x.device()).reshape([BATCH, 1, 1, SEQ]);
    let bias = bias.expand([BATCH, N_HEADS, SEQ, SEQ]);
    let heads = x
        .reshape([BATCH, SEQ, N_HEADS, D_MODEL / N_HEADS])
        .swap_dims(1, 2);
    let output = burn_attention(
        heads.clone(),
        heads.clone(),
        heads,
        None,
        Some(bias),
        AttentionModuleOptions::default(),
    );
    output.swap_dims(1, 2).reshape([BATCH, SEQ, D_MODEL])
}

#[divan::bench]
fn attention_forward(bencher: Bencher) {
    forward(bencher, [BATCH, SEQ, D_MODEL], fused(0.0));
}

#[divan::bench]
fn attention_forward_burn(bencher: Bencher) {
    forward(bencher, [BATCH, SEQ, D_MODEL], plain);
}

#[divan::bench(args = [0.0, 0.1])]
fn attention_backward(bencher: Bencher, dropout: f64) {
    backward(bencher, [BATCH, SEQ, D_MODEL], fused(dropout));
}

#[divan::bench]
fn attention_backward_burn(bencher: Bencher) {
    backward(bencher, [BATCH, SEQ, D_MODEL], plain);
}

/// Fewer sentences than threads: heads are shared out.
#[divan::bench]
fn attention_forward_one_sentence(bencher: Bencher) {
    forward(bencher, [1, 512, D_MODEL], |x| {
        attention(AttentionInput::new(x.clone(), x.clone(), x, N_HEADS))
    });
}

/// Half of the scores of [`attention_forward_one_sentence`].
#[divan::bench]
fn attention_forward_one_sentence_causal(bencher: Bencher) {
    forward(bencher, [1, 512, D_MODEL], |x| {
        attention(AttentionInput::new(x.clone(), x.clone(), x, N_HEADS).causal(0))
    });
}

#[divan::bench(args = [false, true])]
fn attention_backward_one_sentence(bencher: Bencher, causal: bool) {
    backward(bencher, [1, 512, D_MODEL], |x| {
        let input = AttentionInput::new(x.clone(), x.clone(), x, N_HEADS);
        attention(if causal { input.causal(0) } else { input })
    });
}

/// One token after 512 cached ones, in room for 2048, of a model with 32 heads of queries: as many of
/// keys, or 8.
#[divan::bench(args = [32, 8])]
fn attention_decode(bencher: Bencher, n_kv_heads: usize) {
    let device = Device::flex();
    let cache = || random::<3>([1, 2048, n_kv_heads * 64], &device).narrow(1, 0, 513);
    let (k, v) = (cache(), cache());
    forward(bencher, [1, 1, 32 * 64], |q| {
        attention(AttentionInput::new(q, k.clone(), v.clone(), 32).causal(512))
    });
}

/// A layer as wide as the feed-forward part's first.
fn weights() -> (Tensor<2>, Tensor<1>) {
    let device = Device::flex();
    (random([D_MODEL, D_FF], &device), random([D_FF], &device))
}

#[divan::bench]
fn linear_forward(bencher: Bencher) {
    let (weight, bias) = weights();
    forward(bencher, [BATCH, SEQ, D_MODEL], |x| {
        linear(x, weight.clone(), Some(bias.clone()))
    });
}

#[divan::bench]
fn linear_forward_burn(bencher: Bencher) {
    let (weight, bias) = weights();
    forward(bencher, [BATCH, SEQ, D_MODEL], |x| {
        burn_linear(x, weight.clone(), Some(bias.clone()))
    });
}

/// The weights of a normalisation, frozen.
fn norm_weights(device: &Device) -> (Tensor<1>, Tensor<1>) {
    (random([D_MODEL], device), random([D_MODEL], device))
}

#[divan::bench]
fn layer_norm_forward(bencher: Bencher) {
    let (gamma, beta) = norm_weights(&Device::flex());
    forward(bencher, [BATCH * SEQ, D_MODEL], |x| {
        layer_norm(x, gamma.clone(), beta.clone(), 1e-5)
    });
}

#[divan::bench]
fn layer_norm_forward_burn(bencher: Bencher) {
    let (gamma, beta) = norm_weights(&Device::flex());
    forward(bencher, [BATCH * SEQ, D_MODEL], |x| {
        burn_layer_norm(x, gamma.clone(), Some(beta.clone()), 1e-5)
    });
}

#[divan::bench]
fn layer_norm_backward(bencher: Bencher) {
    let (gamma, beta) = norm_weights(&Device::flex().autodiff());
    backward(bencher, [BATCH * SEQ, D_MODEL], |x| {
        layer_norm(x, gamma.clone(), beta.clone(), 1e-5)
    });
}

#[divan::bench]
fn layer_norm_backward_burn(bencher: Bencher) {
    let (gamma, beta) = norm_weights(&Device::flex().autodiff());
    backward(bencher, [BATCH * SEQ, D_MODEL], |x| {
        burn_layer_norm(x, gamma.clone(), Some(beta.clone()), 1e-5)
    });
}

/// The definition, in Burn's operations.
fn plain_rms_norm(x: Tensor<2>, weight: Tensor<1>) -> Tensor<2> {
    let root = (x.clone().powi_scalar(2).mean_dim(1) + 1e-5).sqrt();
    x / root * weight.unsqueeze()
}

#[divan::bench]
fn rms_norm_forward(bencher: Bencher) {
    let (weight, _) = norm_weights(&Device::flex());
    forward(bencher, [BATCH * SEQ, D_MODEL], |x| {
        rms_norm(x, weight.clone(), 1e-5)
    });
}

#[divan::bench]
fn rms_norm_forward_burn(bencher: Bencher) {
    let (weight, _) = norm_weights(&Device::flex());
    forward(bencher, [BATCH * SEQ, D_MODEL], |x| {
        plain_rms_norm(x, weight.clone())
    });
}

#[divan::bench]
fn rms_norm_backward(bencher: Bencher) {
    let (weight, _) = norm_weights(&Device::flex().autodiff());
    backward(bencher, [BATCH * SEQ, D_MODEL], |x| {
        rms_norm(x, weight.clone(), 1e-5)
    });
}

#[divan::bench]
fn rms_norm_backward_burn(bencher: Bencher) {
    let (weight, _) = norm_weights(&Device::flex().autodiff());
    backward(bencher, [BATCH * SEQ, D_MODEL], |x| {
        plain_rms_norm(x, weight.clone())
    });
}

#[divan::bench]
fn swiglu_forward(bencher: Bencher) {
    let up = random([BATCH * SEQ, D_FF], &Device::flex());
    forward(bencher, [BATCH * SEQ, D_FF], |gate| {
        swiglu(gate, up.clone())
    });
}

/// The gate of two operations, the first of them fused.
#[divan::bench]
fn swiglu_forward_of_two(bencher: Bencher) {
    let up = random([BATCH * SEQ, D_FF], &Device::flex());
    forward(bencher, [BATCH * SEQ, D_FF], |gate| silu(gate) * up.clone());
}

#[divan::bench]
fn swiglu_forward_burn(bencher: Bencher) {
    let up = random([BATCH * SEQ, D_FF], &Device::flex());
    forward(bencher, [BATCH * SEQ, D_FF], |gate| {
        activation::silu(gate) * up.clone()
    });
}

#[divan::bench]
fn swiglu_backward(bencher: Bencher) {
    let up = leaf([BATCH * SEQ, D_FF]);
    backward(bencher, [BATCH * SEQ, D_FF], |gate| {
        swiglu(gate, up.clone())
    });
}

#[divan::bench]
fn swiglu_backward_of_two(bencher: Bencher) {
    let up = leaf([BATCH * SEQ, D_FF]);
    backward(bencher, [BATCH * SEQ, D_FF], |gate| silu(gate) * up.clone());
}

#[divan::bench]
fn rotary_forward(bencher: Bencher) {
    let rotary = Rotary::new(D_MODEL / N_HEADS, 10_000.0, SEQ, &Device::flex());
    forward(bencher, [BATCH, SEQ, D_MODEL], |x| rotary.forward(x, 0));
}

/// Burn's layer takes heads apart, and pairs neighbours.
#[divan::bench]
fn rotary_forward_burn(bencher: Bencher) {
    let device = Device::flex();
    let rotary = burn::nn::RotaryEncodingConfig::new(SEQ, D_MODEL / N_HEADS).init(&device);
    forward(bencher, [BATCH, N_HEADS, SEQ, D_MODEL / N_HEADS], |x| {
        rotary.forward(x)
    });
}
