//! Against Burn's own LoRA, which adds the update to the weight in each forward pass.

use adapters::AdaptedLinear;
use burn::module::{Lora, Module, ModuleMapper, Param};
use burn::nn::Linear;
use burn::tensor::Tensor;

use crate::fixture::{Case, device, distance, low_rank, random};

/// The two sum the same products in another order.
const TOLERANCE: f32 = 1e-5;

/// Burn's adapter with our factors.
struct Factors {
    path: Vec<String>,
    a: Tensor<2>,
    b: Tensor<2>,
}

impl ModuleMapper for Factors {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let factor = match self.path.join(".").as_str() {
            "weight.lora.a" => &self.a,
            "weight.lora.b" => &self.b,
            _ => return param,
        };
        let device = param.lazy_device();
        let factor = Tensor::<D>::from_data(factor.to_data(), &device).set_require_grad(true);
        Param::initialized(param.id, factor)
    }
}

fn burns(layer: &AdaptedLinear, rank: usize, alpha: f64) -> Linear {
    let linear = Linear {
        weight: layer.weight.clone(),
        bias: layer.bias.clone(),
    };
    let adapter = low_rank(layer);
    linear.apply_lora(Lora::new(rank, alpha)).map(&mut Factors {
        path: Vec::new(),
        a: adapter.a.val(),
        b: adapter.b.val(),
    })
}

/// A loss with a gradient that differs from element to element.
fn loss<const D: usize>(y: Tensor<D>, weights: Tensor<D>) -> Tensor<1> {
    (y.clone() * y * weights).sum()
}

fn check<const D: usize>(case: &Case, x_dims: [usize; D], y_dims: [usize; D]) {
    let device = device().autodiff();
    let ours = adapters::train_adapters_and(case.layer(&device), &[]);
    let theirs = burns(&ours, case.rank, case.alpha);
    let x: Tensor<D> = random(x_dims, case.seed + 5, &device).require_grad();
    let weights: Tensor<D> = random(y_dims, case.seed + 6, &device);

    let (our_y, their_y) = (ours.forward(x.clone()), theirs.forward(x.clone()));
    assert_eq!(our_y.dims(), y_dims);
    let from_values = distance(&our_y, &their_y);
    assert!(
        from_values < TOLERANCE,
        "outputs differ by {from_values}: {case:?}"
    );

    let our_grads = loss(our_y, weights.clone()).backward();
    let their_grads = loss(their_y, weights).backward();
    let (our_adapter, their_adapter) = (low_rank(&ours), theirs.weight.adapter().unwrap());
    for (name, our_factor, their_factor) in [
        ("a", &our_adapter.a, &their_adapter.a),
        ("b", &our_adapter.b, &their_adapter.b),
    ] {
        let our_grad = our_factor.val().grad(&our_grads).unwrap();
        let their_grad = their_factor.val().grad(&their_grads).unwrap();
        let from_gradients = distance(&our_grad, &their_grad);
        assert!(
            from_gradients < TOLERANCE,
            "gradients of {name} differ by {from_gradients}"
        );
        assert!(
            distance(&our_grad, &our_grad.zeros_like()) > 1e-3,
            "{name} has no gradient"
        );
    }
    let from_x = distance(&x.grad(&our_grads).unwrap(), &x.grad(&their_grads).unwrap());
    assert!(from_x < TOLERANCE, "gradients of x differ by {from_x}");
    assert!(ours.weight.val().grad(&our_grads).is_none());
    assert!(ours.bias.as_ref().unwrap().val().grad(&our_grads).is_none());
}

#[test]
fn values_and_gradients_equal_those_of_burns_lora() {
    for (seed, [d_in, d_out], rank, alpha) in [
        (0, [7, 5], 2, 6.0),
        (10, [5, 7], 3, 1.0),
        (20, [16, 16], 8, 16.0),
        (30, [1, 4], 2, 3.0),
    ] {
        let case = Case {
            d_in,
            d_out,
            rank,
            alpha,
            batch: 6,
            seed,
        };
        check(&case, [6, d_in], [6, d_out]);
        check(&case, [2, 3, d_in], [2, 3, d_out]);
    }
}
