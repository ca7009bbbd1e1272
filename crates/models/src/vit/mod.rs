//! ViT and DINOv2: images to hidden states of patches, and classifiers on them.

mod config;
mod transformer;

mod embeddings;
mod positions;

mod classifier;

mod checkpoint;
mod random;
mod save;

pub use checkpoint::VisionCheckpoint;
pub use classifier::ImageClassifier;
pub use config::{ViTConfig, VisionKind};
pub use embeddings::{PatchProjection, VisionEmbeddings};
pub use random::{random_image_classifier, random_image_head, random_vision_transformer};
pub use save::save_vision;
pub use transformer::{LayerScale, VisionAttention, VisionLayer, VisionTransformer};
