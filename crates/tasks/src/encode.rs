//! Text to token ids, with the layout of the checkpoint's own `tokenizer.json`.
//!
//! A pair is encoded jointly and truncated on the right, the longer text first, until it fits, as in Hugging Face's `run_glue`.
//! The special tokens and the type ids come from the file's post-processor: RoBERTa gives `<s> a </s></s> b </s>`,
//! BERT gives `[CLS] a [SEP] b [SEP]` with type id 1 for `b [SEP]`.
//! Padding is the batch's business ([`crate::batch`]); any that the file asks for is switched off.

use std::path::{Path, PathBuf};

use tokenizers::Tokenizer;
use tokenizers::parallelism::MaybeParallelRefIterator as _;
use tokenizers::utils::truncation::{
    TruncationDirection, TruncationParams, TruncationStrategy, truncate_encodings,
};

use crate::Error;
use crate::glue::Example;

/// The token ids of one example, special tokens included, without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// Token ids. Shape: `[seq]`.
    pub ids: Vec<u32>,
    /// 0 for the first text, 1 for the second where the layout tells them apart (BERT), else 0. Shape: `[seq]`.
    pub type_ids: Vec<u32>,
}

impl Encoded {
    /// Number of tokens, special tokens included.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no token at all.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

/// A checkpoint's tokenizer.
#[derive(Debug, Clone)]
pub struct TextEncoder {
    tokenizer: Tokenizer,
}

impl TextEncoder {
    /// Reads a `tokenizer.json`.
    ///
    /// # Errors
    /// A file that cannot be read or is not a tokenizer.
    pub fn from_file(path: &Path) -> Result<TextEncoder, Error> {
        let bytes = std::fs::read(path).map_err(Error::io(path))?;
        TextEncoder::parse(&bytes, path)
    }

    /// Reads the contents of a `tokenizer.json`.
    ///
    /// # Errors
    /// Contents that are not a tokenizer.
    pub fn from_bytes(bytes: &[u8]) -> Result<TextEncoder, Error> {
        TextEncoder::parse(bytes, Path::new("<bytes>"))
    }

    fn parse(bytes: &[u8], path: &Path) -> Result<TextEncoder, Error> {
        let unusable = |source| Error::Tokenizer {
            path: PathBuf::from(path),
            source,
        };
        let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(unusable)?;
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(unusable)?;
        Ok(TextEncoder { tokenizer })
    }

    /// Encodes one text or a pair into at most `max_len` tokens, special tokens included.
    ///
    /// # Errors
    /// A `max_len` that leaves no room beside the special tokens, or a text that the tokenizer refuses.
    pub fn encode(&self, a: &str, b: Option<&str>, max_len: usize) -> Result<Encoded, Error> {
        let n_special = self.n_special(b.is_some());
        if max_len <= n_special {
            return Err(Error::MaxLength { max_len, n_special });
        }
        let refused = |source| Error::Encode {
            text: a.chars().take(60).collect(),
            source,
        };
        let first = self.tokenizer.encode_fast(a, false).map_err(refused)?;
        let second = match b {
            Some(b) => {
                let mut second = self.tokenizer.encode_fast(b, false).map_err(refused)?;
                // Encoded alone, the second text does not know that it is the second; BERT's processor wants the ids.
                second.set_type_ids(vec![1; second.len()]);
                Some(second)
            }
            None => None,
        };
        let params = TruncationParams {
            direction: TruncationDirection::Right,
            max_length: max_len - n_special,
            strategy: TruncationStrategy::LongestFirst,
            stride: 0,
        };
        let (first, second) = truncate_encodings(first, second, &params).map_err(refused)?;
        let joint = self
            .tokenizer
            .post_process(first, second, true)
            .map_err(refused)?;
        Ok(Encoded {
            ids: joint.get_ids().to_vec(),
            type_ids: joint.get_type_ids().to_vec(),
        })
    }

    /// Encodes every example, in parallel, in order.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn encode_all(&self, examples: &[Example], max_len: usize) -> Result<Vec<Encoded>, Error> {
        examples
            .maybe_par_iter()
            .map(|example| self.encode(&example.a, example.b.as_deref(), max_len))
            .collect()
    }

    /// Size of the vocabulary, added tokens included.
    pub fn vocab_size(&self) -> usize {
        self.tokenizer.get_vocab_size(true)
    }

    /// The id of a token such as `<pad>` or `[MASK]`.
    pub fn token_to_id(&self, token: &str) -> Option<u32> {
        self.tokenizer.token_to_id(token)
    }

    /// Special tokens that the layout adds to one text or to a pair.
    fn n_special(&self, is_pair: bool) -> usize {
        use tokenizers::PostProcessor as _;
        self.tokenizer
            .get_post_processor()
            .map_or(0, |processor| processor.added_tokens(is_pair))
    }
}
