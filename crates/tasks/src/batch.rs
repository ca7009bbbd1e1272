//! Batches: an order that keeps padding small, and padded rows.
//!
//! Training shuffles by seed and epoch, sorts by length inside windows of some fifty batches, cuts the windows into
//! batches and shuffles those: the scheme of Hugging Face's `LengthGroupedSampler`, with the batch order shuffled too, so
//! that the lengths do not fall inside each window. Evaluation sorts by length outright.

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

use crate::encode::Encoded;

/// Batches in a sorting window, unless the data set is so small that its order would become fixed.
const WINDOW_BATCHES: usize = 50;

/// A padded batch, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The position of each row's example in its split. Shape: `[batch]`.
    pub indices: Vec<usize>,
    /// Number of rows.
    pub batch: usize,
    /// Padded length: the longest row's, rounded up if asked for.
    pub seq: usize,
    /// Token ids, padded on the right. Shape: `[batch, seq]`.
    pub ids: Vec<i64>,
    /// `true` for a token, `false` for padding. Shape: `[batch, seq]`.
    pub mask: Vec<bool>,
    /// Type ids, 0 for padding. Shape: `[batch, seq]`.
    pub type_ids: Vec<i64>,
    /// Class indices or scores. Shape: `[batch]`.
    pub labels: Vec<f32>,
}

impl Batch {
    /// Tokens that are not padding.
    pub fn n_tokens(&self) -> usize {
        self.mask.iter().filter(|&&is_token| is_token).count()
    }
}

/// The batches of one epoch: each example exactly once, the same for the same seed and epoch.
///
/// `lengths` are the examples' token counts; all batches have `batch_size` examples but for one, which holds the rest.
///
/// # Panics
/// If `batch_size` is 0.
pub fn train_order(lengths: &[usize], batch_size: usize, seed: u64, epoch: u64) -> Vec<Vec<usize>> {
    assert!(batch_size > 0, "batch_size must be positive");
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(epoch);
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.shuffle(&mut rng);

    // At least four windows, so that a small data set does not meet the same companions every epoch.
    let window = (lengths.len() / (batch_size * 4)).clamp(1, WINDOW_BATCHES) * batch_size;
    for window in order.chunks_mut(window) {
        // Stable, so examples of one length stay shuffled.
        window.sort_by_key(|&index| std::cmp::Reverse(lengths[index]));
    }
    let mut batches: Vec<Vec<usize>> = order.chunks(batch_size).map(<[usize]>::to_vec).collect();
    batches.shuffle(&mut rng);
    batches
}

/// The batches of an evaluation: sorted by length, longest first, so that memory peaks at once; no randomness.
///
/// # Panics
/// If `batch_size` is 0.
pub fn eval_order(lengths: &[usize], batch_size: usize) -> Vec<Vec<usize>> {
    assert!(batch_size > 0, "batch_size must be positive");
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(lengths[index]));
    order.chunks(batch_size).map(<[usize]>::to_vec).collect()
}

/// Pads the examples at `indices` to the longest of them.
///
/// # Panics
/// If `indices` is empty or an index is out of range of `encoded` or `labels`.
pub fn collate(encoded: &[Encoded], labels: &[f32], indices: &[usize], pad_id: u32) -> Batch {
    collate_to_multiple(encoded, labels, indices, pad_id, 1)
}

/// As [`collate`], with the padded length rounded up to a multiple of `multiple`.
///
/// # Panics
/// As [`collate`], and if `multiple` is 0.
pub fn collate_to_multiple(
    encoded: &[Encoded],
    labels: &[f32],
    indices: &[usize],
    pad_id: u32,
    multiple: usize,
) -> Batch {
    assert!(!indices.is_empty(), "a batch has at least one example");
    let longest = indices
        .iter()
        .map(|&index| encoded[index].len())
        .max()
        .unwrap_or(0);
    let seq = longest.next_multiple_of(multiple);
    let n_cells = indices.len() * seq;
    let mut batch = Batch {
        indices: indices.to_vec(),
        batch: indices.len(),
        seq,
        ids: Vec::with_capacity(n_cells),
        mask: Vec::with_capacity(n_cells),
        type_ids: Vec::with_capacity(n_cells),
        labels: indices.iter().map(|&index| labels[index]).collect(),
    };
    for (row, &index) in indices.iter().enumerate() {
        let end = (row + 1) * seq;
        let example = &encoded[index];
        batch
            .ids
            .extend(example.ids.iter().map(|&id| i64::from(id)));
        batch.ids.resize(end, i64::from(pad_id));
        batch.mask.resize(row * seq + example.len(), true);
        batch.mask.resize(end, false);
        batch
            .type_ids
            .extend(example.type_ids.iter().map(|&id| i64::from(id)));
        batch.type_ids.resize(end, 0);
    }
    batch
}
