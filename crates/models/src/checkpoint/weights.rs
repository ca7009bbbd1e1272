//! Reading safetensors files, single or sharded.
//!
//! This uses the `safetensors` crate's header parser and plain reads rather than `burn-store`:
//! that store transposes by the name of Burn's own `Linear`, so not our layers; it reads one file,
//! so each shard would report all the others' weights as missing; and it needs the whole file in
//! memory or mapped, where one tensor at a time halves the peak.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

use half::{bf16, f16};
use safetensors::Dtype;
use safetensors::tensor::Metadata;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::names::Names;
use crate::ModelError;
use crate::error::HeaderProblem;

const SINGLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// Bytes of the header's length.
const LENGTH_BYTES: u64 = 8;

/// No real header is longer; the format's own limit.
const MOST_HEADER_BYTES: u64 = 100_000_000;

/// The weight files of a checkpoint and what is where in them.
#[derive(Debug)]
pub(crate) struct WeightFiles {
    paths: Vec<PathBuf>,
    /// By name without prefix.
    pub(crate) tensors: BTreeMap<String, StoredTensor>,
}

/// One tensor in a file.
#[derive(Clone, Debug)]
pub(crate) struct StoredTensor {
    /// Name as the file has it.
    pub(crate) name: String,
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    file: usize,
    /// From the start of the file.
    offset: u64,
    n_bytes: usize,
}

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

impl WeightFiles {
    /// Reads the headers of `model.safetensors`, or of the shards in its index.
    pub(crate) fn open(dir: &Path, names: &Names) -> Result<Self, ModelError> {
        let single = dir.join(SINGLE);
        let index = dir.join(INDEX);
        let mut files = Self {
            paths: Vec::new(),
            tensors: BTreeMap::new(),
        };
        if single.is_file() {
            files.add(dir, single, names)?;
        } else if index.is_file() {
            files.add_shards(dir, &index, names)?;
        } else {
            return Err(ModelError::NoWeights {
                dir: dir.to_owned(),
            });
        }
        Ok(files)
    }

    fn add_shards(
        &mut self,
        dir: &Path,
        index_path: &Path,
        names: &Names,
    ) -> Result<(), ModelError> {
        let text = read_text(index_path)?;
        let index: Index = serde_json::from_str(&text).map_err(|source| ModelError::Index {
            path: index_path.to_owned(),
            source,
        })?;
        let mut shards: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (tensor, shard) in &index.weight_map {
            shards.entry(shard).or_default().push(tensor);
        }
        for (shard, tensors) in shards {
            if !stays_inside(shard) {
                return Err(ModelError::ShardOutside {
                    path: index_path.to_owned(),
                    shard: shard.to_owned(),
                });
            }
            let path = dir.join(shard);
            if !path.is_file() {
                return Err(ModelError::ShardMissing {
                    path: index_path.to_owned(),
                    tensor: tensors[0].to_owned(),
                    shard: shard.to_owned(),
                });
            }
            let stored = self.add(dir, path, names)?;
            if let Some(tensor) = tensors.iter().find(|name| !stored.contains_key(**name)) {
                return Err(ModelError::ShardLacksTensor {
                    path: index_path.to_owned(),
                    tensor: (*tensor).to_owned(),
                    shard: shard.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Adds a file's tensors; returns their names in the file.
    fn add(
        &mut self,
        dir: &Path,
        path: PathBuf,
        names: &Names,
    ) -> Result<HashMap<String, StoredTensor>, ModelError> {
        let file = self.paths.len();
        let tensors = read_header(&path, file)?;
        self.paths.push(path);
        for (name, tensor) in &tensors {
            let name = names.normalise(name);
            if self.tensors.insert(name.clone(), tensor.clone()).is_some() {
                return Err(ModelError::Duplicate {
                    dir: dir.to_owned(),
                    name,
                });
            }
        }
        Ok(tensors)
    }

    /// Values of a tensor of a type that [`is_supported`], in the file's order.
    pub(crate) fn read(&self, tensor: &StoredTensor) -> Result<Vec<f32>, ModelError> {
        let path = &self.paths[tensor.file];
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(tensor.offset))?;
            let mut bytes = vec![0; tensor.n_bytes];
            file.read_exact(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = read().map_err(|source| ModelError::Read {
            path: path.clone(),
            source,
        })?;
        Ok(match tensor.dtype {
            Dtype::F16 => values(&bytes, |b| f16::from_le_bytes(b).to_f32()),
            Dtype::BF16 => values(&bytes, |b| bf16::from_le_bytes(b).to_f32()),
            _ => values(&bytes, f32::from_le_bytes),
        })
    }

    /// The shape of a weight, by its name without prefix.
    pub(crate) fn shape(&self, name: &str) -> Option<&[usize]> {
        Some(&self.tensors.get(name)?.shape)
    }

    /// SHA-256 of the files' bytes one after the other, in hexadecimal.
    pub(crate) fn digest(&self) -> Result<String, ModelError> {
        digest(&self.paths)
    }
}

/// SHA-256 of files' bytes one after the other, in hexadecimal: for one file, what `sha256sum`
/// prints.
pub(crate) fn digest(paths: &[PathBuf]) -> Result<String, ModelError> {
    let mut hasher = Sha256::new();
    for path in paths {
        File::open(path)
            .and_then(|mut file| io::copy(&mut file, &mut hasher))
            .map_err(|source| ModelError::Read {
                path: path.clone(),
                source,
            })?;
    }
    Ok(format!("{:x}", hasher.finalize()))
}

/// Whether a shard's name leads to no other folder than the index's own or one below it.
fn stays_inside(shard: &str) -> bool {
    let mut parts = Path::new(shard).components();
    parts.all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// Whether [`WeightFiles::read`] can turn a number type into f32.
pub(crate) fn is_supported(dtype: Dtype) -> bool {
    matches!(dtype, Dtype::F32 | Dtype::F16 | Dtype::BF16)
}

pub(crate) fn read_text(path: &Path) -> Result<String, ModelError> {
    std::fs::read_to_string(path).map_err(|source| ModelError::Read {
        path: path.to_owned(),
        source,
    })
}

/// The tensors of a file by their names in it, after checking that the file is whole.
fn read_header(path: &Path, file_idx: usize) -> Result<HashMap<String, StoredTensor>, ModelError> {
    let unreadable = |source| ModelError::Read {
        path: path.to_owned(),
        source,
    };
    let malformed = |source| ModelError::Header {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(unreadable)?;
    let found = file.metadata().map_err(unreadable)?.len();
    if found < LENGTH_BYTES {
        return Err(malformed(HeaderProblem::Short { found }));
    }
    let mut length = [0; LENGTH_BYTES as usize];
    file.read_exact(&mut length).map_err(unreadable)?;
    let length = u64::from_le_bytes(length);
    if length > MOST_HEADER_BYTES {
        return Err(malformed(HeaderProblem::TooLong { length }));
    }
    let start = LENGTH_BYTES + length;
    if found < start {
        return Err(malformed(HeaderProblem::Short { found }));
    }
    let mut header = vec![0; length as usize];
    file.read_exact(&mut header).map_err(unreadable)?;
    // The parser also checks that shapes, types and offsets agree and that no byte is left out.
    let metadata: Metadata =
        serde_json::from_slice(&header).map_err(|error| malformed(error.into()))?;
    let expected = start + metadata.data_len() as u64;
    if found != expected {
        return Err(ModelError::Length {
            path: path.to_owned(),
            expected,
            found,
        });
    }
    let tensors = metadata.tensors().into_iter().map(|(name, info)| {
        let (from, to) = info.data_offsets;
        let tensor = StoredTensor {
            name: name.clone(),
            dtype: info.dtype,
            shape: info.shape.clone(),
            file: file_idx,
            offset: start + from as u64,
            n_bytes: to - from,
        };
        (name, tensor)
    });
    Ok(tensors.collect())
}

fn values<const N: usize>(bytes: &[u8], value: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes
        .chunks_exact(N)
        .map(|chunk| value(chunk.try_into().expect("chunks of N bytes")))
        .collect()
}
