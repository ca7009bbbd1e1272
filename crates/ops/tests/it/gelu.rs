use burn::tensor::{Device, Tensor, activation};

use crate::numbers::{assert_close, device, numbers, values};

/// Abramowitz and Stegun 7.1.26 is good to 1.5e-7; the rest is f32 rounding of values up to 8.
const TOLERANCE: f32 = 2e-6;

fn grid(device: &Device) -> Tensor<1> {
    let points: Vec<f32> = (-4000..=4000).map(|i| i as f32 * 0.002).collect();
    Tensor::from_floats(points.as_slice(), device)
}

#[test]
fn values_equal_burns_exact_gelu() {
    let x = grid(&device());
    assert_close(ops::gelu(x.clone()), activation::gelu(x), TOLERANCE);
}

#[test]
fn gradients_equal_burns() {
    let device = device().autodiff();
    let gradient = |f: fn(Tensor<1>) -> Tensor<1>| {
        let x = grid(&device).require_grad();
        let weights = numbers([8001], 3, &device);
        let grads = (f(x.clone()) * weights).sum().backward();
        x.grad(&grads).unwrap()
    };
    assert_close(
        gradient(ops::gelu),
        gradient(activation::gelu),
        2.0 * TOLERANCE,
    );
}

#[test]
fn the_tails_are_exact() {
    let device = device();
    let x = Tensor::<1>::from_floats([-1e30, -100.0, -20.0, 0.0, 20.0, 1e30], &device);
    assert_eq!(values(ops::gelu(x)), [-0.0, -0.0, -0.0, 0.0, 20.0, 1e30]);
}

#[test]
fn strided_and_long_inputs_give_the_same() {
    let device = device();
    // Longer than one thread's share, and not row-major.
    let x = numbers([300, 517], 1, &device);
    let expected = ops::gelu(x.clone()).transpose();
    assert_close(ops::gelu(x.transpose()), expected, 0.0);
}
