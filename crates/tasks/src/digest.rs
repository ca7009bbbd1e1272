//! Digests of data, which go into every run's key.

use sha2::{Digest as _, Sha256};

/// SHA-256 over a list of parts, each preceded by its length, so that no two lists share a digest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Digest(Sha256);

impl Digest {
    /// A part of any length.
    pub(crate) fn part(&mut self, part: &[u8]) {
        self.count(part.len());
        self.0.update(part);
    }

    /// A number of things that follow.
    pub(crate) fn count(&mut self, count: usize) {
        self.fixed((count as u64).to_le_bytes());
    }

    /// A part whose length never varies.
    pub(crate) fn fixed<const N: usize>(&mut self, part: [u8; N]) {
        self.0.update(part);
    }

    /// The digest in hexadecimal, 64 digits.
    pub(crate) fn hex(self) -> String {
        hex(&self.0.finalize())
    }
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_join_to_the_same_bytes_differ() {
        let of = |parts: &[&str]| {
            let mut digest = Digest::default();
            parts.iter().for_each(|part| digest.part(part.as_bytes()));
            digest.hex()
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["abc"]), of(&["abc", ""]));
    }

    #[test]
    fn hex_keeps_leading_zeros() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }
}
