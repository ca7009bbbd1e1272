//! A workspace in a temporary folder: an experiment of its own, its runs, and nothing of the network.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::Result;
use clap::Parser;
use repro::cli::TableArgs;
use repro::experiment::{TaskEntry, parse};
use repro::plan::{Rates, Request, plan};
use repro::run::Run;
use repro::suites::{ExperimentOf, Suite, World};
use repro::train::progress::SweepProgress;
use repro::train::{Outcome, Recipe, Task, fit};
use tempfile::TempDir;

/// GLUE: six arms, two tasks and one seed, twelve runs. The checkpoint is the tiny BERT of `models`.
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
schedule = { linear = { warmup_ratio = 0.06 } }
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

/// DomainBed: five arms, two data sets and one seed. The checkpoint is the tiny ViT of `models`.
pub const PICTURES: &str = r#"
suite = "domainbed"
scale = "tiny"
seeds = [0]
jobs = 1

[model]
checkpoint = "lab/vit"
targets = ["query", "value"]
dropout = 0.1
adapter_dropout = 0.05
smoke_shape = "mini"

[data]
source = "lab"
seed = 0
per_environment = 20
preprocess = { side = 16, normalise = "imagenet" }
on_corrupt = "fail"

[train]
schedule = "constant"
eval_batch_size = 16
shared_lr = 1e-3

[train.optimizer]
beta_1 = 0.9
beta_2 = 0.999
epsilon = 1e-8
weight_decay = 0.0

[tasks]
pacs = { steps = 5, batch_size = 8, watch_every = 2 }
terra = { steps = 5, batch_size = 8, watch_every = 2 }

[arms]
tuneB-Arand-r8 = { row = 1, lr = 1e-3 }
tuneA-Brand-r8 = { row = 2, lr = 1e-3 }
lora-r8 = { row = 3, lr = 1e-3 }
linear-probe = { row = 4, lr = 1e-3 }
full = { row = 5, lr = 1e-3 }
"#;

/// A tokenizer of six words for the tiny BERT, in the format of `tokenizer.json`.
const TOKENIZER: &str = r#"{
    "version": "1.0",
    "added_tokens": [],
    "normalizer": { "type": "Lowercase" },
    "pre_tokenizer": { "type": "Whitespace" },
    "post_processor": {
        "type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]
    },
    "model": {
        "type": "WordLevel",
        "unk_token": "[UNK]",
        "vocab": {
            "[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "the": 4, "a": 5, "an": 6, "dog": 7,
            "animal": 8, "sleeps": 9
        }
    }
}"#;

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

    /// A workspace with another experiment, of the suite that it names, and the tiny ViT.
    pub fn with(experiment: &str) -> Self {
        let sandbox = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        let suite = experiment
            .lines()
            .find_map(|line| line.strip_prefix("suite = "))
            .unwrap();
        let name = format!("experiments/tiny/{}.toml", suite.trim_matches('"'));
        sandbox.write(&name, experiment);
        sandbox.copy_fixture("vit", "pretrained/lab/vit");
        sandbox
    }

    /// Copies a tiny checkpoint of `models`.
    fn copy_fixture(&self, name: &str, to: &str) {
        let fixture = repository().join("crates/models/tests/fixtures").join(name);
        for file in ["config.json", "model.safetensors"] {
            let bytes = fs::read(fixture.join(file)).unwrap();
            self.write(&format!("{to}/{file}"), bytes);
        }
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

    /// Writes the tiny BERT to `models/`, with a tokenizer, and data of two tasks to `data/`.
    pub fn write_inputs(&self) {
        self.copy_fixture("bert", "models/lab/bert");
        self.write("models/lab/bert/tokenizer.json", TOKENIZER);
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
        self.command(env!("CARGO_BIN_EXE_table1"), args)
    }

    /// A table binary on the experiment, in the workspace.
    pub fn command(&self, binary: &str, args: &[&str]) -> Command {
        let mut command = Command::new(binary);
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

    /// Runs a table binary to its end and checks the exit code.
    #[track_caller]
    pub fn run_binary(&self, binary: &str, args: &[&str], code: i32) -> Output {
        finished(self.command(binary, args), code)
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
    const VOLATILE: [&str; 4] = ["wall_s", "examples_per_s", "peak_mem_mb", "finished_at"];
    let (header, records) = records(path);
    assert!(
        VOLATILE
            .iter()
            .all(|name| header.iter().any(|h| h == *name))
    );
    let mut rows: Vec<String> = records
        .iter()
        .map(|record| {
            let fields = header.iter().zip(record);
            let kept = fields.filter(|(name, _)| !VOLATILE.contains(name));
            kept.map(|(_, value)| value).collect::<Vec<_>>().join(",")
        })
        .collect();
    rows.sort();
    rows
}

/// The header and the records of a CSV file.
fn records(path: &Path) -> (csv::StringRecord, Vec<csv::StringRecord>) {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let records = reader.records().map(Result::unwrap).collect();
    (reader.headers().unwrap().clone(), records)
}

/// A field of each row of a CSV file.
pub fn column(path: &Path, name: &str) -> Vec<String> {
    let (header, records) = records(path);
    let at = header.iter().position(|field| field == name).unwrap();
    records.iter().map(|record| record[at].to_owned()).collect()
}

/// A smoke run of one arm and task of an experiment, with its opened suite.
pub struct SmokeRun<S: Suite> {
    pub suite: S,
    pub run: Run<S::Own>,
    pub world: World,
}

impl<S: Suite> SmokeRun<S> {
    pub fn new(experiment: ExperimentOf<S>, arm: &str, task: &str) -> Self {
        Self::at(experiment, arm, task, Rates::PerArm)
    }

    /// The same at the experiment's shared rate, for arms that have none of their own.
    pub fn at_shared_rate(experiment: ExperimentOf<S>, arm: &str, task: &str) -> Self {
        let lr = experiment.train.shared_lr.unwrap();
        Self::at(experiment, arm, task, Rates::Shared(lr))
    }

    fn at(mut experiment: ExperimentOf<S>, arm: &str, task: &str, rates: Rates) -> Self {
        let args = TableArgs::parse_from(["tables", "--smoke"]);
        let world = World::new(repository(), &args).unwrap();
        experiment.tasks.values_mut().for_each(TaskEntry::shrink);
        S::shrink(&mut experiment);
        let tasks = [task.to_owned()];
        let request = Request::all::<S>(&experiment, rates);
        let arm = arm.parse().unwrap();
        let request = request.narrow::<S>(&[arm], &tasks, &[5]).unwrap();
        let suite = S::open(&experiment, &world, &tasks).unwrap();
        let mut runs = plan(&suite, &experiment, &request, &world).unwrap().runs;
        assert_eq!(runs.len(), 1);
        Self {
            run: runs.remove(0),
            suite,
            world,
        }
    }

    /// The same from the text of an experiment file.
    pub fn of_text(text: &str, arm: &str, task: &str) -> Self {
        Self::new(parse(text, |_| Ok(())).unwrap(), arm, task)
    }

    /// How the model is made ready.
    pub fn recipe(&self) -> Recipe<'_> {
        self.run.settings.recipe(&self.world.device)
    }

    /// Trains a model of the run's task.
    pub fn fit<T: Task>(&self, task: &T, model: T::Model) -> Result<(T::Model, Outcome)> {
        let sweep = SweepProgress::new(1);
        let progress = sweep.run("a run".into());
        fit(task, model, &self.run.settings.fit(&progress))
    }
}
