//! What survives a record, `valid` and `train`.

use adapters::{Trains, trained_paths};
use burn::module::Module;
use burn::store::ModuleRecord;

use crate::fixture::{bits, both, device, distance, low_rank, low_rank_mut, random};
use crate::net::{Net, Snapshot, adapted, declared};

fn actually_training(net: &Net) -> [bool; 6] {
    let adapter = low_rank(net.side.as_ref().unwrap());
    [
        net.stem.weight.is_require_grad(),
        net.blocks[1].up.bias.as_ref().unwrap().is_require_grad(),
        adapter.a.is_require_grad(),
        adapter.b.is_require_grad(),
        net.head.weight.is_require_grad(),
        net.head.bias.as_ref().unwrap().is_require_grad(),
    ]
}

#[test]
fn a_record_brings_back_every_factor() {
    for trains in [Trains::A, Trains::B, Trains::Both] {
        let saved = adapted(trains, 1, &device());
        let bytes = saved.clone().into_record().into_bytes().unwrap();
        let record = ModuleRecord::from_bytes(bytes).unwrap();
        let other = adapted(trains, 2, &device());
        assert!(
            !Snapshot::of(&saved)
                .changed(&Snapshot::of(&other))
                .is_empty()
        );
        let loaded = other.load_record(record);
        assert_eq!(Snapshot::of(&saved).bits, Snapshot::of(&loaded).bits);
        let x = random([3, 4], 0, &device());
        assert_eq!(bits(&loaded.forward(x.clone())), bits(&saved.forward(x)));
        // The settings are the module's own.
        assert_eq!(trained_paths(&loaded), declared(trains));
        assert_eq!(trained_paths(&loaded.train()), declared(trains));
    }
}

#[test]
fn a_record_without_adapters_does_not_fit_an_adapted_module() {
    let plain = Net::new(1, &device()).into_record();
    let error = adapted(Trains::B, 1, &device())
        .try_load_record(plain)
        .unwrap_err();
    assert!(error.to_string().contains("stem.adapter.a"), "{error}");
}

#[test]
fn valid_and_train_keep_the_settings() {
    for trains in [Trains::A, Trains::B, Trains::Both] {
        let net = adapted(trains, 1, &device()).train();
        let training = [false, false, trains.a(), trains.b(), true, true];
        assert_eq!(actually_training(&net), training);
        let valid = net.valid();
        assert_eq!(actually_training(&valid), [false; 6]);
        assert_eq!(trained_paths(&valid), declared(trains));
        let again = valid.train();
        assert_eq!(actually_training(&again), training);
        assert_eq!(trained_paths(&again), declared(trains));
        assert_eq!(Snapshot::of(&net).bits, Snapshot::of(&again).bits);
    }
}

#[test]
fn dropout_acts_on_a_training_module_only() {
    let mut net = Net::new(1, &device());
    let start = adapters::FactorInit::Orthonormal;
    let config = both(2, start, start).with_dropout(0.5);
    adapters::adapt(&mut net, &config, &["stem"], 1, &Default::default()).unwrap();
    let x = random([8, 4], 0, &device());
    assert_eq!(bits(&net.forward(x.clone())), bits(&net.forward(x.clone())));
    let training = net.clone().train();
    let x = random([8, 4], 0, &device().autodiff());
    assert_ne!(
        bits(&training.forward(x.clone())),
        bits(&training.forward(x.clone()))
    );
    let valid = training.valid();
    assert_eq!(
        bits(&valid.forward(x.clone().inner())),
        bits(&net.forward(x.inner()))
    );
}

#[test]
fn a_merged_layer_stays_merged_through_valid_and_train() {
    let mut net = adapted(Trains::Both, 1, &device());
    let factor = random([2, 6], 3, &device());
    let side = net.side.as_mut().unwrap();
    low_rank_mut(side).b = burn::module::Param::from_tensor(factor);
    let x = random([3, 4], 0, &device());
    let before = net.forward(x.clone());
    net.side.as_mut().unwrap().merge();
    let net = net.train().valid();
    let side = net.side.as_ref().unwrap();
    assert!(side.is_merged());
    assert!(distance(&net.forward(x), &before) < 1e-5);
}
