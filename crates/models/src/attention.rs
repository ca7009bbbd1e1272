//! The padding mask in the form that attention takes.

use burn::tensor::{Bool, Tensor};

/// What is added to the scores of keys that are padding: enough for a probability of exactly 0,
/// and far enough from the largest f32 that adding a score cannot overflow.
const PADDED: f32 = -1e30;

/// The bias that hides padded keys: 0 for real tokens, hugely negative for the others.
///
/// # Shapes
/// - mask: `[batch, seq]`, true for real tokens
/// - output: `[batch, seq]`
pub(crate) fn key_bias(mask: &Tensor<2, Bool>) -> Tensor<2> {
    mask.clone().bool_not().float().mul_scalar(PADDED)
}
