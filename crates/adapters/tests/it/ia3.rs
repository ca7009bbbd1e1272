//! Properties of (IA)³: `(x W + b) * l` and `(x * l) W + b`.

use adapters::count::ParamCount;
use adapters::{
    AdaptedLinear, Adapter, FactorInit, Ia3Config, LoraConfig, Scaled, adapt, train_adapters_and,
    trained_paths,
};
use burn::module::{Module, Param};
use burn::store::ModuleRecord;
use burn::tensor::{Device, Tensor};
use proptest::prelude::*;

use crate::fixture::{bits, device, distance, layer, random, values};
use crate::net::{ADAPTED, Net, Snapshot, TARGETS};
use crate::training::check;

/// Rounding of sums of some twenty products in f32, with room.
const TOLERANCE: f32 = 1e-5;

#[derive(Clone, Debug)]
struct Case {
    d_in: usize,
    d_out: usize,
    batch: usize,
    scaled: Scaled,
    seed: u64,
}

prop_compose! {
    fn case()(
        d_in in 1usize..20,
        d_out in 1usize..20,
        batch in 1usize..6,
        input: bool,
        seed: u64,
    ) -> Case {
        let scaled = if input { Scaled::Input } else { Scaled::Output };
        Case { d_in, d_out, batch, scaled, seed }
    }
}

impl Case {
    /// The layer as it starts.
    fn started(&self, device: &Device) -> AdaptedLinear {
        let config = match self.scaled {
            Scaled::Input => Ia3Config::new(&[""]),
            Scaled::Output => Ia3Config::default(),
        };
        let mut layer = layer(self.d_in, self.d_out, self.seed, device);
        adapt(&mut layer, &config, &[""], self.seed, &Default::default()).unwrap();
        assert_eq!(ia3(&mut layer).scaled(), self.scaled);
        train_adapters_and(layer, &[])
    }

    /// The layer with factors between -1 and 1.
    fn learned(&self, device: &Device) -> AdaptedLinear {
        let mut layer = self.started(device);
        let adapter = ia3(&mut layer);
        let l = random(adapter.l.dims(), self.seed.wrapping_add(2), device);
        adapter.l = Param::from_tensor(l);
        layer
    }

    fn x(&self, device: &Device) -> Tensor<2> {
        random([self.batch, self.d_in], self.seed.wrapping_add(3), device)
    }
}

fn ia3(layer: &mut AdaptedLinear) -> &mut adapters::Ia3 {
    match &mut layer.adapter {
        Some(Adapter::Ia3(adapter)) => adapter,
        other => panic!("not (IA)³: {other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_and_gradients_are_those_of_plain_tensors(case in case()) {
        let device = device().autodiff();
        let mut layer = case.learned(&device);
        let (w, b) = (layer.weight.val(), layer.bias.as_ref().unwrap().val().unsqueeze());
        let l = ia3(&mut layer).l.val();
        let x = case.x(&device).require_grad();
        // A loss with a gradient that differs from element to element.
        let seed = case.seed.wrapping_add(4);
        let weights: Tensor<2> = random([case.batch, case.d_out], seed, &device);
        let loss = |y: Tensor<2>| (y.clone() * y * weights.clone()).sum();

        let their_l = l.clone().detach().require_grad();
        let factors = their_l.clone().unsqueeze::<2>();
        let their_x = x.clone().detach().require_grad();
        let theirs = match case.scaled {
            Scaled::Input => (their_x.clone() * factors).matmul(w) + b,
            Scaled::Output => (their_x.clone().matmul(w) + b) * factors,
        };
        let ours = layer.forward(x.clone());
        prop_assert!(distance(&ours, &theirs) < TOLERANCE);

        let (our_grads, their_grads) = (loss(ours).backward(), loss(theirs).backward());
        let our_grad = l.grad(&our_grads).unwrap();
        prop_assert!(distance(&our_grad, &their_l.grad(&their_grads).unwrap()) < TOLERANCE);
        prop_assert!(values(&our_grad).iter().any(|&g| g != 0.0));
        let our_grad = x.grad(&our_grads).unwrap();
        prop_assert!(distance(&our_grad, &their_x.grad(&their_grads).unwrap()) < TOLERANCE);
        prop_assert!(layer.weight.val().grad(&our_grads).is_none());
        prop_assert!(layer.bias.as_ref().unwrap().val().grad(&our_grads).is_none());
    }

    #[test]
    fn factors_of_one_leave_the_output_unchanged(case in case()) {
        let x = case.x(&device());
        let plain = layer(case.d_in, case.d_out, case.seed, &device());
        let started = case.started(&device());
        prop_assert_eq!(bits(&started.forward(x.clone())), bits(&plain.forward(x)));
    }

    #[test]
    fn merging_does_not_change_the_output(case in case()) {
        let (mut layer, x) = (case.learned(&device()), case.x(&device()));
        let before = layer.forward(x.clone());
        layer.merge();
        let once = bits(&layer.weight.val());
        prop_assert!(distance(&layer.forward(x.clone()), &before) < TOLERANCE);
        layer.merge();
        prop_assert_eq!(bits(&layer.weight.val()), once);
        let linear = case.learned(&device()).into_linear();
        prop_assert_eq!(bits(&linear.forward(x.clone())), bits(&layer.forward(x)));
    }

    /// No division, so factors of zero are restored too.
    #[test]
    fn unmerging_restores_every_bit(case in case()) {
        let mut layer = case.learned(&device());
        let adapter = ia3(&mut layer);
        adapter.l = Param::from_tensor(adapter.l.val().zeros_like());
        let weights = |layer: &AdaptedLinear| {
            (bits(&layer.weight.val()), bits(&layer.bias.as_ref().unwrap().val()))
        };
        let before = weights(&layer);
        layer.merge();
        prop_assert!(values(&layer.weight.val()).iter().all(|&w| w == 0.0));
        layer.unmerge();
        prop_assert_eq!(weights(&layer), before);
    }

    #[test]
    fn leading_dimensions_are_rows(case in case(), seq in 1usize..4) {
        let layer = case.learned(&device());
        let x: Tensor<3> = random([case.batch, seq, case.d_in], case.seed, &device());
        let y = layer.forward(x.clone());
        prop_assert_eq!(y.dims(), [case.batch, seq, case.d_out]);
        let flat = layer.forward(x.reshape([case.batch * seq, case.d_in]));
        prop_assert!(distance(&y.reshape([case.batch * seq, case.d_out]), &flat) < TOLERANCE);
    }
}

/// Merging scales the bias with the outputs, and leaves it where the inputs are scaled.
#[test]
fn a_layer_without_bias_adapts_too() {
    for scaled in [Scaled::Input, Scaled::Output] {
        let case = Case {
            d_in: 5,
            d_out: 4,
            batch: 3,
            scaled,
            seed: 1,
        };
        let (mut layer, x) = (case.learned(&device()), case.x(&device()));
        let bias = layer.bias.take().unwrap();
        let y = layer.forward(x.clone());
        layer.merge();
        assert!(layer.bias.is_none());
        assert!(distance(&layer.forward(x), &y) < TOLERANCE);

        let mut with_bias = case.learned(&device());
        with_bias.merge();
        let merged = bits(&with_bias.bias.as_ref().unwrap().val());
        assert_eq!(merged == bits(&bias.val()), scaled == Scaled::Input);
    }
}

/// The network with the inner activations of its blocks scaled, and its stem's and side's outputs.
fn adapted(seed: u64, device: &Device) -> Net {
    let mut net = Net::new(seed, device);
    let config = Ia3Config::new(&["down"]);
    let paths = adapt(&mut net, &config, &TARGETS, seed, &Default::default()).unwrap();
    assert_eq!(paths, ADAPTED);
    train_adapters_and(net, &["head"])
}

fn declared() -> Vec<String> {
    let mut paths = ADAPTED.map(|layer| format!("{layer}.adapter.l")).to_vec();
    paths.extend(["head.weight".to_owned(), "head.bias".to_owned()]);
    paths
}

#[test]
fn feed_forward_layers_are_scaled_on_their_input_and_others_on_their_output() {
    let mut net = adapted(1, &device());
    for block in &mut net.blocks {
        // 9 -> 6.
        assert_eq!(ia3(&mut block.down).scaled(), Scaled::Input);
        assert_eq!(ia3(&mut block.down).l.dims(), [9]);
    }
    // 4 -> 6.
    assert_eq!(ia3(&mut net.stem).scaled(), Scaled::Output);
    assert_eq!(ia3(&mut net.stem).l.dims(), [6]);
    let count = ParamCount::of(&net, "head");
    assert_eq!(count.trainable - count.head, 6 + 9 + 9 + 6);
}

#[test]
fn only_the_factors_and_the_head_train() {
    check(adapted(1, &device()), &declared());
}

#[test]
fn a_record_brings_back_every_factor() {
    let mut saved = adapted(1, &device());
    ia3(&mut saved.stem).l = Param::from_tensor(random([6], 5, &device()));
    let bytes = saved.clone().into_record().into_bytes().unwrap();
    let loaded = adapted(2, &device()).load_record(ModuleRecord::from_bytes(bytes).unwrap());
    assert_eq!(Snapshot::of(&saved).bits, Snapshot::of(&loaded).bits);
    let x = random([3, 4], 0, &device());
    assert_eq!(bits(&loaded.forward(x.clone())), bits(&saved.forward(x)));
    assert_eq!(trained_paths(&loaded.train()), declared());
}

#[test]
fn another_kind_of_adapter_takes_the_place_of_a_merged_one() {
    let case = Case {
        d_in: 5,
        d_out: 4,
        batch: 3,
        scaled: Scaled::Output,
        seed: 1,
    };
    let (mut merged, x) = (case.learned(&device()), case.x(&device()));
    merged.merge();
    let config = LoraConfig::train_b(2, FactorInit::Orthonormal);
    adapt(&mut merged, &config, &[""], 0, &Default::default()).unwrap();
    let plain = layer(5, 4, 1, &device());
    assert_eq!(bits(&merged.forward(x.clone())), bits(&plain.forward(x)));
    assert_eq!(
        trained_paths(&train_adapters_and(merged, &[])),
        ["adapter.b"]
    );
}

#[test]
fn a_printed_layer_names_its_adapter_and_counts_its_parameters() {
    let case = Case {
        d_in: 5,
        d_out: 4,
        batch: 3,
        scaled: Scaled::Output,
        seed: 1,
    };
    let printed = case.started(&device()).to_string();
    assert!(printed.contains("adapter: Ia3 {"), "{printed}");
    assert!(printed.contains("params: 28"), "{printed}");
}
