//! The mask of dropout: a hash of seed and element, so that it is never stored.

vectorised! {
    /// In place: `x * mask`, where element `start + i` is dropped with probability `prob`.
    ///
    /// What is dropped is `x - x`: 0, but NaN where x is NaN or infinite, as in `x * 0`.
    pub fn dropout(start: usize, values: &mut [f32], prob: f32, seed: u64) {
        let threshold = (f64::from(prob) * 4_294_967_296.0) as u32;
        let scale = 1.0 / (1.0 - prob);
        let (low, high) = (seed as u32, (seed >> 32) as u32);
        for (i, x) in values.iter_mut().enumerate() {
            let element = (start as u32).wrapping_add(i as u32);
            let hash = mix(mix(element ^ low).wrapping_add(high));
            #[allow(clippy::eq_op, reason = "0, or NaN where x is not finite")]
            let dropped = *x - *x;
            *x = if hash < threshold { dropped } else { *x * scale };
        }
    }
}

/// A 32-bit integer hash of low bias (multipliers found by C. Wellons' hash prospector).
#[inline(always)]
fn mix(mut h: u32) -> u32 {
    h ^= h >> 16;
    h = h.wrapping_mul(0x7FEB_352D);
    h ^= h >> 15;
    h = h.wrapping_mul(0x846C_A68B);
    h ^ (h >> 16)
}
