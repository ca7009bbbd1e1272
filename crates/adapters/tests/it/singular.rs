//! Inits from singular vectors: of the pretrained weight, and as the released code takes them.

use adapters::{FactorInit, LowRank};
use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::fixture::{
    both, columns_of_b, deviation_from_orthonormal, device, dot, random, rows_of_a,
};

/// Row `k` of a reflection `I - 2 v v^T / |v|^2`, `v = (1, 2, .., d)` shifted by `shift`: an
/// orthonormal basis in closed form.
fn reflection(d: usize, shift: usize, k: usize) -> Vec<f32> {
    let v: Vec<f64> = (0..d).map(|i| ((i + shift) % d + 1) as f64).collect();
    let norm: f64 = v.iter().map(|v| v * v).sum();
    (0..d)
        .map(|j| (f64::from(u8::from(j == k)) - 2.0 * v[k] * v[j] / norm) as f32)
        .collect()
}

/// A pretrained weight with known singular vectors.
struct Known {
    /// The k-th right and left one belong to the k-th largest singular value.
    v: Vec<Vec<f32>>,
    u: Vec<Vec<f32>>,
    /// In Burn's orientation: the paper's W0, transposed.
    weight: Tensor<2>,
}

fn known(d_in: usize, d_out: usize, device: &Device) -> Known {
    let n = d_in.min(d_out);
    let v: Vec<_> = (0..n)
        .map(|k| reflection(d_in, 1, (k + 2) % d_in))
        .collect();
    let u: Vec<_> = (0..n)
        .map(|k| reflection(d_out, 3, (k + 1) % d_out))
        .collect();
    let mut weight = vec![0.0f32; d_in * d_out];
    for k in 0..n {
        let s = (2 * (n - k)) as f32;
        for i in 0..d_in {
            for j in 0..d_out {
                weight[i * d_out + j] += s * v[k][i] * u[k][j];
            }
        }
    }
    let weight = Tensor::from_data(TensorData::new(weight, [d_in, d_out]), device);
    Known { v, u, weight }
}

fn started(a: FactorInit, b: FactorInit, rank: usize, weight: &Tensor<2>, seed: u64) -> LowRank {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    both(rank, a, b)
        .init(weight, &Default::default(), &mut rng)
        .unwrap()
}

/// Shapes wider than tall, taller than wide, and square.
const SHAPES: [[usize; 2]; 3] = [[9, 14], [14, 9], [11, 11]];

#[test]
fn singular_vector_factors_are_the_leading_ones_of_the_pretrained_weight() {
    for [d_in, d_out] in SHAPES {
        let Known { v, u, weight } = known(d_in, d_out, &device());
        let start = FactorInit::SingularVectors;
        let adapter = started(start, start, 4, &weight, 0);
        for (k, (row, column)) in rows_of_a(&adapter)
            .iter()
            .zip(columns_of_b(&adapter))
            .enumerate()
        {
            let (a, b) = (dot(row, &v[k]).abs(), dot(&column, &u[k]).abs());
            assert!(a > 1.0 - 1e-5, "row {k} of A meets v_{k} with {a}");
            assert!(b > 1.0 - 1e-5, "column {k} of B meets u_{k} with {b}");
        }
        assert!(deviation_from_orthonormal(&rows_of_a(&adapter)) < 1e-5);
        assert!(deviation_from_orthonormal(&columns_of_b(&adapter)) < 1e-5);
    }
}

#[test]
fn singular_vectors_stay_orthonormal_at_a_transformers_width() {
    let start = FactorInit::SingularVectors;
    let weight = random([192, 256], 5, &device());
    let adapter = started(start, start, 32, &weight, 0);
    assert!(deviation_from_orthonormal(&rows_of_a(&adapter)) < 1e-5);
    assert!(deviation_from_orthonormal(&columns_of_b(&adapter)) < 1e-5);
}

#[test]
fn singular_vectors_of_a_weight_of_low_rank_are_orthonormal_too() {
    let u: Tensor<2> = random([12, 2], 1, &device());
    let weight = u.matmul(random([2, 10], 2, &device()));
    for weight in [weight, Tensor::zeros([12, 10], &device())] {
        let start = FactorInit::SingularVectors;
        let adapter = started(start, start, 6, &weight, 0);
        assert!(deviation_from_orthonormal(&rows_of_a(&adapter)) < 1e-5);
        assert!(deviation_from_orthonormal(&columns_of_b(&adapter)) < 1e-5);
    }
}

#[test]
fn every_init_works_on_a_weight_that_trains() {
    let weight = Param::from_tensor(random([8, 6], 0, &device().autodiff())).val();
    assert!(weight.is_require_grad());
    for start in [
        FactorInit::Orthonormal,
        FactorInit::KaimingUniform,
        FactorInit::SingularVectors,
        FactorInit::SingularVectorsReleased,
    ] {
        let on_autodiff = started(start, start, 3, &weight, 4);
        let plain = started(start, start, 3, &random([8, 6], 0, &device()), 4);
        assert!(on_autodiff.a.is_require_grad() && on_autodiff.b.is_require_grad());
        assert_eq!(rows_of_a(&on_autodiff), rows_of_a(&plain));
        assert_eq!(columns_of_b(&on_autodiff), columns_of_b(&plain));
    }
}

/// The fresh weight that the released code decomposes: what the same generator draws first.
/// Rows are the paper's, `[d_out][d_in]`.
fn fresh_weight(d_in: usize, d_out: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let bound = (d_in as f64).sqrt().recip();
    let mut m = vec![vec![0.0; d_in]; d_out];
    for i in 0..d_in {
        for row in &mut m {
            row[i] = rng.random_range(-bound..bound);
        }
    }
    m
}

/// Largest off-diagonal element of the Gram matrix of `vectors`, over its largest element.
fn off_diagonal(vectors: &[Vec<f64>]) -> f64 {
    let (mut off, mut largest) = (0.0f64, 0.0f64);
    for (i, u) in vectors.iter().enumerate() {
        for (j, v) in vectors.iter().enumerate() {
            let g: f64 = u.iter().zip(v).map(|(u, v)| u * v).sum();
            largest = largest.max(g.abs());
            if i != j {
                off = off.max(g.abs());
            }
        }
    }
    off / largest
}

/// `m v` for `m` given by its rows.
fn times(m: &[Vec<f64>], v: &[f32]) -> Vec<f64> {
    m.iter()
        .map(|row| row.iter().zip(v).map(|(m, &v)| m * f64::from(v)).sum())
        .collect()
}

fn transposed(m: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..m[0].len())
        .map(|j| m.iter().map(|row| row[j]).collect())
        .collect()
}

/// Deviation 2: at full rank A is V^H's transpose, so its *columns* are the right
/// singular vectors (the weight maps them to orthogonal vectors) and its rows are not.
#[test]
fn released_a_takes_the_columns_of_vh() {
    let d = 7;
    let weight = known(d, 9, &device()).weight;
    let a = started(
        FactorInit::SingularVectorsReleased,
        FactorInit::Zero,
        d,
        &weight,
        11,
    );
    let rows = rows_of_a(&a);
    let columns: Vec<Vec<f32>> = (0..d)
        .map(|j| rows.iter().map(|row| row[j]).collect())
        .collect();
    let m = fresh_weight(d, 9, 11);
    let images = |vectors: &[Vec<f32>]| vectors.iter().map(|v| times(&m, v)).collect::<Vec<_>>();
    let (of_columns, of_rows) = (
        off_diagonal(&images(&columns)),
        off_diagonal(&images(&rows)),
    );
    assert!(
        of_columns < 1e-5,
        "columns of A are not singular vectors: {of_columns}"
    );
    assert!(of_rows > 0.05, "rows of A are singular vectors: {of_rows}");
    // Largest singular value first.
    let lengths: Vec<f64> = images(&columns)
        .iter()
        .map(|v| v.iter().map(|v| v * v).sum())
        .collect();
    assert!(lengths.is_sorted_by(|x, y| x >= y), "{lengths:?}");
}

/// For B the released slice is right, but of the fresh weight too (Deviation 2).
#[test]
fn released_b_takes_left_singular_vectors_of_a_fresh_weight() {
    let weight = known(9, 7, &device()).weight;
    let b = started(
        FactorInit::Zero,
        FactorInit::SingularVectorsReleased,
        7,
        &weight,
        11,
    );
    let mt = transposed(&fresh_weight(9, 7, 11));
    let images: Vec<Vec<f64>> = columns_of_b(&b).iter().map(|u| times(&mt, u)).collect();
    assert!(off_diagonal(&images) < 1e-5);
    let lengths: Vec<f64> = images
        .iter()
        .map(|v| v.iter().map(|v| v * v).sum())
        .collect();
    assert!(lengths.is_sorted_by(|x, y| x >= y), "{lengths:?}");
}

#[test]
fn released_factors_are_orthonormal_in_every_shape() {
    for [d_in, d_out] in SHAPES {
        let weight = known(d_in, d_out, &device()).weight;
        let start = FactorInit::SingularVectorsReleased;
        let adapter = started(start, start, 9, &weight, 1);
        assert!(deviation_from_orthonormal(&rows_of_a(&adapter)) < 1e-5);
        assert!(deviation_from_orthonormal(&columns_of_b(&adapter)) < 1e-5);
    }
    // V^H is square, so A may have as many rows as the layer has inputs.
    let weight = known(14, 9, &device()).weight;
    let a = started(
        FactorInit::SingularVectorsReleased,
        FactorInit::Zero,
        14,
        &weight,
        1,
    );
    assert!(deviation_from_orthonormal(&rows_of_a(&a)) < 1e-5);
}

/// The released arms do not depend on the pretrained weight: their overlap with its leading
/// singular vectors is that of random vectors, r / d, where the paper's text has 1.
#[test]
fn released_factors_ignore_the_pretrained_weight() {
    const SEEDS: u64 = 200;
    let (d, rank) = (12, 3);
    let Known { v, u, weight } = known(d, d, &device());
    let start = FactorInit::SingularVectorsReleased;
    let overlap = |found: Vec<Vec<f32>>, leading: &[Vec<f32>]| -> f64 {
        let leading = &leading[..rank];
        let sum: f64 = found
            .iter()
            .flat_map(|f| leading.iter().map(move |l| dot(f, l).powi(2)))
            .sum();
        sum / rank as f64
    };
    let (mut of_a, mut of_b) = (0.0, 0.0);
    for seed in 0..SEEDS {
        let adapter = started(start, start, rank, &weight, seed);
        of_a += overlap(rows_of_a(&adapter), &v) / SEEDS as f64;
        of_b += overlap(columns_of_b(&adapter), &u) / SEEDS as f64;
    }
    let expected = rank as f64 / d as f64;
    for found in [of_a, of_b] {
        assert!(
            (found / expected - 1.0).abs() < 0.15,
            "{found} not {expected}"
        );
    }
    let start = FactorInit::SingularVectors;
    let text = started(start, start, rank, &weight, 0);
    assert!(overlap(rows_of_a(&text), &v) > 1.0 - 1e-5);
    assert!(overlap(columns_of_b(&text), &u) > 1.0 - 1e-5);
}
