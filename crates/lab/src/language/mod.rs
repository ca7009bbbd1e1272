//! The mini language: words and what is known of them, clauses, how they become sentences, and what follows from what.
//!
//! A clause is a meaning, in concepts. Its truth and its relation to other clauses are decided on it; its words are drawn
//! when it is rendered.

pub(crate) mod lexicon;

pub(crate) mod clause;
pub(crate) mod question;
pub(crate) mod relation;
pub(crate) mod render;

pub(crate) mod edit;
pub(crate) mod sample;

pub(crate) mod constructions;
pub(crate) mod pair;
pub(crate) mod review;

#[cfg(test)]
mod oracle;
