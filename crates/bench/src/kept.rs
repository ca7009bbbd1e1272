//! Bytes that a forward pass keeps for the backward pass: the arithmetic, and the tables.
//!
//! With `n = batch * seq` tokens, width `d`, inner width `ff`, `h` heads and rank `r`, one layer
//! keeps, in f32:
//!
//! | what | for | elements | kept if |
//! |---|---|---|---|
//! | q, k, v, probabilities | attention | `3 n d + batch h seq^2` | always |
//! | input of both layer norms, with two numbers a row | layer norm | `2 n d + 4 n` | always |
//! | input of GELU | GELU | `n ff` | always |
//! | dropped input of each adapter | A | `n d` each | A trains |
//! | the same times A | B | `n r` each | B trains |
//! | input, joined heads, GELU's input layer and output | dense layers | `3 n d + n ff` | the dense layers train |
//!
//! The last layer computes queries, output projection and feed-forward for the first token alone,
//! so there `n` is `batch` for all but keys and values.

use std::fmt::Write as _;

use crate::row::write_record;
use anyhow::{Result, bail};
use models::EncoderConfig;

use crate::shape::Model;
use crate::{Job, Shape};
use repro::train::Method;

const F32: f64 = 4.0;

/// Bytes kept by one part of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// `embeddings`, `layer 0`, ...; the last layer's has the head's.
    pub part: String,
    /// Bytes.
    pub bytes: f64,
}

/// One arm: measured, predicted, and PyTorch's, part by part.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Key of the shape.
    pub shape: String,
    /// Key of the arm.
    pub arm: String,
    /// Measured.
    pub ours: Vec<Kept>,
    /// By arithmetic, the same parts.
    pub predicted: Vec<Kept>,
    /// PyTorch's, the same parts; empty if it was not measured.
    pub theirs: Vec<Kept>,
}

/// Names of an encoder's parts, in order.
pub fn parts(n_layers: usize) -> Vec<String> {
    std::iter::once("embeddings".to_owned())
        .chain((0..n_layers).map(|layer| format!("layer {layer}")))
        .collect()
}

/// What the arithmetic says a job keeps.
///
/// # Errors
/// An unknown shape or arm.
pub fn predict(job: &Job) -> Result<Vec<Kept>> {
    let shape = Shape::find(&job.shape)?;
    let method = job.method()?;
    match &shape.model {
        Model::Encoder { config, seq } => Ok(predict_encoder(
            config,
            shape.batch,
            *seq,
            &method,
            shape.targets,
        )),
        Model::Vision { .. } => bail!(
            "shape `{}` is of pictures, whose memory is not predicted; choose a text shape",
            shape.key
        ),
    }
}

fn predict_encoder(
    config: &EncoderConfig,
    batch: usize,
    seq: usize,
    method: &Method,
    targets: &[&str],
) -> Vec<Kept> {
    let n_layers = config.num_hidden_layers;
    let tokens = batch * seq;
    let full = *method == Method::Full;
    let d = config.hidden_size;
    // Word, position and type vectors are gathered by their ids; the norm is what keeps floats.
    let embeddings = if full { tokens * (d + 2) } else { 0 };
    let layers = (0..n_layers).map(|layer| match method {
        // Nothing below the head trains, so nothing there is kept.
        Method::LinearProbe | Method::AdaLora | Method::Ia3 => 0,
        Method::Full | Method::LowRank(_) => {
            let rows = if layer + 1 == n_layers { batch } else { tokens };
            layer_elements(config, batch, seq, rows, method, targets)
        }
    });
    let elements = std::iter::once(embeddings).chain(layers);
    parts(n_layers)
        .into_iter()
        .zip(elements)
        .map(|(part, elements)| Kept {
            part,
            bytes: elements as f64 * F32,
        })
        .collect()
}

/// Elements kept by a layer that computes `rows` of its `batch * seq` tokens.
fn layer_elements(
    config: &EncoderConfig,
    batch: usize,
    seq: usize,
    rows: usize,
    method: &Method,
    targets: &[&str],
) -> usize {
    let (d, ff, heads) = (
        config.hidden_size,
        config.intermediate_size,
        config.num_attention_heads,
    );
    let tokens = batch * seq;
    let attention = rows * d + 2 * tokens * d + rows * heads * seq;
    let norms = 2 * rows * (d + 2);
    let gelu = rows * ff;
    let own = match method {
        Method::Full => {
            let dense_inputs = tokens * d + rows * d + rows * d + rows * ff;
            // The query's input is a copy of the first rows where it is not the whole.
            let first_rows = if rows == tokens { 0 } else { rows * d };
            dense_inputs + first_rows
        }
        Method::LowRank(low_rank) => {
            let wide = |target: &str| match target {
                "query" => rows,
                _ => tokens,
            };
            targets
                .iter()
                .map(|target| {
                    let n = wide(target);
                    let a = if low_rank.trains.a() { n * d } else { 0 };
                    let b = if low_rank.trains.b() {
                        n * low_rank.rank
                    } else {
                        0
                    };
                    a + b
                })
                .sum()
        }
        Method::LinearProbe | Method::AdaLora | Method::Ia3 => 0,
    };
    attention + norms + gelu + own
}

/// All parts of all arms, in bytes.
pub fn to_csv(comparisons: &[Comparison]) -> String {
    let mut out = String::new();
    write_record(
        &mut out,
        [
            "shape",
            "arm",
            "part",
            "ours_bytes",
            "predicted_bytes",
            "theirs_bytes",
        ],
    );
    for comparison in comparisons {
        for (index, ours) in comparison.ours.iter().enumerate() {
            let bytes = |kept: &[Kept]| {
                let found = kept.get(index);
                found
                    .map(|kept| format!("{:.0}", kept.bytes))
                    .unwrap_or_default()
            };
            write_record(
                &mut out,
                [
                    comparison.shape.clone(),
                    comparison.arm.clone(),
                    ours.part.clone(),
                    bytes(&comparison.ours),
                    bytes(&comparison.predicted),
                    bytes(&comparison.theirs),
                ],
            );
        }
    }
    out
}

/// One line an arm, in MiB.
pub fn to_markdown(comparisons: &[Comparison], heading: &str) -> String {
    let mut out = format!(
        "# {heading}\n\n\
         MiB kept alive for the backward pass of one training step (`memory.csv` has every layer).\n\
         Predicted is the arithmetic of `crates/bench/src/kept.rs`; PyTorch + PEFT is what \
         `torch.autograd.graph.saved_tensors_hooks` sees, each storage once, without parameters.\n"
    );
    let mut shapes: Vec<&str> = comparisons.iter().map(|c| c.shape.as_str()).collect();
    shapes.dedup();
    for key in shapes {
        let title = Shape::find(key).map_or(key, |shape| shape.title);
        let _ = write!(
            out,
            "\n## {title}\n\n\
             | arm | embeddings | first layer | second layer | last layer and head | all | predicted | ours / predicted | PyTorch + PEFT | ours / theirs |\n\
             |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
        );
        for comparison in comparisons.iter().filter(|c| c.shape == key) {
            let mib = |bytes: f64| format!("{:.1}", bytes / (1 << 20) as f64);
            let part = |index: usize| mib(comparison.ours.get(index).map_or(0.0, |k| k.bytes));
            let (ours, predicted) = (total(&comparison.ours), total(&comparison.predicted));
            let theirs = total(&comparison.theirs);
            let (their_cell, ratio) = if comparison.theirs.is_empty() {
                ("–".to_owned(), "–".to_owned())
            } else {
                (mib(theirs), format!("{:.2}", ours / theirs))
            };
            let _ = writeln!(
                out,
                "| `{}` | {} | {} | {} | {} | **{}** | {} | {:.3} | {their_cell} | {ratio} |",
                comparison.arm,
                part(0),
                part(1),
                part(2),
                part(comparison.ours.len().saturating_sub(1)),
                mib(ours),
                mib(predicted),
                ours / predicted,
            );
        }
    }
    out
}

/// Bytes of all parts.
pub fn total(kept: &[Kept]) -> f64 {
    kept.iter().map(|kept| kept.bytes).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Padding, What};

    /// MiniLM-L6, 32 x 64 tokens.
    const TOKENS: f64 = 2048.0;
    const D: f64 = 384.0;
    const LAYERS: f64 = 6.0;

    fn predicted(arm: &str) -> Vec<Kept> {
        let job = Job {
            shape: "minilm-l6".into(),
            arm: arm.into(),
            what: What::TrainStep,
            padding: Padding::None,
            steps: 1,
            warmup: 0,
            threads: 1,
            device: "flex".into(),
            rte: None,
        };
        predict(&job).unwrap()
    }

    /// The paper's claim in bytes: freezing A saves the adapters' inputs, whatever the rank.
    #[test]
    fn freezing_a_saves_the_inputs_of_both_adapters() {
        for rank in [8, 64] {
            let both = total(&predicted(&format!("lora-r{rank}")));
            let b_alone = total(&predicted(&format!("tuneB-Arand-r{rank}")));
            // Under the head the last layer has one query a row, but a value for every token.
            let wide = (2.0 * LAYERS - 1.0) * TOKENS * D + 32.0 * D;
            assert_eq!(both - b_alone, wide * F32);
        }
    }

    #[test]
    fn freezing_b_saves_what_is_rank_wide() {
        let both = total(&predicted("lora-r64"));
        let a_alone = total(&predicted("tuneA-Brand-r64"));
        let narrow = (2.0 * LAYERS - 1.0) * TOKENS * 64.0 + 32.0 * 64.0;
        assert_eq!(both - a_alone, narrow * F32);
    }

    #[test]
    fn a_probe_keeps_nothing_below_the_head_and_full_keeps_the_most() {
        assert_eq!(total(&predicted("linear-probe")), 0.0);
        assert!(total(&predicted("full")) > total(&predicted("lora-r64")));
    }

    #[test]
    fn a_table_has_a_line_an_arm_and_dashes_where_nothing_was_measured() {
        let comparison = Comparison {
            shape: "minilm-l6".into(),
            arm: "full".into(),
            ours: predicted("full"),
            predicted: predicted("full"),
            theirs: Vec::new(),
        };
        let comparisons = [comparison];
        let markdown = to_markdown(&comparisons, "t");
        assert!(markdown.contains("| 1.000 | – | – |"), "{markdown}");
        let csv = to_csv(&comparisons);
        assert_eq!(csv.lines().count(), 1 + 7);
        assert!(csv.lines().nth(1).unwrap().ends_with(','));
    }
}
