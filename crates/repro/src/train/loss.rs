//! The loss of every classifier here.

use burn::nn::loss::CrossEntropyLossConfig;
use burn::tensor::{Int, Tensor, TensorData};

/// Mean cross-entropy over the rows.
///
/// # Shapes
/// - logits: `[n, n_classes]`
/// - labels: `[n]`, each below n_classes
/// - output: `[1]`
pub fn cross_entropy(logits: Tensor<2>, labels: Vec<i64>) -> Tensor<1> {
    let device = logits.device();
    let n = labels.len();
    let labels = Tensor::<1, Int>::from_data(TensorData::new(labels, [n]), &device);
    CrossEntropyLossConfig::new()
        .init(&device)
        .forward(logits, labels)
}
