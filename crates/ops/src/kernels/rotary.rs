//! Rotation of pairs of numbers that lie half a head apart.

vectorised! {
    /// In place: rotates each head of the rows `first..` of `[rows, n_heads * 2 * half]` by the
    /// angles that `cos` and `sin` are of, `[n, half]`, which repeat after `n` rows; `sign` is that
    /// of the angles.
    pub fn rotate_halves(
        first: usize,
        rows: &mut [f32],
        width: usize,
        cos: &[f32],
        sin: &[f32],
        half: usize,
        sign: f32
    ) {
        let n = cos.len() / half;
        for (i, row) in rows.chunks_exact_mut(width).enumerate() {
            let at = (first + i) % n * half;
            let (cos, sin) = (&cos[at..at + half], &sin[at..at + half]);
            for head in row.chunks_exact_mut(2 * half) {
                let (a, b) = head.split_at_mut(half);
                for (((a, b), &cos), &sin) in a.iter_mut().zip(b).zip(cos).zip(sin) {
                    let (x, y, sin) = (*a, *b, sign * sin);
                    *a = x * cos - y * sin;
                    *b = y * cos + x * sin;
                }
            }
        }
    }
}
