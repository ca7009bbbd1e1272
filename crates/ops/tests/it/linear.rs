use burn::tensor::Tensor;
use burn::tensor::module;

use crate::numbers::{assert_close, device, numbers, on_threads};

/// Rounding of sums of up to 700 products of numbers up to 2, in another order.
const TOLERANCE: f32 = 1e-3;

/// (rows, d_in, d_out): one row, less than a block, blocks that do not come out even, many.
const SHAPES: [[usize; 3]; 5] = [
    [1, 1, 1],
    [7, 5, 3],
    [261, 130, 96],
    [517, 64, 200],
    [1100, 40, 130],
];

#[test]
fn equals_burns_linear_with_and_without_bias() {
    let device = device().autodiff();
    for [rows, d_in, d_out] in SHAPES {
        let x = numbers([rows, d_in], 1, &device).require_grad();
        let weight = numbers([d_in, d_out], 2, &device).require_grad();
        let bias = numbers([d_out], 3, &device).require_grad();
        let weights = numbers([rows, d_out], 4, &device);
        for bias in [None, Some(bias)] {
            let gradients = |y: Tensor<2>| {
                let grads = (y * weights.clone()).sum().backward();
                let bias = bias.as_ref().map(|bias| bias.grad(&grads).unwrap());
                (x.grad(&grads).unwrap(), weight.grad(&grads).unwrap(), bias)
            };
            let ours = ops::linear(x.clone(), weight.clone(), bias.clone());
            let burns = module::linear(x.clone(), weight.clone(), bias.clone());
            assert_close(ours.clone(), burns.clone(), TOLERANCE);
            let (ours, burns) = (gradients(ours), gradients(burns));
            assert_close(ours.0, burns.0, TOLERANCE);
            assert_close(ours.1, burns.1, 4.0 * TOLERANCE);
            if let (Some(ours), Some(burns)) = (ours.2, burns.2) {
                assert_close(ours, burns, TOLERANCE);
            }
        }
    }
}

#[test]
fn leading_dimensions_and_strides_do_not_matter() {
    let device = device();
    let x = numbers([6, 64, 33], 1, &device);
    let weight = numbers([40, 33], 2, &device).transpose();
    let flat = ops::linear(x.clone().reshape([6 * 64, 33]), weight.clone(), None);
    let swapped = x.swap_dims(0, 1);
    let expected = flat.reshape([6, 64, 40]).swap_dims(0, 1);
    assert_close(ops::linear(swapped, weight, None), expected, TOLERANCE);
}

#[test]
fn what_is_frozen_gets_no_gradient() {
    let device = device().autodiff();
    let x = numbers([9, 4], 1, &device);
    let weight = numbers([4, 3], 2, &device);
    let bias = numbers([3], 3, &device).require_grad();
    let y = ops::linear(x.clone(), weight.clone(), Some(bias.clone()));
    let grads = y.sum().backward();
    assert!(x.grad(&grads).is_none() && weight.grad(&grads).is_none());
    assert_close(
        bias.grad(&grads).unwrap(),
        numbers([3], 0, &device) * 0.0 + 9.0,
        0.0,
    );
}

#[test]
fn a_low_rank_term_equals_its_definition() {
    let device = device().autodiff();
    for [rows, rank, d_out] in SHAPES {
        let y = numbers([rows, d_out], 1, &device).require_grad();
        let h = numbers([rows, rank], 2, &device).require_grad();
        let b = numbers([rank, d_out], 3, &device).require_grad();
        let weights = numbers([rows, d_out], 4, &device);
        let gradients = |sum: Tensor<2>| {
            let grads = (sum * weights.clone()).sum().backward();
            [&y, &h, &b].map(|x| x.grad(&grads).unwrap())
        };
        let fused = ops::add_low_rank(y.clone(), h.clone(), b.clone(), 0.7);
        let plain = y.clone() + h.clone().matmul(b.clone()).mul_scalar(0.7);
        assert_close(fused.clone(), plain.clone(), TOLERANCE);
        for (fused, plain) in gradients(fused).into_iter().zip(gradients(plain)) {
            assert_close(fused, plain, 4.0 * TOLERANCE);
        }
    }
}

/// It may write to `y`'s memory, but not while someone else holds it.
#[test]
fn a_shared_sum_is_not_overwritten() {
    let device = device();
    let y = numbers([5, 6], 1, &device);
    let before = numbers([5, 6], 1, &device);
    let (h, b) = (numbers([5, 2], 2, &device), numbers([2, 6], 3, &device));
    let sum = ops::add_low_rank(y.clone(), h.clone(), b.clone(), 1.0);
    assert_close(y.clone(), before, 0.0);
    assert_close(sum, y + h.matmul(b), 1e-5);
}

/// Rows are cut among the threads; a sum must not be.
#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let device = device();
    // The wide, the narrow and the long; 1037 and 1100 leave a few rows over.
    for [rows, d_in, d_out] in [[1100, 700, 130], [1037, 1300, 8], [2048, 96, 64]] {
        let x = numbers([rows, d_in], 1, &device);
        let weight = numbers([d_in, d_out], 2, &device);
        let bias = numbers([d_out], 3, &device);
        let run = |threads: usize| {
            on_threads(threads, || {
                ops::linear(x.clone(), weight.clone(), Some(bias.clone()))
            })
        };
        for threads in [2, 3, 5, 16] {
            assert_close(run(threads), run(1), 0.0);
        }
    }
}

#[test]
#[should_panic(expected = "a bias is a number a column")]
fn a_bias_of_another_width_is_refused() {
    let device = device();
    let (x, weight) = (numbers([2, 3], 1, &device), numbers([3, 4], 2, &device));
    ops::linear(x, weight, Some(numbers([2], 3, &device)));
}
