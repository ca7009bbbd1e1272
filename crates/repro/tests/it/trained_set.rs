//! What changes in training is what the arm declares, to the bit.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;
use repro::experiment::{Experiment, Precision};
use repro::glue::{Trainer, build};
use repro::progress::SweepProgress;
use tasks::glue::GlueTask;

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

/// Three steps of the mini table's own settings change exactly the parameters for which `trains` holds.
#[track_caller]
fn check(arm: &str, trains: impl Fn(&str) -> bool) {
    check_in(Precision::F32, arm, trains);
}

#[track_caller]
fn check_in(dtype: Precision, arm: &str, trains: impl Fn(&str) -> bool) {
    let mut experiment = Experiment::load(&repository(), "mini", "glue").unwrap();
    experiment.model.dtype = dtype;
    let smoke = SmokeRun::new(experiment, arm, GlueTask::Rte);
    let settings = &smoke.run.settings;
    let model = build(settings, &smoke.source, GlueTask::Rte, &smoke.device).unwrap();
    let before = weights(&model);
    let declared: Vec<String> = adapters::trained_paths(&model);
    let expected: Vec<&String> = before.keys().filter(|path| trains(path)).collect();
    assert!(!expected.is_empty());

    let sweep = SweepProgress::new(1);
    let trainer = Trainer {
        settings,
        data: &smoke.data,
        device: &smoke.device,
        eval_batch_size: smoke.eval_batch_size,
        progress: &sweep.run(arm.to_owned()),
    };
    let (model, outcome) = trainer.train(model).unwrap();
    assert_eq!(outcome.steps, 3);
    let after = weights(&model);
    assert_eq!(before.len(), after.len());
    let changed: Vec<&String> = after
        .keys()
        .filter(|path| before[*path] != after[*path])
        .collect();
    assert_eq!(changed, expected, "{arm}");
    let mut declared: Vec<&String> = declared.iter().collect();
    declared.sort();
    assert_eq!(declared, expected, "{arm}");
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
fn mixed_precision_changes_the_same_and_no_bit_of_the_narrow_weights() {
    check_in(Precision::Bf16, "lora-r8", |path| {
        path.contains(".adapter.") || head(path)
    });
    check_in(Precision::Bf16, "linear-probe", head);
}
