//! Image classification: one matrix on what the transformer says of an image.

use adapters::{AdaptedLinear, AdaptedLinearConfig, adaptable};
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use ops::MaskStream;

use super::names::{HEAD, HEADS};
use super::{ViTConfig, VisionKind, VisionTransformer, Vit};
use crate::checkpoint::names::{Rule, StoredHead};
use crate::{Classify, Stored};

/// A vision transformer with a linear head, as Hugging Face's `ViTForImageClassification` and
/// `Dinov2ForImageClassification`.
#[derive(Module, Debug)]
pub struct ImageClassifier {
    /// The pretrained part.
    pub backbone: VisionTransformer,
    /// d_features to n_classes: the part that is new for each task.
    pub classifier: AdaptedLinear,
    #[module(skip)]
    kind: VisionKind,
}

adaptable!(ImageClassifier {
    backbone,
    classifier
});

impl Classify for Vit {
    type Head = AdaptedLinear;
    type HeadStyle = ();
    type Classifier = ImageClassifier;
    const CLASS: &'static str = "ForImageClassification";
    const HEADS: &'static [StoredHead<()>] = HEADS;

    fn head(
        config: &ViTConfig,
        (): (),
        n_classes: usize,
        device: &Device,
        _masks: &MaskStream,
    ) -> AdaptedLinear {
        AdaptedLinearConfig::new(config.d_features(), n_classes).init(device)
    }

    fn join(
        config: &ViTConfig,
        backbone: VisionTransformer,
        classifier: AdaptedLinear,
    ) -> ImageClassifier {
        ImageClassifier {
            backbone,
            classifier,
            kind: config.kind,
        }
    }
}

impl Stored for ImageClassifier {
    type Family = Vit;
    const ROOT: &'static str = "";
    const CLASS: &'static str = Vit::CLASS;
    const HEAD: &'static [Rule] = HEAD;

    fn n_labels(&self) -> Option<usize> {
        Some(self.n_classes())
    }
}

impl ImageClassifier {
    /// Logits.
    ///
    /// # Shapes
    /// - pixels: `[batch, channels, height, width]`
    /// - output: `[batch, n_classes]`
    ///
    /// # Panics
    /// As [`crate::VisionEmbeddings::forward`].
    pub fn forward(&self, pixels: Tensor<4>) -> Tensor<2> {
        self.classifier.forward(self.features(pixels))
    }

    /// What the head reads: the class token's last state and, for DINOv2, the mean of the patches'
    /// behind it.
    ///
    /// # Shapes
    /// - pixels: `[batch, channels, height, width]`
    /// - output: `[batch, d_features]`, d_features being d_model, or 2 d_model for DINOv2
    ///
    /// # Panics
    /// As [`crate::VisionEmbeddings::forward`].
    pub fn features(&self, pixels: Tensor<4>) -> Tensor<2> {
        match self.kind {
            VisionKind::Vit => self.backbone.forward_first(pixels),
            VisionKind::Dinov2 => pooled(self.kind, self.backbone.forward(pixels)),
        }
    }

    /// Logits from the backbone's hidden states, for who wants both.
    ///
    /// # Shapes
    /// - hidden: `[batch, 1 + n_patches, d_model]`, from [`VisionTransformer::forward`]
    /// - output: `[batch, n_classes]`
    pub fn classify(&self, hidden: Tensor<3>) -> Tensor<2> {
        self.classifier.forward(pooled(self.kind, hidden))
    }

    /// Width of what the head reads.
    pub fn d_features(&self) -> usize {
        self.classifier.weight.lazy_shape()[0]
    }

    /// Number of classes.
    pub fn n_classes(&self) -> usize {
        self.classifier.weight.lazy_shape()[1]
    }
}

/// `[batch, 1 + n_patches, d_model]` to `[batch, d_features]`.
fn pooled(kind: VisionKind, hidden: Tensor<3>) -> Tensor<2> {
    let [_, seq, _] = hidden.dims();
    let cls = hidden.clone().narrow(1, 0, 1).squeeze_dim(1); // [batch, d_model]
    match kind {
        VisionKind::Vit => cls,
        VisionKind::Dinov2 => {
            let mean = hidden.narrow(1, 1, seq - 1).mean_dim(1).squeeze_dim(1); // [batch, d_model]
            Tensor::cat(vec![cls, mean], 1)
        }
    }
}
