//! The classification head and the classifier.

use adapters::{AdaptedLinear, AdaptedLinearConfig, adaptable};
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use ops::{Dropout, DropoutConfig, MaskStream};

use crate::{Encoder, EncoderConfig, EncoderInput};

/// RoBERTa's head on the first token's state: dropout, dense, tanh, dropout, out_proj
/// (behaviours 3).
///
/// BERT gets the same head, in place of its pooler and single matrix (Deviation 3: one head for all
/// encoders, so that arms are compared on the same trainable set).
#[derive(Module, Debug)]
pub struct ClassificationHead {
    /// d_model to d_model.
    pub dense: AdaptedLinear,
    /// d_model to n_outputs.
    pub out_proj: AdaptedLinear,
    /// Before each of the two.
    pub dropout: Dropout,
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

impl ClassificationHead {
    /// A head whose weights are still to be given.
    pub(crate) fn new(
        config: &EncoderConfig,
        n_outputs: usize,
        device: &Device,
        masks: &MaskStream,
    ) -> Self {
        let d_model = config.hidden_size;
        Self {
            dense: AdaptedLinearConfig::new(d_model, d_model).init(device),
            out_proj: AdaptedLinearConfig::new(d_model, n_outputs).init(device),
            dropout: DropoutConfig {
                prob: config.head_dropout(),
            }
            .init(masks),
        }
    }

    /// Logits from the first token's state.
    ///
    /// # Shapes
    /// - first: `[batch, d_model]`
    /// - output: `[batch, n_outputs]`
    pub fn forward(&self, first: Tensor<2>) -> Tensor<2> {
        let x = self.dense.forward(self.dropout.forward(first)).tanh(); // [batch, d_model]
        self.out_proj.forward(self.dropout.forward(x)) // [batch, n_outputs]
    }
}

impl SequenceClassifier {
    /// A classifier whose weights are still to be given; see [`Encoder::new`].
    pub fn new(
        config: &EncoderConfig,
        n_outputs: usize,
        device: &Device,
        masks: &MaskStream,
    ) -> Self {
        Self {
            encoder: Encoder::new(config, device, masks),
            classifier: ClassificationHead::new(config, n_outputs, device, masks),
        }
    }

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
