//! A workspace in a temporary folder: an experiment of its own, its runs, and nothing of the network.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use burn::tensor::Device;
use repro::encoded::EncodedTask;
use repro::experiment::Experiment;
use repro::run::{Rates, Request, Run, Sources, plan};
use repro::smoke;
use repro::source::ModelSource;
use results::csv::read_record;
use tasks::glue::GlueTask;
use tempfile::TempDir;

/// Six arms, two tasks and one seed: twelve runs. The checkpoint is the tiny BERT of `models`.
pub const EXPERIMENT: &str = r#"
suite = "glue"
scale = "tiny"
seeds = [0]
jobs = 1

[model]
checkpoint = "lab/bert"
targets = ["query", "value"]
dropout = 0.1
head_dropout = 0.1
adapter_dropout = 0.05
smoke_shape = "mini"

[data]
source = "files"
seed = 0

[train]
warmup_ratio = 0.06
eval_batch_size = 16
shared_lr = 1e-3

[train.optimizer]
beta_1 = 0.9
beta_2 = 0.999
epsilon = 1e-8
weight_decay = 0.1
max_grad_norm = 1.0

[tasks]
cola = { epochs = 2, batch_size = 4, max_len = 16 }
rte = { epochs = 2, batch_size = 4, max_len = 16 }

[arms]
lora-r8 = { row = 1, lr = 1e-3 }
tuneB-Arand-r8 = { row = 2, lr = 1e-3 }
tuneB-Arand-r16 = { row = 3, lr = 1e-3 }
tuneA-Brand-r8 = { row = 4, lr = 1e-3 }
tuneA-Brand-r16 = { row = 5, lr = 1e-3 }
linear-probe = { row = 6, lr = 1e-3 }
"#;

/// Two sentences of CoLA.
pub const COLA: &str = "gj04\t1\t\tThe dog sleeps.\ngj04\t0\t*\tThe dog sleep the.\n";
/// The first line of RTE's files.
pub const RTE_HEADER: &str = "index\tsentence1\tsentence2\tlabel\n";
/// Two pairs of RTE.
pub const RTE: &str =
    "0\tA dog sleeps.\tAn animal sleeps.\tentailment\n1\tA dog.\tA cat.\tnot_entailment\n";

/// A workspace of its own.
pub struct Sandbox {
    dir: TempDir,
}

impl Sandbox {
    /// A workspace whose scale `tiny` has [`EXPERIMENT`].
    pub fn new() -> Self {
        Self::with(EXPERIMENT)
    }

    /// A workspace with another experiment.
    pub fn with(experiment: &str) -> Self {
        let sandbox = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        sandbox.write("experiments/tiny/glue.toml", experiment);
        sandbox
    }

    /// A path in the workspace.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }

    /// Writes the tiny BERT to `models/`, without a tokenizer, and data of two tasks to `data/`.
    pub fn write_inputs(&self) {
        let bert = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/tests/fixtures/bert");
        for name in ["config.json", "model.safetensors"] {
            let bytes = fs::read(bert.join(name)).unwrap();
            self.write(&format!("models/lab/bert/{name}"), bytes);
        }
        for split in ["train", "dev"] {
            self.write(&format!("data/CoLA/{split}.tsv"), COLA);
            self.write(
                &format!("data/RTE/{split}.tsv"),
                format!("{RTE_HEADER}{RTE}"),
            );
        }
    }

    /// `table1` on the experiment, in the workspace.
    pub fn table1(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_table1"));
        command
            .current_dir(self.dir.path())
            .env("HF_HUB_OFFLINE", "1")
            .env("HF_HOME", self.path("hf"));
        for default in [["--scale", "tiny"], ["--results", "results"]] {
            if !args.contains(&default[0]) {
                command.args(default);
            }
        }
        command.args(args);
        command
    }

    /// Runs `table1` to its end and checks the exit code.
    #[track_caller]
    pub fn run(&self, args: &[&str], code: i32) -> Output {
        finished(self.table1(args), code)
    }

    /// The rows of the smoke runs.
    pub fn rows(&self) -> Vec<String> {
        stable_rows(&self.path("results/smoke/tiny/glue/runs.csv"))
    }

    /// Every file below a folder and what it holds.
    pub fn files(&self, name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.path(name)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(path.clone(), fs::read(path).unwrap());
                }
            }
        }
        files
    }
}

/// The root of this repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a command to its end and checks the exit code.
#[track_caller]
pub fn finished(mut command: Command, code: i32) -> Output {
    let output = command.output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{message}");
    output
}

/// Standard output as text.
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Standard error as text.
pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The lines of standard error that report a run that ended.
pub fn reports(output: &Output) -> Vec<String> {
    let text = stderr(output);
    let lines = text.lines().filter(|line| line.starts_with('['));
    lines.map(str::to_owned).collect()
}

/// The records of a `runs.csv`, sorted, without what depends on the clock and the load.
pub fn stable_rows(path: &Path) -> Vec<String> {
    const VOLATILE: [&str; 4] = ["train_s", "examples_per_s", "peak_mem_mb", "finished_at"];
    let text = fs::read_to_string(path).unwrap();
    let mut records = text.lines().map(|line| read_record(line).unwrap());
    let header = records.next().unwrap();
    assert!(VOLATILE.iter().all(|name| header.iter().any(|h| h == name)));
    let mut rows: Vec<String> = records
        .map(|record| {
            let fields = header.iter().zip(&record);
            let kept = fields.filter(|(name, _)| !VOLATILE.contains(&name.as_str()));
            kept.map(|(_, value)| value.as_str())
                .collect::<Vec<_>>()
                .join(",")
        })
        .collect();
    rows.sort();
    rows
}

/// The smoke run of one arm and task of an experiment, with its weights and examples.
pub struct SmokeRun {
    pub run: Run,
    pub source: ModelSource,
    pub data: EncodedTask,
    pub eval_batch_size: usize,
    pub device: Device,
}

impl SmokeRun {
    pub fn new(mut experiment: Experiment, arm: &str, task: GlueTask) -> Self {
        let source = ModelSource::random(experiment.model.smoke_shape.config());
        smoke::shrink(&mut experiment);
        let data = smoke::examples(&experiment, task);
        let (arms, tasks) = ([arm.to_owned()], [task.key().to_owned()]);
        let request = Request::new(&experiment, &arms, &tasks, &[5], Rates::PerArm).unwrap();
        let sources = Sources {
            checkpoint_digest: source.digest().unwrap(),
            device: "flex".into(),
            smoke: true,
        };
        let mut runs = plan(&experiment, &request, &sources, |_| data.digest()).unwrap();
        assert_eq!(runs.len(), 1);
        Self {
            run: runs.remove(0),
            source,
            data,
            eval_batch_size: experiment.train.eval_batch_size,
            device: Device::flex(),
        }
    }
}
