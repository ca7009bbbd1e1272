//! Finding checkpoints and data: folders named on the command line, then the Hugging Face cache,
//! then the hub.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use hf_hub::api::sync::{Api, ApiBuilder, ApiRepo};
use hf_hub::{Cache, Repo};

/// Files of a model that training needs; the weights come as one file or as an index with shards.
const MODEL_FILES: [&str; 2] = ["config.json", "tokenizer.json"];
const WEIGHTS: &str = "model.safetensors";
const WEIGHTS_INDEX: &str = "model.safetensors.index.json";

/// The folder of the pretrained model `id`, such as `FacebookAI/roberta-large` or `mini/roberta`.
///
/// # Errors
/// If no place has it; the message lists the places and the command that brings it.
pub fn checkpoint(root: &Path, id: &str, folder: Option<&Path>) -> Result<PathBuf> {
    let mut tried = Vec::new();
    // What was asked for by name comes before what the repository ships.
    let folders = folder.map(Path::to_path_buf);
    for candidate in folders
        .into_iter()
        .chain([root.join("pretrained")])
        .flat_map(|folder| candidates(&folder, id))
    {
        if candidate.join("config.json").is_file() {
            return Ok(candidate);
        }
        tried.push(candidate.display().to_string());
    }
    let cache = Cache::from_env();
    tried.push(format!("the cache {}", cache.path().display()));
    if let Some(found) = cache.model(id.to_owned()).get("config.json")
        && let Some(snapshot) = found.parent()
    {
        let has = |name: &str| snapshot.join(name).is_file();
        if MODEL_FILES.iter().all(|name| has(name)) && (has(WEIGHTS) || has(WEIGHTS_INDEX)) {
            return Ok(snapshot.to_path_buf());
        }
    }
    match hub().and_then(|api| fetch_model(&api, id)) {
        Ok(snapshot) => Ok(snapshot),
        Err(error) => bail!(
            "checkpoint `{id}` was not found in {}, nor on the hub ({error:#}); give its parent \
             folder with --checkpoints, or run `cargo run -p repro --bin fetch -- model {id}` \
             where there is a network",
            tried.join(", ")
        ),
    }
}

/// The folder that holds GLUE's files: `--data`, else the hub's cached or downloaded copy.
///
/// # Errors
/// If no place has it.
pub fn glue(folder: Option<&Path>, task: &str) -> Result<PathBuf> {
    if let Some(folder) = folder {
        if !folder.is_dir() {
            bail!("data folder {} does not exist", folder.display());
        }
        return Ok(folder.to_path_buf());
    }
    let id = "nyu-mll/glue";
    match hub().and_then(|api| fetch_glue(&api, id, task)) {
        Ok(snapshot) => Ok(snapshot),
        Err(error) => bail!(
            "data set `{id}` was not found in the cache {}, nor on the hub ({error:#}); give the \
             folder that has CoLA, RTE, ... with --data, or run \
             `cargo run -p repro --bin fetch -- glue {task}` where there is a network",
            Cache::from_env().path().display()
        ),
    }
}

/// `folder/org/name`, then `folder/name`.
fn candidates(folder: &Path, id: &str) -> Vec<PathBuf> {
    let mut candidates = vec![folder.join(id)];
    if let Some((_, name)) = id.split_once('/') {
        candidates.push(folder.join(name));
    }
    candidates
}

/// A client of the hub; HF_HOME, HF_ENDPOINT and HF_TOKEN count.
///
/// # Errors
/// If HF_HUB_OFFLINE is set.
pub fn hub() -> Result<Api> {
    let offline = std::env::var("HF_HUB_OFFLINE").unwrap_or_default();
    if matches!(offline.to_lowercase().as_str(), "1" | "true" | "yes" | "on") {
        bail!("HF_HUB_OFFLINE is set");
    }
    let mut builder = ApiBuilder::from_env().with_progress(false);
    if let Ok(token) = std::env::var("HF_TOKEN") {
        builder = builder.with_token(Some(token));
    }
    Ok(builder.build()?)
}

/// Downloads what training needs of the model `id`; returns the snapshot's folder.
///
/// # Errors
/// If the hub does not answer or lacks a file.
pub fn fetch_model(api: &Api, id: &str) -> Result<PathBuf> {
    let repo = api.model(id.to_owned());
    let config = repo.get("config.json")?;
    repo.get("tokenizer.json")?;
    if repo.get(WEIGHTS).is_err() {
        let index = repo.get(WEIGHTS_INDEX)?;
        fetch_shards(&repo, &index)?;
    }
    Ok(config.parent().map(Path::to_path_buf).unwrap_or_default())
}

fn fetch_shards(repo: &ApiRepo, index: &Path) -> Result<()> {
    let index: serde_json::Value = serde_json::from_slice(&std::fs::read(index)?)?;
    let map = index["weight_map"].as_object();
    let mut shards: Vec<&str> = map
        .into_iter()
        .flat_map(|map| map.values().filter_map(|shard| shard.as_str()))
        .collect();
    shards.sort_unstable();
    shards.dedup();
    for shard in shards {
        repo.get(shard)?;
    }
    Ok(())
}

/// Downloads one GLUE task; returns the snapshot's folder.
///
/// # Errors
/// If the hub does not answer or lacks a file.
pub fn fetch_glue(api: &Api, id: &str, task: &str) -> Result<PathBuf> {
    let repo = api.repo(Repo::dataset(id.to_owned()));
    let splits: &[&str] = if task == "mnli" {
        &["train", "validation_matched", "validation_mismatched"]
    } else {
        &["train", "validation"]
    };
    let mut folder = PathBuf::new();
    for split in splits {
        let file = repo.get(&format!("{task}/{split}-00000-of-00001.parquet"))?;
        // <snapshot>/<task>/<file>
        folder = file
            .ancestors()
            .nth(2)
            .map(Path::to_path_buf)
            .unwrap_or_default();
    }
    Ok(folder)
}
