use std::path::PathBuf;

use adapters::MaskStream;
use burn::tensor::{Bool, Device, Int, Shape, Tensor, TensorData};
use models::{Checkpoint, Dropouts, Encoder, EncoderInput, ImageClassifier, Roberta, Vit};
use safetensors::{Dtype, SafeTensors};

/// The device that LORA_TEST_DEVICE names, flex by default.
pub fn device() -> Device {
    let name = std::env::var("LORA_TEST_DEVICE").unwrap_or_else(|_| "flex".into());
    ops::device(&name).unwrap()
}

pub fn dir(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

pub fn open(name: &str) -> Checkpoint<Roberta> {
    Checkpoint::<Roberta>::open(dir(name)).unwrap()
}

pub fn encoder(name: &str) -> Encoder {
    open(name)
        .backbone(&device(), &MaskStream::new(0), Dropouts::off())
        .unwrap()
}

pub fn open_vision(name: &str) -> Checkpoint<Vit> {
    Checkpoint::<Vit>::open(dir(name)).unwrap()
}

/// With the checkpoint's own head, for images of any size.
pub fn image_classifier(name: &str) -> ImageClassifier {
    open_vision(name)
        .with_interpolation()
        .classifier_with_head(&device(), &MaskStream::new(0), Dropouts::off())
        .unwrap()
}

/// The tensors of a `reference.safetensors`.
pub struct Reference(Vec<u8>);

impl Reference {
    pub fn open(name: &str) -> Self {
        Self(std::fs::read(dir(name).join("reference.safetensors")).unwrap())
    }

    fn get(&self, name: &str) -> (Dtype, Vec<usize>, Vec<u8>) {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let view = file.tensor(name).unwrap();
        (view.dtype(), view.shape().to_vec(), view.data().to_vec())
    }

    pub fn names(&self) -> Vec<String> {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        file.names().into_iter().map(str::to_owned).collect()
    }

    pub fn has(&self, name: &str) -> bool {
        SafeTensors::deserialize(&self.0)
            .unwrap()
            .tensor(name)
            .is_ok()
    }

    /// Values of an f32 or f64 tensor.
    pub fn values(&self, name: &str) -> Vec<f64> {
        let (dtype, _, bytes) = self.get(name);
        match dtype {
            Dtype::F32 => bytes
                .chunks_exact(4)
                .map(|b| f64::from(f32::from_le_bytes(b.try_into().unwrap())))
                .collect(),
            Dtype::F64 => bytes
                .chunks_exact(8)
                .map(|b| f64::from_le_bytes(b.try_into().unwrap()))
                .collect(),
            other => panic!("{name} is {other:?}"),
        }
    }

    pub fn float<const D: usize>(&self, name: &str, device: &Device) -> Tensor<D> {
        let (_, shape, _) = self.get(name);
        let values: Vec<f32> = self.values(name).iter().map(|&v| v as f32).collect();
        Tensor::from_data(TensorData::new(values, Shape::from(shape)), device)
    }

    pub fn int<const D: usize>(&self, name: &str, device: &Device) -> Tensor<D, Int> {
        let (dtype, shape, bytes) = self.get(name);
        assert_eq!(dtype, Dtype::I64);
        let values: Vec<i64> = bytes
            .chunks_exact(8)
            .map(|b| i64::from_le_bytes(b.try_into().unwrap()))
            .collect();
        Tensor::from_data(TensorData::new(values, Shape::from(shape)), device)
    }

    pub fn input(&self, device: &Device) -> EncoderInput {
        let mask: Tensor<2, Bool> = self.int("attention_mask", device).not_equal_elem(0);
        let input = EncoderInput::new(self.int("input_ids", device), mask);
        if self.has("token_type_ids") {
            input.with_type_ids(self.int("token_type_ids", device))
        } else {
            input
        }
    }
}

pub fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

pub fn max_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(
            0.0,
            |worst, d| if d.is_nan() { f64::NAN } else { worst.max(d) },
        )
}

/// An error and its causes as the binaries print them.
pub fn chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", chain(source)),
        None => error.to_string(),
    }
}
