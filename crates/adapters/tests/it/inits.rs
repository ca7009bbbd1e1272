//! The distributions of the released code's factors, and where randomness comes from.

use adapters::random::gaussian_pair;
use adapters::{AdaptedLinear, FactorInit, LoraConfig, LowRank, adapt, adaptable};
use burn::module::Module;
use burn::tensor::Tensor;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::fixture::{
    bits, both, columns_of_b, deviation_from_orthonormal, device, dot, layer, low_rank, rows_of_a,
};

fn started(a: FactorInit, b: FactorInit, rank: usize, d: [usize; 2], seed: u64) -> LowRank {
    let weight = Tensor::ones(d, &device());
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    both(rank, a, b)
        .init(&weight, &Default::default(), &mut rng)
        .unwrap()
}

/// Each vector's norm is within 3 % of `expected` on average.
fn check_norms(vectors: &[Vec<f32>], expected: f64) {
    let mean = vectors.iter().map(|v| dot(v, v).sqrt()).sum::<f64>() / vectors.len() as f64;
    assert!(
        (mean / expected - 1.0).abs() < 0.03,
        "mean norm {mean}, expected {expected}"
    );
}

#[test]
fn factors_have_the_norms_of_the_released_code() {
    // PyTorch's `kaiming_uniform_(a=sqrt(5))` of r x 1024 and of 1024 x r matrices.
    let d = [1024, 1024];
    let random = started(FactorInit::Orthonormal, FactorInit::Orthonormal, 8, d, 0);
    check_norms(&rows_of_a(&random), 1.0);
    check_norms(&columns_of_b(&random), 1.0);
    for (rank, b_norm) in [(8, 6.53), (16, 4.62)] {
        let km = FactorInit::KaimingUniform;
        let kaiming = started(km, km, rank, d, 1);
        check_norms(&rows_of_a(&kaiming), 0.577);
        check_norms(&columns_of_b(&kaiming), b_norm);
    }
}

#[test]
fn kaiming_uniform_fills_its_interval() {
    // A: U(+-1/sqrt(d_in)); B: U(+-1/sqrt(rank)).
    let km = FactorInit::KaimingUniform;
    let adapter = started(km, km, 4, [400, 100], 2);
    for (vectors, bound) in [
        (rows_of_a(&adapter), 0.05f32),
        (columns_of_b(&adapter), 0.5),
    ] {
        let values: Vec<f32> = vectors.concat();
        let (low, high) = values
            .iter()
            .fold((0.0f32, 0.0f32), |(l, h), &v| (l.min(v), h.max(v)));
        assert!(-bound <= low && low < -0.97 * bound, "{low} of -{bound}");
        assert!(0.97 * bound < high && high <= bound, "{high} of {bound}");
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        assert!(mean.abs() < 0.1 * bound, "mean {mean} of +-{bound}");
    }
}

#[test]
fn zero_factors_are_zero() {
    let adapter = started(FactorInit::Zero, FactorInit::Orthonormal, 3, [5, 7], 0);
    assert!(rows_of_a(&adapter).concat().iter().all(|&v| v == 0.0));
    let adapter = started(FactorInit::Orthonormal, FactorInit::Zero, 3, [5, 7], 0);
    assert!(columns_of_b(&adapter).concat().iter().all(|&v| v == 0.0));
}

#[test]
fn orthonormal_factors_are_orthonormal() {
    for (rank, d) in [
        (8, [1024, 1024]),
        (16, [384, 1536]),
        (64, [64, 80]),
        (1, [1, 1]),
    ] {
        let adapter = started(FactorInit::Orthonormal, FactorInit::Orthonormal, rank, d, 3);
        let a = deviation_from_orthonormal(&rows_of_a(&adapter));
        let b = deviation_from_orthonormal(&columns_of_b(&adapter));
        assert!(a < 1e-5, "A A^T is {a} from I at rank {rank} of {d:?}");
        assert!(b < 1e-5, "B^T B is {b} from I at rank {rank} of {d:?}");
    }
}

/// Moments that the uniform distribution over the Stiefel manifold has and others lack: a QR
/// decomposition without the sign fix has a biased first entry, and normalised uniform vectors have
/// a smaller fourth moment.
#[test]
fn orthonormal_factors_have_the_moments_of_the_haar_measure() {
    const SEEDS: u64 = 3000;
    const D: usize = 6;
    let n = SEEDS as f64;
    let d = D as f64;
    let mut sums = [[[0.0f64; 3]; D]; 2];
    let mut product = 0.0;
    for seed in 0..SEEDS {
        let start = FactorInit::Orthonormal;
        let rows = rows_of_a(&started(start, FactorInit::Zero, 2, [D, 4], seed));
        for (sums, row) in sums.iter_mut().zip(&rows) {
            for (sum, &v) in sums.iter_mut().zip(row) {
                let v = f64::from(v);
                sum[0] += v;
                sum[1] += v * v;
                sum[2] += v.powi(4);
            }
        }
        product += f64::from(rows[0][0]) * f64::from(rows[1][1]);
    }
    // Even moments of one coordinate of a point on the sphere: 1/d, then 3, 15, 105 over the
    // products of d, d + 2, ... The bounds are five standard errors.
    let second = 1.0 / d;
    let fourth = 3.0 / (d * (d + 2.0));
    let eighth = 35.0 * fourth / ((d + 4.0) * (d + 6.0));
    for (i, row) in sums.iter().enumerate() {
        for (j, [v, v2, v4]) in row.iter().enumerate() {
            for (power, sum, mean, variance) in [
                (1, v, 0.0, second),
                (2, v2, second, fourth - second * second),
                (4, v4, fourth, eighth - fourth * fourth),
            ] {
                let error = (sum / n - mean).abs();
                let bound = 5.0 * (variance / n).sqrt();
                assert!(
                    error < bound,
                    "a[{i}][{j}]^{power}: off by {error}, not {bound}"
                );
            }
        }
    }
    assert!((product / n).abs() < 5.0 * (second * second / n).sqrt());
}

/// Bounds: five standard errors.
#[test]
fn gaussian_pairs_are_normal_and_independent() {
    const PAIRS: usize = 20_000;
    let n = PAIRS as f64;
    let std = 0.5;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let pairs: Vec<[f64; 2]> = (0..PAIRS).map(|_| gaussian_pair(std, &mut rng)).collect();
    let mean = |f: &dyn Fn(&[f64; 2]) -> f64| pairs.iter().map(f).sum::<f64>() / n;
    for i in [0, 1] {
        let bound = |variance: f64| 5.0 * (variance / n).sqrt();
        assert!(mean(&|p| p[i] / std).abs() < bound(1.0));
        assert!((mean(&|p| (p[i] / std).powi(2)) - 1.0).abs() < bound(2.0));
        assert!((mean(&|p| (p[i] / std).powi(4)) - 3.0).abs() < bound(96.0));
    }
    let correlation = mean(&|p| p[0] * p[1] / (std * std));
    assert!(correlation.abs() < 5.0 / n.sqrt(), "{correlation}");
}

#[derive(Module, Debug)]
struct Pair {
    query: AdaptedLinear,
    value: Option<AdaptedLinear>,
    layers: Vec<AdaptedLinear>,
}
adaptable!(Pair {
    query,
    value,
    layers
});

fn pair(value: bool, n_layers: usize) -> Pair {
    Pair {
        query: layer(6, 5, 0, &device()),
        value: value.then(|| layer(6, 5, 0, &device())),
        layers: (0..n_layers).map(|_| layer(6, 5, 0, &device())).collect(),
    }
}

fn adapted(value: bool, n_layers: usize, targets: &[&str], seed: u64) -> Pair {
    let km = FactorInit::KaimingUniform;
    let config = both(2, km, km);
    let mut pair = pair(value, n_layers);
    adapt(&mut pair, &config, targets, seed, &Default::default()).unwrap();
    pair
}

fn factors(layer: &AdaptedLinear) -> (Vec<u32>, Vec<u32>) {
    let adapter = low_rank(layer);
    (bits(&adapter.a.val()), bits(&adapter.b.val()))
}

#[test]
fn a_layer_starts_the_same_whatever_else_the_model_has() {
    let small = adapted(false, 1, &["0"], 7);
    let large = adapted(true, 3, &["query", "value", "0", "1", "2"], 7);
    assert_eq!(factors(&small.layers[0]), factors(&large.layers[0]));
}

/// Published runs depend on it: a layer's numbers are a function of its path and the seed.
#[test]
fn a_path_and_a_seed_give_these_factors() {
    let pair = adapted(false, 2, &["1"], 7);
    let (a, b) = factors(&pair.layers[1]);
    let first = |bits: &[u32]| [0, 1, 2].map(|i| f32::from_bits(bits[i]));
    assert_eq!(first(&a), [0.030263873, -0.1411401, -0.022618584]);
    assert_eq!(first(&b), [0.15227512, 0.06172943, 0.25736225]);
}

#[test]
fn paths_and_seeds_give_different_factors() {
    let one = adapted(true, 2, &["query", "value", "0", "1"], 7);
    let other = adapted(true, 2, &["query", "value", "0", "1"], 8);
    let mut starts: Vec<_> = [&one, &other]
        .into_iter()
        .flat_map(|pair| {
            let value = pair.value.as_ref().unwrap();
            [&pair.query, value, &pair.layers[0], &pair.layers[1]]
        })
        .map(factors)
        .collect();
    let n = starts.len();
    starts.sort();
    starts.dedup();
    assert_eq!(starts.len(), n);
}

#[test]
fn targets_match_whole_names_at_the_end_of_a_path() {
    let config = LoraConfig::train_b(1, FactorInit::Orthonormal);
    let check = |targets: &[&str], expected: &[&str]| {
        let paths = adapt(
            &mut pair(true, 11),
            &config,
            targets,
            0,
            &Default::default(),
        );
        assert_eq!(paths.unwrap(), expected);
    };
    check(&["query", "value"], &["query", "value"]);
    check(&["1"], &["layers.1"]);
    check(&["layers.10", "ery", "query"], &["query", "layers.10"]);
}
