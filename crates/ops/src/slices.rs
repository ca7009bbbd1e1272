//! f32 tensors of flex as slices: read, changed in place where nothing else needs the old values,
//! or made anew by several threads.
//!
//! What a kernel is given is always numbers: memory that is not yet written passes through
//! [`written`] and is a copy, a product or zeros before a kernel reads it.

use std::mem::MaybeUninit;

use burn::backend::TensorMetadata;
use burn::tensor::{Bytes, DType, Shape};
use burn_flex::{FlexTensor, Layout};
use rayon::prelude::*;

/// Elements one thread takes at a time; below this, threads cost more than they save.
const CHUNK: usize = 1 << 15;

/// The tensor itself, or a copy in row-major order.
pub(crate) fn contiguous(x: FlexTensor) -> FlexTensor {
    if x.is_contiguous() {
        x
    } else {
        x.to_contiguous()
    }
}

/// The values of a contiguous f32 tensor.
pub(crate) fn values(x: &FlexTensor) -> &[f32] {
    x.as_slice::<f32>().expect("contiguous f32")
}

/// The values of a contiguous f32 tensor, copied first if another tensor has the same memory.
pub(crate) fn values_mut(x: &mut FlexTensor) -> &mut [f32] {
    let (start, n) = (x.layout().start_offset(), x.layout().num_elements());
    &mut x.storage_mut::<f32>()[start..start + n]
}

/// A tensor of these values, row-major.
pub(crate) fn tensor(values: Vec<f32>, shape: impl Into<Shape>) -> FlexTensor {
    let layout = Layout::contiguous(shape.into());
    FlexTensor::new(Bytes::from_elems(values), layout, DType::F32)
}

/// Applies `kernel(index of the first element, values)` to an f32 tensor, on several threads.
pub(crate) fn update(x: FlexTensor, kernel: impl Fn(usize, &mut [f32]) + Sync) -> FlexTensor {
    update_chunks(x, CHUNK, kernel)
}

/// [`update`] with chunks of a given number of elements, the last one shorter.
pub(crate) fn update_chunks(
    x: FlexTensor,
    chunk: usize,
    kernel: impl Fn(usize, &mut [f32]) + Sync,
) -> FlexTensor {
    let mut nothing = vec![(); x.layout().num_elements().div_ceil(chunk)];
    update_chunks_with(x, chunk, &mut nothing, |start, values, ()| {
        kernel(start, values);
    })
}

/// [`update_chunks`] with something else for each chunk, which the kernel may change.
pub(crate) fn update_chunks_with<S: Send>(
    x: FlexTensor,
    chunk: usize,
    beside: &mut [S],
    kernel: impl Fn(usize, &mut [f32], &mut S) + Sync,
) -> FlexTensor {
    let mut x = contiguous(x);
    if x.is_unique() {
        for_each_chunk(values_mut(&mut x), chunk, beside, kernel);
        return x;
    }
    let from = values(&x);
    // SAFETY: the chunks cover all of `to`, and each is written as a copy of x's.
    let [to] = unsafe {
        written([from.len()], |[to]| {
            for_each_chunk(to, chunk, beside, |start, to, beside| {
                let from = &from[start..start + to.len()];
                kernel(start, to.write_copy_of_slice(from), beside);
            });
        })
    };
    tensor(to, x.shape())
}

/// Two copies of an f32 tensor's values, each changed by `kernel(index of the first element, one's
/// values, the other's)`, on several threads.
pub(crate) fn update_pair(
    x: FlexTensor,
    kernel: impl Fn(usize, &mut [f32], &mut [f32]) + Sync,
) -> [Vec<f32>; 2] {
    let x = contiguous(x);
    let from = values(&x);
    // SAFETY: the chunks cover all of both, and each is written as a copy of x's.
    unsafe {
        written([from.len(); 2], |[one, other]| {
            let mut others: Vec<_> = other.chunks_mut(CHUNK).collect();
            for_each_chunk(one, CHUNK, &mut others, |start, one, other| {
                let from = &from[start..start + one.len()];
                let one = one.write_copy_of_slice(from);
                kernel(start, one, other.write_copy_of_slice(from));
            });
        })
    }
}

/// Gives `f` each chunk with the index of its first element and what lies beside it.
fn for_each_chunk<T: Send, S: Send>(
    values: &mut [T],
    chunk: usize,
    beside: &mut [S],
    f: impl Fn(usize, &mut [T], &mut S) + Sync,
) {
    assert_eq!(beside.len(), values.len().div_ceil(chunk));
    if let [beside] = beside {
        return f(0, values, beside);
    }
    values
        .par_chunks_mut(chunk)
        .zip(beside)
        .enumerate()
        .for_each(|(i, (values, beside))| f(i * chunk, values, beside));
}

/// Vectors of these lengths, which `write` fills.
///
/// A vector of zeros would be written twice, the first time by one thread and from end to end, so
/// that none of it is in a cache when it is needed.
///
/// # Safety
/// `write` must write every element.
pub(crate) unsafe fn written<const N: usize>(
    lengths: [usize; N],
    write: impl FnOnce([&mut [MaybeUninit<f32>]; N]),
) -> [Vec<f32>; N] {
    let mut vectors = lengths.map(Vec::with_capacity);
    let mut lengths_left = lengths.into_iter();
    write(vectors.each_mut().map(|vector: &mut Vec<f32>| {
        let length = lengths_left.next().expect("as many as vectors");
        &mut vector.spare_capacity_mut()[..length]
    }));
    for (vector, length) in vectors.iter_mut().zip(lengths) {
        // SAFETY: there is room for as many, and the caller has written them.
        unsafe { vector.set_len(length) };
    }
    vectors
}

/// The same memory with zeros in it.
pub(crate) fn zeroed(values: &mut [MaybeUninit<f32>]) -> &mut [f32] {
    for value in values.iter_mut() {
        value.write(0.0);
    }
    // SAFETY: every element has just been written.
    unsafe { values.assume_init_mut() }
}
