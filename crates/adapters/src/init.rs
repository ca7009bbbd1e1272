//! How each factor starts; the only place that draws random numbers.
//!
//! A is `rank x d_in` and B is `d_out x rank` as in the paper; both are returned row-major in
//! Burn's orientation (`a: [d_in, rank]`, `b: [rank, d_out]`).
//!
//! | init | A | B | norm of A's rows, B's columns |
//! |---|---|---|---|
//! | `Zero` | 0 | 0 | 0 |
//! | `Orthonormal` | Haar, `A A^T = I` | Haar, `B^T B = I` | 1, 1 |
//! | `KaimingUniform` | `U(-1/sqrt(d_in), 1/sqrt(d_in))` | `U(-1/sqrt(rank), 1/sqrt(rank))` | about 0.577, `sqrt(d_out / (3 rank))` |
//! | `SingularVectors` | first right singular vectors of W0 | first left ones | 1, 1 |
//! | `SingularVectorsReleased` | first columns of V^H of a fresh weight | first left ones of it | 1, 1 |
//!
//! These are the starts of the paper's released code (Jiacheng-Zhu-AIML/AsymmetryLoRA, 3c0f6c2), and
//! the singular vectors that its text names. Kaiming's fan-in of B is the rank, which makes B's
//! columns long (6.53 at rank 8 of 1024 outputs): that is how the original LoRA code would do it, so
//! we keep it.

use burn::linalg::svd;
use burn::tensor::{Tensor, TensorData};
use rand::Rng;

use crate::random::gaussian_pair;
use crate::{AdapterError, FactorInit};

/// Budget of the QR iteration, per singular value; it takes about two and stops when it is done.
const SVD_SWEEPS: usize = 30;

/// Values of `a: [d_in, rank]`.
///
/// `weight` is the pretrained weight in Burn's orientation, `[d_in, d_out]`.
pub(crate) fn factor_a(
    init: FactorInit,
    rank: usize,
    weight: &Tensor<2>,
    rng: &mut impl Rng,
) -> Result<Vec<f32>, AdapterError> {
    let [d_in, d_out] = weight.dims();
    let limit = match init {
        FactorInit::Zero | FactorInit::KaimingUniform => usize::MAX,
        // All of V^H is there, also where the weight has fewer singular values than inputs.
        FactorInit::Orthonormal | FactorInit::SingularVectorsReleased => d_in,
        FactorInit::SingularVectors => d_in.min(d_out),
    };
    check_rank("A", rank, limit, weight)?;
    Ok(match init {
        FactorInit::Zero => vec![0.0; d_in * rank],
        FactorInit::Orthonormal => transpose(&orthonormal_rows(rank, d_in, rng), rank, d_in),
        FactorInit::KaimingUniform => uniform(d_in * rank, (d_in as f64).sqrt().recip(), rng),
        FactorInit::SingularVectors => {
            let (v, _) = singular_vectors(weight)?;
            host(v.slice([0..d_in, 0..rank]))
        }
        FactorInit::SingularVectorsReleased => {
            // The released code reads V^H but takes its first columns: entry (j, i) of A^T here is
            // V^H[j, i]. V^H needs all its d_in rows, so a wide weight's are completed.
            let v = fresh_right_vectors(weight, rng)?;
            (0..d_in * rank)
                .map(|k| {
                    let (j, i) = (k / rank, k % rank);
                    v[j][i] as f32
                })
                .collect()
        }
    })
}

/// Values of `b: [rank, d_out]`.
pub(crate) fn factor_b(
    init: FactorInit,
    rank: usize,
    weight: &Tensor<2>,
    rng: &mut impl Rng,
) -> Result<Vec<f32>, AdapterError> {
    let [d_in, d_out] = weight.dims();
    let limit = match init {
        FactorInit::Zero | FactorInit::KaimingUniform => usize::MAX,
        FactorInit::Orthonormal => d_out,
        FactorInit::SingularVectors | FactorInit::SingularVectorsReleased => d_in.min(d_out),
    };
    check_rank("B", rank, limit, weight)?;
    Ok(match init {
        FactorInit::Zero => vec![0.0; rank * d_out],
        FactorInit::Orthonormal => flatten(&orthonormal_rows(rank, d_out, rng)),
        FactorInit::KaimingUniform => uniform(rank * d_out, (rank as f64).sqrt().recip(), rng),
        FactorInit::SingularVectors => {
            let (_, ut) = singular_vectors(weight)?;
            host(ut.slice([0..rank, 0..d_out]))
        }
        FactorInit::SingularVectorsReleased => {
            let (_, ut) = singular_vectors(&fresh_weight(weight, rng))?;
            host(ut.slice([0..rank, 0..d_out]))
        }
    })
}

fn check_rank(
    factor: &'static str,
    rank: usize,
    limit: usize,
    weight: &Tensor<2>,
) -> Result<(), AdapterError> {
    if rank <= limit {
        return Ok(());
    }
    let [d_in, d_out] = weight.dims();
    Err(AdapterError::RankTooLarge {
        factor,
        rank,
        d_in,
        d_out,
        limit,
    })
}

/// `(V, U^T)` of a weight `W0 = U S V^T`: right singular vectors as columns, left ones as rows.
///
/// Burn holds `W0^T = V S U^T`, so its left factor is the paper's V.
fn singular_vectors(weight: &Tensor<2>) -> Result<(Tensor<2>, Tensor<2>), AdapterError> {
    let [d_in, d_out] = weight.dims();
    if weight.to_data().iter::<f32>().any(|w| !w.is_finite()) {
        return Err(AdapterError::WeightNotFinite { d_in, d_out });
    }
    // A weight that trains must not become part of a graph here.
    let (v, _, ut) = svd::<2, 1>(weight.clone().without_autodiff(), SVD_SWEEPS);
    Ok((v, ut))
}

fn uniform(n: usize, bound: f64, rng: &mut impl Rng) -> Vec<f32> {
    (0..n)
        .map(|_| rng.random_range(-bound..bound) as f32)
        .collect()
}

/// `rows` orthonormal vectors, Haar distributed: Gram-Schmidt on Gaussian vectors, which is the QR
/// decomposition with a positive diagonal (Mezzadri, 2007). Two passes, in f64.
fn orthonormal_rows(rows: usize, length: usize, rng: &mut impl Rng) -> Vec<Vec<f64>> {
    let mut basis = Vec::with_capacity(rows);
    extend_basis(&mut basis, rows, length, rng);
    basis
}

/// Adds Gaussian vectors, orthonormalised against all before them, until there are `rows`.
fn extend_basis(basis: &mut Vec<Vec<f64>>, rows: usize, length: usize, rng: &mut impl Rng) {
    while basis.len() < rows {
        // Published factors were drawn one of a pair at a time.
        let mut v: Vec<f64> = (0..length).map(|_| gaussian_pair(1.0, rng)[0]).collect();
        for _ in 0..2 {
            for u in basis.iter() {
                let dot: f64 = u.iter().zip(&v).map(|(u, v)| u * v).sum();
                v.iter_mut().zip(u).for_each(|(v, u)| *v -= dot * u);
            }
        }
        let norm = v.iter().map(|v| v * v).sum::<f64>().sqrt();
        // A draw that lies in the span already is astronomically rare; draw again.
        if norm > 1e-6 {
            v.iter_mut().for_each(|v| *v /= norm);
            basis.push(v);
        }
    }
}

/// A weight as a new dense layer of this shape would have it: `U(-1/sqrt(d_in), 1/sqrt(d_in))`.
fn fresh_weight(like: &Tensor<2>, rng: &mut impl Rng) -> Tensor<2> {
    let [d_in, d_out] = like.dims();
    let values = uniform(d_in * d_out, (d_in as f64).sqrt().recip(), rng);
    Tensor::from_data(TensorData::new(values, [d_in, d_out]), &like.device())
}

/// All `d_in` rows of V^H of a fresh weight; where it has fewer outputs than inputs, V^H is
/// completed by random vectors.
fn fresh_right_vectors(
    like: &Tensor<2>,
    rng: &mut impl Rng,
) -> Result<Vec<Vec<f64>>, AdapterError> {
    let (v, _) = singular_vectors(&fresh_weight(like, rng))?;
    let [d_in, found] = v.dims();
    let v = host(v);
    let mut rows: Vec<Vec<f64>> = (0..found)
        .map(|i| (0..d_in).map(|j| f64::from(v[j * found + i])).collect())
        .collect();
    extend_basis(&mut rows, d_in, d_in, rng);
    Ok(rows)
}

fn flatten(rows: &[Vec<f64>]) -> Vec<f32> {
    rows.iter().flatten().map(|&v| v as f32).collect()
}

fn transpose(rows: &[Vec<f64>], n_rows: usize, length: usize) -> Vec<f32> {
    (0..length * n_rows)
        .map(|k| rows[k % n_rows][k / n_rows] as f32)
        .collect()
}

fn host(tensor: Tensor<2>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}
