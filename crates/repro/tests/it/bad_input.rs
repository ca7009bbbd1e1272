//! Bad input: exit code 2, one sentence, and nothing stored is touched.

use std::collections::HashMap;
use std::fs;
use std::sync::LazyLock;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors, serialize};

use crate::sandbox::{EXPERIMENT, RTE, RTE_HEADER, Sandbox, stderr, stdout};

type Tensors = HashMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

/// A workspace with the tiny BERT, data of two tasks, and a store with two runs of another plan.
fn prepared(experiment: &str) -> Sandbox {
    let sandbox = Sandbox::with(experiment);
    sandbox.write_inputs();
    store_runs(&sandbox, "results/tiny/glue");
    sandbox
}

/// Writes the rows of two real runs into a store; they are trained once for all tests.
fn store_runs(sandbox: &Sandbox, folder: &str) {
    const FILES: [&str; 2] = ["runs.csv", "settings.jsonl"];
    static STORED: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
        let other = Sandbox::new();
        let args = ["--arms", "linear-probe,lora-r8", "--tasks", "rte"];
        other.run(&[&["--smoke"], &args[..]].concat(), 0);
        FILES.map(|name| fs::read(other.path("results/smoke/tiny/glue").join(name)).unwrap())
    });
    for (name, bytes) in FILES.iter().zip(STORED.iter()) {
        sandbox.write(&format!("{folder}/{name}"), bytes);
    }
}

/// Calls `table1` on the sandbox's checkpoint and data, and checks what it says.
#[track_caller]
fn check_in(sandbox: &Sandbox, args: &[&str], expected: &[&str]) {
    let before = sandbox.files("results");
    assert!(!before.is_empty());
    let mut all = vec!["--checkpoints", "models"];
    if !args.contains(&"--data") {
        all.extend(["--data", "data"]);
    }
    all.extend(args);
    let output = sandbox.run(&all, 2);
    let message = stderr(&output);
    assert!(message.starts_with("error: "), "{message}");
    assert_eq!(message.trim_end().lines().count(), 1, "{message}");
    for part in expected {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
    assert_eq!(stdout(&output), "");
    assert_eq!(sandbox.files("results"), before, "the store was touched");
}

/// A good workspace, a bad command line.
#[track_caller]
fn check(args: &[&str], expected: &[&str]) {
    check_in(&prepared(EXPERIMENT), args, expected);
}

/// A bad experiment file: `from` of the good one is replaced by `to`.
#[track_caller]
fn check_experiment(from: &str, to: &str, expected: &[&str]) {
    let text = EXPERIMENT.replacen(from, to, 1);
    assert_ne!(text, EXPERIMENT);
    let sandbox = prepared(&text);
    let mut parts = vec!["experiments/tiny/glue.toml"];
    parts.extend(expected);
    check_in(&sandbox, &[], &parts);
}

/// A bad file among the data.
#[track_caller]
fn check_data(name: &str, contents: impl AsRef<[u8]>, expected: &[&str]) {
    let sandbox = prepared(EXPERIMENT);
    sandbox.write(&format!("data/{name}"), contents);
    let mut parts = vec![name];
    parts.extend(expected);
    check_in(&sandbox, &[], &parts);
}

/// Weights of the checkpoint that `change` has spoilt.
#[track_caller]
fn check_weights(change: impl FnOnce(&mut Tensors), expected: &[&str]) {
    let sandbox = prepared(EXPERIMENT);
    let path = sandbox.path("models/lab/bert/model.safetensors");
    let bytes = fs::read(&path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let owned = |view: TensorView<'_>| (view.dtype(), view.shape().to_vec(), view.data().to_vec());
    let mut tensors: Tensors = file
        .tensors()
        .into_iter()
        .map(|(name, view)| (name, owned(view)))
        .collect();
    change(&mut tensors);
    let views = tensors.iter().map(|(name, (dtype, shape, bytes))| {
        (name, TensorView::new(*dtype, shape.clone(), bytes).unwrap())
    });
    fs::write(&path, serialize(views, None).unwrap()).unwrap();
    let mut parts = vec!["models/lab/bert does not fit its config.json: "];
    parts.extend(expected);
    check_in(&sandbox, &[], &parts);
    // The plan alone is not shown either.
    check_in(&sandbox, &["--arms", "linear-probe", "--fresh"], &parts);
}

const QUERY: &str = "bert.encoder.layer.1.attention.self.query.weight";

#[test]
fn names_on_the_command_line() {
    check(&["--arms", "lora"], &["unknown arm `lora`", "lora-r8"]);
    check(
        &["--arms", "lora-r8,tuneC-Arand-r8"],
        &["unknown arm `tuneC-Arand-r8`"],
    );
    check(
        &["--tasks", "qqp"],
        &["unknown GLUE task `qqp`", "cola, sst2"],
    );
    check(
        &["--tasks", "mnli"],
        &["task `mnli` is not in this experiment", "cola, rte"],
    );
    check(&["--scale", "huge"], &["unknown scale `huge`", "tiny"]);
    check(&["--device", "tpu"], &["unknown device `tpu`", "flex"]);
    check(&["--device", "flex:1"], &["device `flex:1`", "cuda:0"]);
    check(&["--shard", "3/2"], &["--shard", "`3/2`", "1/4"]);
    check(&["--shard", "3/2", "--fresh"], &["--shard", "`3/2`"]);
}

#[test]
fn a_device_that_is_not_in_this_build() {
    for (device, built_in) in [
        ("ndarray", cfg!(feature = "ndarray")),
        ("wgpu", cfg!(feature = "wgpu")),
        ("cuda:1", cfg!(feature = "cuda")),
    ] {
        if !built_in {
            let kind = device.trim_end_matches(":1");
            let hint = format!("--features {kind}");
            check(&["--device", device], &["this build has no", &hint]);
        }
    }
}

#[test]
fn arms_that_cannot_be() {
    check(
        &["--arms", "lora-r0"],
        &["`lora-r0`", "rank must be at least 1"],
    );
    check(
        &["--arms", "tuneA-Arand-r8"],
        &["`tuneA-Arand-r8` would never change"],
    );
    check(
        &["--arms", "tuneB-Arand-r17"],
        &["`tuneB-Arand-r17`", "17", "at most 16"],
    );
    check(
        &["--arms", "full"],
        &["arm `full` has no learning rate", "[arms.full]"],
    );
}

#[test]
fn keys_of_an_experiment_file() {
    check_experiment(
        "jobs = 1",
        "jbos = 1",
        &["line 5", "unknown field `jbos`", "expected"],
    );
    check_experiment(
        "epochs = 2",
        "epochs = \"two\"",
        &["line 32", "epochs = \"two\"", "invalid type"],
    );
    check_experiment("jobs = 1", "", &["missing field `jobs`"]);
    check_experiment("jobs = 1", "jobs = ", &["line 5"]);
    check_experiment(
        "smoke_shape = \"mini\"",
        "smoke_shape = \"big\"",
        &["model.smoke_shape", "big", "roberta-large"],
    );
    check_experiment(
        "row = 2, lr = 1e-3",
        "row = 2, lr = 0.0",
        &["arms.tuneB-Arand-r8.lr", "positive", "0"],
    );
    check_experiment(
        "batch_size = 4",
        "batch_size = 0",
        &["tasks.cola.batch_size must be at least 1"],
    );
    check_experiment(
        "source = \"files\"",
        "source = \"files\"\nmax_train = 0",
        &["data.max_train must be at least 1"],
    );
    check_experiment(
        "warmup_ratio = 0.06",
        "warmup_ratio = 1.5",
        &["train.schedule.warmup_ratio", "1.5"],
    );
    check_experiment(
        "linear = { warmup_ratio = 0.06 }",
        "cosine = {}",
        &["line 20", "cosine", "linear"],
    );
    check_experiment(
        "max_grad_norm = 1.0",
        "max_grad_norm = -1.0",
        &["train.optimizer.max_grad_norm"],
    );
    check_experiment(
        "lora-r8 =",
        "lora-r0 =",
        &["lora-r0", "rank must be at least 1"],
    );
    check_experiment("cola =", "kola =", &["unknown GLUE task `kola`"]);
    check_experiment(
        "seeds = [0]",
        "seeds = []",
        &["seeds must have at least one"],
    );
    check_experiment(
        "scale = \"tiny\"",
        "scale = \"mini\"",
        &["scale must be `tiny`", "`mini`"],
    );
    check_experiment(
        "max_len = 16",
        "max_len = 17",
        &["tasks.cola.max_len is 17", "positions for 16"],
    );
}

#[test]
fn names_in_an_experiment_file_that_the_model_lacks() {
    let text = EXPERIMENT.replace("\"query\", \"value\"", "\"qeury\"");
    check_in(&prepared(&text), &[], &["no layer is named qeury", "query"]);
}

#[test]
fn weights_that_do_not_fit() {
    check_weights(
        |tensors| {
            tensors.remove(QUERY);
        },
        &["missing encoder.layer.1.attention.self.query.weight [16, 16]"],
    );
    check_weights(
        |tensors| {
            let extra = tensors[QUERY].clone();
            tensors.insert("bert.encoder.layer.2.extra.weight".into(), extra);
        },
        &["unknown bert.encoder.layer.2.extra.weight [16, 16]"],
    );
    check_weights(
        |tensors| tensors.get_mut(QUERY).unwrap().1 = vec![8, 32],
        &["query.weight has shape [8, 32], expected [16, 16]"],
    );
}

#[test]
fn a_checkpoint_that_is_cut_or_missing() {
    let sandbox = prepared(EXPERIMENT);
    let path = sandbox.path("models/lab/bert/model.safetensors");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 100]).unwrap();
    check_in(
        &sandbox,
        &[],
        &["model.safetensors should be ", " bytes long"],
    );
    fs::write(&path, &bytes[..100]).unwrap();
    check_in(
        &sandbox,
        &[],
        &["model.safetensors is not a safetensors file"],
    );

    fs::remove_dir_all(sandbox.path("models/lab")).unwrap();
    let places = [
        "pretrained/lab/bert",
        "models/lab/bert",
        "models/bert",
        "hf/hub",
        "HF_HUB_OFFLINE",
    ];
    check_in(&sandbox, &[], &places);
    check_in(
        &sandbox,
        &[],
        &[
            "checkpoint `lab/bert` was not found",
            "fetch -- model lab/bert",
        ],
    );
}

#[test]
fn a_checkpoint_without_a_tokenizer() {
    let sandbox = prepared(EXPERIMENT);
    fs::remove_file(sandbox.path("models/lab/bert/tokenizer.json")).unwrap();
    let expected = ["models/lab/bert/tokenizer.json", "cannot be read"];
    check_in(&sandbox, &[], &expected);
}

#[test]
fn data_that_is_malformed() {
    let rte = |row: &str| format!("{RTE_HEADER}{RTE}{row}\n");
    check_data(
        "RTE/train.tsv",
        rte("2\tA dog."),
        &["line 4", "2 tab-separated columns, expected 4"],
    );
    check_data(
        "RTE/dev.tsv",
        rte("2\tA\tB\tmaybe"),
        &["line 4", "label `maybe`", "entailment"],
    );
    check_data(
        "CoLA/train.tsv",
        "gj04\t7\t\tThe dog.\n",
        &["line 1", "label `7`", "0 to 1"],
    );
    check_data(
        "CoLA/dev.tsv",
        b"gj04\t1\t\tThe \xff dog.\n",
        &["line 1", "invalid UTF-8 at byte 13"],
    );
    check_data(
        "RTE/dev.tsv",
        RTE_HEADER,
        &["validation split of rte is empty"],
    );
    check_data("CoLA/train.tsv", "", &["train split of cola is empty"]);
}

#[test]
fn data_that_is_not_there() {
    check(
        &["--data", "nowhere"],
        &["data folder nowhere does not exist"],
    );
    let sandbox = prepared(EXPERIMENT);
    fs::remove_file(sandbox.path("data/RTE/dev.tsv")).unwrap();
    check_in(
        &sandbox,
        &[],
        &["rte: no file of the validation split", "RTE/dev.tsv"],
    );
    fs::remove_dir_all(sandbox.path("data/RTE")).unwrap();
    check_in(
        &sandbox,
        &[],
        &["rte: no file of the train split", "RTE/train.tsv"],
    );
}

#[test]
fn a_results_folder_that_cannot_be_written() {
    let sandbox = prepared(EXPERIMENT);
    sandbox.write("taken", "a file");
    check_in(
        &sandbox,
        &["--smoke", "--results", "taken"],
        &["cannot write results into taken/smoke/tiny/glue"],
    );
    assert_eq!(fs::read(sandbox.path("taken")).unwrap(), b"a file");
}

#[test]
fn a_store_that_is_damaged() {
    let sandbox = prepared(EXPERIMENT);
    for args in [
        &["--smoke"][..],
        &["--smoke", "--fresh"],
        &["--smoke", "--dry-run"],
    ] {
        store_runs(&sandbox, "results/smoke/tiny/glue");
        let path = sandbox.path("results/smoke/tiny/glue/runs.csv");
        let text = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        lines[2] = "nonsense";
        fs::write(&path, lines.join("\n") + "\n").unwrap();
        check_in(
            &sandbox,
            args,
            &["runs.csv, line 3: ", "expected 31 fields, found 1"],
        );
    }
}
