//! Frozen weights in bf16 beside adapters in f32: 8 bits of mantissa cost about 1 in 256.

use adapters::{
    AdaptedLinear, AdapterConfig, FactorInit, Ia3Config, LoraConfig, MaskStream, adapt,
    cast_frozen, train_adapters_and, trained_paths,
};
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{DType, FloatDType, Tensor};

use crate::config::{INITS, TRAINS};
use crate::fixture::{bits, device, distance, layer, random};
use crate::net::{ADAPTED, Net, TARGETS};
use crate::training::check;

const TOLERANCE: f32 = 1.0 / 64.0;

/// Number types of all parameters, by path.
#[derive(Default)]
struct Types {
    path: Vec<String>,
    found: Vec<(String, DType)>,
}

impl ModuleVisitor for Types {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.found.push((self.path.join("."), param.val().dtype()));
    }
}

/// Three steps of a network in bf16 change what is to train and leave the rest bit-identical.
fn check_training(config: &impl AdapterConfig) {
    if !device().supports_dtype(FloatDType::BF16) {
        return;
    }
    let mut net = Net::new(1, &device());
    adapt(&mut net, config, &TARGETS, 1, &MaskStream::new(1)).unwrap();
    let net = cast_frozen(train_adapters_and(net, &["head"]), FloatDType::BF16);
    let mut types = Types::default();
    net.visit(&mut types);
    for (path, dtype) in types.found {
        let of_adapter = |layer: &&str| path.starts_with(&format!("{layer}.adapter."));
        let wide = path.starts_with("head.") || ADAPTED.iter().any(of_adapter);
        let expected = if wide { DType::F32 } else { DType::BF16 };
        assert_eq!(dtype, expected, "{path}");
    }
    let trained = trained_paths(&net);
    check(net, &trained);
}

#[test]
fn low_rank_adapters_of_every_kind_train_beside_weights_in_bf16() {
    let mut n_arms = 0;
    for a in INITS {
        for b in INITS {
            for trains in TRAINS {
                let config = LoraConfig {
                    a,
                    b,
                    trains,
                    ..LoraConfig::train_b(2, a).with_alpha(7.0).with_dropout(0.1)
                };
                if config.validate().is_ok() {
                    check_training(&config);
                    n_arms += 1;
                }
            }
        }
    }
    assert_eq!(n_arms, 64);
}

#[test]
fn ia3_adapters_train_beside_weights_in_bf16() {
    check_training(&Ia3Config::new(&["down"]));
    check_training(&Ia3Config::default());
}

/// Settings of one adapter each, as functions that give it to a layer.
fn adapted_layers() -> Vec<AdaptedLinear> {
    fn adapted(config: &impl AdapterConfig) -> AdaptedLinear {
        let device = device().autodiff();
        let mut layer = layer(16, 8, 9, &device);
        adapt(&mut layer, config, &[""], 3, &Default::default()).unwrap();
        train_adapters_and(layer, &[])
    }
    let start = FactorInit::KaimingUniform;
    let mut layers: Vec<_> = TRAINS
        .into_iter()
        .map(|trains| {
            adapted(&LoraConfig {
                b: start,
                trains,
                ..LoraConfig::train_b(2, start).with_alpha(6.0)
            })
        })
        .collect();
    layers.push(adapted(&Ia3Config::default()));
    layers.push(adapted(&Ia3Config::new(&[""])));
    layers
}

/// The layer with factors of (IA)³ that are not 1.
fn learned(mut layer: AdaptedLinear) -> AdaptedLinear {
    if let Some(adapters::Adapter::Ia3(adapter)) = &mut layer.adapter {
        let l = random(adapter.l.dims(), 4, &device().autodiff()) + 1.5;
        adapter.l = Param::from_tensor(l);
    }
    layer
}

#[test]
fn a_layer_in_bf16_computes_what_it_does_in_f32() {
    if !device().supports_dtype(FloatDType::BF16) {
        return;
    }
    let x: Tensor<2> = random([5, 16], 2, &device().autodiff());
    for wide in adapted_layers().into_iter().map(learned) {
        let narrow = cast_frozen(wide.clone(), FloatDType::BF16);
        assert_eq!(narrow.weight.val().dtype(), DType::BF16);
        let expected = wide.forward(x.clone());
        let y = narrow.forward(x.clone());
        assert_eq!(y.dtype(), DType::BF16);
        let from_f32 = distance(&y.cast(FloatDType::F32), &expected);
        // Above zero, so that it is not the f32 result by another name.
        assert!(0.0 < from_f32 && from_f32 < TOLERANCE, "{from_f32}");
    }
}

#[test]
fn merging_in_bf16_rounds_once_and_unmerging_restores_every_bit() {
    if !device().supports_dtype(FloatDType::BF16) {
        return;
    }
    let x: Tensor<2> = random([5, 16], 2, &device().autodiff());
    for layer in adapted_layers().into_iter().map(learned) {
        let mut narrow = cast_frozen(layer, FloatDType::BF16);
        let (weight, y) = (narrow.weight.val(), narrow.forward(x.clone()));
        let bias = narrow.bias.as_ref().unwrap().val();

        // The same layer in f32, its weights the rounded ones.
        let mut wide = narrow.clone();
        wide.weight = wide.weight.map(|weight| weight.cast(FloatDType::F32));
        wide.bias = wide.bias.map(|b| b.map(|bias| bias.cast(FloatDType::F32)));
        wide.merge();
        let expected = wide.weight.val().cast(FloatDType::BF16);

        narrow.merge();
        assert_eq!(narrow.weight.val().dtype(), DType::BF16);
        assert_eq!(bits(&narrow.weight.val()), bits(&expected));
        assert_ne!(bits(&narrow.weight.val()), bits(&weight));
        let merged = narrow.forward(x.clone());
        assert_eq!(merged.dtype(), DType::BF16);
        let from_unmerged = distance(&merged.cast(FloatDType::F32), &y.cast(FloatDType::F32));
        assert!(from_unmerged < TOLERANCE, "{from_unmerged}");

        narrow.unmerge();
        assert_eq!(narrow.weight.val().dtype(), DType::BF16);
        assert_eq!(bits(&narrow.weight.val()), bits(&weight));
        assert_eq!(bits(&narrow.bias.as_ref().unwrap().val()), bits(&bias));
    }
}

/// The pretrained weight that a merged layer keeps follows it into another number type.
#[test]
fn a_layer_cast_while_merged_unmerges_in_its_new_type() {
    if !device().supports_dtype(FloatDType::BF16) {
        return;
    }
    for layer in adapted_layers() {
        let expected = layer.weight.val().cast(FloatDType::BF16);
        let mut merged = layer;
        merged.merge();
        let mut merged = cast_frozen(merged, FloatDType::BF16).valid();
        merged.unmerge();
        assert_eq!(merged.weight.val().dtype(), DType::BF16);
        assert!(!merged.weight.val().is_autodiff());
        assert_eq!(bits(&merged.weight.val()), bits(&expected));
    }
}
