//! Attention on the CPU: heads are read in place through strides, one sentence a thread.

use burn::backend::Flex;
use burn_flex::FlexTensor;
use gemm::Parallelism;
use rayon::prelude::*;

use crate::attention::{AttentionSettings, Dims};
use crate::kernels;
use crate::slices::{contiguous, tensor, values, written, zeroed};

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

/// What the forward pass reads, row-major, and its sizes.
struct Forward {
    dims: Dims,
    settings: AttentionSettings,
    q: FlexTensor,
    k: FlexTensor,
    v: FlexTensor,
    bias: FlexTensor,
}

impl Forward {
    fn new(
        q: FlexTensor,
        k: FlexTensor,
        v: FlexTensor,
        bias: FlexTensor,
        settings: AttentionSettings,
    ) -> Self {
        let dims = Dims::of::<Flex>(&q, &k, settings.n_heads);
        let [q, k, v, bias] = [q, k, v, bias].map(contiguous);
        Self {
            dims,
            settings,
            q,
            k,
            v,
            bias,
        }
    }

    /// Probabilities of one head of one sentence.
    fn per_head(&self) -> usize {
        self.dims.n_queries * self.dims.seq
    }

    /// One head of sentence `i`: its probabilities before dropout go to `probs`, its output to its
    /// columns of `output`, and `dropped` is room for as much as `probs`.
    fn head(
        &self,
        i: usize,
        head: usize,
        probs: &mut [f32],
        dropped: &mut Vec<f32>,
        output: &mut [f32],
    ) {
        let Dims {
            n_queries,
            seq,
            d_model,
            scale,
            ..
        } = self.dims;
        let n_heads = self.settings.n_heads;
        let d_head = d_model / n_heads;
        let at = head * d_head;
        let q = &values(&self.q)[i * n_queries * d_model + at..];
        let k = &values(&self.k)[i * seq * d_model + at..];
        let v = &values(&self.v)[i * seq * d_model + at..];
        let bias = &values(&self.bias)[i * seq..(i + 1) * seq];
        let wide = Strides::rows_of(d_model);
        let square = Strides::rows_of(seq);
        matmul(
            [n_queries, d_head, seq],
            scale,
            (q, wide),
            (k, wide.transposed()),
            (probs, square),
        );
        kernels::softmax_rows(probs, bias);
        let used: &[f32] = if self.settings.dropout == 0.0 {
            probs
        } else {
            dropped.clear();
            dropped.extend_from_slice(probs);
            let start = (i * n_heads + head) * self.per_head();
            kernels::dropout(start, dropped, self.settings.dropout, self.settings.seed);
            dropped
        };
        matmul(
            [n_queries, seq, d_head],
            1.0,
            (used, square),
            (v, wide),
            (&mut output[at..], wide),
        );
    }
}

/// The output alone; the probabilities of a head are gone when the next one's come.
pub(crate) fn forward(
    q: FlexTensor,
    k: FlexTensor,
    v: FlexTensor,
    bias: FlexTensor,
    settings: AttentionSettings,
) -> FlexTensor {
    let this = Forward::new(q, k, v, bias, settings);
    let dims = this.dims;
    let per_sentence = dims.n_queries * dims.d_model;
    // SAFETY: the sentences cover all of the output, and `zeroed` writes each.
    let [output] = unsafe {
        written([dims.batch * per_sentence], |[output]| {
            output
                .par_chunks_mut(per_sentence)
                .enumerate()
                .for_each_init(
                    || (vec![0.0f32; this.per_head()], Vec::new()),
                    |(probs, dropped), (i, output)| {
                        let output = zeroed(output);
                        for head in 0..settings.n_heads {
                            this.head(i, head, probs, dropped, output);
                        }
                    },
                );
        })
    };
    tensor(output, [dims.batch, dims.n_queries, dims.d_model])
}

/// The output and the probabilities before dropout.
pub(crate) fn forward_keeping(
    q: FlexTensor,
    k: FlexTensor,
    v: FlexTensor,
    bias: FlexTensor,
    settings: AttentionSettings,
) -> (FlexTensor, FlexTensor) {
    let this = Forward::new(q, k, v, bias, settings);
    let dims = this.dims;
    let outputs = dims.n_queries * dims.d_model;
    let probs = settings.n_heads * this.per_head();
    // SAFETY: the sentences cover all of both, and `zeroed` writes each.
    let [probs, output] = unsafe {
        written(
            [dims.batch * probs, dims.batch * outputs],
            |[all_probs, output]| {
                all_probs
                    .par_chunks_mut(probs)
                    .zip(output.par_chunks_mut(outputs))
                    .enumerate()
                    .for_each_init(Vec::new, |dropped, (i, (probs, output))| {
                        let (probs, output) = (zeroed(probs), zeroed(output));
                        let heads = probs.chunks_mut(this.per_head()).enumerate();
                        for (head, probs) in heads {
                            this.head(i, head, probs, dropped, output);
                        }
                    });
            },
        )
    };
    let n_heads = settings.n_heads;
    (
        tensor(output, [dims.batch, dims.n_queries, dims.d_model]),
        tensor(probs, [dims.batch, n_heads, dims.n_queries, dims.seq]),
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
    let [q, k, v, probs, grad] = [q, k, v, probs, grad].map(contiguous);
    let [q, k, v, probs, grad] = [&q, &k, &v, &probs, &grad].map(values);
    let (per_head, per_sentence) = (n_queries * seq, n_heads * n_queries * seq);
    let wide = Strides::rows_of(d_model);
    let square = Strides::rows_of(seq);
    let sentence =
        |(scores, dropped): &mut (Vec<f32>, Vec<f32>), i: usize, grads: [&mut [f32]; 3]| {
            let [grad_q, grad_k, grad_v] = grads;
            let q = &q[i * n_queries * d_model..];
            let k = &k[i * seq * d_model..];
            let v = &v[i * seq * d_model..];
            let grad = &grad[i * n_queries * d_model..];
            let probs = &probs[i * per_sentence..(i + 1) * per_sentence];
            for (head, probs) in probs.chunks(per_head).enumerate() {
                let at = head * d_head;
                let start = i * per_sentence + head * per_head;
                let drop = |values: &mut [f32]| {
                    kernels::dropout(start, values, settings.dropout, settings.seed);
                };
                let used: &[f32] = if settings.dropout == 0.0 {
                    probs
                } else {
                    dropped.clear();
                    dropped.extend_from_slice(probs);
                    drop(dropped);
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
                    drop(scores);
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
        };
    // SAFETY: the sentences cover all of the three, and `zeroed` writes each.
    let [grad_q, grad_k, grad_v] = unsafe {
        written([q.len(), k.len(), v.len()], |[grad_q, grad_k, grad_v]| {
            grad_q
                .par_chunks_mut(n_queries * d_model)
                .zip(grad_k.par_chunks_mut(seq * d_model))
                .zip(grad_v.par_chunks_mut(seq * d_model))
                .enumerate()
                .for_each_init(
                    || (vec![0.0f32; per_head], Vec::new()),
                    |room, (i, ((q, k), v))| sentence(room, i, [q, k, v].map(zeroed)),
                );
        })
    };
    (
        tensor(grad_q, [batch, n_queries, d_model]),
        tensor(grad_k, [batch, seq, d_model]),
        tensor(grad_v, [batch, seq, d_model]),
    )
}
