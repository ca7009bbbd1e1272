use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};
use ops::{AttentionInput, DropoutConfig, MaskStream, attention};

use crate::numbers::{assert_close, bits, device, numbers, on_threads};

/// Rounding of sums of up to 150 products of numbers up to 2, in another order.
const TOLERANCE: f32 = 2e-5;

#[derive(Clone, Copy, Debug)]
struct Case {
    batch: usize,
    n_queries: usize,
    seq: usize,
    n_heads: usize,
    n_kv_heads: usize,
    d_head: usize,
    /// Position of the first query where the mask is causal.
    first_query: Option<usize>,
    /// Whether some keys have a bias.
    padded: bool,
}

/// All queries, all keys, as many heads of both.
const fn full(batch: usize, n_queries: usize, seq: usize, n_heads: usize, d_head: usize) -> Case {
    Case {
        batch,
        n_queries,
        seq,
        n_heads,
        n_kv_heads: n_heads,
        d_head,
        first_query: None,
        padded: true,
    }
}

/// Queries from `first` on, which see what comes before them.
const fn causal(first: usize, case: Case) -> Case {
    Case {
        first_query: Some(first),
        ..case
    }
}

const fn grouped(n_kv_heads: usize, case: Case) -> Case {
    Case { n_kv_heads, ..case }
}

const fn unpadded(case: Case) -> Case {
    Case {
        padded: false,
        ..case
    }
}

const CASES: [Case; 17] = [
    full(1, 1, 1, 1, 1),
    full(3, 7, 7, 2, 5),
    full(2, 1, 19, 4, 8),
    full(4, 33, 33, 3, 16),
    unpadded(full(2, 9, 9, 2, 4)),
    // Cross-attention.
    full(2, 5, 11, 2, 4),
    grouped(2, full(2, 6, 6, 4, 4)),
    grouped(1, unpadded(full(2, 3, 8, 3, 4))),
    // One query of a group: the heads are the rows of one product.
    grouped(2, full(3, 1, 10, 6, 4)),
    causal(0, full(2, 9, 9, 2, 4)),
    causal(0, unpadded(full(1, 5, 5, 1, 3))),
    // More queries than one product takes, and a rest.
    causal(0, full(2, 150, 150, 2, 4)),
    causal(0, grouped(2, full(1, 70, 70, 4, 4))),
    // After cached tokens: a few, one, and with keys that no query sees yet.
    causal(4, full(2, 3, 7, 2, 4)),
    causal(6, grouped(1, full(2, 1, 7, 4, 4))),
    causal(2, grouped(2, unpadded(full(2, 1, 9, 4, 4)))),
    causal(1, full(2, 3, 9, 2, 4)),
];

impl Case {
    /// q, k and v without pattern.
    fn tensors(&self, device: &Device) -> [Tensor<3>; 3] {
        let q = [self.batch, self.n_queries, self.n_heads * self.d_head];
        let k = [self.batch, self.seq, self.n_kv_heads * self.d_head];
        [(q, 1), (k, 2), (k, 3)].map(|(shape, salt)| numbers(shape, salt, device))
    }

    /// Hides the second key of every second sentence, unless a query may see no other.
    fn bias(&self, device: &Device) -> Option<Tensor<2>> {
        let hidden = |i: usize| self.seq > 2 && i % (2 * self.seq) == 1;
        let bias: Vec<f32> = (0..self.batch * self.seq)
            .map(|i| if hidden(i) { -1e30 } else { 0.3 })
            .collect();
        let bias = Tensor::from_data(TensorData::new(bias, [self.batch, self.seq]), device);
        self.padded.then_some(bias)
    }

    fn input(&self, [q, k, v]: [Tensor<3>; 3]) -> AttentionInput {
        let bias = self.bias(&q.device());
        let mut input = AttentionInput::new(q, k, v, self.n_heads);
        if let Some(bias) = bias {
            input = input.key_bias(bias);
        }
        match self.first_query {
            Some(first) => input.causal(first),
            None => input,
        }
    }

    /// The definition: heads of keys repeated, a mask of -inf, dropout given as numbers.
    fn plain(&self, [q, k, v]: [Tensor<3>; 3], dropout: Tensor<4>) -> Tensor<3> {
        let Self {
            batch,
            n_queries,
            seq,
            d_head,
            ..
        } = *self;
        let group = self.n_heads / self.n_kv_heads;
        let split = |x: Tensor<3>| {
            let [_, rows, width] = x.dims();
            x.reshape([batch, rows, width / d_head, d_head])
                .swap_dims(1, 2)
        };
        let repeat = |x: Tensor<3>| {
            split(x)
                .reshape([batch, self.n_kv_heads, 1, seq, d_head])
                .repeat_dim(2, group)
                .reshape([batch, self.n_heads, seq, d_head])
        };
        let device = q.device();
        let mut scores = split(q)
            .matmul(repeat(k).swap_dims(2, 3))
            .div_scalar((d_head as f64).sqrt());
        if let Some(bias) = self.bias(&device) {
            scores = scores + bias.reshape([batch, 1, 1, seq]);
        }
        let hidden =
            |query: usize, key: usize| self.first_query.is_some_and(|first| key > first + query);
        let mask: Vec<f32> = (0..n_queries * seq)
            .map(|i| match hidden(i / seq, i % seq) {
                true => f32::NEG_INFINITY,
                false => 0.0,
            })
            .collect();
        let mask = Tensor::<4>::from_data(TensorData::new(mask, [1, 1, n_queries, seq]), &device);
        let probs = softmax(scores + mask, 3) * dropout;
        probs
            .matmul(repeat(v))
            .swap_dims(1, 2)
            .reshape([batch, n_queries, self.n_heads * d_head])
    }
}

fn check(case: &Case, prob: f64) {
    let device = device().autodiff();
    let leaves = case.tensors(&device).map(Tensor::require_grad);
    let weights = numbers(leaves[0].dims(), 4, &device);

    let stream = MaskStream::new(5);
    let dropout = DropoutConfig { prob }.init(&stream);
    let fused = attention(case.input(leaves.clone()).dropout(&dropout));
    // The same seed again, on ones: the mask that the fused call has used.
    stream.reseed(5);
    let shape = [case.batch, case.n_heads, case.n_queries, case.seq];
    let mask = dropout.forward(Tensor::<4>::ones(shape, &device));
    let plain = case.plain(leaves.clone(), mask);
    assert_close(fused.clone().detach(), plain.clone().detach(), TOLERANCE);
    if prob == 0.0 {
        // Without gradients no probabilities are kept.
        let alone = attention(case.input(leaves.clone().map(Tensor::inner)));
        assert_close(alone, fused.clone().inner(), 0.0);
    }

    let gradients = |y: Tensor<3>| {
        let grads = (y * weights.clone()).sum().backward();
        leaves.each_ref().map(|x| x.grad(&grads).unwrap())
    };
    for (fused, plain) in gradients(fused).into_iter().zip(gradients(plain)) {
        assert_close(fused, plain, 4.0 * TOLERANCE);
    }
}

#[test]
fn equals_the_definition() {
    for case in &CASES {
        check(case, 0.0);
    }
}

#[test]
fn equals_the_definition_with_dropout() {
    for case in &CASES {
        check(case, 0.4);
    }
}

#[test]
fn hidden_keys_do_not_matter() {
    let device = device();
    let q = numbers([1, 2, 8], 1, &device);
    let k = numbers([1, 3, 8], 2, &device);
    let v = numbers([1, 3, 8], 3, &device);
    let bias = Tensor::<2>::from_floats([[0.0, 0.0, -1e30]], &device);
    let padded = AttentionInput::new(q.clone(), k.clone(), v.clone(), 2).key_bias(bias);
    let short = |x: Tensor<3>| x.slice([0..1, 0..2, 0..8]);
    let expected = AttentionInput::new(q, short(k), short(v), 2);
    assert_close(attention(padded), attention(expected), 1e-6);
}

/// A bias of zeros and none are the same bits: models without padding may leave it out.
#[test]
fn no_bias_is_a_bias_of_zeros() {
    let case = unpadded(full(2, 9, 9, 2, 4));
    let tensors = case.tensors(&device());
    let zeros = case.input(tensors.clone());
    let zeros = zeros.key_bias(Tensor::zeros([2, 9], &device()));
    assert_eq!(bits(attention(case.input(tensors))), bits(attention(zeros)));
}

/// A query whose keys are all hidden by the bias looks at those in its sight alike.
#[test]
fn a_row_with_nothing_in_sight_is_uniform() {
    let device = device();
    let case = causal(0, unpadded(full(1, 3, 3, 1, 4)));
    let [q, k, v] = case.tensors(&device);
    let bias = Tensor::<2>::from_floats([[-1e30, -1e30, 0.0]], &device);
    let y = attention(case.input([q, k, v.clone()]).key_bias(bias));
    let expected = Tensor::cat(
        vec![
            v.clone().narrow(1, 0, 1),
            v.clone().narrow(1, 0, 2).mean_dim(1),
            v.narrow(1, 2, 1),
        ],
        1,
    );
    assert_close(y, expected, 1e-6);
}

/// Decoding token by token from a cache gives what one pass over all tokens gives.
#[test]
fn decoding_from_a_cache_equals_one_pass() {
    let device = device();
    const CAPACITY: usize = 12;
    let case = causal(0, grouped(2, unpadded(full(2, 7, 7, 4, 8))));
    let [q, k, v] = case.tensors(&device);
    let expected = attention(case.input([q.clone(), k.clone(), v.clone()]));
    let empty = || Tensor::<3>::full([2, CAPACITY, 16], 1e9, &device);
    let (mut keys, mut values) = (empty(), empty());
    let (mut outputs, mut done) = (vec![], 0);
    // A prompt of three tokens, then one at a time.
    for n in [3, 1, 1, 1, 1] {
        let new = |x: &Tensor<3>| x.clone().narrow(1, done, n);
        let range = [0..2, done..done + n, 0..16];
        keys = keys.slice_assign(range.clone(), new(&k));
        values = values.slice_assign(range, new(&v));
        let cached = |x: &Tensor<3>| x.clone().narrow(1, 0, done + n);
        let input = AttentionInput::new(new(&q), cached(&keys), cached(&values), 4);
        outputs.push(attention(input.causal(done)));
        done += n;
    }
    assert_close(Tensor::cat(outputs, 1), expected, 1e-6);
}

/// Whatever the memory's order, also one that a kernel must not read through.
#[test]
fn strides_do_not_matter() {
    let device = device();
    let case = grouped(1, unpadded(full(3, 4, 4, 2, 4)));
    let tensors = case.tensors(&device);
    let expected = attention(case.input(tensors.clone()));
    let swapped = tensors.clone().map(|x| {
        let [batch, seq, width] = x.dims();
        let x = x.swap_dims(0, 2).reshape([width * seq * batch]);
        x.reshape([width, seq, batch]).swap_dims(0, 2)
    });
    assert_close(attention(case.input(swapped)), expected.clone(), 1e-6);
    let flipped = tensors.map(|x| x.flip([1]));
    let flipped = attention(case.input(flipped)).flip([1]);
    assert_close(flipped, expected, 1e-6);
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    for case in [
        full(3, 40, 40, 4, 16),
        causal(0, grouped(2, full(2, 150, 150, 4, 16))),
        causal(99, grouped(2, unpadded(full(1, 1, 100, 8, 64)))),
    ] {
        let device = device().autodiff();
        let leaves = case.tensors(&device).map(Tensor::require_grad);
        let run = || {
            let dropout = DropoutConfig { prob: 0.1 }.init(&MaskStream::new(3));
            let y = attention(case.input(leaves.clone()).dropout(&dropout));
            let grads = (y.clone() * y.clone()).sum().backward();
            let mut all = bits(y);
            for leaf in &leaves {
                all.extend(bits(leaf.grad(&grads).unwrap()));
            }
            all
        };
        let expected = on_threads(1, run);
        for threads in [2, 3, 5] {
            assert!(
                on_threads(threads, run) == expected,
                "{case:?}, {threads} threads"
            );
        }
    }
}

#[test]
#[should_panic(expected = "are not heads of 4 whose number divides 3")]
fn heads_that_do_not_divide_are_refused() {
    let device = device();
    let [q, k] = [12, 8].map(|width| Tensor::<3>::zeros([1, 2, width], &device));
    AttentionInput::new(q, k.clone(), k, 3);
}
