//! Classification of the mini lab's pictures: makes its own pretrained vision transformer.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use adapters::{MaskStream, train_all};
use anyhow::Result;
use burn::module::Module;
use burn::tensor::Device;
use models::{ViTConfig, WeightDtype, random_image_classifier, save_vision};
use serde::{Deserialize, Serialize};
use tasks::domainbed::{
    Augment, EvalOptions, EvalStream, Loading, PictureSource, Preprocess, TrainOptions,
    TrainStream, View,
};
use tasks::lab::vision;

use super::state::{StateFolder, Trainer, Watch};
use super::{Family, check_train};
use crate::domainbed::train::{argmax_rows, loss, pixels};
use crate::optimizer::OptimizerConfig;
use crate::progress::SweepProgress;
use crate::schedule::LinearSchedule;
use crate::seeds::{self, Purpose};

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

/// Settings of training.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainEntry {
    /// Number of steps.
    pub steps: usize,
    /// Pictures a step.
    pub batch_size: usize,
    /// Base learning rate.
    pub lr: f64,
    /// Share of warm-up steps.
    pub warmup_ratio: f64,
    /// Steps between two saved states.
    pub save_every: usize,
    /// AdamW and clipping.
    pub optimizer: OptimizerConfig,
}

impl PicturePretraining {
    /// Checks the numbers.
    ///
    /// # Errors
    /// A number out of range.
    pub(super) fn validate(&self) -> Result<()> {
        check_train(&[
            ("pictures.n", self.pictures.n),
            ("pictures.preprocess.side", self.pictures.preprocess.side),
            ("model.patch_size", self.model.patch_size),
            ("train.steps", self.train.steps),
            ("train.batch_size", self.train.batch_size),
            ("train.save_every", self.train.save_every),
        ])?;
        self.train.optimizer.validate("train.optimizer")
    }

    /// Trains to the end, from the saved state if there is one; writes the checkpoint to
    /// `<pretrained>/<out>` and returns that folder.
    ///
    /// # Errors
    /// If files cannot be read or written, or the loss is not a number.
    pub fn run(&self, pretrained: &Path, device: &Device) -> Result<PathBuf> {
        let out = pretrained.join(&self.out);
        let state = StateFolder::open(&out, self)?;
        let n = self.pictures.n;
        let side = self.pictures.preprocess.side;
        let drawn = vision::pretraining(self.pictures.seed, n + HELD_OUT, side);
        let n_classes = vision::pretraining_class_names().len();
        let source: Arc<dyn PictureSource> = Arc::new(drawn);

        let config = self.config();
        config.validate()?;
        let masks = MaskStream::default();
        let model = random_image_classifier(
            &config,
            n_classes,
            device,
            &masks,
            &mut seeds::rng(self.seed, Purpose::Weights),
        );
        let mut trainer = Trainer::new(train_all(model).train(), &self.train.optimizer);
        state.resume(&mut trainer)?;

        let schedule = LinearSchedule::new(self.train.steps, self.train.warmup_ratio);
        let progress = SweepProgress::new(1);
        let mut watch = Watch::new(&progress, &self.out, self.train.steps, trainer.step);
        let autodiff = device.clone().autodiff();
        // A stream a stretch between two saved states: each is a function of the step it starts at,
        // so that a resumed run sees what an undisturbed one does.
        while trainer.step < self.train.steps {
            let stretch = self.train.save_every.min(self.train.steps - trainer.step);
            let stretch_seed = self
                .seed
                .wrapping_mul(1 << 32)
                .wrapping_add(trainer.step as u64);
            let stream = TrainStream::new(
                Arc::clone(&source),
                (0..n).collect(),
                TrainOptions {
                    batch: self.train.batch_size,
                    steps: stretch,
                    seed: seeds::number(stretch_seed, Purpose::Order),
                    augment: self.pictures.augment.clone(),
                    preprocess: self.pictures.preprocess,
                    loading: Loading::default(),
                },
            );
            for batch in stream {
                let batch = batch?;
                let lr = self.train.lr * schedule.factor(trainer.step);
                let logits = trainer.model.forward(pixels(&batch, &autodiff));
                let loss = loss(logits, &batch);
                let value = loss.clone().into_scalar::<f64>();
                trainer.update(lr, loss);
                watch.step(trainer.step, value)?;
            }
            if trainer.step < self.train.steps {
                state.save(&trainer)?;
            }
        }

        let model = trainer.model.valid();
        let held_out = EvalStream::new(
            source,
            (n..n + HELD_OUT).collect(),
            EvalOptions {
                batch: self.train.batch_size,
                view: View::Plain,
                preprocess: self.pictures.preprocess,
                loading: Loading::default(),
            },
        );
        let mut right = 0;
        for batch in held_out {
            let batch = batch?;
            let chosen = argmax_rows(model.forward(pixels(&batch, device)), "held-out pictures")?;
            right += chosen
                .iter()
                .zip(&batch.labels)
                .filter(|(a, b)| a == b)
                .count();
        }
        progress.line(&format!(
            "{:.1} % of {HELD_OUT} held-out pictures of {n_classes} classes are told right",
            100.0 * right as f64 / HELD_OUT as f64
        ));
        // The backbone alone: the head's classes are in no data set. f16 is half the size in the
        // repository, and what runs start from is exactly what is stored.
        save_vision(&out, &config, &model.backbone, WeightDtype::F16)?;
        state.remove()?;
        watch.finish();
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
