//! Rotary position embeddings (Su et al., 2021, equation 34): the heads of queries and keys are
//! rotated by angles that grow with the position, so that their products depend on distances alone.
//!
//! In the convention of Llama's checkpoints on the Hugging Face hub (`rotate_half` in transformers'
//! `modeling_llama.py`), number `i` of a head's first half and number `i` of its second half are a
//! pair: `(a, b)` becomes `(a cos - b sin, b cos + a sin)` at the angle `position * base^(-2i / d_head)`.
//! The paper, and Meta's own checkpoints, pair neighbours instead.
//! The backward pass is the rotation by the negative angle.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, unary};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, TensorMetadata};
use burn::tensor::{Device, FloatDType, Int, Shape, Slice, Tensor, TensorData};
use burn_flex::FlexTensor;

use crate::graph::record;
use crate::{FusedOps, kernels, slices};

/// Cosines and sines of the angles of the first positions.
#[derive(Clone, Debug)]
pub struct Rotary {
    /// `[n_positions, d_head / 2]`
    cos: Tensor<2>,
    /// `[n_positions, d_head / 2]`
    sin: Tensor<2>,
}

impl Rotary {
    /// Angles `position * base^(-2i / d_head)` for positions below `n_positions`; `base` is 10,000
    /// in Llama 2.
    ///
    /// # Panics
    /// If `d_head` is odd.
    pub fn new(d_head: usize, base: f32, n_positions: usize, device: &Device) -> Self {
        assert!(d_head.is_multiple_of(2), "a head of {d_head} has no halves");
        let frequencies: Vec<f32> = (0..d_head / 2)
            .map(|i| 1.0 / base.powf((2 * i) as f32 / d_head as f32))
            .collect();
        Self::of_frequencies(&frequencies, n_positions, device)
    }

    /// Angles `position * frequency`, for models that scale their frequencies.
    ///
    /// Products are rounded to f32 before their cosine is taken, as in transformers.
    pub fn of_frequencies(frequencies: &[f32], n_positions: usize, device: &Device) -> Self {
        let table = |f: fn(f32) -> f32| {
            let mut values = Vec::with_capacity(n_positions * frequencies.len());
            for position in 0..n_positions {
                values.extend(frequencies.iter().map(|w| f(position as f32 * w)));
            }
            let values = TensorData::new(values, [n_positions, frequencies.len()]);
            // Constants: with autodiff here, outputs would be on such a device whatever x is on.
            Tensor::from_data(values, &device.clone().inner())
        };
        Self {
            cos: table(f32::cos),
            sin: table(f32::sin),
        }
    }

    /// Rotates rows at the positions `first..first + seq`.
    ///
    /// # Shapes
    /// - x, output: `[batch, seq, n_heads * d_head]`
    ///
    /// # Panics
    /// If the table ends before that.
    pub fn forward(&self, x: Tensor<3>, first: usize) -> Tensor<3> {
        let ([_, seq, _], [n_positions, _]) = (x.dims(), self.cos.dims());
        assert!(
            first + seq <= n_positions,
            "positions {first} to {} of {n_positions}",
            first + seq
        );
        let rows = |table: &Tensor<2>| table.clone().narrow(0, first, seq);
        rotate(x, rows(&self.cos), rows(&self.sin))
    }

    /// Rotates rows at positions of their own, as where sentences are padded on the left.
    ///
    /// # Shapes
    /// - x, output: `[batch, seq, n_heads * d_head]`; positions: `[batch, seq]`
    pub fn forward_at(&self, x: Tensor<3>, positions: Tensor<2, Int>) -> Tensor<3> {
        let [batch, seq, _] = x.dims();
        let positions = positions.reshape([batch * seq]);
        let rows = |table: &Tensor<2>| table.clone().select(0, positions.clone());
        rotate(x, rows(&self.cos), rows(&self.sin))
    }
}

fn rotate(x: Tensor<3>, cos: Tensor<2>, sin: Tensor<2>) -> Tensor<3> {
    let (width, half) = (x.dims()[2], cos.dims()[1]);
    assert!(
        width.is_multiple_of(2 * half),
        "rows of {width} are not heads of {}",
        2 * half
    );
    let dtype = FloatDType::from(x.dtype());
    Tensor::from_dispatch(<Dispatch as FusedOps>::rotate_halves(
        x.into_dispatch(),
        cos.cast(dtype).into_dispatch(),
        sin.cast(dtype).into_dispatch(),
        false,
    ))
}

/// The rotation in plain tensor operations.
pub(crate) fn plain<B: Backend>(
    x: FloatTensor<B>,
    cos: FloatTensor<B>,
    sin: FloatTensor<B>,
    back: bool,
) -> FloatTensor<B> {
    let (shape, angles) = (x.shape(), cos.shape());
    let (batch, seq, half) = (shape[0], shape[1], angles[1]);
    let n_heads = shape[2] / (2 * half);
    let of_batch = angles[0] / seq;
    let heads = Shape::new([batch, seq, n_heads, 2 * half]);
    let x = B::float_reshape(x, heads);
    let table = |t| B::float_reshape(t, Shape::new([of_batch, seq, 1, half]));
    let (cos, sin) = (table(cos), table(sin));
    let sin = if back { B::float_neg(sin) } else { sin };
    let part = |start: usize| {
        let all = Slice::new(0, None, 1);
        let (start, end) = (start as isize, (start + half) as isize);
        B::float_slice(x.clone(), &[all, all, all, Slice::new(start, Some(end), 1)])
    };
    let (a, b) = (part(0), part(half));
    let first = B::float_sub(
        B::float_mul(a.clone(), cos.clone()),
        B::float_mul(b.clone(), sin.clone()),
    );
    let second = B::float_add(B::float_mul(b, cos), B::float_mul(a, sin));
    B::float_reshape(B::float_cat(vec![first, second], 3), shape)
}

/// The rotation on the CPU, a few rows a thread at a time.
pub(crate) fn flex(x: FlexTensor, cos: FlexTensor, sin: FlexTensor, back: bool) -> FlexTensor {
    const ROWS: usize = 16;
    let [cos, sin] = [cos, sin].map(slices::contiguous);
    let (width, half) = (x.layout().shape()[2], cos.layout().shape()[1]);
    let [cos, sin] = [&cos, &sin].map(slices::values);
    let sign = if back { -1.0 } else { 1.0 };
    slices::update_chunks(x, ROWS * width, |start, rows| {
        kernels::rotate_halves(start / width, rows, width, cos, sin, half, sign);
    })
}

#[derive(Debug)]
struct RotateHalves;

impl<B: FusedOps> Backward<B, 1> for RotateHalves {
    type State = (FloatTensor<B>, FloatTensor<B>, bool);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (cos, sin, back) = ops.state;
        unary::<B, _>(ops.parents, ops.node, grads, |grad| {
            B::rotate_halves(grad, cos, sin, !back)
        });
    }
}

pub(crate) fn tracked<B: FusedOps, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    cos: FloatTensor<Autodiff<B, C>>,
    sin: FloatTensor<Autodiff<B, C>>,
    back: bool,
) -> FloatTensor<Autodiff<B, C>> {
    let (cos, sin) = (cos.into_primitive(), sin.into_primitive());
    let (x, node) = x.into_parts();
    record::<B, C, _, _>(RotateHalves, [node], |keep| {
        let state = keep.then(|| (cos.clone(), sin.clone(), back));
        (state, B::rotate_halves(x, cos, sin, back))
    })
}
