//! What is declared to train is what training changes; nothing else gets a gradient or a state.

use adapters::count::ParamCount;
use adapters::{AdaptedLinearConfig, Adapter, FactorInit, LoraConfig, Trains, adapt};
use adapters::{train_adapters_and, train_all, trained_paths, visit_adapters};
use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::Tensor;
use proptest::prelude::*;

use crate::fixture::{device, low_rank, random, values};
use crate::net::{ADAPTED, Net, Snapshot, adapted, declared};

/// Moments that AdamW keeps for a parameter.
const MOMENTS: usize = 2;

/// Which parameters of a module have a gradient.
struct Gradients<'a> {
    path: Vec<String>,
    grads: &'a GradientsParams,
    found: Vec<String>,
}

impl ModuleVisitor for Gradients<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.grads.get::<D>(param.id).is_some() {
            self.found.push(self.path.join("."));
        }
    }
}

/// Trains for three steps and compares every parameter's bits with those before.
pub fn check(net: Net, expected: &[String]) {
    let device = device().autodiff();
    let mut net = net.train();
    assert_eq!(trained_paths(&net), expected);
    let before = Snapshot::of(&net);
    // Decay moves a parameter even where its gradient is zero, so nothing trained stays by chance.
    let mut optimiser = AdamWConfig::new().with_weight_decay(0.1).init();
    let x = random([5, 4], 1, &device);
    let target: Tensor<2> = random([5, 3], 2, &device);
    for _ in 0..3 {
        let error = net.forward(x.clone()) - target.clone();
        let grads = (error.clone() * error).mean().backward();
        let grads = GradientsParams::from_grads(grads, &net);
        let mut found = Gradients {
            path: Vec::new(),
            grads: &grads,
            found: Vec::new(),
        };
        net.visit(&mut found);
        assert_eq!(found.found, expected);
        assert_eq!(grads.len(), expected.len());
        net = optimiser.step(0.01, net, grads);
        assert_eq!(optimiser.to_record().len(), MOMENTS * expected.len());
        assert_eq!(trained_paths(&net), expected);
    }
    let after = Snapshot::of(&net);
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(before.changed(&after), expected);
    assert_eq!(before.ids, after.ids);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn only_the_chosen_factors_and_the_head_train(seed in 0u64..1000) {
        for trains in [Trains::A, Trains::B, Trains::Both] {
            check(adapted(trains, seed, &device()), &declared(trains));
        }
    }
}

#[test]
fn everything_trains_in_full_fine_tuning() {
    let net = train_all(Net::new(1, &device()).no_grad());
    let expected: Vec<String> = Snapshot::of(&net).bits.into_keys().collect();
    let mut paths = trained_paths(&net);
    assert_eq!(paths.len(), 18);
    check(net, &paths);
    paths.sort();
    assert_eq!(paths, expected);
}

#[test]
fn the_head_alone_trains_in_linear_probing() {
    let net = train_adapters_and(Net::new(1, &device()), &["head"]);
    check(net, &["head.weight".to_owned(), "head.bias".to_owned()]);
}

#[test]
fn a_prefix_names_whole_fields() {
    let paths =
        |prefixes: &[&str]| trained_paths(&train_adapters_and(Net::new(1, &device()), prefixes));
    assert_eq!(paths(&["hea", "block"]), [""; 0]);
    assert_eq!(paths(&["adapter"]), ["adapter.a", "adapter.b"]);
    assert_eq!(
        paths(&["blocks.1.down", "head.bias"]),
        ["blocks.1.down.weight", "blocks.1.down.bias", "head.bias"]
    );
}

/// A target may lie in the head: AdaLoRA's `dense` hits `classifier.dense`.
#[test]
fn a_frozen_factor_in_the_head_stays_frozen() {
    let config = LoraConfig::train_b(2, FactorInit::Orthonormal);
    let mut net = Net::new(1, &device());
    adapt(&mut net, &config, &["head"], 0, &Default::default()).unwrap();
    let expected = ["head.weight", "head.bias", "head.adapter.b"].map(str::to_owned);
    check(train_adapters_and(net, &["head"]), &expected);
}

/// Whatever was done to the parameters in between, each adapter knows which of its own train.
#[test]
fn the_choice_of_factors_outlives_full_fine_tuning() {
    for trains in [Trains::A, Trains::B, Trains::Both] {
        for net in [
            train_all(adapted(trains, 1, &device())),
            adapted(trains, 1, &device()).no_grad().train(),
        ] {
            check(train_adapters_and(net, &["head"]), &declared(trains));
        }
    }
}

/// What a method such as AdaLoRA does between two steps: it judges parameters of all layers by
/// their gradients and writes into them; they go on training.
#[test]
fn adapters_are_within_reach_between_two_steps() {
    let device = device().autodiff();
    let mut net = adapted(Trains::Both, 1, &device).train();
    let mut optimiser = AdamWConfig::new().init();
    let x = random([5, 4], 1, &device);
    let step = |net: &Net| {
        let loss = net.forward(x.clone()).powi_scalar(2).mean();
        GradientsParams::from_grads(loss.backward(), net)
    };
    // B is zero at first, and A has no gradient yet.
    let first = step(&net);
    net = optimiser.step(0.01, net, first);
    let grads = step(&net);
    let mut paths = Vec::new();
    visit_adapters(&mut net, &mut |path, adapter| {
        let Adapter::LowRank(adapter) = adapter else {
            panic!("{adapter}");
        };
        let grad = grads.get::<2>(adapter.a.id).unwrap();
        paths.push((path.to_owned(), grad.abs().sum().into_scalar::<f32>() > 0.0));
        let mask = Tensor::from_data([[0.0], [1.0]], &device);
        adapter.b = adapter
            .b
            .clone()
            .map(|b| (b * mask).detach().require_grad());
    });
    assert_eq!(paths, ADAPTED.map(|path| (path.to_owned(), true)));
    let row = |net: &Net| values(&low_rank(net.side.as_ref().unwrap()).b.val())[..6].to_vec();
    assert_eq!(row(&net), [0.0; 6]);
    net = optimiser.step(0.01, net, grads);
    assert!(row(&net).iter().all(|&b| b != 0.0), "{:?}", row(&net));
    assert_eq!(trained_paths(&net), declared(Trains::Both));
}

#[test]
fn freezing_works_before_and_after_train() {
    let config = LoraConfig::train_b(2, FactorInit::Orthonormal);
    let mut before = Net::new(1, &device());
    adapt(&mut before, &config, &["side"], 0, &Default::default()).unwrap();
    let after = train_adapters_and(before.clone().train(), &["head"]);
    let before = train_adapters_and(before, &["head"]);
    let expected = ["side.adapter.b", "head.weight", "head.bias"];
    assert_eq!(trained_paths(&after), expected);
    assert_eq!(trained_paths(&before), expected);
    // What a plain device answers comes true.
    assert_eq!(trained_paths(&before.train()), expected);
}

#[test]
fn counting_and_listing_initialise_nothing() {
    for device in [device(), device().autodiff()] {
        let layer = AdaptedLinearConfig::new(1000, 100).init(&device);
        let layer = train_adapters_and(layer, &["bias"]);
        assert_eq!(trained_paths(&layer), ["bias"]);
        let count = ParamCount::of(&layer, "bias");
        assert_eq!(
            count,
            ParamCount {
                total: 100_100,
                trainable: 100,
                head: 100
            }
        );
        assert!(!layer.weight.is_initialized());
        assert!(!layer.bias.as_ref().unwrap().is_initialized());
        // The first use gives it the setting that was asked for.
        assert!(!layer.weight.val().is_require_grad());
        assert_eq!(
            layer.bias.as_ref().unwrap().val().is_require_grad(),
            device.is_autodiff()
        );
        assert_eq!(ParamCount::of(&layer, "bias"), count);
        assert_eq!(trained_paths(&layer), ["bias"]);
    }
}

#[test]
fn counts_are_those_of_the_declared_sets() {
    let full = ParamCount::of(&Net::new(1, &device()), "head");
    assert_eq!(full.trainable, full.total);
    assert_eq!(full.head, 6 * 3 + 3);
    // stem 4 -> 6, two downs 9 -> 6, side 6 -> 6, all of rank 2.
    let (a, b) = (2 * (4 + 9 + 9 + 6), 2 * 4 * 6);
    for (trains, trained) in [(Trains::A, a), (Trains::B, b), (Trains::Both, a + b)] {
        let net = adapted(trains, 1, &device());
        let count = ParamCount::of(&net, "head");
        assert_eq!(count.total, full.total + a + b);
        assert_eq!(count.trainable, trained + full.head);
        assert_eq!(count.paper_trainable(), trained + 2 * full.head);
        assert_eq!(ParamCount::of(&net.train(), "head"), count);
    }
}
