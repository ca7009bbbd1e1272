//! Masked language modelling: makes the mini lab's own pretrained encoder.

use std::path::{Path, PathBuf};

use adapters::MaskStream;
use anyhow::Result;
use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use models::{
    EncoderConfig, EncoderInput, EncoderKind, MaskedLm, WeightDtype, random_masked_lm, save,
};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use tasks::batch::{Batch, collate, train_order};
use tasks::encode::{Encoded, TextEncoder};

use super::{Family, TrainEntry, check_counts, train};
use crate::check::check_ratio;
use crate::train::loss::cross_entropy;
use crate::train::seeds::{self, Purpose};
use crate::train::{Length, Task};

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
    /// Share of the tokens that are predicted.
    pub mask_prob: f64,
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

impl TextPretraining {
    /// Checks the numbers.
    ///
    /// # Errors
    /// A number out of range.
    pub(super) fn check(&self) -> Result<()> {
        check_counts(&[
            ("corpus.n_lines", self.corpus.n_lines),
            ("model.max_len", self.model.max_len),
        ])?;
        check_ratio("corpus.mask_prob", Some(self.corpus.mask_prob))?;
        self.train.check()
    }

    /// Trains to the end, from the saved state if there is one; writes the checkpoint to
    /// `<pretrained>/<out>` and returns that folder.
    ///
    /// # Errors
    /// If files cannot be read or written, or a loss or gradient is not a finite number.
    pub fn run(&self, pretrained: &Path, device: &Device) -> Result<PathBuf> {
        let out = pretrained.join(&self.out);
        let lines = lab::corpus(self.corpus.seed, self.corpus.n_lines);
        let tokenizer = lab::train_tokenizer(&lines, self.corpus.vocab_size)?;
        let encoder = TextEncoder::from_bytes(&tokenizer)?;
        let text: Vec<Encoded> = lines
            .iter()
            .map(|line| encoder.encode(&line.a, line.b.as_deref(), self.model.max_len))
            .collect::<Result<_, _>>()?;
        let task = MaskedText {
            lengths: text.iter().map(Encoded::len).collect(),
            no_labels: vec![0.0; text.len()],
            text,
            config: self.config(encoder.vocab_size()),
            masks: MaskStream::default(),
            experiment: self,
            device,
        };
        let config = task.config.clone();
        train(&task, &task.masks, &self.train, &out, self, |model, _| {
            // f16: half the size in the repository, and what runs start from is what is stored.
            save(&out, &config, &model, WeightDtype::F16)?;
            std::fs::write(out.join("tokenizer.json"), &tokenizer)?;
            std::fs::write(
                out.join("tokenizer_config.json"),
                "{\n  \"add_prefix_space\": true,\n  \"tokenizer_class\": \"RobertaTokenizerFast\"\n}\n",
            )?;
            Ok(())
        })?;
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

/// Learning to say which tokens were hidden.
struct MaskedText<'a> {
    experiment: &'a TextPretraining,
    config: EncoderConfig,
    text: Vec<Encoded>,
    lengths: Vec<usize>,
    no_labels: Vec<f32>,
    masks: MaskStream,
    device: &'a Device,
}

/// Lines with some tokens hidden.
struct HiddenBatch {
    lines: Batch,
    /// Flat positions of the hidden tokens.
    positions: Vec<i64>,
    /// The tokens that stood there.
    targets: Vec<i64>,
    dropout_seed: u64,
}

impl Task for MaskedText<'_> {
    type Model = MaskedLm;
    type Batch = HiddenBatch;

    const HEAD: &'static str = "lm_head";

    fn model(&self, masks: &MaskStream) -> Result<MaskedLm> {
        let mut rng = seeds::rng(self.experiment.seed, Purpose::Weights);
        Ok(random_masked_lm(
            &self.config,
            self.device,
            masks,
            &mut rng,
        )?)
    }

    fn length(&self) -> Length {
        self.experiment.train.length()
    }

    fn batches(&self, from: usize) -> Box<dyn Iterator<Item = Result<HiddenBatch>> + '_> {
        let seed = self.experiment.seed;
        let batch_size = self.experiment.train.batch_size;
        let n_batches = self.text.len().div_ceil(batch_size);
        let orders = (from / n_batches..)
            .flat_map(move |epoch| train_order(&self.lengths, batch_size, seed, epoch as u64));
        let rows = orders.skip(from % n_batches).enumerate();
        Box::new(rows.map(move |(i, rows)| {
            // Everything random is a function of the step, so that a resumed run is the same.
            let step_seed = seed.wrapping_mul(1 << 32).wrapping_add((from + i) as u64);
            let mut rng = seeds::rng(step_seed, Purpose::Masking);
            let mut lines = collate(&self.text, &self.no_labels, &rows, PAD);
            let prob = self.experiment.corpus.mask_prob;
            let (positions, targets) = hide(&mut lines, prob, &mut rng);
            Ok(HiddenBatch {
                lines,
                positions,
                targets,
                dropout_seed: seeds::number(step_seed, Purpose::Dropout),
            })
        }))
    }

    fn size(&self, batch: &HiddenBatch) -> usize {
        batch.lines.batch
    }

    /// Mean cross-entropy of the hidden tokens.
    fn loss(&self, model: &MaskedLm, batch: &HiddenBatch) -> Result<Tensor<1>> {
        self.masks.reseed(batch.dropout_seed);
        let device = self.device.clone().autodiff();
        let lines = &batch.lines;
        let shape = [lines.batch, lines.seq];
        let n = batch.positions.len();
        let ids = TensorData::new(lines.ids.clone(), shape);
        let mask = TensorData::new(lines.mask.clone(), shape);
        let positions = TensorData::new(batch.positions.clone(), [n]);
        let input = EncoderInput {
            ids: Tensor::<2, Int>::from_data(ids, &device),
            mask: Tensor::<2, Bool>::from_data(mask, &device),
            type_ids: None,
        };
        let positions = Tensor::<1, Int>::from_data(positions, &device);
        let logits = model.forward(&input, positions);
        Ok(cross_entropy(logits, batch.targets.clone()))
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
