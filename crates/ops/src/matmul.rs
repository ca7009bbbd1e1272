//! Products of f32 matrices on one thread, each read and written where it lies.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;

use burn_flex::FlexTensor;
use gemm::Parallelism;

/// A matrix inside a slice: element `(i, j)` lies at `i * strides[0] + j * strides[1]`.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a> {
    values: &'a [f32],
    shape: [usize; 2],
    strides: [usize; 2],
}

impl<'a> Matrix<'a> {
    /// # Panics
    /// If an element lies outside of `values`, or there is none.
    pub(crate) fn new(values: &'a [f32], shape: [usize; 2], strides: [usize; 2]) -> Self {
        assert!(end(shape, strides) <= values.len());
        Self {
            values,
            shape,
            strides,
        }
    }

    /// A two-dimensional tensor, whatever its strides.
    pub(crate) fn of(tensor: &'a FlexTensor) -> Self {
        let layout = tensor.layout();
        let (shape, strides) = (layout.shape(), layout.strides());
        let stride = |i: usize| usize::try_from(strides[i]).expect("no matrix is flipped");
        Self::new(
            &tensor.storage::<f32>()[layout.start_offset()..],
            [shape[0], shape[1]],
            [stride(0), stride(1)],
        )
    }

    pub(crate) fn n_rows(self) -> usize {
        self.shape[0]
    }

    pub(crate) fn n_columns(self) -> usize {
        self.shape[1]
    }

    pub(crate) fn transposed(self) -> Self {
        let Self {
            values,
            shape: [n_rows, n_columns],
            strides: [row, column],
        } = self;
        Self {
            values,
            shape: [n_columns, n_rows],
            strides: [column, row],
        }
    }

    pub(crate) fn rows(self, range: Range<usize>) -> Self {
        let values = &self.values[range.start * self.strides[0]..];
        let shape = [range.len(), self.shape[1]];
        Self::new(values, shape, self.strides)
    }
}

/// One past the last element's place.
fn end([n_rows, n_columns]: [usize; 2], [row, column]: [usize; 2]) -> usize {
    assert!(n_rows > 0 && n_columns > 0, "an empty matrix");
    (n_rows - 1) * row + (n_columns - 1) * column + 1
}

/// What becomes of the numbers that are where a product goes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Old {
    /// They are not read, and need not be numbers.
    Lost,
    /// The product is added to them.
    Kept,
}

/// `to = scale * a b`, or `to + scale * a b`, with rows of `to` that are `row_stride` apart.
///
/// # Safety
/// `to` must be valid for writing as many rows as `a` has of as many numbers as a row of `b` has,
/// while no other thread reads or writes them, and must hold numbers if they are kept.
pub(crate) unsafe fn multiply(
    scale: f32,
    a: Matrix,
    b: Matrix,
    (to, row_stride, old): (*mut f32, usize, Old),
) {
    assert_eq!(a.n_columns(), b.n_rows());
    let keep = old == Old::Kept;
    // SAFETY: `Matrix::new` has checked that all elements of `a` and `b` are inside their slices.
    unsafe {
        gemm::gemm(
            a.n_rows(),
            b.n_columns(),
            a.n_columns(),
            to,
            1,
            row_stride as isize,
            keep,
            a.values.as_ptr(),
            a.strides[1] as isize,
            a.strides[0] as isize,
            b.values.as_ptr(),
            b.strides[1] as isize,
            b.strides[0] as isize,
            if keep { 1.0 } else { 0.0 },
            scale,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// `to = scale * a b`, with rows of `to` that are `row_stride` apart.
pub(crate) fn multiply_into(scale: f32, a: Matrix, b: Matrix, to: &mut [f32], row_stride: usize) {
    assert!(end([a.n_rows(), b.n_columns()], [row_stride, 1]) <= to.len());
    // SAFETY: the assertion keeps every element inside `to`, which is ours alone.
    unsafe { multiply(scale, a, b, (to.as_mut_ptr(), row_stride, Old::Lost)) };
}

/// Memory that several threads write at once, each elements of its own.
#[derive(Clone, Copy)]
pub(crate) struct Shared<'a> {
    start: *mut f32,
    length: usize,
    memory: PhantomData<&'a mut [MaybeUninit<f32>]>,
}

// SAFETY: it is written by `multiply` alone, whose caller vouches that no other thread touches the
// same elements.
unsafe impl Send for Shared<'_> {}
// SAFETY: as above.
unsafe impl Sync for Shared<'_> {}

impl<'a> Shared<'a> {
    pub(crate) fn new(memory: &'a mut [MaybeUninit<f32>]) -> Self {
        Self {
            start: memory.as_mut_ptr().cast(),
            length: memory.len(),
            memory: PhantomData,
        }
    }

    /// Where the matrix of this shape starts whose first element is the one at `at`.
    ///
    /// # Panics
    /// If an element of it lies outside.
    pub(crate) fn matrix(self, at: usize, shape: [usize; 2], row_stride: usize) -> *mut f32 {
        assert!(at + end(shape, [row_stride, 1]) <= self.length);
        // SAFETY: `at` is inside.
        unsafe { self.start.add(at) }
    }
}
