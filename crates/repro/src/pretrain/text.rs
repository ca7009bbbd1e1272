//! Masked language modelling: makes the mini lab's own pretrained encoder.

use std::path::{Path, PathBuf};

use adapters::{MaskStream, train_all};
use anyhow::Result;
use burn::module::Module;
use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use models::{
    EncoderConfig, EncoderInput, EncoderKind, MaskedLm, WeightDtype, random_masked_lm, save_encoder,
};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use tasks::batch::{Batch, collate, train_order};
use tasks::encode::{Encoded, TextEncoder};
use tasks::lab;

use super::state::{StateFolder, Trainer, Watch};
use super::{Family, check_train};
use crate::loss::cross_entropy;
use crate::optimizer::OptimizerConfig;
use crate::progress::SweepProgress;
use crate::schedule::LinearSchedule;
use crate::seeds::{self, Purpose};

/// Ids of RoBERTa's special tokens: `<s> <pad> </s> <unk> <mask>`.
const N_SPECIAL: u32 = 5;
const PAD: u32 = 1;
const MASK: u32 = 4;

/// A pretraining of an encoder as written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextPretraining {
    /// `roberta`.
    pub family: Family,
    /// Folder below `pretrained/` that the checkpoint goes to.
    pub out: String,
    /// Seed of everything that is random.
    pub seed: u64,
    /// Unlabelled text.
    pub corpus: CorpusEntry,
    /// Shape of the encoder; the vocabulary is the tokenizer's.
    pub model: ShapeEntry,
    /// Settings of training.
    pub train: TrainEntry,
}

/// Unlabelled text of a pretraining experiment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorpusEntry {
    /// Seed of the generator.
    pub seed: u64,
    /// Lines of text.
    pub n_lines: usize,
    /// Most tokens of the tokenizer.
    pub vocab_size: usize,
}

/// Shape of the encoder.
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
    /// Longest input.
    pub max_len: usize,
    /// Dropout in pretraining; written to `config.json`.
    pub dropout: f64,
    /// Standard deviation of the fresh weights.
    pub initializer_range: f64,
}

/// Settings of training.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainEntry {
    /// Number of steps.
    pub steps: usize,
    /// Lines a step.
    pub batch_size: usize,
    /// Base learning rate.
    pub lr: f64,
    /// Share of warm-up steps.
    pub warmup_ratio: f64,
    /// Share of the tokens that are predicted.
    pub mask_prob: f64,
    /// Steps between two saved states.
    pub save_every: usize,
    /// AdamW and clipping.
    pub optimizer: OptimizerConfig,
}

impl TextPretraining {
    /// Checks the numbers.
    ///
    /// # Errors
    /// A number out of range.
    pub(super) fn validate(&self) -> Result<()> {
        check_train(&[
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

        let lines = lab::corpus(self.corpus.seed, self.corpus.n_lines);
        let tokenizer = lab::train_tokenizer(&lines, self.corpus.vocab_size)?;
        let encoder = TextEncoder::from_bytes(&tokenizer)?;
        let text: Vec<Encoded> = lines
            .iter()
            .map(|line| encoder.encode(&line.a, line.b.as_deref(), self.model.max_len))
            .collect::<Result<_, _>>()?;
        let lengths: Vec<usize> = text.iter().map(Encoded::len).collect();
        let no_labels = vec![0.0; text.len()];
        let config = self.config(encoder.vocab_size());

        let masks = MaskStream::default();
        let model = random_masked_lm(
            &config,
            device,
            &masks,
            &mut seeds::rng(self.seed, Purpose::Weights),
        )?;
        let mut trainer = Trainer::new(train_all(model).train(), &self.train.optimizer);
        state.resume(&mut trainer)?;

        let schedule = LinearSchedule::new(self.train.steps, self.train.warmup_ratio);
        let progress = SweepProgress::new(1);
        let mut watch = Watch::new(&progress, &self.out, self.train.steps, trainer.step);
        let n_batches = text.len().div_ceil(self.train.batch_size);
        while trainer.step < self.train.steps {
            let epoch = trainer.step / n_batches;
            let order = train_order(&lengths, self.train.batch_size, self.seed, epoch as u64);
            for rows in order.into_iter().skip(trainer.step % n_batches) {
                // Everything random is a function of the step, so that a resumed run is the same.
                let step_seed = self
                    .seed
                    .wrapping_mul(1 << 32)
                    .wrapping_add(trainer.step as u64);
                masks.reseed(seeds::number(step_seed, Purpose::Dropout));
                let mut rng = seeds::rng(step_seed, Purpose::Masking);
                let mut batch = collate(&text, &no_labels, &rows, PAD);
                let (positions, targets) = hide(&mut batch, self.train.mask_prob, &mut rng);
                let lr = self.train.lr * schedule.factor(trainer.step);
                let loss = loss(&trainer.model, &batch, positions, targets, device);
                let value = loss.clone().into_scalar::<f64>();
                trainer.update(lr, loss);
                watch.step(trainer.step, value)?;
                if trainer.step == self.train.steps {
                    break;
                }
                if trainer.step.is_multiple_of(self.train.save_every) {
                    state.save(&trainer)?;
                }
            }
        }

        // f16: half the size in the repository, and what runs start from is exactly what is stored.
        save_encoder(&out, &config, &trainer.model.valid(), WeightDtype::F16)?;
        std::fs::write(out.join("tokenizer.json"), &tokenizer)?;
        std::fs::write(
            out.join("tokenizer_config.json"),
            "{\n  \"add_prefix_space\": true,\n  \"tokenizer_class\": \"RobertaTokenizerFast\"\n}\n",
        )?;
        state.remove()?;
        watch.finish();
        Ok(out)
    }

    fn config(&self, vocab_size: usize) -> EncoderConfig {
        EncoderConfig {
            kind: EncoderKind::Roberta,
            vocab_size,
            hidden_size: self.model.hidden_size,
            num_hidden_layers: self.model.num_hidden_layers,
            num_attention_heads: self.model.num_attention_heads,
            intermediate_size: self.model.intermediate_size,
            // RoBERTa's positions start after the padding id.
            max_position_embeddings: self.model.max_len + PAD as usize + 1,
            type_vocab_size: 1,
            layer_norm_eps: 1e-5,
            hidden_dropout_prob: self.model.dropout,
            attention_probs_dropout_prob: self.model.dropout,
            classifier_dropout: None,
            pad_token_id: PAD as usize,
            initializer_range: self.model.initializer_range,
        }
    }
}

/// Hides tokens much as BERT does: of those chosen, 75 % become `<mask>`, 15 % another word of the
/// batch, 10 % stay.
///
/// BERT draws the other word from the vocabulary; in a vocabulary this small a fifth are raw bytes
/// that are wrong at a glance. Returns the flat positions and the tokens that stood there.
fn hide(batch: &mut Batch, prob: f64, rng: &mut ChaCha8Rng) -> (Vec<i64>, Vec<i64>) {
    let (mut positions, mut targets) = (Vec::new(), Vec::new());
    let is_word = |id: i64| id >= i64::from(N_SPECIAL);
    let words: Vec<i64> = batch
        .ids
        .iter()
        .copied()
        .filter(|&id| is_word(id))
        .collect();
    while positions.is_empty() {
        for (position, id) in batch.ids.iter_mut().enumerate() {
            if !is_word(*id) || !rng.random_bool(prob) {
                continue;
            }
            positions.push(position as i64);
            targets.push(*id);
            match rng.random_range(0..20) {
                0..15 => *id = i64::from(MASK),
                15..18 => *id = words[rng.random_range(0..words.len())],
                _ => {}
            }
        }
        if words.is_empty() {
            break;
        }
    }
    (positions, targets)
}

/// Mean cross-entropy of the hidden tokens.
fn loss(
    model: &MaskedLm,
    batch: &Batch,
    positions: Vec<i64>,
    targets: Vec<i64>,
    device: &Device,
) -> Tensor<1> {
    let device = device.clone().autodiff();
    let shape = [batch.batch, batch.seq];
    let n = positions.len();
    let input = EncoderInput {
        ids: Tensor::<2, Int>::from_data(TensorData::new(batch.ids.clone(), shape), &device),
        mask: Tensor::<2, Bool>::from_data(TensorData::new(batch.mask.clone(), shape), &device),
        type_ids: None,
    };
    let positions = Tensor::<1, Int>::from_data(TensorData::new(positions, [n]), &device);
    cross_entropy(model.forward(&input, positions), targets)
}
