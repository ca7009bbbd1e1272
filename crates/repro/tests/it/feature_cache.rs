//! Linear probing on features that are computed once is linear probing.

use burn::module::Module;
use repro::suites::Suite;
use repro::suites::glue::{Glue, Probe};
use repro::train::build;

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
    for task in ["rte", "cola"] {
        let smoke = SmokeRun::<Glue>::of_text(&text, "linear-probe", task);
        let settings = &smoke.run.settings;
        assert_eq!(
            (settings.dropout, settings.head_dropout),
            (Some(0.0), Some(0.0))
        );
        let on_tokens = smoke.suite.task(&smoke.run).unwrap();
        let model = || build(&on_tokens, &smoke.recipe()).unwrap();
        let fresh = model().valid();
        let encoder = model().encoder.valid();
        let (probe, head) = Probe::new(&on_tokens, model());
        let (by_features, features) = smoke.fit(&probe, head).unwrap();
        let (by_tokens, tokens) = smoke.fit(&on_tokens, model()).unwrap();
        assert_eq!(features.last, tokens.last);
        assert_eq!(features.best, tokens.best);
        assert_eq!(
            (features.steps, features.count),
            (tokens.steps, tokens.count)
        );
        let by_features = models::SequenceClassifier {
            encoder,
            classifier: by_features.valid(),
        };
        let by_tokens = by_tokens.valid();
        let largest = |a: &[f32], b: &[f32]| {
            let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
            differences.fold(0.0, f32::max)
        };
        for split in &on_tokens.data.validation {
            let by_features = on_tokens.logits(&by_features, split);
            let by_tokens = on_tokens.logits(&by_tokens, split);
            let apart = largest(&by_features, &by_tokens);
            assert!(apart < TOLERANCE, "{task}: {apart}");
            let moved = largest(&by_tokens, &on_tokens.logits(&fresh, split));
            assert!(moved > 100.0 * TOLERANCE, "{task} hardly trained: {moved}");
        }
    }
}
