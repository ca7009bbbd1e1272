//! The classification head and the classifier.

use adapters::{AdaptedLinear, AdaptedLinearConfig, adaptable};
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use ops::{Dropout, DropoutConfig, MaskStream};

use super::names::HEADS;
use super::{Encoder, EncoderConfig, EncoderInput, Roberta};
use crate::Classify;
use crate::checkpoint::names::StoredHead;

/// Where a head drops.
///
/// Fresh heads are RoBERTa's for BERT too (Deviation 3: one head for all encoders, so that arms are
/// compared on the same trainable set).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeadStyle {
    /// Before both matrices (`RobertaClassificationHead`).
    #[default]
    Roberta,
    /// Before the second alone: the first is the pooler's (`BertForSequenceClassification`).
    Bert,
}

/// A head on the first token's state: dense, tanh, dropout, out_proj, with RoBERTa's dropout before
/// them.
#[derive(Module, Debug)]
pub struct ClassificationHead {
    /// d_model to d_model.
    pub dense: AdaptedLinear,
    /// d_model to n_outputs.
    pub out_proj: AdaptedLinear,
    /// Before the two, or before the second alone.
    pub dropout: Dropout,
    #[module(skip)]
    style: HeadStyle,
}

/// An encoder with a classification head; one output makes it a regression.
#[derive(Module, Debug)]
pub struct SequenceClassifier {
    /// The pretrained part.
    pub encoder: Encoder,
    /// The part that is new for each task.
    pub classifier: ClassificationHead,
}

adaptable!(ClassificationHead { dense, out_proj });
adaptable!(SequenceClassifier {
    encoder,
    classifier
});

impl Classify for Roberta {
    type Head = ClassificationHead;
    type HeadStyle = HeadStyle;
    type Classifier = SequenceClassifier;
    const CLASS: &'static str = "ForSequenceClassification";
    const HEADS: &'static [StoredHead<HeadStyle>] = HEADS;

    fn head(
        config: &EncoderConfig,
        style: HeadStyle,
        n_outputs: usize,
        device: &Device,
        masks: &MaskStream,
    ) -> ClassificationHead {
        let d_model = config.hidden_size;
        ClassificationHead {
            dense: AdaptedLinearConfig::new(d_model, d_model).init(device),
            out_proj: AdaptedLinearConfig::new(d_model, n_outputs).init(device),
            dropout: DropoutConfig {
                prob: config.head_dropout(),
            }
            .init(masks),
            style,
        }
    }

    fn join(
        _config: &EncoderConfig,
        encoder: Encoder,
        classifier: ClassificationHead,
    ) -> SequenceClassifier {
        SequenceClassifier {
            encoder,
            classifier,
        }
    }
}

impl ClassificationHead {
    /// Logits from the first token's state.
    ///
    /// # Shapes
    /// - first: `[batch, d_model]`
    /// - output: `[batch, n_outputs]`
    pub fn forward(&self, first: Tensor<2>) -> Tensor<2> {
        let first = match self.style {
            HeadStyle::Roberta => self.dropout.forward(first),
            HeadStyle::Bert => first,
        };
        let x = self.dense.forward(first).tanh(); // [batch, d_model]
        self.out_proj.forward(self.dropout.forward(x)) // [batch, n_outputs]
    }
}

impl SequenceClassifier {
    /// Logits.
    ///
    /// # Shapes
    /// - input: `[batch, seq]`
    /// - output: `[batch, n_outputs]`
    ///
    /// # Panics
    /// As [`crate::Embeddings::forward`].
    pub fn forward(&self, input: &EncoderInput) -> Tensor<2> {
        self.classifier.forward(self.encoder.forward_first(input))
    }
}
