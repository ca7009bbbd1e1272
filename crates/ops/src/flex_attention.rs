//! Attention on the CPU: heads are read in place through strides, one sentence a thread.

use burn::backend::Flex;
use burn::tensor::{Bytes, DType, Shape};
use burn_flex::{FlexTensor, Layout};
use gemm::Parallelism;
use rayon::prelude::*;

use crate::attention::{AttentionSettings, Dims};
use crate::kernels;

/// A matrix inside a slice: element `(i, j)` lies at `i * rows + j * columns`.
#[derive(Clone, Copy)]
struct Strides {
    rows: usize,
    columns: usize,
}

impl Strides {
    /// Row-major with rows of `width`.
    fn rows_of(width: usize) -> Self {
        Self {
            rows: width,
            columns: 1,
        }
    }

    fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
        }
    }

    fn end(self, n_rows: usize, n_columns: usize) -> usize {
        (n_rows - 1) * self.rows + (n_columns - 1) * self.columns + 1
    }
}

/// `to = alpha * a b` for `a: [m, k]`, `b: [k, n]`, on this thread.
fn matmul(
    [m, k, n]: [usize; 3],
    alpha: f32,
    (a, a_strides): (&[f32], Strides),
    (b, b_strides): (&[f32], Strides),
    (to, to_strides): (&mut [f32], Strides),
) {
    assert!(a_strides.end(m, k) <= a.len());
    assert!(b_strides.end(k, n) <= b.len());
    assert!(to_strides.end(m, n) <= to.len());
    // SAFETY: the assertions above keep every element inside its slice, and `to` is exclusive.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            to.as_mut_ptr(),
            to_strides.columns as isize,
            to_strides.rows as isize,
            false,
            a.as_ptr(),
            a_strides.columns as isize,
            a_strides.rows as isize,
            b.as_ptr(),
            b_strides.columns as isize,
            b_strides.rows as isize,
            0.0,
            alpha,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

pub(crate) fn forward(
    q: FlexTensor,
    k: FlexTensor,
    v: FlexTensor,
    bias: FlexTensor,
    settings: AttentionSettings,
) -> (FlexTensor, FlexTensor) {
    let Dims {
        batch,
        n_queries,
        seq,
        d_model,
        scale,
    } = Dims::of::<Flex>(&q, &k, settings.n_heads);
    let n_heads = settings.n_heads;
    let d_head = d_model / n_heads;
    let [q, k, v, bias] = [q, k, v, bias].map(kernels::contiguous);
    let [q, k, v, bias] = [&q, &k, &v, &bias].map(kernels::values);
    let (per_head, per_sentence) = (n_queries * seq, n_heads * n_queries * seq);
    let mut probs = vec![0.0f32; batch * per_sentence];
    let mut output = vec![0.0f32; batch * n_queries * d_model];
    let wide = Strides::rows_of(d_model);
    let square = Strides::rows_of(seq);
    probs
        .par_chunks_mut(per_sentence)
        .zip(output.par_chunks_mut(n_queries * d_model))
        .enumerate()
        .for_each_init(Vec::new, |dropped, (i, (probs, output))| {
            let q = &q[i * n_queries * d_model..];
            let k = &k[i * seq * d_model..];
            let v = &v[i * seq * d_model..];
            let bias = &bias[i * seq..(i + 1) * seq];
            for (head, probs) in probs.chunks_mut(per_head).enumerate() {
                let at = head * d_head;
                matmul(
                    [n_queries, d_head, seq],
                    scale,
                    (&q[at..], wide),
                    (&k[at..], wide.transposed()),
                    (probs, square),
                );
                kernels::softmax_rows(probs, bias);
                let used: &[f32] = if settings.dropout == 0.0 {
                    probs
                } else {
                    dropped.resize(per_head, 0.0);
                    let start = i * per_sentence + head * per_head;
                    kernels::dropout(start, probs, dropped, settings.dropout, settings.seed);
                    dropped
                };
                matmul(
                    [n_queries, seq, d_head],
                    1.0,
                    (used, square),
                    (&v[at..], wide),
                    (&mut output[at..], wide),
                );
            }
        });
    (
        tensor(output, [batch, n_queries, d_model]),
        tensor(probs, [batch, n_heads, n_queries, seq]),
    )
}

pub(crate) fn backward(
    q: FlexTensor,
    k: FlexTensor,
    v: FlexTensor,
    probs: FlexTensor,
    grad: FlexTensor,
    settings: AttentionSettings,
) -> (FlexTensor, FlexTensor, FlexTensor) {
    let Dims {
        batch,
        n_queries,
        seq,
        d_model,
        scale,
    } = Dims::of::<Flex>(&q, &k, settings.n_heads);
    let n_heads = settings.n_heads;
    let d_head = d_model / n_heads;
    let [q, k, v, probs, grad] = [q, k, v, probs, grad].map(kernels::contiguous);
    let [q, k, v, probs, grad] = [&q, &k, &v, &probs, &grad].map(kernels::values);
    let (per_head, per_sentence) = (n_queries * seq, n_heads * n_queries * seq);
    let mut grad_q = vec![0.0f32; q.len()];
    let mut grad_k = vec![0.0f32; k.len()];
    let mut grad_v = vec![0.0f32; v.len()];
    let wide = Strides::rows_of(d_model);
    let square = Strides::rows_of(seq);
    grad_q
        .par_chunks_mut(n_queries * d_model)
        .zip(grad_k.par_chunks_mut(seq * d_model))
        .zip(grad_v.par_chunks_mut(seq * d_model))
        .enumerate()
        .for_each_init(
            || (vec![0.0f32; per_head], vec![0.0f32; per_head]),
            |(scores, dropped), (i, ((grad_q, grad_k), grad_v))| {
                let q = &q[i * n_queries * d_model..];
                let k = &k[i * seq * d_model..];
                let v = &v[i * seq * d_model..];
                let grad = &grad[i * n_queries * d_model..];
                let probs = &probs[i * per_sentence..(i + 1) * per_sentence];
                for (head, probs) in probs.chunks(per_head).enumerate() {
                    let at = head * d_head;
                    let start = i * per_sentence + head * per_head;
                    let drop = |from: &[f32], to: &mut [f32]| {
                        kernels::dropout(start, from, to, settings.dropout, settings.seed);
                    };
                    let used: &[f32] = if settings.dropout == 0.0 {
                        probs
                    } else {
                        drop(probs, dropped);
                        dropped
                    };
                    matmul(
                        [seq, n_queries, d_head],
                        1.0,
                        (used, square.transposed()),
                        (&grad[at..], wide),
                        (&mut grad_v[at..], wide),
                    );
                    // The gradient of the probabilities, then of the scores.
                    matmul(
                        [n_queries, d_head, seq],
                        1.0,
                        (&grad[at..], wide),
                        (&v[at..], wide.transposed()),
                        (scores, square),
                    );
                    if settings.dropout != 0.0 {
                        drop(scores, dropped);
                        scores.copy_from_slice(dropped);
                    }
                    kernels::softmax_rows_backward(scores, probs, seq);
                    matmul(
                        [n_queries, seq, d_head],
                        scale,
                        (scores, square),
                        (&k[at..], wide),
                        (&mut grad_q[at..], wide),
                    );
                    matmul(
                        [seq, n_queries, d_head],
                        scale,
                        (scores, square.transposed()),
                        (&q[at..], wide),
                        (&mut grad_k[at..], wide),
                    );
                }
            },
        );
    (
        tensor(grad_q, [batch, n_queries, d_model]),
        tensor(grad_k, [batch, seq, d_model]),
        tensor(grad_v, [batch, seq, d_model]),
    )
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::new(
        Bytes::from_elems(values),
        Layout::contiguous(Shape::new(shape)),
        DType::F32,
    )
}
