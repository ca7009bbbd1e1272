//! Dense layers on the CPU: blocks of rows, each finished while it is in the cache.

use std::mem::MaybeUninit;

use burn_flex::FlexTensor;
use gemm::Parallelism;
use rayon::prelude::*;

use crate::kernels;
use crate::slices::{contiguous, tensor, values, values_mut, written};

/// Most rows of a block: enough that packing the weight for each block costs little, few enough
/// that there are some for each thread.
const MOST_ROWS: usize = 512;

/// Rows up to which packing the weight costs more than threads save; `gemm` also cuts the sums of
/// so small a product elsewhere.
const FEW_ROWS: usize = 64;

/// Multiplications below which threads cost more than they save.
const SMALL: usize = 1 << 21;

/// A view of a two-dimensional tensor.
struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: isize,
    column_stride: isize,
}

impl<'a> Matrix<'a> {
    fn of(tensor: &'a FlexTensor) -> Self {
        let layout = tensor.layout();
        let (shape, strides) = (layout.shape(), layout.strides());
        let this = Self {
            values: &tensor.storage::<f32>()[layout.start_offset()..],
            rows: shape[0],
            columns: shape[1],
            row_stride: strides[0],
            column_stride: strides[1],
        };
        assert!(this.row_stride >= 0 && this.column_stride >= 0);
        let last = (this.rows - 1) as isize * this.row_stride
            + (this.columns - 1) as isize * this.column_stride;
        assert!((last as usize) < this.values.len());
        this
    }
}

/// `x w`.
pub(crate) fn product(x: FlexTensor, w: FlexTensor) -> FlexTensor {
    blocks(&Matrix::of(&x), &Matrix::of(&w), |_| {})
}

/// `x w + bias`.
pub(crate) fn affine(x: FlexTensor, w: FlexTensor, bias: FlexTensor) -> FlexTensor {
    let bias = contiguous(bias);
    let bias = values(&bias);
    blocks(&Matrix::of(&x), &Matrix::of(&w), |block| {
        kernels::add_to_rows(block, bias);
    })
}

/// `x w`, of which each block of rows is given to `finish`.
fn blocks(x: &Matrix, w: &Matrix, finish: impl Fn(&mut [f32]) + Sync) -> FlexTensor {
    let (n_rows, width) = (x.rows, w.columns);
    assert_eq!(x.columns, w.rows);
    let rows = block_rows(n_rows, w.rows * width);
    let fill = |(index, block): (usize, &mut [MaybeUninit<f32>])| {
        let to: *mut f32 = block.as_mut_ptr().cast();
        // SAFETY: the block is ours alone, and is read as numbers after all of it was written.
        let block = unsafe {
            multiply(x, index * rows, block.len() / width, w, to, 0.0, 1.0);
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
    let (n_rows, width) = (h.rows, b.columns);
    assert_eq!(h.columns, b.rows);
    let rows = block_rows(n_rows, b.rows * width);
    values_mut(&mut y)
        .par_chunks_mut(rows * width)
        .enumerate()
        .for_each(|(index, block)| {
            let n = block.len() / width;
            // SAFETY: the block has `n` rows of `width` numbers.
            unsafe { multiply(&h, index * rows, n, &b, block.as_mut_ptr(), 1.0, scale) };
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

/// `to = keep * to + scale * x[first..first + n] w`, row-major; `to` is not read where `keep` is 0.
///
/// # Safety
/// `to` must be valid for writing `n * w.columns` numbers, and hold numbers unless `keep` is 0.
unsafe fn multiply(
    x: &Matrix,
    first: usize,
    n: usize,
    w: &Matrix,
    to: *mut f32,
    keep: f32,
    scale: f32,
) {
    assert!(first + n <= x.rows && x.columns == w.rows);
    // SAFETY: `Matrix::of` has checked that all elements of a matrix are inside its slice.
    unsafe {
        gemm::gemm(
            n,
            w.columns,
            x.columns,
            to,
            1,
            w.columns as isize,
            keep != 0.0,
            x.values.as_ptr().offset(first as isize * x.row_stride),
            x.column_stride,
            x.row_stride,
            w.values.as_ptr(),
            w.column_stride,
            w.row_stride,
            keep,
            scale,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}
