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
fn gradients_equal_burns_on_flex() {
    // Elsewhere Burn's are not exact; see `gradients_equal_pytorchs`.
    if std::env::var("LORA_TEST_DEVICE").is_ok_and(|name| name != "flex") {
        return;
    }
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

/// PyTorch's derivatives in f64. Burn's default takes those of the tanh approximation instead, off by
/// up to 1e-3, so that agreement with Burn proves nothing on most devices.
#[test]
fn gradients_equal_pytorchs() {
    let x = Tensor::<1>::from_floats(
        [-5.0, -3.0, -1.5, -0.5, 0.0, 0.25, 1.0, 2.0, 4.0],
        &device().autodiff(),
    )
    .require_grad();
    let grads = ops::gelu(x.clone()).sum().backward();
    let expected = Tensor::from_floats(
        [
            -7.146_946e-6,
            -0.011_945_647,
            -0.127_469_19,
            0.132_504_88,
            0.5,
            0.695_373_35,
            1.083_315_5,
            1.085_231_8,
            1.000_503_6,
        ],
        &device(),
    );
    assert_close(x.grad(&grads).unwrap(), expected, 1e-6);
}

#[test]
fn silu_equals_burns() {
    let device = device().autodiff();
    let gradient = |f: fn(Tensor<1>) -> Tensor<1>| {
        let x = grid(&device).require_grad();
        let weights = numbers([8001], 3, &device);
        let grads = (f(x.clone()) * weights).sum().backward();
        x.grad(&grads).unwrap()
    };
    let x = grid(&device).inner();
    assert_close(ops::silu(x.clone()), activation::silu(x), TOLERANCE);
    assert_close(gradient(ops::silu), gradient(activation::silu), TOLERANCE);
}

/// PyTorch's `silu` and its derivative in f64.
#[test]
fn silu_equals_pytorchs() {
    let x = Tensor::<1>::from_floats([-5.0, -1.0, 0.0, 0.5, 3.0], &device().autodiff());
    let x = x.require_grad();
    let y = ops::silu(x.clone());
    let grads = y.clone().sum().backward();
    let expected = [
        -0.033_464_254,
        -0.268_941_42,
        0.0,
        0.311_229_67,
        2.857_722_4,
    ];
    let slopes = [-0.026_547_432, 0.072_329_49, 0.5, 0.739_961_2, 1.088_104_1];
    let tensor = |values: [f32; 5]| Tensor::from_floats(values, &device());
    assert_close(y.inner(), tensor(expected), 1e-6);
    assert_close(x.grad(&grads).unwrap(), tensor(slopes), 1e-6);
}

#[test]
fn swiglu_equals_its_definition() {
    let device = device().autodiff();
    // More than one thread's share.
    let [gate, x, weights] = [1, 2, 3].map(|salt| numbers([131, 257], salt, &device));
    let (gate, x) = (
        gate.mul_scalar(3.0).detach().require_grad(),
        x.require_grad(),
    );
    let gradients = |y: Tensor<2>| {
        let grads = (y * weights.clone()).sum().backward();
        [&gate, &x].map(|x| x.grad(&grads).unwrap())
    };
    let fused = ops::swiglu(gate.clone(), x.clone());
    let plain = activation::silu(gate.clone()) * x.clone();
    assert_close(fused.clone(), plain.clone(), 4.0 * TOLERANCE);
    for (fused, plain) in gradients(fused).into_iter().zip(gradients(plain)) {
        assert_close(fused, plain, 8.0 * TOLERANCE);
    }
}

#[test]
fn silus_tails_are_exact() {
    let device = device();
    let x = Tensor::<1>::from_floats([-1e30, -100.0, 0.0, 30.0, 1e30], &device);
    assert_eq!(values(ops::silu(x)), [-0.0, -0.0, 0.0, 30.0, 1e30]);
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

/// It may write to its input's memory, but only to its own part, and not while someone else holds it.
#[test]
fn a_shared_input_is_not_overwritten() {
    let device = device();
    let x = numbers([300, 517], 1, &device);
    let all = ops::gelu(x.clone());
    assert_close(x.clone(), numbers([300, 517], 1, &device), 0.0);
    let rows = |x: Tensor<2>| x.narrow(0, 100, 150);
    assert_close(ops::gelu(rows(x)), rows(all), 0.0);
}
