//! Settings: how they are stored, and which of them can learn anything.

use adapters::{
    AdaptedLinear, DropoutConfig, FactorInit, LoraConfig, LowRank, Start, Trains,
    train_adapters_and,
};
use burn::module::{Module, Param};
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::{Device, Tensor};
use serde_json::{from_value, json, to_value};

use crate::fixture::{device, layer, low_rank, random, values};

pub const INITS: [FactorInit; 5] = [
    FactorInit::Zero,
    FactorInit::Orthonormal,
    FactorInit::KaimingUniform,
    FactorInit::SingularVectors,
    FactorInit::SingularVectorsReleased,
];
pub const TRAINS: [Trains; 3] = [Trains::A, Trains::B, Trains::Both];

/// The keys of published runs are hashes of records that have these objects in them.
#[test]
fn stored_settings_keep_their_fields_and_values() {
    let start = FactorInit::Orthonormal;
    for (config, stored) in [
        (
            LoraConfig::train_b(8, start).with_dropout(0.05),
            json!({
                "rank": 8, "alpha": 16.0, "dropout": 0.05,
                "a": "orthonormal", "b": "zero", "trains": "B",
            }),
        ),
        (
            LoraConfig::train_a(16, start),
            json!({
                "rank": 16, "alpha": 32.0, "dropout": 0.0,
                "a": "zero", "b": "orthonormal", "trains": "A",
            }),
        ),
        (
            LoraConfig::train_both(8, Start::A(FactorInit::KaimingUniform)).with_alpha(8.0),
            json!({
                "rank": 8, "alpha": 8.0, "dropout": 0.0,
                "a": "kaiming-uniform", "b": "zero", "trains": "Both",
            }),
        ),
        (
            LoraConfig::train_both(4, Start::B(FactorInit::SingularVectorsReleased)),
            json!({
                "rank": 4, "alpha": 8.0, "dropout": 0.0,
                "a": "zero", "b": "singular-vectors-released", "trains": "Both",
            }),
        ),
        (
            LoraConfig::train_b(1, FactorInit::SingularVectors),
            json!({
                "rank": 1, "alpha": 2.0, "dropout": 0.0,
                "a": "singular-vectors", "b": "zero", "trains": "B",
            }),
        ),
    ] {
        assert_eq!(to_value(&config).unwrap(), stored);
        assert_eq!(from_value::<LoraConfig>(stored).unwrap(), config);
        config.validate().unwrap();
    }
}

#[test]
fn a_setting_that_does_not_exist_is_refused() {
    let mut stored = to_value(LoraConfig::train_b(8, FactorInit::Orthonormal)).unwrap();
    stored["rnak"] = json!(8);
    let error = from_value::<LoraConfig>(stored).unwrap_err().to_string();
    assert!(error.contains("rnak"), "{error}");
}

/// A layer with an adapter whose settings nobody has checked.
fn unchecked(config: &LoraConfig, device: &Device) -> AdaptedLinear {
    let factor = |init, dims, seed| match init {
        FactorInit::Zero => Tensor::zeros(dims, device),
        _ => random(dims, seed, device),
    };
    let mut layer = layer(5, 4, 0, device);
    let adapter = LowRank {
        a: Param::from_tensor(factor(config.a, [5, config.rank], 2)),
        b: Param::from_tensor(factor(config.b, [config.rank, 4], 3)),
        dropout: DropoutConfig { prob: 0.0 }.init(&Default::default()),
        scale: config.scale(),
        trains: config.trains,
    };
    layer.adapter = Some(adapter.into());
    train_adapters_and(layer, &[])
}

/// Whether a few steps make an update, or change the one that is there.
fn moves(config: &LoraConfig) -> bool {
    let device = device().autodiff();
    let mut layer = unchecked(config, &device).train();
    let before = values(&low_rank(&layer).delta());
    let mut optimiser = AdamWConfig::new().with_weight_decay(0.0).init();
    for step in 0..3 {
        let error = layer.forward(random([6, 5], step, &device)) - 1.0;
        let grads = (error.clone() * error).mean().backward();
        let grads = GradientsParams::from_grads(grads, &layer);
        layer = optimiser.step(0.1, layer, grads);
    }
    values(&low_rank(&layer).delta()) != before
}

#[test]
fn settings_are_refused_where_the_update_can_never_leave_zero() {
    let mut n_refused = 0;
    for a in INITS {
        for b in INITS {
            for trains in TRAINS {
                let config = LoraConfig {
                    a,
                    b,
                    trains,
                    ..LoraConfig::train_b(2, a)
                };
                assert_eq!(config.validate().is_ok(), moves(&config), "{config:?}");
                n_refused += usize::from(config.validate().is_err());
            }
        }
    }
    // Both zero, three times; four starts of the other factor beside a frozen zero, twice.
    assert_eq!(n_refused, 3 + 2 * 4);
}
