use burn::tensor::{FloatDType, Tensor, module};

use crate::numbers::{assert_close, bits, device, numbers, on_threads};

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

/// The definition of RMS normalisation.
fn rms(x: Tensor<2>, weight: Tensor<1>) -> Tensor<2> {
    let root = (x.clone().powi_scalar(2).mean_dim(1) + EPSILON).sqrt();
    x / root * weight.unsqueeze()
}

#[test]
fn rms_norm_equals_its_definition() {
    let device = device().autodiff();
    for [rows, d_model] in SHAPES {
        let leaf = |salt| numbers([rows, d_model], salt, &device);
        let x = (leaf(1) + 1.0).detach().require_grad();
        let weight = numbers([d_model], 2, &device).require_grad();
        let gradients = |y: Tensor<2>| {
            let grads = (y * leaf(4)).sum().backward();
            (x.grad(&grads).unwrap(), weight.grad(&grads).unwrap())
        };
        let ours = ops::rms_norm(x.clone(), weight.clone(), EPSILON);
        let plain = rms(x.clone(), weight.clone());
        assert_close(ours.clone(), plain.clone(), TOLERANCE);
        let (ours, plain) = (gradients(ours), gradients(plain));
        assert_close(ours.0, plain.0, 20.0 * TOLERANCE);
        assert_close(ours.1, plain.1, 20.0 * TOLERANCE);
    }
}

/// The reference: transformers' `LlamaRMSNorm` of (1, -2, 3, 0.5) with epsilon 1e-6, by hand.
#[test]
fn rms_norm_has_the_values_of_a_hand() {
    let device = device();
    let x = Tensor::<2>::from_floats([[1.0, -2.0, 3.0, 0.5]], &device);
    let weight = Tensor::<1>::from_floats([1.0, 2.0, 0.5, -1.0], &device);
    // The mean square is 3.5625, its root 1.887459.
    let expected = [[0.529_813, -2.119_252, 0.794_720, -0.264_907]];
    let expected = Tensor::from_floats(expected, &device);
    assert_close(ops::rms_norm(x, weight, 1e-6), expected, 2e-6);
}

#[test]
fn a_frozen_rms_norm_passes_the_gradient_on() {
    let device = device().autodiff();
    let x = numbers([4, 8], 1, &device).require_grad();
    let weight = numbers([8], 2, &device);
    let y = ops::rms_norm(x.clone(), weight.clone(), 0.0);
    let grads = (y * numbers([4, 8], 4, &device)).sum().backward();
    assert!(weight.grad(&grads).is_none());
    // It does not see the length of a row, so its gradient is orthogonal to the row.
    let along = (x.grad(&grads).unwrap() * x.inner()).sum_dim(1);
    assert_close(along.clone(), along * 0.0, TOLERANCE);
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
    let layer = |x: Tensor<3>| ops::layer_norm(x, gamma.clone(), beta.clone(), EPSILON);
    let rms = |x: Tensor<3>| ops::rms_norm(x, gamma.clone(), EPSILON);
    let norms: [&dyn Fn(Tensor<3>) -> Tensor<3>; 2] = [&layer, &rms];
    for norm in norms {
        let x = numbers([5, 70, 12], 1, &device);
        let expected = norm(x.clone()).swap_dims(0, 1);
        assert_close(norm(x.swap_dims(0, 1)), expected, 0.0);
    }
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
    let narrow = x.clone().cast(FloatDType::BF16);
    let y = ops::layer_norm(narrow.clone(), half(gamma.clone()), half(beta), EPSILON);
    // bf16 has eight bits of mantissa; outputs are up to about 6.
    assert_close(y.cast(FloatDType::F32), expected, 0.06);
    let y = ops::rms_norm(narrow, half(gamma.clone()), EPSILON);
    let expected = ops::rms_norm(x, gamma, EPSILON);
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

/// Rows are cut among the threads, and so are the sums over rows: always in the same way.
#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let device = device().autodiff();
    let leaf = |salt| numbers([331, 200], salt, &device).require_grad();
    let x = leaf(1);
    let [gamma, beta] = [2, 3].map(|salt| numbers([200], salt, &device).require_grad());
    let run = || {
        let y = ops::layer_norm(x.clone(), gamma.clone(), beta.clone(), EPSILON)
            * ops::rms_norm(x.clone(), gamma.clone(), EPSILON);
        let grads = (y * leaf(4)).sum().backward();
        let mut all = bits(x.grad(&grads).unwrap());
        for parameter in [&gamma, &beta] {
            all.extend(bits(parameter.grad(&grads).unwrap()));
        }
        all
    };
    let expected = on_threads(1, run);
    for threads in [2, 5] {
        assert!(on_threads(threads, run) == expected, "{threads} threads");
    }
}

#[test]
#[should_panic(expected = "a parameter is a number a column")]
fn a_weight_of_another_width_is_refused() {
    let device = device();
    ops::rms_norm(numbers([2, 6], 1, &device), numbers([3], 2, &device), 0.0);
}
