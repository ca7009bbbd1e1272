//! Writes the mini lab's data to files, to be read by people or by other programs.
//!
//! `cargo run -p repro --bin generate -- --out DIR` writes JSON-lines in the hub's layout
//! (`DIR/<task>/train.jsonl`, `validation.jsonl`, ...), which `--data DIR` reads back, and
//! `DIR/corpus.txt`, the first lines of the pretraining text. Takes a few seconds.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use lab::{self, LabConfig, Sizes};
use repro::cli::exit;
use serde_json::{Map, Value, json};
use tasks::glue::{Example, GlueTask};

/// Writes the generated tasks and some pretraining text to a folder.
#[derive(Parser)]
#[command(name = "generate")]
struct Cli {
    /// Folder to write to; made if it does not exist.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Seed of the generator.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// GLUE's official sizes instead of at most 8551 training and 1043 validation examples.
    #[arg(long)]
    official_sizes: bool,
    /// Lines of pretraining text.
    #[arg(long, default_value_t = 1000)]
    corpus_lines: usize,
    /// Tasks to write, separated by commas; all seven where none is named.
    #[arg(long, value_delimiter = ',')]
    tasks: Vec<GlueTask>,
}

fn main() -> ExitCode {
    exit(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<ExitCode> {
    let mut config = LabConfig::default();
    if cli.official_sizes {
        config.sizes = Sizes::official();
    }
    let tasks = if cli.tasks.is_empty() {
        &GlueTask::ALL[..]
    } else {
        &cli.tasks
    };
    for &task in tasks {
        let data = lab::glue(task, cli.seed, &config);
        let folder = cli.out.join(task.key());
        write(&folder.join("train.jsonl"), &lines(task, &data.train))?;
        for split in &data.validation {
            let path = folder.join(format!("{}.jsonl", split.name));
            write(&path, &lines(task, &split.examples))?;
        }
        println!("{}: digest {}", folder.display(), data.digest);
    }
    let mut text = String::new();
    for line in lab::corpus(cli.seed, cli.corpus_lines) {
        text.push_str(&line.a);
        if let Some(b) = line.b {
            text.push('\t');
            text.push_str(&b);
        }
        text.push('\n');
    }
    write(&cli.out.join("corpus.txt"), &text)?;
    Ok(ExitCode::SUCCESS)
}

/// The examples as JSON-lines under the hub's column names.
fn lines(task: GlueTask, examples: &[Example]) -> String {
    let (a, b) = match task {
        GlueTask::Cola | GlueTask::Sst2 => ("sentence", ""),
        GlueTask::Mnli => ("premise", "hypothesis"),
        GlueTask::Qnli => ("question", "sentence"),
        GlueTask::Mrpc | GlueTask::Stsb | GlueTask::Rte => ("sentence1", "sentence2"),
    };
    let mut text = String::new();
    for example in examples {
        let mut object = Map::new();
        object.insert(a.into(), Value::from(example.a.as_str()));
        if let Some(second) = &example.b {
            object.insert(b.into(), Value::from(second.as_str()));
        }
        let label = if task.is_regression() {
            json!(example.label)
        } else {
            json!(example.label as i64)
        };
        object.insert("label".into(), label);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", Value::Object(object));
    }
    text
}

fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, text))
        .with_context(|| format!("{} cannot be written", path.display()))
}
