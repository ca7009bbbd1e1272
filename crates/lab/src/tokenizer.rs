//! A tokenizer for the lab's text, in the format and layout of RoBERTa's.

use tokenizers::models::TrainerWrapper;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::processors::roberta::RobertaProcessing;
use tokenizers::{AddedToken, Tokenizer};

use crate::corpus::CorpusLine;

/// The tokenizer library could not train on the lines or write its file.
#[derive(Debug, thiserror::Error)]
#[error("the lab's tokenizer cannot be trained ({0})")]
pub struct TokenizerError(#[source] tokenizers::Error);

/// Special tokens in the order of their ids, as in RoBERTa but for the mask, which RoBERTa appended at its end.
const SPECIALS: [&str; 5] = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];

/// Trains a byte-level BPE on `lines` and returns the bytes of its `tokenizer.json`.
///
/// Ids: `<s>` 0, `<pad>` 1, `</s>` 2, `<unk>` 3, `<mask>` 4, then 256 bytes, then the merges, at most `vocab_size` in
/// all. Pairs become `<s> a </s></s> b </s>`. Every text is tokenized as if a space stood before it, so that a word is
/// the same token at the start of a sentence and inside it; transformers must be told so too, with
/// `"add_prefix_space": true` in `tokenizer_config.json`. The same lines give the same bytes.
///
/// # Errors
/// If the library cannot train on the lines or write its file.
pub fn train_tokenizer(lines: &[CorpusLine], vocab_size: usize) -> Result<Vec<u8>, TokenizerError> {
    train(lines, vocab_size).map_err(TokenizerError)
}

fn train(lines: &[CorpusLine], vocab_size: usize) -> tokenizers::Result<Vec<u8>> {
    let byte_level = ByteLevel::new(true, true, true);
    let specials = SPECIALS.map(|token| AddedToken::from(token, true).lstrip(token == "<mask>"));
    let trainer = BpeTrainer::builder()
        .vocab_size(vocab_size)
        .min_frequency(2)
        .show_progress(false)
        .special_tokens(specials.to_vec())
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .build();
    let mut tokenizer = Tokenizer::new(BPE::default());
    tokenizer.with_pre_tokenizer(Some(byte_level));
    tokenizer.with_decoder(Some(byte_level));
    let texts = lines
        .iter()
        .flat_map(|line| [Some(line.a.as_str()), line.b.as_deref()])
        .flatten();
    tokenizer.train(&mut TrainerWrapper::BpeTrainer(trainer), texts)?;
    let processor = RobertaProcessing::new(("</s>".to_owned(), 2), ("<s>".to_owned(), 0))
        .add_prefix_space(true);
    tokenizer.with_post_processor(Some(processor));
    Ok(tokenizer.to_string(true)?.into_bytes())
}
