//! RoBERTa and BERT: token ids to hidden states, and classifiers and a language model on them.

mod config;
mod encoder;

mod embeddings;

mod head;
mod mlm;

mod names;

use burn::tensor::Device;
use ops::MaskStream;

pub use self::config::{EncoderConfig, EncoderKind};
pub use self::embeddings::Embeddings;
pub use self::encoder::{Encoder, EncoderInput, EncoderLayer};
pub use self::head::{ClassificationHead, HeadStyle, SequenceClassifier};
pub use self::mlm::{LmHead, MaskedLm, random_masked_lm};

use crate::checkpoint::names::{Names, Rule};
use crate::random::Scheme;
use crate::{Family, Stored};

/// RoBERTa (Liu et al., 2019), BERT (Devlin et al., 2019), and RoBERTas for other languages.
#[derive(Debug)]
pub enum Roberta {}

impl Family for Roberta {
    type Config = EncoderConfig;
    type Backbone = Encoder;
    const ROOT: &'static str = "encoder";

    fn names(config: &EncoderConfig) -> &'static Names {
        match config.kind {
            EncoderKind::Bert => &names::BERT,
            _ => &names::ROBERTA,
        }
    }

    fn scheme(config: &EncoderConfig) -> Scheme {
        let pad = config.pad_token_id;
        let mut zero_rows = vec![("embeddings.word.weight", pad)];
        if config.kind != EncoderKind::Bert {
            zero_rows.push(("embeddings.position.weight", pad));
        }
        Scheme {
            std: config.initializer_range,
            zero_rows,
            layer_scale: 1.0,
        }
    }

    fn backbone(config: &EncoderConfig, device: &Device, masks: &MaskStream) -> Encoder {
        Encoder::new(config, device, masks)
    }
}

impl Stored for Encoder {
    type Family = Roberta;
    const ROOT: &'static str = Roberta::ROOT;
    const CLASS: &'static str = "Model";
    const HEAD: &'static [Rule] = &[];
}
