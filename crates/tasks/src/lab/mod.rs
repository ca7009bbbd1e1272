//! The mini lab: a small generated language, and seven tasks in it of the shapes, sizes and metrics of GLUE.
//!
//! The language is a closed world: a taxonomy of nouns with synonyms, verbs with frames, scales of adjectives, negation
//! and quantifiers, two genres. Sentences are rendered from structured clauses, and labels are decided on the
//! structures by the language's semantics, never on the text:
//! - `lexicon`: the words and what is known of them;
//! - `clause`, `render`: meanings, and how they become words;
//! - `relation`: what follows from what;
//! - [`corpus()`]: unlabelled text, from whose statistics a masked language model learns what the tasks need;
//! - [`train_tokenizer`]: a byte-level BPE of RoBERTa's layout for it;
//! - [`glue()`]: the tasks, as hard as [`Difficulty`] says.
//!
//! [`vision`] draws pictures: DomainBed's four data sets in small.
//!
//! It lacks, deliberately: anything of the real GLUE data. Scores on it test claims about adapters under known ground
//! truth; they are never comparable with the paper's numbers.

mod dice;
mod lexicon;

mod clause;
mod edit;
#[cfg(test)]
mod oracle;
mod pair;
mod question;
mod relation;
mod render;
mod review;
mod sample;

mod constructions;
mod corpus;
mod tokenizer;

mod cola;
mod mnli;
mod mrpc;
mod qnli;
mod rte;
mod sst2;
mod stsb;

mod build;
mod difficulty;

pub mod vision;

pub use build::glue;
pub use corpus::{CorpusLine, corpus};
pub use difficulty::{Difficulty, LabConfig, Sizes};
pub use tokenizer::train_tokenizer;
