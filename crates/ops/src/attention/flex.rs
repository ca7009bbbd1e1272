//! Attention on the CPU: heads are read in place through strides, one head of one sentence a thread.

use std::ops::Range;

use burn::backend::Flex;
use burn_flex::{FlexTensor, Layout};
use rayon::prelude::*;

use crate::attention::{AttentionSettings, Mask};
use crate::kernels::{self, Sight};
use crate::matmul::{Matrix, Old, Shared, multiply, multiply_into};
use crate::optional::Optional;
use crate::slices::{contiguous, tensor, values, written, zeroed};

/// Queries of one product under a causal mask: few enough that most of the scores that it hides are
/// never computed.
const CAUSAL_QUERIES: usize = 64;

/// Multiplications below which threads cost more than they save.
const SMALL: usize = 1 << 17;

/// Where the matrix of each sentence and head lies in a tensor `[batch, n_rows, n_heads * d_head]`.
#[derive(Clone, Copy)]
struct Heads {
    sentence: usize,
    head: usize,
    shape: [usize; 2],
    strides: [usize; 2],
}

impl Heads {
    fn new(layout: &Layout, d_head: usize) -> Self {
        let stride = |i: usize| usize::try_from(layout.strides()[i]).expect("not flipped");
        Self {
            sentence: stride(0),
            head: d_head * stride(2),
            shape: [layout.shape()[1], d_head],
            strides: [stride(1), stride(2)],
        }
    }

    /// The heads of a single row, a group of them as the rows of one matrix.
    fn grouped(self, group: usize) -> Self {
        Self {
            sentence: self.sentence,
            head: group * self.head,
            shape: [group, self.shape[1]],
            strides: [self.head, self.strides[1]],
        }
    }

    fn start(&self, sentence: usize, head: usize) -> usize {
        sentence * self.sentence + head * self.head
    }

    fn matrix<'a>(&self, values: &'a [f32], sentence: usize, head: usize) -> Matrix<'a> {
        let values = &values[self.start(sentence, head)..];
        Matrix::new(values, self.shape, self.strides)
    }
}

/// The tensor itself, unless a dimension of it is flipped.
fn in_place(x: FlexTensor) -> FlexTensor {
    if x.layout().strides().iter().all(|&stride| stride >= 0) {
        x
    } else {
        x.to_contiguous()
    }
}

/// An f32 tensor's memory from its first value on, whatever its strides.
fn from_start(x: &FlexTensor) -> &[f32] {
    &x.storage::<f32>()[x.layout().start_offset()..]
}

/// One call's tensors and how they are cut.
struct Plan {
    q: FlexTensor,
    k: FlexTensor,
    v: FlexTensor,
    /// Of q, and of whatever has its shape and is row-major.
    queries: [Heads; 2],
    /// Of k, of v, and of whatever has their shape and is row-major.
    keys: [Heads; 3],
    batch: usize,
    /// Heads of queries that read the same head of keys.
    group: usize,
    /// Heads of keys.
    n_heads: usize,
    n_queries: usize,
    seq: usize,
    sight: Sight,
    settings: AttentionSettings,
}

/// Some rows of one head's scores, and how many keys the last of them sees.
struct Block {
    rows: Range<usize>,
    n_keys: usize,
}

impl Plan {
    fn new(q: FlexTensor, k: FlexTensor, v: FlexTensor, settings: AttentionSettings) -> Self {
        let [q, k, v] = [q, k, v].map(in_place);
        let shape = q.layout().shape();
        let (batch, n_queries, d_model) = (shape[0], shape[1], shape[2]);
        let seq = k.layout().shape()[1];
        let d_head = d_model / settings.n_heads;
        // What the unsafe code below relies on: heads lie side by side and cover each row.
        let n_kv_heads = settings.n_kv_heads;
        assert_eq!(d_model, settings.n_heads * d_head);
        assert_eq!(settings.n_heads % n_kv_heads, 0);
        assert_eq!(k.layout().shape()[..], [batch, seq, n_kv_heads * d_head]);
        assert_eq!(k.layout().shape(), v.layout().shape());
        let heads = |layout: &Layout| Heads::new(layout, d_head);
        let row_major = |x: &FlexTensor| heads(&Layout::contiguous(x.layout().shape().clone()));
        let (first, step) = match settings.mask {
            Mask::None => (seq, 0),
            Mask::Causal { first_query } => (first_query.saturating_add(1), 1),
        };
        let mut this = Self {
            queries: [heads(q.layout()), row_major(&q)],
            keys: [heads(k.layout()), heads(v.layout()), row_major(&k)],
            batch,
            group: settings.n_heads / n_kv_heads,
            n_heads: n_kv_heads,
            n_queries,
            seq,
            sight: Sight { seq, first, step },
            settings,
            q,
            k,
            v,
        };
        if n_queries == 1 && this.group > 1 {
            // A group is one matrix then, and each key is read once for all of its heads.
            this.queries = this.queries.map(|heads| heads.grouped(this.group));
            this.n_queries = this.group;
            this.group = 1;
            this.sight.step = 0;
        }
        this
    }

    /// Probabilities of one head of queries of one sentence.
    fn per_head(&self) -> usize {
        self.n_queries * self.seq
    }

    /// Heads of queries of all sentences, each a task of its own in the forward pass.
    fn n_units(&self) -> usize {
        self.batch * self.n_heads * self.group
    }

    /// Heads that one thread takes at least.
    fn least_heads(&self) -> usize {
        (SMALL / (self.per_head() * self.queries[0].shape[1])).max(1)
    }

    fn block_rows(&self) -> usize {
        match self.sight.step {
            0 => self.n_queries,
            _ => CAUSAL_QUERIES.min(self.n_queries),
        }
    }

    fn blocks(&self) -> impl Iterator<Item = Block> {
        let step = self.block_rows();
        (0..self.n_queries).step_by(step).map(move |start| {
            let rows = start..self.n_queries.min(start + step);
            let n_keys = self.sight.of(rows.end - 1);
            Block { rows, n_keys }
        })
    }

    /// The probabilities as they are used: with some dropped, in `room`, if any are to be.
    fn dropped<'a>(&self, start: usize, probs: &'a [f32], room: &'a mut Vec<f32>) -> &'a [f32] {
        if self.settings.dropout == 0.0 {
            return probs;
        }
        room.clear();
        room.extend_from_slice(probs);
        self.drop(start, room);
        room
    }

    fn drop(&self, start: usize, values: &mut [f32]) {
        if self.settings.dropout != 0.0 {
            kernels::dropout(start, values, self.settings.dropout, self.settings.seed);
        }
    }

    /// Rows `block` of one unit: its probabilities before dropout go to `probs`, its output to
    /// `output`, and `room` is for as much as `probs`.
    ///
    /// # Safety
    /// No two threads may do the same block, nor anyone else use `output` meanwhile.
    unsafe fn forward_block(
        &self,
        (unit, block): (usize, &Block),
        bias: Option<&[f32]>,
        probs: &mut [f32],
        room: &mut Vec<f32>,
        output: Shared,
    ) {
        let n_heads = self.n_heads * self.group;
        let (sentence, head) = (unit / n_heads, unit % n_heads);
        let kv_head = head / self.group;
        let q = self.queries[0].matrix(from_start(&self.q), sentence, head);
        let k = self.keys[0].matrix(from_start(&self.k), sentence, kv_head);
        let v = self.keys[1].matrix(from_start(&self.v), sentence, kv_head);
        let (q, keys) = (q.rows(block.rows.clone()), 0..block.n_keys);
        let k = k.rows(keys.clone()).transposed();
        multiply_into(self.settings.scale, q, k, probs, self.seq);
        let bias = bias.map(|bias| &bias[sentence * self.seq..][..self.seq]);
        kernels::softmax_rows(probs, bias, self.sight.from(block.rows.start));
        let start = unit * self.per_head() + block.rows.start * self.seq;
        let used = self.dropped(start, probs, room);
        let used = Matrix::new(used, [block.rows.len(), block.n_keys], [self.seq, 1]);
        let to = &self.queries[1];
        let at = to.start(sentence, head) + block.rows.start * to.strides[0];
        let shape = [block.rows.len(), to.shape[1]];
        let place = output.matrix(at, shape, to.strides[0]);
        // SAFETY: `matrix` has checked the place, and the caller vouches that it is ours.
        unsafe { multiply(1.0, used, v.rows(keys), (place, to.strides[0], Old::Lost)) };
    }

    /// The gradients that one head of keys of one sentence has, and the queries that read it.
    ///
    /// # Safety
    /// No two threads may do the same head, nor anyone else use `grads` meanwhile.
    unsafe fn backward_head(
        &self,
        unit: usize,
        (probs, grad): (&[f32], (&[f32], Heads)),
        (scores, room): &mut (Vec<f32>, Vec<f32>),
        [grad_q, grad_k, grad_v]: [Shared; 3],
    ) {
        let (sentence, kv_head) = (unit / self.n_heads, unit % self.n_heads);
        let (k_start, width) = (
            self.keys[2].start(sentence, kv_head),
            self.keys[2].strides[0],
        );
        let k = self.keys[0].matrix(from_start(&self.k), sentence, kv_head);
        let v = self.keys[1].matrix(from_start(&self.v), sentence, kv_head);
        let shape = self.keys[2].shape;
        let [grad_k, grad_v] = [grad_k, grad_v].map(|grad| grad.matrix(k_start, shape, width));
        // A single product covers all keys, or several are added up.
        let mut old = Old::Lost;
        if self.blocks().any(|block| block.n_keys < self.seq) {
            old = Old::Kept;
            for row in 0..shape[0] {
                for place in [grad_k, grad_v] {
                    // SAFETY: `matrix` has checked that the rows are inside; they are ours.
                    unsafe { place.add(row * width).write_bytes(0, shape[1]) };
                }
            }
        }
        for head in kv_head * self.group..(kv_head + 1) * self.group {
            let q = self.queries[0].matrix(from_start(&self.q), sentence, head);
            let grad = grad.1.matrix(grad.0, sentence, head);
            let at = (sentence * self.n_heads * self.group + head) * self.per_head();
            for Block { rows, n_keys } in self.blocks() {
                let (n_rows, keys) = (rows.len(), 0..n_keys);
                let start = at + rows.start * self.seq;
                let probs = &probs[start..start + n_rows * self.seq];
                let scores = &mut scores[..n_rows * self.seq];
                let shape = [n_rows, n_keys];
                let (q, grad) = (q.rows(rows.clone()), grad.rows(rows.clone()));
                let used = Matrix::new(self.dropped(start, probs, room), shape, [self.seq, 1]);
                // SAFETY: `matrix` has checked the place, which is ours, and `old` is `Kept` only
                // after it was written.
                unsafe { multiply(1.0, used.transposed(), grad, (grad_v, width, old)) };
                // The gradient of the probabilities, then of the scores.
                let v = v.rows(keys.clone()).transposed();
                multiply_into(1.0, grad, v, scores, self.seq);
                self.drop(start, scores);
                kernels::softmax_rows_backward(scores, probs, self.sight.from(rows.start));
                let scores = Matrix::new(scores, shape, [self.seq, 1]);
                let to = &self.queries[1];
                let row = to.strides[0];
                let to_at = to.start(sentence, head) + rows.start * row;
                let to_q = grad_q.matrix(to_at, [n_rows, to.shape[1]], row);
                let scale = self.settings.scale;
                // SAFETY: as above.
                unsafe {
                    multiply(scale, scores, k.rows(keys), (to_q, row, Old::Lost));
                    multiply(scale, scores.transposed(), q, (grad_k, width, old));
                }
                old = Old::Kept;
            }
        }
    }
}

/// The output alone; the probabilities of some rows are gone when the next ones come.
pub(crate) fn forward(
    q: FlexTensor,
    k: FlexTensor,
    v: FlexTensor,
    bias: Optional<Flex>,
    settings: AttentionSettings,
) -> FlexTensor {
    let shape = q.layout().shape().clone();
    let bias = bias.into_option().map(contiguous);
    let bias = bias.as_ref().map(values);
    let plan = Plan::new(q, k, v, settings);
    // SAFETY: the blocks of all heads cover all of the output, each once.
    let [output] = unsafe {
        written([shape.num_elements()], |[output]| {
            let output = Shared::new(output);
            let room = || (vec![0.0; plan.block_rows() * plan.seq], Vec::new());
            (0..plan.n_units())
                .into_par_iter()
                .with_min_len(plan.least_heads())
                .for_each_init(room, |(probs, room), unit| {
                    for block in plan.blocks() {
                        let probs = &mut probs[..block.rows.len() * plan.seq];
                        plan.forward_block((unit, &block), bias, probs, room, output);
                    }
                });
        })
    };
    tensor(output, shape)
}

/// The output, and the probabilities before dropout: `[batch, n_heads, n_queries, seq]`.
pub(crate) fn forward_keeping(
    q: FlexTensor,
    k: FlexTensor,
    v: FlexTensor,
    bias: Optional<Flex>,
    settings: AttentionSettings,
) -> (FlexTensor, FlexTensor) {
    let shape = q.layout().shape().clone();
    let bias = bias.into_option().map(contiguous);
    let bias = bias.as_ref().map(values);
    let plan = Plan::new(q, k, v, settings);
    let lengths = [plan.n_units() * plan.per_head(), shape.num_elements()];
    // SAFETY: the blocks of all heads cover all of both, each once; `zeroed` writes the first.
    let [probs, output] = unsafe {
        written(lengths, |[probs, output]| {
            let output = Shared::new(output);
            probs
                .par_chunks_mut(plan.per_head())
                .with_min_len(plan.least_heads())
                .enumerate()
                .for_each_init(Vec::new, |room, (unit, probs)| {
                    let probs = zeroed(probs);
                    for block in plan.blocks() {
                        let rows = block.rows.start * plan.seq..block.rows.end * plan.seq;
                        let probs = &mut probs[rows];
                        plan.forward_block((unit, &block), bias, probs, room, output);
                    }
                });
        })
    };
    let (batch, n_queries) = (shape[0], shape[1]);
    let probs = tensor(probs, [batch, settings.n_heads, n_queries, plan.seq]);
    (tensor(output, shape), probs)
}

/// The gradients of q, k and v.
pub(crate) fn backward(
    q: FlexTensor,
    k: FlexTensor,
    v: FlexTensor,
    probs: FlexTensor,
    grad: FlexTensor,
    settings: AttentionSettings,
) -> (FlexTensor, FlexTensor, FlexTensor) {
    let (q_shape, k_shape) = (q.layout().shape().clone(), k.layout().shape().clone());
    let plan = Plan::new(q, k, v, settings);
    let [probs, grad] = [probs, grad].map(contiguous);
    let [probs, grad] = [&probs, &grad].map(values);
    let lengths = [&q_shape, &k_shape, &k_shape].map(|shape| shape.num_elements());
    // SAFETY: the heads cover all of the three, and each is written by one thread.
    let [grad_q, grad_k, grad_v] = unsafe {
        written(lengths, |grads| {
            let grads = grads.map(Shared::new);
            let room = || (vec![0.0; plan.block_rows() * plan.seq], Vec::new());
            (0..plan.batch * plan.n_heads)
                .into_par_iter()
                .with_min_len(plan.least_heads())
                .for_each_init(room, |room, unit| {
                    let grad = (grad, plan.queries[1]);
                    plan.backward_head(unit, (probs, grad), room, grads);
                });
        })
    };
    (
        tensor(grad_q, q_shape),
        tensor(grad_k, k_shape.clone()),
        tensor(grad_v, k_shape),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole point of strides: decoding must not copy the cache for each token.
    #[test]
    fn a_narrowed_cache_is_read_where_it_lies() {
        let [batch, capacity, seq, n_kv_heads, d_head] = [2, 10, 4, 2, 3];
        let width = n_kv_heads * d_head;
        let numbers = |n: usize| (0..n).map(|i| i as f32).collect::<Vec<_>>();
        let buffer = tensor(numbers(batch * capacity * width), [batch, capacity, width]);
        let cache = buffer.narrow(1, 0, seq);
        let q = tensor(numbers(batch * 2 * width), [batch, 1, 2 * width]);
        let settings = AttentionSettings {
            n_heads: 2 * n_kv_heads,
            n_kv_heads,
            scale: 1.0,
            mask: Mask::None,
            dropout: 0.0,
            seed: 0,
        };
        let plan = Plan::new(q, cache.clone(), cache, settings);
        assert!(std::ptr::eq(
            from_start(&plan.k).as_ptr(),
            buffer.storage::<f32>().as_ptr()
        ));
        let starts = [0, 1].map(|sentence| plan.keys[0].start(sentence, 1));
        assert_eq!(starts, [d_head, capacity * width + d_head]);
    }
}
