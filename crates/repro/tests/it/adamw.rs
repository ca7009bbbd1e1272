//! Optimiser, clipping and schedule against the numbers of `reference/adamw.py`.

use std::collections::HashMap;

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use repro::optimizer::OptimizerConfig;
use repro::schedule::LinearSchedule;
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
    let schedule = LinearSchedule::new(reference.total, reference.warmup_ratio);
    let device = device().autodiff();
    let mut net = reference.net();
    for (step, (gradients, after)) in reference.gradients.iter().zip(&reference.after).enumerate() {
        // The gradient of <p, g> is g.
        let loss = (net.dense.weight.val() * reference.tensor(gradients, "dense.weight", &device))
            .sum()
            + (net.dense.bias.val() * reference.tensor(gradients, "dense.bias", &device)).sum()
            + (net.out.weight.val() * reference.tensor(gradients, "out.weight", &device)).sum();
        let lr = reference.lr * schedule.factor(step);
        net = optimizer.step(lr, net, loss.backward());
        let worst = largest_difference(&net.dense.weight, &after["dense.weight"])
            .max(largest_difference(&net.dense.bias, &after["dense.bias"]))
            .max(largest_difference(&net.out.weight, &after["out.weight"]));
        assert!(worst < TOLERANCE, "step {step}: {worst}");
    }
    let moved = largest_difference(&net.dense.bias, &reference.initial["dense.bias"]);
    assert!(moved > 0.01, "the steps must move something: {moved}");
}
