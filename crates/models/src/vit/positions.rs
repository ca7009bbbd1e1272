//! Resampling a position table to another grid of patches.

use burn::tensor::{Device, Tensor, TensorData};

/// A table of `grid x grid` positions at the positions of `height x width` patches.
///
/// PyTorch's `interpolate` in mode bicubic with a size, corners not aligned and no antialiasing, as
/// transformers calls it. It is linear and goes by axes, so it is one small matrix for each axis.
///
/// # Shapes
/// - table: `[grid * grid, d_model]`, row by row
/// - output: `[height * width, d_model]`, row by row
pub(crate) fn interpolate(table: Tensor<2>, grid: usize, [height, width]: [usize; 2]) -> Tensor<2> {
    let [_, d_model] = table.dims();
    let device = table.device();
    let rows = bicubic_matrix(grid, height, &device); // [height, grid]
    let columns = bicubic_matrix(grid, width, &device); // [width, grid]
    let x = rows.matmul(table.reshape([grid, grid * d_model])); // [height, grid * d_model]
    let x = x.reshape([height, grid, d_model]);
    columns
        .unsqueeze::<3>()
        .matmul(x) // [height, width, d_model]
        .reshape([height * width, d_model])
}

/// The matrix that resamples `from` values to `to`: `[to, from]`.
fn bicubic_matrix(from: usize, to: usize, device: &Device) -> Tensor<2> {
    let mut matrix = vec![0.0f32; to * from];
    for (row, weights) in matrix.chunks_mut(from).enumerate() {
        // In f32, as PyTorch computes where a value falls.
        let at = from as f32 / to as f32 * (row as f32 + 0.5) - 0.5;
        let before = at.floor();
        for (tap, weight) in cubic_weights(at - before).into_iter().enumerate() {
            // Values beyond the edges are those at the edges.
            let column = (before as isize + tap as isize - 1).clamp(0, from as isize - 1);
            weights[column as usize] += weight;
        }
    }
    Tensor::from_data(TensorData::new(matrix, [to, from]), device)
}

/// Weights of the two values before and the two after a point that lies `t` behind the second
/// (Keys, 1981), with PyTorch's A = -0.75.
fn cubic_weights(t: f32) -> [f32; 4] {
    const A: f32 = -0.75;
    let near = |x: f32| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
    let far = |x: f32| ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A;
    [far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(from: usize, to: usize) -> Vec<f32> {
        bicubic_matrix(from, to, &Device::flex())
            .into_data()
            .iter::<f32>()
            .collect()
    }

    #[test]
    fn the_same_size_is_the_identity() {
        let matrix = values(5, 5);
        for (i, &value) in matrix.iter().enumerate() {
            assert_eq!(value, if i % 5 == i / 5 { 1.0 } else { 0.0 });
        }
    }

    #[test]
    fn a_constant_stays_constant_whatever_the_size() {
        for (from, to) in [(4, 7), (7, 4), (37, 16), (1, 3), (16, 1)] {
            for row in values(from, to).chunks(from) {
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
            }
        }
    }

    /// `torch.nn.functional.interpolate(torch.eye(3)[None, None], (3, 2), mode="bicubic")`.
    #[test]
    fn three_values_become_two_as_in_pytorch() {
        // At 0.25: t = 0.25, taps -1 (clamped to 0), 0, 1, 2; at 1.75 the mirror image.
        let expected = [
            0.8789063 - 0.1054688,
            0.2617188,
            -0.0351563,
            -0.0351563,
            0.2617188,
            0.8789063 - 0.1054688,
        ];
        for (ours, theirs) in values(3, 2).into_iter().zip(expected) {
            assert!((ours - theirs).abs() < 1e-6, "{ours} {theirs}");
        }
    }
}
