//! Properties of `y = x W + b + scale * drop(x) a b`: alpha differs from the rank, the bias and the
//! input are not zero, and values are compared, so that a scale in the wrong place shows.

use adapters::{AdaptedLinear, DropoutConfig, FactorInit, MaskStream};
use burn::linalg::svd;
use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Tensor, TensorData};
use proptest::prelude::*;

use crate::fixture::{
    Case, bits, device, distance, layer, low_rank, low_rank_mut, random, rows, values,
};

/// Rounding of sums of some twenty products in f32, with room.
const TOLERANCE: f32 = 1e-5;

prop_compose! {
    fn case()(
        d_in in 1usize..20,
        d_out in 1usize..20,
        rank in 1usize..6,
        alpha in 0.3f64..20.0,
        batch in 1usize..6,
        seed: u64,
    ) -> Case {
        // An alpha equal to the rank would hide the scale.
        let alpha = if (alpha - rank as f64).abs() < 0.1 { alpha + 0.5 } else { alpha };
        Case { d_in, d_out, rank, alpha, batch, seed }
    }
}

/// `x W + b + alpha / rank * x a b`, by hand in f64.
fn expected(layer: &AdaptedLinear, alpha: f64, x: &Tensor<2>) -> Vec<f64> {
    let adapter = low_rank(layer);
    let (w, a, b) = (
        rows(&layer.weight.val()),
        rows(&adapter.a.val()),
        rows(&adapter.b.val()),
    );
    let bias = values(&layer.bias.as_ref().unwrap().val());
    let product = |x: &[f64], m: &[Vec<f32>], j: usize| -> f64 {
        x.iter().zip(m).map(|(x, row)| x * f64::from(row[j])).sum()
    };
    let mut out = Vec::new();
    for x in rows(x) {
        let x: Vec<f64> = x.into_iter().map(f64::from).collect();
        let hidden: Vec<f64> = (0..b.len()).map(|k| product(&x, &a, k)).collect();
        for (j, &bias) in bias.iter().enumerate() {
            let delta = alpha / b.len() as f64 * product(&hidden, &b, j);
            out.push(product(&x, &w, j) + f64::from(bias) + delta);
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_layer_computes_its_equation(case in case()) {
        let (layer, x) = (case.layer(&device()), case.x(&device()));
        let expected: Vec<f32> =
            expected(&layer, case.alpha, &x).into_iter().map(|y| y as f32).collect();
        let expected = Tensor::from_data(TensorData::new(expected, [case.batch, case.d_out]), &device());
        prop_assert!(distance(&layer.forward(x), &expected) < TOLERANCE);
    }

    #[test]
    fn a_zero_factor_leaves_the_output_unchanged(case in case(), zero_a: bool) {
        let (a, b) = if zero_a {
            (FactorInit::Zero, FactorInit::KaimingUniform)
        } else {
            (FactorInit::KaimingUniform, FactorInit::Zero)
        };
        let x = case.x(&device());
        let adapted = case.started(a, b, &device());
        prop_assert_eq!(bits(&adapted.forward(x.clone())), bits(&case.plain(&device()).forward(x)));
    }

    #[test]
    fn merging_does_not_change_the_output(case in case()) {
        let (mut layer, x) = (case.layer(&device()), case.x(&device()));
        let before = layer.forward(x.clone());
        layer.merge();
        prop_assert!(layer.is_merged());
        prop_assert!(distance(&layer.forward(x.clone()), &before) < TOLERANCE);
        let linear = case.layer(&device()).into_linear();
        prop_assert_eq!(bits(&linear.forward(x.clone())), bits(&layer.forward(x.clone())));
        // A merged layer becomes the same plain one.
        prop_assert_eq!(bits(&layer.into_linear().forward(x.clone())), bits(&linear.forward(x)));
    }

    #[test]
    fn merging_twice_is_merging_once_and_unmerging_restores(case in case()) {
        let mut layer = case.layer(&device());
        let (w0, y0) = (layer.weight.val(), layer.forward(case.x(&device())));
        layer.unmerge();
        prop_assert_eq!(bits(&layer.weight.val()), bits(&w0));
        layer.merge();
        let once = bits(&layer.weight.val());
        layer.merge();
        prop_assert_eq!(bits(&layer.weight.val()), once);
        layer.unmerge();
        prop_assert!(!layer.is_merged());
        prop_assert_eq!(bits(&layer.weight.val()), bits(&w0));
        prop_assert_eq!(bits(&layer.forward(case.x(&device()))), bits(&y0));
    }

    #[test]
    fn the_update_has_at_most_the_rank(case in case()) {
        let delta = low_rank(&case.layer(&device())).delta();
        let (_, s, _) = svd::<2, 1>(delta, 50);
        let s = values(&s);
        for beyond in s.iter().skip(case.rank) {
            prop_assert!(*beyond <= TOLERANCE * s[0], "{s:?} at rank {}", case.rank);
        }
    }

    #[test]
    fn doubling_alpha_doubles_the_update_and_nothing_else(case in case()) {
        let twice = Case { alpha: 2.0 * case.alpha, ..case.clone() };
        let x = case.x(&device());
        let base = case.plain(&device()).forward(x.clone());
        let (single, double) = (case.layer(&device()), twice.layer(&device()));
        let delta = |layer: &AdaptedLinear| low_rank(layer).delta();
        prop_assert_eq!(bits(&(delta(&single) * 2.0)), bits(&delta(&double)));
        let single = single.forward(x.clone()) - base.clone();
        let double = double.forward(x) - base;
        prop_assert!(distance(&(single * 2.0), &double) < TOLERANCE);
    }

    #[test]
    fn leading_dimensions_are_rows(case in case(), seq in 1usize..4) {
        let layer = case.layer(&device());
        let x: Tensor<3> = random([case.batch, seq, case.d_in], case.seed, &device());
        let y = layer.forward(x.clone());
        prop_assert_eq!(y.dims(), [case.batch, seq, case.d_out]);
        let flat = layer.forward(x.reshape([case.batch * seq, case.d_in]));
        prop_assert!(distance(&y.reshape([case.batch * seq, case.d_out]), &flat) < TOLERANCE);
    }

    #[test]
    fn dropout_leaves_the_base_alone(case in case()) {
        let device = device().autodiff();
        let mut adapted = case.started(FactorInit::KaimingUniform, FactorInit::Zero, &device);
        low_rank_mut(&mut adapted).dropout = DropoutConfig { prob: 0.5 }.init(&MaskStream::new(case.seed));
        let x = case.x(&device);
        prop_assert_eq!(bits(&adapted.forward(x.clone())), bits(&case.plain(&device).forward(x)));
    }
}

/// Inputs 1, 2 and 4 are summed into a single feature, so that the update shows which were kept;
/// a mask on the feature or on the output could only give 0 or 7.
#[test]
fn dropout_masks_the_adapters_input_element_by_element() {
    const ROWS: usize = 4000;
    let (scale, prob) = (3.0, 0.25);
    let device = device().autodiff();
    let case = Case {
        d_in: 3,
        d_out: 2,
        rank: 1,
        alpha: scale,
        batch: 1,
        seed: 3,
    };
    let mut layer = case.layer(&device);
    let adapter = low_rank_mut(&mut layer);
    adapter.a = Param::from_tensor(Tensor::ones([3, 1], &device));
    adapter.b = Param::from_tensor(Tensor::ones([1, 2], &device));
    adapter.dropout = DropoutConfig { prob }.init(&MaskStream::new(9));
    let x = Tensor::<2>::from_data([[1.0, 2.0, 4.0]], &device).repeat(&[ROWS, 1]);
    let base = case.plain(&device).forward(x.clone());
    let update = (layer.forward(x) - base) * ((1.0 - prob) / scale);
    let mut seen = [0usize; 8];
    for row in rows(&update) {
        let kept = row[0].round();
        assert!(row.iter().all(|v| (v - kept).abs() < 1e-4), "{row:?}");
        seen[kept as usize] += 1;
    }
    for (kept, &n) in seen.iter().enumerate() {
        let n_kept = kept.count_ones() as i32;
        let expected = (1.0 - prob).powi(n_kept) * prob.powi(3 - n_kept);
        let found = n as f64 / ROWS as f64;
        let bound = 5.0 * (expected * (1.0 - expected) / ROWS as f64).sqrt();
        assert!(
            (found - expected).abs() < bound,
            "kept {kept}: {found} of the rows, expected {expected}"
        );
    }
}

/// The mean over many masks is the output without dropout; bound: five standard errors.
#[test]
fn the_mean_over_many_masks_is_the_output_without_dropout() {
    const MASKS: usize = 20_000;
    let device = device().autodiff();
    let case = Case {
        d_in: 6,
        d_out: 4,
        rank: 3,
        alpha: 7.0,
        batch: 1,
        seed: 12,
    };
    let mut layer = case.layer(&device);
    let x = case.x(&device);
    let without = values(&layer.forward(x.clone()));
    low_rank_mut(&mut layer).dropout = DropoutConfig { prob: 0.4 }.init(&MaskStream::new(0));
    let outputs = rows(&layer.forward(x.repeat(&[MASKS, 1])));
    for (j, &without) in without.iter().enumerate() {
        let column: Vec<f64> = outputs.iter().map(|row| f64::from(row[j])).collect();
        let n = column.len() as f64;
        let mean = column.iter().sum::<f64>() / n;
        let variance = column.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n;
        assert!(variance > 0.01, "output {j} does not vary: {variance}");
        let bound = 5.0 * (variance / n).sqrt();
        assert!(
            (mean - f64::from(without)).abs() < bound,
            "{mean} not {without} +- {bound}"
        );
    }
}

#[test]
fn a_layer_without_adapter_is_burns_linear() {
    let linear = Linear {
        weight: Param::from_tensor(random([5, 4], 0, &device())),
        bias: Some(Param::from_tensor(random([4], 1, &device()))),
    };
    let x: Tensor<2> = random([3, 5], 2, &device());
    let adapted = AdaptedLinear::from(linear.clone());
    assert_eq!(bits(&adapted.forward(x.clone())), bits(&linear.forward(x)));
}

#[test]
fn a_layer_without_bias_adapts_too() {
    let case = Case {
        d_in: 5,
        d_out: 4,
        rank: 2,
        alpha: 5.0,
        batch: 3,
        seed: 1,
    };
    let (mut with, x) = (case.layer(&device()), case.x(&device()));
    let mut without = with.clone();
    let bias = without.bias.take().unwrap().val();
    let y = without.forward(x.clone()) + bias.unsqueeze();
    assert!(distance(&y, &with.forward(x.clone())) < TOLERANCE);
    without.merge();
    with.merge();
    assert_eq!(bits(&without.weight.val()), bits(&with.weight.val()));
}

#[test]
fn adapting_a_merged_layer_again_starts_from_the_pretrained_weight() {
    let case = Case {
        d_in: 5,
        d_out: 4,
        rank: 2,
        alpha: 5.0,
        batch: 3,
        seed: 1,
    };
    let (mut merged, x) = (case.layer(&device()), case.x(&device()));
    merged.merge();
    let config = adapters::LoraConfig::train_b(3, FactorInit::KaimingUniform);
    adapters::adapt(&mut merged, &config, &[""], 0, &Default::default()).unwrap();
    assert!(!merged.is_merged());
    let plain = layer(5, 4, 1, &device()).forward(x.clone());
    assert_eq!(bits(&merged.forward(x)), bits(&plain));
}

#[test]
fn merging_leaves_what_trains_as_it_was() {
    let device = device().autodiff();
    let case = Case {
        d_in: 5,
        d_out: 4,
        rank: 2,
        alpha: 5.0,
        batch: 3,
        seed: 1,
    };
    for trains in [true, false] {
        let mut layer = case.layer(&device);
        layer.weight = layer.weight.set_require_grad(trains);
        layer.merge();
        assert_eq!(layer.weight.is_require_grad(), trains);
        let grads = layer.forward(case.x(&device)).sum().backward();
        assert_eq!(layer.weight.val().grad(&grads).is_some(), trains);
        assert!(low_rank(&layer).a.val().grad(&grads).is_none());
    }
}
