//! A digest of what was read, which goes into every run's key.

use sha2::{Digest as _, Sha256};

use super::Example;

/// SHA-256 over a list of parts, each preceded by its length, so that no two lists share a digest.
pub(super) struct Digest(Sha256);

impl Digest {
    pub(super) fn new() -> Digest {
        Digest(Sha256::new())
    }

    pub(super) fn update(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    pub(super) fn examples(&mut self, split: &str, examples: &[Example]) {
        self.update(split.as_bytes());
        self.0.update((examples.len() as u64).to_le_bytes());
        for Example { a, b, label } in examples {
            self.update(a.as_bytes());
            self.0.update([u8::from(b.is_some())]);
            self.update(b.as_deref().unwrap_or_default().as_bytes());
            self.0.update(label.to_le_bytes());
        }
    }

    pub(super) fn hex(self) -> String {
        self.0
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}
