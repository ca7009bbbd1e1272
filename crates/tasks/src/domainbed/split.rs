//! The split of an environment, bit-equal to DomainBed's (`facebookresearch/DomainBed` at b93c22a).
//!
//! DomainBed shuffles the list `0..n` with numpy's `RandomState(seed).shuffle` and cuts it: the first `int(0.2 n)` are
//! "out", the rest "in". The seed is `int(md5(str((trial, environment))), 16) % 2**31`.

use md5::{Digest as _, Md5};
use rand_mt::Mt;

/// The share of an environment that is held out.
const HELD_OUT: f64 = 0.2;

/// The positions of an environment's pictures, cut in two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// DomainBed's "out": a fifth, rounded down, never trained on.
    pub held_out: Vec<usize>,
    /// DomainBed's "in": the rest, in shuffled order.
    pub kept: Vec<usize>,
}

/// The split of the environment at position `environment` with `n` pictures, for the trial's seed.
///
/// # Panics
/// If `n` is above `u32::MAX`.
pub fn split(n: usize, trial: u64, environment: usize) -> Split {
    let mut order = shuffled(n, split_seed(trial, environment));
    // Python's int() of the product, which is a double.
    let kept = order.split_off((n as f64 * HELD_OUT) as usize);
    Split {
        held_out: order,
        kept,
    }
}

/// The seed of [`split`]'s shuffle.
pub fn split_seed(trial: u64, environment: usize) -> u32 {
    // Python's str() of the tuple of both. The digest is read as one big-endian number, so that its remainder by a power
    // of two is in its last bytes.
    let digest = Md5::digest(format!("({trial}, {environment})"));
    let [.., a, b, c, d] = <[u8; 16]>::from(digest);
    u32::from_be_bytes([a, b, c, d]) % (1 << 31)
}

/// numpy's `RandomState(seed).shuffle(list(range(n)))`.
fn shuffled(n: usize, seed: u32) -> Vec<usize> {
    let mut generator = Mt::new(seed);
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        let bound = u32::try_from(last).expect("fewer pictures than u32::MAX");
        let mask = u32::MAX >> bound.leading_zeros();
        let chosen = loop {
            let draw = generator.next_u32() & mask;
            if draw <= bound {
                break draw;
            }
        };
        order.swap(last, chosen as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffle_is_numpys() {
        // numpy's own, of RandomState(0) and RandomState(42).
        assert_eq!(shuffled(10, 0), [2, 8, 4, 9, 1, 6, 7, 3, 0, 5]);
        assert_eq!(shuffled(10, 42), [8, 1, 5, 0, 7, 2, 9, 4, 3, 6]);
    }
}
