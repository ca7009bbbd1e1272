//! Operations with a hand-written backward pass, as nodes of Burn's autodiff graph.

use burn::backend::Autodiff;
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, NodeGuard, OpsKind};
use burn::backend::tensor::FloatTensor;

use crate::FusedOps;

/// Records `op` with the state that its backward pass needs.
///
/// `compute` is told whether a parent has a gradient: if not, it keeps no state, and may write to
/// its inputs' memory.
pub(crate) fn record<B, C, Op, const N: usize>(
    op: Op,
    parents: [NodeGuard; N],
    compute: impl FnOnce(bool) -> (Option<Op::State>, FloatTensor<B>),
) -> FloatTensor<Autodiff<B, C>>
where
    Op: Backward<B, N>,
    B: FusedOps,
    C: CheckpointStrategy,
{
    match op.prepare::<C>(parents).compute_bound().stateful() {
        OpsKind::Tracked(prep) => {
            let (state, output) = compute(true);
            prep.finish(state.expect("state was asked for"), output)
        }
        OpsKind::UnTracked(prep) => prep.finish(compute(false).1),
    }
}

/// Adds a gradient to a node's, if there is such a node.
pub(crate) fn register<B: FusedOps>(
    grads: &mut Gradients,
    node: Option<NodeId>,
    grad: impl FnOnce() -> FloatTensor<B>,
) {
    if let Some(node) = node {
        grads.register::<B>(node, grad());
    }
}
