//! What changes in training is what the arm declares, to the bit.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;
use repro::suites::{DomainBed, ExperimentOf, Glue, Suite};
use repro::train::Precision;
use repro::train::{Task, build};

use crate::sandbox::{SmokeRun, repository};

/// The bits of every parameter by its path.
#[derive(Default)]
struct Weights {
    path: Vec<String>,
    bits: BTreeMap<String, Vec<u32>>,
}

impl ModuleVisitor for Weights {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let values: Vec<f32> = param.val().into_data().iter().collect();
        let bits = values.into_iter().map(f32::to_bits).collect();
        self.bits.insert(self.path.join("."), bits);
    }
}

fn weights(module: &impl Module) -> BTreeMap<String, Vec<u32>> {
    let mut weights = Weights::default();
    module.visit(&mut weights);
    weights.bits
}

/// Three steps of the mini scale's own settings change exactly the parameters for which `trains`
/// holds, in every suite.
#[track_caller]
fn check(arm: &str, trains: impl Fn(&str) -> bool) {
    check_in(Precision::F32, arm, &trains);
}

#[track_caller]
fn check_in(dtype: Precision, arm: &str, trains: &impl Fn(&str) -> bool) {
    check_suite::<Glue>("rte", dtype, arm, trains);
    check_suite::<DomainBed>("pacs", dtype, arm, trains);
}

#[track_caller]
fn check_suite<S: Suite>(task: &str, dtype: Precision, arm: &str, trains: &impl Fn(&str) -> bool) {
    let root = repository();
    let mut experiment = ExperimentOf::<S>::load(&root, "mini", S::NAME, |_| Ok(())).unwrap();
    experiment.model.dtype = dtype;
    experiment.train.shared_lr = Some(1e-3);
    let smoke = SmokeRun::<S>::at_shared_rate(experiment, arm, task);
    let task = smoke.suite.task(&smoke.run).unwrap();
    let model = build(&task, &smoke.recipe()).unwrap();
    let before = weights(&model);
    let declared: Vec<String> = adapters::trained_paths(&model);
    let expected: Vec<&String> = before.keys().filter(|path| trains(path)).collect();
    assert!(!expected.is_empty());

    let (model, outcome) = smoke.fit(&task, model).unwrap();
    assert_eq!(outcome.steps, task.length().steps);
    let after = weights(&model);
    assert_eq!(before.len(), after.len());
    let changed: Vec<&String> = after
        .keys()
        .filter(|path| before[*path] != after[*path])
        .collect();
    assert_eq!(changed, expected, "{} {arm} {dtype}", S::NAME);
    let mut declared: Vec<&String> = declared.iter().collect();
    declared.sort();
    assert_eq!(declared, expected, "{} {arm} {dtype}", S::NAME);
}

fn head(path: &str) -> bool {
    path.starts_with("classifier.")
}

#[test]
fn lora_changes_both_factors_and_the_head() {
    check("lora-r8", |path| path.contains(".adapter.") || head(path));
}

#[test]
fn tuning_b_changes_b_and_the_head() {
    for arm in ["tuneB-Arand-r8", "tuneB-Arand-r16"] {
        check(arm, |path| path.ends_with(".adapter.b") || head(path));
    }
}

#[test]
fn tuning_a_changes_a_and_the_head() {
    for arm in ["tuneA-Brand-r8", "tuneA-Brand-r16"] {
        check(arm, |path| path.ends_with(".adapter.a") || head(path));
    }
}

#[test]
fn linear_probing_changes_the_head_alone() {
    check("linear-probe", head);
}

#[test]
fn full_fine_tuning_changes_everything() {
    check("full", |_| true);
}

#[test]
fn mixed_precision_changes_the_same_and_no_bit_of_what_is_frozen() {
    let bf16 = |arm: &str, trains: fn(&str) -> bool| check_in(Precision::Bf16, arm, &trains);
    bf16("lora-r8", |path| path.contains(".adapter.") || head(path));
    for arm in ["tuneB-Arand-r8", "lora-fa-r8", "tuneB-AV-r8"] {
        bf16(arm, |path| path.ends_with(".adapter.b") || head(path));
    }
    for arm in ["tuneA-Brand-r8", "tuneA-Bkm-r8", "tuneA-BU-r8"] {
        bf16(arm, |path| path.ends_with(".adapter.a") || head(path));
    }
    bf16("tuneAB-Brand-r8", |path| {
        path.contains(".adapter.") || head(path)
    });
    bf16("linear-probe", head);
    bf16("full", |_| true);
}
