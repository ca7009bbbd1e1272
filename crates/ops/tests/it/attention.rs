use burn::tensor::Tensor;
use burn::tensor::activation::softmax;
use ops::{Dropout, DropoutConfig, MaskStream};

use crate::numbers::{assert_close, device, numbers};

/// Rounding of sums of up to 33 products of numbers up to 2, in another order.
const TOLERANCE: f32 = 2e-5;

struct Case {
    batch: usize,
    n_queries: usize,
    seq: usize,
    n_heads: usize,
    d_head: usize,
}

const CASES: [Case; 4] = [
    Case {
        batch: 1,
        n_queries: 1,
        seq: 1,
        n_heads: 1,
        d_head: 1,
    },
    Case {
        batch: 3,
        n_queries: 7,
        seq: 7,
        n_heads: 2,
        d_head: 5,
    },
    Case {
        batch: 2,
        n_queries: 1,
        seq: 19,
        n_heads: 4,
        d_head: 8,
    },
    Case {
        batch: 4,
        n_queries: 33,
        seq: 33,
        n_heads: 3,
        d_head: 16,
    },
];

/// The definition, with a mask given as numbers.
fn plain(q: Tensor<3>, k: Tensor<3>, v: Tensor<3>, bias: Tensor<2>, mask: Tensor<4>) -> Tensor<3> {
    let [batch, n_queries, d_model] = q.dims();
    let [_, n_heads, _, seq] = mask.dims();
    let d_head = d_model / n_heads;
    let split = |x: Tensor<3>, n: usize| x.reshape([batch, n, n_heads, d_head]).swap_dims(1, 2);
    let scores = split(q, n_queries)
        .matmul(split(k, seq).swap_dims(2, 3))
        .div_scalar((d_head as f64).sqrt());
    let probs = softmax(scores + bias.reshape([batch, 1, 1, seq]), 3) * mask;
    probs
        .matmul(split(v, seq))
        .swap_dims(1, 2)
        .reshape([batch, n_queries, d_model])
}

fn check(case: &Case, prob: f64) {
    let device = device().autodiff();
    let Case {
        batch,
        n_queries,
        seq,
        n_heads,
        d_head,
    } = *case;
    let d_model = n_heads * d_head;
    let leaf = |n, salt| numbers([batch, n, d_model], salt, &device).require_grad();
    let (q, k, v) = (leaf(n_queries, 1), leaf(seq, 2), leaf(seq, 3));
    // Hide the last key of every second sentence, unless it is the only one.
    let hidden: Vec<f32> = (0..batch * seq)
        .map(|i| {
            if seq > 1 && i % (2 * seq) == seq - 1 {
                -1e30
            } else {
                0.0
            }
        })
        .collect();
    let bias = Tensor::<1>::from_floats(hidden.as_slice(), &device).reshape([batch, seq]);
    let weights = numbers([batch, n_queries, d_model], 4, &device);

    let stream = MaskStream::new(5);
    let dropout: Dropout = DropoutConfig { prob }.init(&stream);
    let fused = ops::attention(
        q.clone(),
        k.clone(),
        v.clone(),
        bias.clone(),
        n_heads,
        &dropout,
    );
    // The same seed again, on ones: the mask that the fused call has used.
    stream.reseed(5);
    let mask = dropout.forward(Tensor::<4>::ones([batch, n_heads, n_queries, seq], &device));
    let plain = plain(q.clone(), k.clone(), v.clone(), bias.clone(), mask);
    assert_close(fused.clone().detach(), plain.clone().detach(), TOLERANCE);
    if prob == 0.0 {
        // Without gradients no probabilities are kept.
        let [q, k, v] = [&q, &k, &v].map(|x| x.clone().inner());
        let alone = ops::attention(q, k, v, bias.clone().inner(), n_heads, &dropout);
        assert_close(alone, fused.clone().inner(), 0.0);
    }

    let gradients = |y: Tensor<3>| {
        let grads = (y * weights.clone()).sum().backward();
        [&q, &k, &v].map(|x| x.grad(&grads).unwrap())
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
    let none = DropoutConfig { prob: 0.0 }.init(&MaskStream::new(0));
    let q = numbers([1, 2, 8], 1, &device);
    let k = numbers([1, 3, 8], 2, &device);
    let v = numbers([1, 3, 8], 3, &device);
    let all = Tensor::<2>::from_floats([[0.0, 0.0, -1e30]], &device);
    let two = Tensor::<2>::zeros([1, 2], &device);
    let padded = ops::attention(q.clone(), k.clone(), v.clone(), all, 2, &none);
    let short = |x: Tensor<3>| x.slice([0..1, 0..2, 0..8]);
    let expected = ops::attention(q, short(k), short(v), two, 2, &none);
    assert_close(padded, expected, 1e-6);
}
