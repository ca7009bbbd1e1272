//! DomainBed: pictures of the same classes in four environments, as the paper's Tables 5, 8, 9 and 10 use them.
//!
//! From a folder to what a model eats, each step equal to DomainBed's (b93c22a) on torchvision and Pillow:
//! - [`ImageSet`]: the four data sets, their environments, and the one that the paper trains on;
//! - [`DomainData`]: a set in memory or on disk, its pictures in the order of torchvision's `ImageFolder`;
//! - [`split`]: the 80 % and the held-out 20 % of an environment, bit-equal to DomainBed's for the same trial;
//! - [`decode()`], [`resize()`], [`colour`]: pixels and Pillow's arithmetic on them;
//! - [`Augment`]: what is done to a training picture by chance; [`Preprocess`]: bytes to normalised floats;
//! - [`PictureStream`]: batches made ahead of the model on worker threads;
//! - [`terra`]: TerraIncognita's folders from its JSON files.
//!
//! It lacks, deliberately: tensors, training, the choice of what "out of domain" averages, and any download.

mod sets;

mod data;
mod folder;
mod picture;

mod split;

pub mod colour;
mod decode;
mod resize;

mod augment;
mod pixels;

mod ahead;
mod stream;

pub mod terra;

mod error;

pub use augment::{Augment, Crop, Drawn, Jitter};
pub use data::{Domain, DomainData};
pub use decode::decode;
pub use error::Error;
pub use folder::{Folder, READABLE, read_folder};
pub use picture::{PictureSource, Pictures, Rgb};
pub use pixels::{Normalise, PixelBatch, Preprocess};
pub use resize::{resize, resize_crop};
pub use sets::{
    AUGMENTED_HELD_OUT_SPLIT, AUGMENTED_TRAIN_SPLIT, Environment, HELD_OUT_SPLIT, ImageSet, METRIC,
    OOD_MEAN_SPLIT, TRAIN_SPLIT,
};
pub use split::{Split, split, split_seed};
pub use stream::{EvalOptions, Loading, OnCorrupt, PictureStream, TrainOptions, View};
