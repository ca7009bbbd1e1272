//! Dense layers on the CPU: blocks of rows, each finished while it is in the cache.

use std::mem::MaybeUninit;

use burn::backend::Flex;
use burn_flex::FlexTensor;
use rayon::prelude::*;

use crate::kernels;
use crate::matmul::{Matrix, Old, multiply};
use crate::optional::Optional;
use crate::slices::{contiguous, tensor, values, values_mut, written};

/// Most rows of a block: enough that packing the weight for each block costs little, few enough
/// that there are some for each thread.
const MOST_ROWS: usize = 512;

/// Rows up to which packing the weight costs more than threads save; `gemm` also cuts the sums of
/// so small a product elsewhere.
const FEW_ROWS: usize = 64;

/// Multiplications below which threads cost more than they save.
const SMALL: usize = 1 << 21;

/// `x w`, or `x w + bias`.
pub(crate) fn linear(x: FlexTensor, w: FlexTensor, bias: Optional<Flex>) -> FlexTensor {
    let (x, w) = (Matrix::of(&x), Matrix::of(&w));
    match bias.into_option().map(contiguous) {
        None => blocks(x, w, |_| {}),
        Some(bias) => {
            let bias = values(&bias);
            blocks(x, w, |block| kernels::add_to_rows(block, bias))
        }
    }
}

/// `x w`, of which each block of rows is given to `finish`.
fn blocks(x: Matrix, w: Matrix, finish: impl Fn(&mut [f32]) + Sync) -> FlexTensor {
    let (n_rows, width) = (x.n_rows(), w.n_columns());
    let rows = block_rows(n_rows, w.n_rows() * width);
    let fill = |(index, block): (usize, &mut [MaybeUninit<f32>])| {
        let first = index * rows;
        let x = x.rows(first..first + block.len() / width);
        let to = block.as_mut_ptr().cast();
        // SAFETY: the block is ours alone, and is read as numbers after all of it was written.
        let block = unsafe {
            multiply(1.0, x, w, (to, width, Old::Lost));
            block.assume_init_mut()
        };
        finish(block);
    };
    // SAFETY: the blocks cover all of `y`, and `multiply` writes all of each.
    let [y] = unsafe {
        written([n_rows * width], |[y]| {
            y.par_chunks_mut(rows * width).enumerate().for_each(fill);
        })
    };
    tensor(y, [n_rows, width])
}

/// `y + scale * h b`, in the memory of `y` where it is the only handle.
pub(crate) fn add_low_rank(y: FlexTensor, h: FlexTensor, b: FlexTensor, scale: f32) -> FlexTensor {
    let mut y = contiguous(y);
    let (h, b) = (Matrix::of(&h), Matrix::of(&b));
    let (n_rows, width) = (h.n_rows(), b.n_columns());
    let rows = block_rows(n_rows, b.n_rows() * width);
    values_mut(&mut y)
        .par_chunks_mut(rows * width)
        .enumerate()
        .for_each(|(index, block)| {
            let first = index * rows;
            let h = h.rows(first..first + block.len() / width);
            // SAFETY: the block has as many rows as `h`, of `width` numbers, and is ours alone.
            unsafe { multiply(scale, h, b, (block.as_mut_ptr(), width, Old::Kept)) };
        });
    y
}

/// Rows of a block: as many blocks as threads, or some times as many.
///
/// Each element is the same sum in the same order whatever this is, as long as no block is small:
/// results do not depend on the number of threads.
fn block_rows(n_rows: usize, multiplications_a_row: usize) -> usize {
    if n_rows * multiplications_a_row < SMALL || n_rows <= 2 * FEW_ROWS {
        return n_rows.max(1);
    }
    let n_blocks = n_rows
        .div_ceil(MOST_ROWS)
        .next_multiple_of(rayon::current_num_threads());
    let mut rows = n_rows
        .div_ceil(n_blocks)
        .max(FEW_ROWS + 1)
        .next_multiple_of(8);
    // The last block has what is left.
    while (1..=FEW_ROWS).contains(&(n_rows % rows)) {
        rows += 8;
    }
    rows
}
