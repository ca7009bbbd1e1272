//! Settings that cannot work, and what they are told.

use adapters::{
    AdaptedLinear, AdapterError, FactorInit, Ia3Config, LoraConfig, Start, adapt, adaptable,
};
use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::fixture::{device, layer};

#[derive(Module, Debug)]
struct Attention {
    query: AdaptedLinear,
    value: AdaptedLinear,
}
adaptable!(Attention { query, value });

fn attention() -> Attention {
    Attention {
        query: layer(6, 4, 0, &device()),
        value: layer(4, 6, 1, &device()),
    }
}

fn config() -> LoraConfig {
    LoraConfig::train_b(2, FactorInit::Orthonormal)
}

fn check(config: &LoraConfig, targets: &[&str], message: &str) -> AdapterError {
    let error = adapt(&mut attention(), config, targets, 0, &Default::default()).unwrap_err();
    assert_eq!(error.to_string(), message);
    error
}

#[test]
fn rank_zero_is_refused() {
    let config = LoraConfig {
        rank: 0,
        ..config()
    };
    let error = check(&config, &["query"], "rank must be at least 1, but is 0");
    assert_eq!(error, AdapterError::RankZero);
}

#[test]
fn a_rank_that_the_layer_cannot_hold_is_refused() {
    let a = |a, rank| LoraConfig::train_b(rank, a);
    let b = |b, rank| LoraConfig::train_a(rank, b);
    let check = |config: LoraConfig, target, allowed: bool| {
        let result = adapt(&mut attention(), &config, &[target], 0, &Default::default());
        match result {
            Ok(_) => assert!(allowed, "{config:?} on {target} is accepted"),
            Err(AdapterError::Layer { path, reason }) => {
                assert!(!allowed, "{config:?} on {target}: {reason}");
                assert_eq!(path, target);
                assert!(matches!(*reason, AdapterError::RankTooLarge { .. }));
            }
            Err(other) => panic!("{other}"),
        }
    };
    // query is 6 -> 4, value 4 -> 6.
    for (a_limits, b_limits, init) in [
        ((6, 4), (4, 6), FactorInit::Orthonormal),
        ((4, 4), (4, 4), FactorInit::SingularVectors),
        ((6, 4), (4, 4), FactorInit::SingularVectorsReleased),
    ] {
        for (limits, config) in [(a_limits, &a as &dyn Fn(_, _) -> _), (b_limits, &b)] {
            check(config(init, limits.0), "query", true);
            check(config(init, limits.0 + 1), "query", false);
            check(config(init, limits.1), "value", true);
            check(config(init, limits.1 + 1), "value", false);
        }
    }
    // Nothing limits the others.
    check(a(FactorInit::KaimingUniform, 9), "query", true);
    check(b(FactorInit::KaimingUniform, 9), "query", true);
}

#[test]
fn a_rank_that_is_too_large_is_told_with_layer_and_limit() {
    check(
        &LoraConfig {
            rank: 5,
            ..config()
        },
        &["query", "value"],
        "cannot adapt value: A cannot have 5 orthonormal vectors in a layer 4 -> 6; \
         choose a rank of at most 4",
    );
}

#[test]
fn two_zero_factors_are_refused() {
    let config = LoraConfig {
        a: FactorInit::Zero,
        ..config()
    };
    let error = check(
        &config,
        &["query"],
        "both factors start at zero, so neither would ever change; start one of them elsewhere",
    );
    assert_eq!(error, AdapterError::BothZero);
}

#[test]
fn training_beside_a_frozen_zero_is_refused() {
    // What a swap of the two starts gives.
    let zero = FactorInit::Zero;
    check(
        &LoraConfig {
            a: zero,
            b: FactorInit::Orthonormal,
            ..config()
        },
        &["query"],
        "B would never change, since A starts at zero and does not train; train A, or start it \
         elsewhere",
    );
    check(
        &LoraConfig {
            a: FactorInit::Orthonormal,
            b: zero,
            ..LoraConfig::train_a(2, FactorInit::Orthonormal)
        },
        &["query"],
        "A would never change, since B starts at zero and does not train; train B, or start it \
         elsewhere",
    );
    for config in [
        LoraConfig::train_a(2, zero),
        LoraConfig::train_b(2, zero),
        LoraConfig::train_both(2, Start::A(zero)),
    ] {
        assert_eq!(config.validate(), Err(AdapterError::BothZero));
    }
}

#[test]
fn a_feed_forward_layer_outside_the_targets_is_refused() {
    let config = Ia3Config::new(&["value", "down"]);
    let error = adapt(
        &mut attention(),
        &config,
        &["query", "value"],
        0,
        &Default::default(),
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "feed-forward layer down is not one of the layers to adapt: query, value"
    );
}

#[test]
fn dropout_outside_its_range_is_refused() {
    for dropout in [1.0, 1.5, -0.1, f64::NAN] {
        let message = format!("adapter dropout must be at least 0 and below 1, but is {dropout}");
        check(&config().with_dropout(dropout), &["query"], &message);
    }
    config().with_dropout(0.0).validate().unwrap();
    config().with_dropout(0.999).validate().unwrap();
}

#[test]
fn an_alpha_that_is_not_positive_is_refused() {
    for alpha in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let message = format!("alpha must be a positive number, but is {alpha}");
        check(&config().with_alpha(alpha), &["query"], &message);
    }
}

#[test]
fn a_name_that_no_layer_has_is_told_with_those_that_exist() {
    let message = "no layer is named key or alue; layers that can be adapted: query, value";
    let error = check(&config(), &["key", "alue"], message);
    let (targets, available) = match error {
        AdapterError::NoTarget { targets, available } => (targets, available),
        other => panic!("{other}"),
    };
    assert_eq!(targets, ["key", "alue"]);
    assert_eq!(available, ["query", "value"]);
    let error = adapt(&mut attention(), &config(), &[], 0, &Default::default()).unwrap_err();
    assert!(matches!(error, AdapterError::NoTarget { .. }));
}

#[test]
fn a_weight_that_is_not_finite_has_no_singular_vectors() {
    for start in [
        Start::A(FactorInit::SingularVectors),
        Start::B(FactorInit::SingularVectors),
    ] {
        let config = LoraConfig::train_both(2, start);
        for bad in [f32::NAN, f32::INFINITY] {
            let mut attention = attention();
            attention.query.weight = Param::from_tensor(Tensor::full([6, 4], bad, &device()));
            let error = adapt(&mut attention, &config, &["query"], 0, &Default::default());
            assert_eq!(
                error.unwrap_err().to_string(),
                "cannot adapt query: the pretrained weight of a layer 6 -> 4 contains NaN or \
                 infinity, so it has no singular vectors"
            );
        }
    }
}
