//! The mini lab: a small generated language, seven tasks in it of GLUE's shapes, and drawn pictures of DomainBed's.
//!
//! The language is a closed world: a taxonomy of nouns with synonyms, verbs with frames, scales of adjectives, negation
//! and quantifiers, two genres. Sentences are rendered from structured clauses, and labels are decided on the
//! structures by the language's semantics, never on the text:
//! - `language`: words, clauses, how they become sentences, and what follows from what;
//! - [`corpus()`]: unlabelled text, from whose statistics a masked language model learns what the tasks need;
//! - [`train_tokenizer`]: a byte-level BPE of RoBERTa's layout for it;
//! - [`glue()`]: the tasks of GLUE's types, sizes and metrics, as hard as [`Difficulty`] says;
//! - [`pictures`]: DomainBed's four data sets in small.
//!
//! It lacks, deliberately: anything of the real data sets. Scores on it test claims about adapters under known ground
//! truth; they are never comparable with the paper's numbers.
//!
//! Published rows and the committed checkpoints rest on its bytes: a change that moves them makes those stale, and the
//! tests pin them.

#![warn(missing_docs)]
mod dice;

mod language;

mod corpus;
mod tokenizer;

mod glue;

pub mod pictures;

pub use corpus::{CorpusLine, corpus};
pub use glue::{Difficulty, LabConfig, Sizes, glue};
pub use tokenizer::{TokenizerError, train_tokenizer};
