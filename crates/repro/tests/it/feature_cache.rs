//! Linear probing on features that are computed once is linear probing.

use repro::experiment::Experiment;
use repro::glue::{Trainer, build};
use repro::progress::SweepProgress;
use tasks::glue::GlueTask;

use crate::sandbox::{EXPERIMENT, SmokeRun};

/// Features come from batches of other lengths than training's, so their sums round differently.
const TOLERANCE: f32 = 1e-4;

#[test]
fn training_on_cached_features_equals_training_on_tokens() {
    let text = EXPERIMENT
        .replace("head_dropout = 0.1", "head_dropout = 0.0")
        .replace("\ndropout = 0.1", "\ndropout = 0.0")
        .replace(
            "linear-probe = { row = 6, lr = 1e-3 }",
            "linear-probe = { row = 6, lr = 1e-2 }",
        );
    for task in [GlueTask::Rte, GlueTask::Cola] {
        let experiment = Experiment::parse(&text).unwrap();
        let smoke = SmokeRun::new(experiment, "linear-probe", task);
        let settings = &smoke.run.settings;
        assert_eq!(
            (settings.dropout, settings.head_dropout),
            (Some(0.0), Some(0.0))
        );
        let sweep = SweepProgress::new(1);
        let trainer = Trainer {
            settings,
            data: &smoke.data,
            device: &smoke.device,
            eval_batch_size: smoke.eval_batch_size,
            progress: &sweep.run("linear-probe".into()),
        };
        let model = || build(settings, &smoke.source, task, &smoke.device).unwrap();
        let fresh = model();
        let (by_features, features) = trainer.train_on_features(model()).unwrap();
        let (by_tokens, tokens) = trainer.train_on_tokens(model()).unwrap();
        assert_eq!(features.last, tokens.last);
        assert_eq!(features.best, tokens.best);
        assert_eq!(
            (features.steps, features.count),
            (tokens.steps, tokens.count)
        );
        let largest = |a: &[f32], b: &[f32]| {
            let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
            differences.fold(0.0, f32::max)
        };
        for split in &smoke.data.validation {
            let by_features = trainer.logits(&by_features, split);
            let by_tokens = trainer.logits(&by_tokens, split);
            let apart = largest(&by_features, &by_tokens);
            assert!(apart < TOLERANCE, "{task}: {apart}");
            let moved = largest(&by_tokens, &trainer.logits(&fresh, split));
            assert!(moved > 100.0 * TOLERANCE, "{task} hardly trained: {moved}");
        }
    }
}
