use burn::tensor::{FloatDType, Tensor, module};

use crate::numbers::{assert_close, device, numbers};

/// Rounding of sums over up to 200 numbers up to 2, divided by a deviation near 1.
const TOLERANCE: f32 = 1e-5;

/// (rows, d_model): one number, widths that are no multiple of a vector, more than a thread's share.
const SHAPES: [[usize; 2]; 4] = [[1, 2], [3, 16], [7, 37], [331, 200]];

const EPSILON: f64 = 1e-5;

#[test]
fn equals_burns_layer_norm() {
    let device = device().autodiff();
    for [rows, d_model] in SHAPES {
        let leaf = |salt| numbers([rows, d_model], salt, &device);
        // Far from zero, where the sum of squares alone would cancel.
        let x = (leaf(1) + 3.0).detach().require_grad();
        let gamma = numbers([d_model], 2, &device).require_grad();
        let beta = numbers([d_model], 3, &device).require_grad();
        let gradients = |y: Tensor<2>| {
            let grads = (y * leaf(4)).sum().backward();
            let parameters = [&gamma, &beta].map(|p| p.grad(&grads).unwrap());
            (x.grad(&grads).unwrap(), parameters)
        };
        let ours = ops::layer_norm(x.clone(), gamma.clone(), beta.clone(), EPSILON);
        let burns = module::layer_norm(x.clone(), gamma.clone(), Some(beta.clone()), EPSILON);
        assert_close(ours.clone(), burns.clone(), TOLERANCE);
        let ((ours, our_parameters), (burns, burns_parameters)) =
            (gradients(ours), gradients(burns));
        assert_close(ours, burns, 20.0 * TOLERANCE);
        for (ours, burns) in our_parameters.into_iter().zip(burns_parameters) {
            assert_close(ours, burns, 20.0 * TOLERANCE);
        }
    }
}

#[test]
fn a_frozen_layer_passes_the_gradient_on() {
    let device = device().autodiff();
    let x = numbers([4, 8], 1, &device).require_grad();
    let (gamma, beta) = (numbers([8], 2, &device), numbers([8], 3, &device));
    let y = ops::layer_norm(x.clone(), gamma.clone(), beta.clone(), EPSILON);
    let grads = (y * numbers([4, 8], 4, &device)).sum().backward();
    assert!(gamma.grad(&grads).is_none() && beta.grad(&grads).is_none());
    // Normalisation does not see a shift of a row, so its gradient sums to nothing.
    let sums = x.grad(&grads).unwrap().sum_dim(1);
    assert_close(sums.clone(), sums * 0.0, TOLERANCE);
}

#[test]
fn leading_dimensions_and_strides_do_not_matter() {
    let device = device();
    let (gamma, beta) = (numbers([12], 2, &device), numbers([12], 3, &device));
    let norm = |x: Tensor<3>| ops::layer_norm(x, gamma.clone(), beta.clone(), EPSILON);
    let x = numbers([5, 70, 12], 1, &device);
    let expected = norm(x.clone()).swap_dims(0, 1);
    assert_close(norm(x.swap_dims(0, 1)), expected, 0.0);
}

#[test]
fn half_precision_sums_in_f32() {
    let device = device();
    if !device.supports_dtype(burn::tensor::DType::BF16) {
        return;
    }
    let (gamma, beta) = (numbers([64], 2, &device), numbers([64], 3, &device));
    let x = numbers([9, 64], 1, &device);
    let half = |x: Tensor<1>| x.cast(FloatDType::BF16);
    let expected = ops::layer_norm(x.clone(), gamma.clone(), beta.clone(), EPSILON);
    let y = ops::layer_norm(x.cast(FloatDType::BF16), half(gamma), half(beta), EPSILON);
    // bf16 has eight bits of mantissa; outputs are up to about 6.
    assert_close(y.cast(FloatDType::F32), expected, 0.06);
}

/// It may write to its input's memory, but not while someone else holds it.
#[test]
fn a_shared_input_is_not_overwritten() {
    let device = device();
    let numbers_of = || numbers([331, 200], 1, &device);
    let (gamma, beta) = (numbers([200], 2, &device), numbers([200], 3, &device));
    let x = numbers_of();
    let shared = ops::layer_norm(x.clone(), gamma.clone(), beta.clone(), EPSILON);
    assert_close(x, numbers_of(), 0.0);
    assert_close(
        ops::layer_norm(numbers_of(), gamma, beta, EPSILON),
        shared,
        0.0,
    );
}
