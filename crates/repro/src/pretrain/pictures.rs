//! Classification of the mini lab's pictures: makes its own pretrained vision transformer.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use adapters::MaskStream;
use anyhow::Result;
use burn::tensor::{Device, Tensor};
use models::{ImageClassifier, ModelConfig, ViTConfig, Vit, WeightDtype, random_classifier, save};
use serde::{Deserialize, Serialize};
use tasks::domainbed::{
    Augment, EvalOptions, Loading, PictureSource, PictureStream, PixelBatch, Preprocess,
    TrainOptions, View,
};

use super::{Family, TrainEntry, check_counts, train};
use crate::suites::domainbed::{loss, n_right, pixels};
use crate::train::seeds::{self, Purpose};
use crate::train::{Length, Measure, Task};

/// Pictures that are not trained on, to say how well the classes are told apart.
const HELD_OUT: usize = 1000;

/// A pretraining of a vision transformer as written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PicturePretraining {
    /// `vit`.
    pub family: Family,
    /// Folder below `pretrained/` that the checkpoint goes to.
    pub out: String,
    /// Seed of everything that is random.
    pub seed: u64,
    /// The pictures.
    pub pictures: PicturesEntry,
    /// Shape of the transformer.
    pub model: ShapeEntry,
    /// Settings of training.
    pub train: TrainEntry,
}

/// Pictures of a pretraining experiment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PicturesEntry {
    /// Seed of the drawings.
    pub seed: u64,
    /// How many to train on.
    pub n: usize,
    /// What every picture goes through; its side is the one that they are drawn with.
    pub preprocess: Preprocess,
    /// What is done to training pictures by chance.
    #[serde(default)]
    pub augment: Augment,
}

/// Shape of the transformer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShapeEntry {
    /// Width of the hidden states.
    pub hidden_size: usize,
    /// Number of layers.
    pub num_hidden_layers: usize,
    /// Number of attention heads.
    pub num_attention_heads: usize,
    /// Width of the feed-forward part.
    pub intermediate_size: usize,
    /// Side of a patch in pixels.
    pub patch_size: usize,
    /// Standard deviation of the fresh weights.
    pub initializer_range: f64,
}

impl PicturePretraining {
    /// Checks the numbers.
    ///
    /// # Errors
    /// A number out of range.
    pub(super) fn check(&self) -> Result<()> {
        check_counts(&[
            ("pictures.n", self.pictures.n),
            ("pictures.preprocess.side", self.pictures.preprocess.side),
            ("model.patch_size", self.model.patch_size),
        ])?;
        self.train.check()
    }

    /// Trains to the end, from the saved state if there is one; writes the checkpoint to
    /// `<pretrained>/<out>` and returns that folder.
    ///
    /// # Errors
    /// If files cannot be read or written, or a loss or gradient is not a finite number.
    pub fn run(&self, pretrained: &Path, device: &Device) -> Result<PathBuf> {
        let out = pretrained.join(&self.out);
        let n = self.pictures.n + HELD_OUT;
        let drawn =
            lab::pictures::pretraining(self.pictures.seed, n, self.pictures.preprocess.side);
        let config = self.config();
        config.validate()?;
        let task = DrawnPictures {
            source: Arc::new(drawn),
            config: config.clone(),
            experiment: self,
            device,
        };
        train(
            &task,
            &MaskStream::default(),
            &self.train,
            &out,
            self,
            |model, measures| {
                for measure in measures {
                    println!(
                        "{:.1} % of {} held-out pictures of {} classes are told right",
                        100.0 * measure.value,
                        measure.n_examples,
                        model.n_classes()
                    );
                }
                // The backbone alone: the head's classes are in no data set. f16 is half the size in
                // the repository, and what runs start from is exactly what is stored.
                save(&out, &config, &model.backbone, WeightDtype::F16)?;
                Ok(())
            },
        )?;
        Ok(out)
    }

    fn config(&self) -> ViTConfig {
        ViTConfig {
            hidden_size: self.model.hidden_size,
            num_hidden_layers: self.model.num_hidden_layers,
            num_attention_heads: self.model.num_attention_heads,
            intermediate_size: self.model.intermediate_size,
            image_size: self.pictures.preprocess.side,
            patch_size: self.model.patch_size,
            initializer_range: self.model.initializer_range,
            ..ViTConfig::vit_base_patch16_224()
        }
    }
}

/// Learning to tell the classes of drawn pictures.
struct DrawnPictures<'a> {
    experiment: &'a PicturePretraining,
    config: ViTConfig,
    source: Arc<dyn PictureSource>,
    device: &'a Device,
}

impl Task for DrawnPictures<'_> {
    type Model = ImageClassifier;
    type Batch = PixelBatch;

    const HEAD: &'static str = "classifier";
    const REPORTS_MORE: bool = true;

    fn model(&self, masks: &MaskStream) -> Result<ImageClassifier> {
        let n_classes = lab::pictures::pretraining_class_names().len();
        let mut rng = seeds::rng(self.experiment.seed, Purpose::Weights);
        let config = &self.config;
        Ok(random_classifier::<Vit>(
            config,
            n_classes,
            self.device,
            masks,
            &mut rng,
        ))
    }

    fn length(&self) -> Length {
        self.experiment.train.length()
    }

    /// A stream a stretch between two saved states: each is a function of the step it starts at, so
    /// that a resumed run sees what an undisturbed one does.
    fn batches(&self, from: usize) -> Box<dyn Iterator<Item = Result<PixelBatch>> + '_> {
        let PicturePretraining {
            seed,
            pictures,
            train,
            ..
        } = self.experiment;
        let starts = (from..train.steps).step_by(train.save_every);
        Box::new(starts.flat_map(move |start| {
            let stretch_seed = seed.wrapping_mul(1 << 32).wrapping_add(start as u64);
            let stream = PictureStream::train(
                Arc::clone(&self.source),
                (0..pictures.n).collect(),
                TrainOptions {
                    batch: train.batch_size,
                    steps: train.save_every.min(train.steps - start),
                    seed: seeds::number(stretch_seed, Purpose::Order),
                    augment: pictures.augment.clone(),
                    preprocess: pictures.preprocess,
                    loading: Loading::default(),
                },
            );
            stream.map(|batch| Ok(batch?))
        }))
    }

    fn size(&self, batch: &PixelBatch) -> usize {
        batch.len()
    }

    fn loss(&self, model: &ImageClassifier, batch: &PixelBatch) -> Result<Tensor<1>> {
        let device = self.device.clone().autodiff();
        Ok(loss(model.forward(pixels(batch, &device)), batch))
    }

    fn report(&self, model: &ImageClassifier, _watched: Vec<Measure>) -> Result<Vec<Measure>> {
        let n = self.experiment.pictures.n;
        let held_out = PictureStream::evaluate(
            Arc::clone(&self.source),
            (n..n + HELD_OUT).collect(),
            EvalOptions {
                batch: self.experiment.train.batch_size,
                view: View::Plain,
                preprocess: self.experiment.pictures.preprocess,
                loading: Loading::default(),
            },
        );
        let mut right = 0;
        for batch in held_out {
            right += n_right(model, &batch?, self.device, "held-out pictures")?;
        }
        Ok(vec![Measure::accuracy("held_out", right, HELD_OUT)])
    }
}
