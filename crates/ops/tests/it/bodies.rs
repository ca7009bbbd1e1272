//! Each kernel against the plain body, which the same call in f64 is, since f64 has no kernels: the
//! same numbers, and the same that are not finite. A kernel that made a finite number of NaN would let
//! a diverged run be taken for a finished one.

use burn::tensor::{DType, FloatDType, Tensor, TensorData};
use ops::{AttentionInput, DropoutConfig, MaskStream, Rotary, attention};

use crate::numbers::{device, numbers, values};

type Inputs = Vec<Tensor<3>>;

/// An operation of some tensors that may be tracked.
struct Op {
    name: &'static str,
    inputs: &'static [[usize; 3]],
    run: fn(Inputs) -> Tensor<3>,
    /// Keys that a causal mask hides from some query. In a row that is NaN the plain body gives them
    /// NaN as their part, the kernel nothing: their gradients are not compared.
    n_hidden: usize,
}

fn vector(x: &Tensor<3>) -> Tensor<1> {
    x.clone().flatten(0, 2)
}

fn matrix(x: &Tensor<3>) -> Tensor<2> {
    let [_, rows, columns] = x.dims();
    x.clone().reshape([rows, columns])
}

fn input(x: &Inputs, n_heads: usize) -> AttentionInput {
    AttentionInput::new(x[0].clone(), x[1].clone(), x[2].clone(), n_heads)
}

fn dropout(prob: f64) -> ops::Dropout {
    DropoutConfig { prob }.init(&MaskStream::new(1))
}

/// Rows of 37 numbers: two vectors and a rest.
const OPS: [Op; 15] = [
    Op {
        name: "gelu",
        inputs: &[[1, 3, 37]],
        run: |x| ops::gelu(x[0].clone()),
        n_hidden: 0,
    },
    Op {
        name: "silu",
        inputs: &[[1, 3, 37]],
        run: |x| ops::silu(x[0].clone()),
        n_hidden: 0,
    },
    Op {
        name: "swiglu",
        inputs: &[[1, 3, 37], [1, 3, 37]],
        run: |x| ops::swiglu(x[0].clone(), x[1].clone()),
        n_hidden: 0,
    },
    Op {
        name: "dropout",
        inputs: &[[1, 3, 37]],
        run: |x| dropout(0.5).forward(x[0].clone()),
        n_hidden: 0,
    },
    Op {
        name: "layer norm",
        inputs: &[[1, 3, 37], [1, 1, 37], [1, 1, 37]],
        run: |x| ops::layer_norm(x[0].clone(), vector(&x[1]), vector(&x[2]), 1e-5),
        n_hidden: 0,
    },
    Op {
        name: "rms norm",
        inputs: &[[1, 3, 37], [1, 1, 37]],
        run: |x| ops::rms_norm(x[0].clone(), vector(&x[1]), 1e-5),
        n_hidden: 0,
    },
    Op {
        name: "rotary",
        inputs: &[[2, 5, 24]],
        run: |x| Rotary::new(12, 10_000.0, 9, &x[0].device()).forward(x[0].clone(), 3),
        n_hidden: 0,
    },
    Op {
        name: "linear",
        inputs: &[[1, 3, 19], [1, 19, 21]],
        run: |x| ops::linear(x[0].clone(), matrix(&x[1]), None),
        n_hidden: 0,
    },
    Op {
        name: "linear with a bias",
        inputs: &[[1, 3, 19], [1, 19, 21], [1, 1, 21]],
        run: |x| ops::linear(x[0].clone(), matrix(&x[1]), Some(vector(&x[2]))),
        n_hidden: 0,
    },
    Op {
        name: "low rank",
        inputs: &[[1, 3, 21], [1, 3, 2], [1, 2, 21]],
        run: |x| ops::add_low_rank(x[0].clone(), x[1].clone(), matrix(&x[2]), 0.5),
        n_hidden: 0,
    },
    Op {
        name: "attention",
        inputs: &[[2, 5, 6], [2, 19, 6], [2, 19, 6]],
        run: |x| attention(input(&x, 2)),
        n_hidden: 0,
    },
    Op {
        name: "attention with padding",
        inputs: &[[2, 5, 6], [2, 19, 6], [2, 19, 6], [1, 2, 19]],
        run: |x| attention(input(&x, 2).key_bias(matrix(&x[3]))),
        n_hidden: 0,
    },
    Op {
        name: "attention with dropout",
        inputs: &[[1, 5, 6], [1, 19, 6], [1, 19, 6]],
        run: |x| attention(input(&x, 2).dropout(&dropout(0.5))),
        n_hidden: 0,
    },
    Op {
        name: "causal attention of groups",
        inputs: &[[2, 5, 12], [2, 19, 6], [2, 19, 6], [1, 2, 19]],
        run: |x| attention(input(&x, 4).key_bias(matrix(&x[3])).causal(14)),
        n_hidden: 4,
    },
    Op {
        name: "one query of groups",
        inputs: &[[2, 1, 12], [2, 19, 6], [2, 19, 6]],
        run: |x| attention(input(&x, 4).causal(18)),
        n_hidden: 0,
    },
];

/// The output and the gradients of all inputs, of which `spoilt` is the one with `number` at `at`; the
/// last input is the output's gradient.
fn run(op: &Op, dtype: FloatDType, (spoilt, at, number): (usize, usize, f32)) -> Vec<Vec<f32>> {
    let device = device().autodiff();
    let spoil = |index: usize, shape: [usize; 3]| {
        let mut numbers = values(numbers(shape, 7 + index as u64, &device));
        if index == spoilt {
            let n = numbers.len();
            numbers[at % n] = number;
        }
        Tensor::<3>::from_data(TensorData::new(numbers, shape), &device).cast(dtype)
    };
    let shapes = op.inputs.iter().enumerate();
    let leaves: Inputs = shapes
        .map(|(index, &shape)| spoil(index, shape).detach().require_grad())
        .collect();
    let y = (op.run)(leaves.clone());
    let grad = spoil(leaves.len(), y.dims());
    let grads = (y.clone() * grad).sum().backward();
    let gradients = leaves.iter().enumerate().filter_map(|(index, x)| {
        let hidden = if matches!(index, 1 | 2) {
            op.n_hidden
        } else {
            0
        };
        let grad = x.grad(&grads)?;
        let seen = grad.dims()[1] - hidden;
        Some(values(grad.narrow(1, 0, seen)))
    });
    let mut results = vec![values(y)];
    results.extend(gradients);
    results
}

/// Sums of up to 37 products of numbers up to 4, in f32; the slopes of normalisation are larger.
const TOLERANCE: f32 = 5e-5;

#[test]
fn kernels_equal_plain_bodies() {
    if !device().supports_dtype(DType::F64) {
        return;
    }
    for op in &OPS {
        // No input has this index.
        let run = |dtype| run(op, dtype, (usize::MAX, 0, 0.0));
        let (kernel, plain) = (run(FloatDType::F32), run(FloatDType::F64));
        assert_eq!(kernel.len(), plain.len());
        for (kernel, plain) in kernel.iter().zip(&plain) {
            let close = |(a, b): (&f32, &f32)| (a - b).abs() <= TOLERANCE * b.abs().max(1.0);
            assert!(
                kernel.len() == plain.len() && kernel.iter().zip(plain).all(close),
                "{}:\n{kernel:?}\nplain\n{plain:?}",
                op.name
            );
        }
    }
}

fn check(op: &Op, number: f32, spoils: fn(&f32) -> bool) {
    let mut seen = false;
    for spoilt in 0..=op.inputs.len() {
        for at in [0, 7, 17, 35, 36, 110, 227] {
            let run = |dtype| -> Vec<Vec<bool>> {
                let results = run(op, dtype, (spoilt, at, number));
                results
                    .iter()
                    .map(|values| values.iter().map(spoils).collect())
                    .collect()
            };
            let (kernel, plain) = (run(FloatDType::F32), run(FloatDType::F64));
            assert!(
                kernel == plain,
                "{}: {number} at {at} of input {spoilt}:\n{kernel:?}\nplain\n{plain:?}",
                op.name
            );
            seen |= plain[0].contains(&true);
        }
    }
    assert!(seen, "{}: {number} never reaches the output", op.name);
}

#[test]
fn nan_comes_out_where_it_does_of_the_plain_body() {
    if !device().supports_dtype(DType::F64) {
        return;
    }
    for op in &OPS {
        check(op, f32::NAN, |x| x.is_nan());
    }
}

/// What is infinite in one may be NaN in the other, where a sum is taken in another order.
#[test]
fn infinities_come_out_where_they_do_of_the_plain_body() {
    if !device().supports_dtype(DType::F64) {
        return;
    }
    for op in &OPS {
        check(op, f32::INFINITY, |x| !x.is_finite());
        check(op, f32::NEG_INFINITY, |x| !x.is_finite());
    }
}

/// Not through the comparison with the plain body, which could be as wrong.
#[test]
fn a_score_that_is_not_finite_spoils_its_row_and_no_other() {
    let device = device();
    for dtype in [FloatDType::F32, FloatDType::BF16] {
        if !device.supports_dtype(dtype) {
            continue;
        }
        for number in [f32::NAN, f32::INFINITY] {
            let q = Tensor::<3>::from_floats([[[number], [1.0]]], &device);
            let k = Tensor::<3>::from_floats([[[1.0], [0.5], [2.0]]], &device);
            let [q, k] = [q, k].map(|x| x.cast(dtype));
            let y = values(attention(AttentionInput::new(q, k.clone(), k, 1)));
            assert!(
                y[0].is_nan() && y[1].is_finite(),
                "{dtype:?}, {number}: {y:?}"
            );
        }
    }
}

#[test]
fn half_precision_keeps_nan() {
    let device = device();
    if !device.supports_dtype(DType::BF16) {
        return;
    }
    let x = numbers([1, 3, 20], 1, &device);
    let x = x
        .slice_fill([0..1, 1..2, 5..6], f32::NAN)
        .cast(FloatDType::BF16);
    for op in [ops::gelu::<3>, ops::silu::<3>] {
        let nans: Vec<bool> = values(op(x.clone())).iter().map(|x| x.is_nan()).collect();
        let expected: Vec<bool> = (0..60).map(|i| i == 25).collect();
        assert_eq!(nans, expected);
    }
}
