use burn::tensor::{Int, Tensor};
use ops::Rotary;

use crate::numbers::{assert_close, bits, device, numbers, on_threads};

/// Rounding of sums of two products of numbers up to 2.
const TOLERANCE: f32 = 1e-6;

/// transformers' `apply_rotary_pos_emb`: `x * cos + rotate_half(x) * sin` with both tables repeated.
fn definition(x: Tensor<3>, n_heads: usize, base: f32, first: usize) -> Tensor<3> {
    let [batch, seq, width] = x.dims();
    let (d_head, device) = (width / n_heads, x.device());
    let half = d_head / 2;
    let angles: Vec<f32> = (0..seq * d_head)
        .map(|at| {
            let (position, i) = (first + at / d_head, at % d_head % half);
            position as f32 * (1.0 / base.powf((2 * i) as f32 / d_head as f32))
        })
        .collect();
    let angles = Tensor::<1>::from_floats(angles.as_slice(), &device).reshape([1, seq, 1, d_head]);
    let x = x.reshape([batch, seq, n_heads, d_head]);
    let turned = Tensor::cat(
        vec![
            -x.clone().narrow(3, half, half),
            x.clone().narrow(3, 0, half),
        ],
        3,
    );
    (x * angles.clone().cos() + turned * angles.sin()).reshape([batch, seq, width])
}

#[test]
fn equals_the_definition() {
    let device = device().autodiff();
    for (batch, seq, n_heads, d_head, first) in [
        (1, 1, 1, 2, 0),
        (2, 5, 3, 4, 0),
        (3, 21, 2, 16, 7),
        (1, 1, 4, 10, 30),
    ] {
        let x = numbers([batch, seq, n_heads * d_head], 1, &device).require_grad();
        let weights = numbers(x.dims(), 2, &device);
        let rotary = Rotary::new(d_head, 10_000.0, 32, &device);
        let fused = rotary.forward(x.clone(), first);
        let plain = definition(x.clone(), n_heads, 10_000.0, first);
        assert_close(fused.clone(), plain.clone(), TOLERANCE);
        let gradient = |y: Tensor<3>| {
            let grads = (y * weights.clone()).sum().backward();
            x.grad(&grads).unwrap()
        };
        assert_close(gradient(fused), gradient(plain), TOLERANCE);
    }
}

/// By hand: at position 1 the pair (first, third) turns by 1, the pair (second, fourth) by 0.01.
#[test]
fn pairs_are_half_a_head_apart() {
    let device = device();
    let x = Tensor::<3>::from_floats([[[1.0, 2.0, 3.0, 4.0]]], &device);
    let y = Rotary::new(4, 10_000.0, 2, &device).forward(x, 1);
    let expected = [[[-1.984_111, 1.959_901, 2.462_378, 4.019_800]]];
    assert_close(y, Tensor::from_floats(expected, &device), 2e-6);
}

#[test]
fn products_depend_on_distances_alone() {
    let device = device();
    let rotary = Rotary::new(16, 10_000.0, 64, &device);
    let [q, k] = [1, 2].map(|salt| numbers([1, 1, 16], salt, &device));
    let product = |i, j| (rotary.forward(q.clone(), i) * rotary.forward(k.clone(), j)).sum();
    assert_close(product(3, 9), product(40, 46), 2e-5);
    assert_close(product(0, 0), (q.clone() * k.clone()).sum(), 2e-5);
}

/// Sentences padded on the left start at positions of their own.
#[test]
fn each_sentence_may_have_its_positions() {
    let device = device().autodiff();
    let rotary = Rotary::new(8, 10_000.0, 16, &device);
    let x = numbers([2, 3, 16], 1, &device).require_grad();
    let positions = Tensor::<2, Int>::from_ints([[0, 1, 2], [4, 5, 6]], &device);
    let row = |i, first| rotary.forward(x.clone().narrow(0, i, 1), first);
    let expected = Tensor::cat(vec![row(0, 0), row(1, 4)], 0);
    let gradient = |y: Tensor<3>| {
        let grads = y
            .powi_scalar(2)
            .mul(numbers([2, 3, 16], 2, &device))
            .sum()
            .backward();
        x.grad(&grads).unwrap()
    };
    let y = rotary.forward_at(x.clone(), positions);
    assert_close(y.clone(), expected.clone(), 0.0);
    assert_close(gradient(y), gradient(expected), 0.0);
}

/// A table made on a device with autodiff must not make outputs tracked: dropout would take them for
/// training.
#[test]
fn a_validated_model_stays_without_autodiff() {
    let device = device();
    let rotary = Rotary::new(4, 10_000.0, 4, &device.clone().autodiff());
    assert!(
        !rotary
            .forward(numbers([1, 2, 4], 1, &device), 0)
            .is_autodiff()
    );
}

#[test]
fn results_do_not_depend_on_threads_or_strides() {
    let device = device();
    let rotary = Rotary::new(8, 10_000.0, 50, &device);
    let x = numbers([3, 50, 16], 1, &device);
    let run = || bits(rotary.forward(x.clone(), 0));
    assert!(on_threads(1, run) == on_threads(3, run));
    let swapped = x.clone().swap_dims(0, 1);
    let rows = swapped.reshape([50, 3, 16]).swap_dims(0, 1);
    assert_close(rotary.forward(rows, 0), rotary.forward(x, 0), 0.0);
}
