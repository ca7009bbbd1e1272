//! Optimiser, clipping and schedule against the numbers of `reference/adamw.py`.

use std::collections::HashMap;

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use repro::train::optimizer::OptimizerConfig;
use repro::train::schedule::Schedule;
use serde::Deserialize;

/// Values of about 1 after four steps in single precision.
const TOLERANCE: f32 = 1e-6;

type Values = HashMap<String, Vec<f32>>;

#[derive(Deserialize)]
struct Reference {
    shapes: HashMap<String, Vec<usize>>,
    lr: f64,
    beta_1: f32,
    beta_2: f32,
    epsilon: f32,
    weight_decay: f32,
    max_grad_norm: f64,
    warmup_ratio: f64,
    total: usize,
    norms: Vec<f64>,
    initial: Values,
    gradients: Vec<Values>,
    after: Vec<Values>,
}

#[derive(Module, Debug)]
struct Dense {
    weight: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
}

#[derive(Module, Debug)]
struct Out {
    weight: Param<Tensor<2>>,
}

#[derive(Module, Debug)]
struct Net {
    dense: Dense,
    out: Out,
}

/// The device that LORA_TEST_DEVICE names, flex by default.
fn device() -> Device {
    let name = std::env::var("LORA_TEST_DEVICE").unwrap_or_else(|_| "flex".into());
    ops::device(&name).unwrap()
}

impl Reference {
    fn read() -> Self {
        serde_json::from_str(include_str!("adamw.json")).unwrap()
    }

    fn tensor<const D: usize>(&self, values: &Values, name: &str, device: &Device) -> Tensor<D> {
        let data = TensorData::new(values[name].clone(), self.shapes[name].clone());
        Tensor::from_data(data, device)
    }

    fn net(&self) -> Net {
        let device = device();
        let net = Net {
            dense: Dense {
                weight: Param::from_tensor(self.tensor(&self.initial, "dense.weight", &device)),
                bias: Param::from_tensor(self.tensor(&self.initial, "dense.bias", &device)),
            },
            out: Out {
                weight: Param::from_tensor(self.tensor(&self.initial, "out.weight", &device)),
            },
        };
        adapters::train_all(net).train()
    }
}

fn largest_difference<const D: usize>(ours: &Param<Tensor<D>>, theirs: &[f32]) -> f32 {
    let ours: Vec<f32> = ours.val().into_data().iter().collect();
    assert_eq!(ours.len(), theirs.len());
    let differences = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f32::max)
}

#[test]
fn four_steps_equal_pytorchs() {
    let reference = Reference::read();
    // Both branches of the clipping are taken.
    assert!(reference.norms.iter().any(|&n| n > reference.max_grad_norm));
    assert!(reference.norms.iter().any(|&n| n < reference.max_grad_norm));
    let mut optimizer = OptimizerConfig {
        beta_1: reference.beta_1,
        beta_2: reference.beta_2,
        epsilon: reference.epsilon,
        weight_decay: reference.weight_decay,
        max_grad_norm: Some(reference.max_grad_norm),
    }
    .init();
    let schedule = Schedule::Linear {
        warmup_ratio: reference.warmup_ratio,
    };
    let device = device().autodiff();
    let mut net = reference.net();
    for (step, (gradients, after)) in reference.gradients.iter().zip(&reference.after).enumerate() {
        // The gradient of <p, g> is g.
        let loss = (net.dense.weight.val() * reference.tensor(gradients, "dense.weight", &device))
            .sum()
            + (net.dense.bias.val() * reference.tensor(gradients, "dense.bias", &device)).sum()
            + (net.out.weight.val() * reference.tensor(gradients, "out.weight", &device)).sum();
        let lr = reference.lr * schedule.factor(step, reference.total);
        net = optimizer.step(lr, net, loss.backward()).unwrap();
        let worst = largest_difference(&net.dense.weight, &after["dense.weight"])
            .max(largest_difference(&net.dense.bias, &after["dense.bias"]))
            .max(largest_difference(&net.out.weight, &after["out.weight"]));
        assert!(worst < TOLERANCE, "step {step}: {worst}");
    }
    let moved = largest_difference(&net.dense.bias, &reference.initial["dense.bias"]);
    assert!(moved > 0.01, "the steps must move something: {moved}");
}

/// A step down the gradient of a product, in a module with the names of every family's normalisation.
#[test]
fn weight_decay_spares_biases_and_normalisation_of_every_name() {
    #[derive(Module, Debug)]
    struct Norm {
        gamma: Param<Tensor<1>>,
        beta: Param<Tensor<1>>,
    }

    #[derive(Module, Debug)]
    struct Layer {
        norm_before: Norm,
        norm_after: Norm,
        layer_norm: Norm,
        dense: Dense,
    }

    let device = device();
    let ones = || Param::from_tensor(Tensor::<1>::ones([2], &device));
    let norm = || Norm {
        gamma: ones(),
        beta: ones(),
    };
    let layer = Layer {
        norm_before: norm(),
        norm_after: norm(),
        layer_norm: norm(),
        dense: Dense {
            weight: Param::from_tensor(Tensor::ones([2, 2], &device)),
            bias: ones(),
        },
    };
    let layer = adapters::train_all(layer).train();
    let mut optimizer = OptimizerConfig {
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-8,
        weight_decay: 0.5,
        max_grad_norm: None,
    }
    .init();
    // All gradients are zero: what moves does so by decay alone.
    let sum = |param: &Param<Tensor<1>>| param.val().sum();
    let mut loss = layer.dense.weight.val().sum() + sum(&layer.dense.bias);
    for norm in [&layer.norm_before, &layer.norm_after, &layer.layer_norm] {
        loss = loss + sum(&norm.gamma) + sum(&norm.beta);
    }
    let gradients = (loss * 0.0).backward();
    let layer = optimizer.step(0.1, layer, gradients).unwrap();
    for norm in [&layer.norm_before, &layer.norm_after, &layer.layer_norm] {
        assert_eq!(largest_difference(&norm.gamma, &[1.0; 2]), 0.0);
        assert_eq!(largest_difference(&norm.beta, &[1.0; 2]), 0.0);
    }
    assert_eq!(largest_difference(&layer.dense.bias, &[1.0; 2]), 0.0);
    assert!((largest_difference(&layer.dense.weight, &[1.0; 4]) - 0.05).abs() < 1e-6);
}

#[test]
fn a_gradient_that_is_not_finite_takes_no_step() {
    let reference = Reference::read();
    for (factor, max_grad_norm) in [
        (f32::INFINITY, None),
        (f32::INFINITY, Some(1.0)),
        (f32::NAN, None),
    ] {
        let mut optimizer = OptimizerConfig {
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            max_grad_norm,
        }
        .init();
        let net = reference.net();
        let loss = net.dense.weight.val().sum() + (net.dense.bias.val() * factor).sum();
        let error = optimizer.step(0.1, net, loss.backward()).unwrap_err();
        assert!(
            error.to_string().contains("the gradient's norm is"),
            "{error}"
        );
    }
}
