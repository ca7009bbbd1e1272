//! Layers with known values, and reading tensors back.

use adapters::{
    AdaptedLinear, AdaptedLinearConfig, Adapter, FactorInit, LoraConfig, LowRank, Trains, adapt,
};
use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The device that LORA_TEST_DEVICE names, flex by default; without autodiff.
pub fn device() -> Device {
    let name = std::env::var("LORA_TEST_DEVICE").unwrap_or_else(|_| "flex".into());
    ops::device(&name).unwrap()
}

/// Values between -1 and 1, a function of `seed`.
pub fn random<const D: usize>(dims: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let n = dims.iter().product();
    let values: Vec<f32> = (0..n).map(|_| rng.random_range(-1.0..1.0)).collect();
    Tensor::from_data(TensorData::new(values, dims), device)
}

/// A layer whose weight and bias are a function of `seed`; nothing is zero.
pub fn layer(d_in: usize, d_out: usize, seed: u64, device: &Device) -> AdaptedLinear {
    let mut layer = AdaptedLinearConfig::new(d_in, d_out).init(device);
    layer.weight = Param::from_tensor(random([d_in, d_out], seed, device));
    layer.bias = Some(Param::from_tensor(random([d_out], seed + 1, device)));
    layer
}

/// Shapes and settings of one adapted layer.
#[derive(Clone, Debug)]
pub struct Case {
    pub d_in: usize,
    pub d_out: usize,
    pub rank: usize,
    pub alpha: f64,
    pub batch: usize,
    pub seed: u64,
}

impl Case {
    /// The layer with two non-zero factors, B as large as A.
    pub fn layer(&self, device: &Device) -> AdaptedLinear {
        let mut layer = self.started(FactorInit::KaimingUniform, FactorInit::Zero, device);
        low_rank_mut(&mut layer).b = Param::from_tensor(random(
            [self.rank, self.d_out],
            self.seed.wrapping_add(2),
            device,
        ));
        layer
    }

    /// The layer with factors as `a` and `b` start them.
    pub fn started(&self, a: FactorInit, b: FactorInit, device: &Device) -> AdaptedLinear {
        let config = both(self.rank, a, b).with_alpha(self.alpha);
        let mut layer = self.plain(device);
        adapt(&mut layer, &config, &[""], self.seed, &Default::default()).unwrap();
        layer
    }

    /// The layer without adapter.
    pub fn plain(&self, device: &Device) -> AdaptedLinear {
        layer(self.d_in, self.d_out, self.seed, device)
    }

    /// Input of the layer.
    pub fn x(&self, device: &Device) -> Tensor<2> {
        random([self.batch, self.d_in], self.seed.wrapping_add(3), device)
    }
}

/// Settings in which both factors train, from any two starts.
pub fn both(rank: usize, a: FactorInit, b: FactorInit) -> LoraConfig {
    LoraConfig {
        a,
        b,
        trains: Trains::Both,
        ..LoraConfig::train_b(rank, a)
    }
}

/// The low-rank adapter of a layer that has one.
pub fn low_rank(layer: &AdaptedLinear) -> &LowRank {
    match &layer.adapter {
        Some(Adapter::LowRank(adapter)) => adapter,
        other => panic!("not a low-rank adapter: {other:?}"),
    }
}

pub fn low_rank_mut(layer: &mut AdaptedLinear) -> &mut LowRank {
    match &mut layer.adapter {
        Some(Adapter::LowRank(adapter)) => adapter,
        other => panic!("not a low-rank adapter: {other:?}"),
    }
}

pub fn values<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
    tensor.to_data().iter::<f32>().collect()
}

pub fn bits<const D: usize>(tensor: &Tensor<D>) -> Vec<u32> {
    values(tensor).into_iter().map(f32::to_bits).collect()
}

/// Largest difference of two tensors, relative to the larger one's largest value (at least 1).
pub fn distance<const D: usize>(x: &Tensor<D>, y: &Tensor<D>) -> f32 {
    assert_eq!(x.dims(), y.dims());
    let (x, y) = (values(x), values(y));
    let largest = x.iter().chain(&y).fold(1.0f32, |m, v| m.max(v.abs()));
    let difference = x
        .iter()
        .zip(&y)
        .fold(0.0f32, |m, (x, y)| m.max((x - y).abs()));
    difference / largest
}

/// Largest difference of `vectors^T vectors` from the identity, in f64.
pub fn deviation_from_orthonormal(vectors: &[Vec<f32>]) -> f64 {
    let mut worst = 0.0f64;
    for (i, u) in vectors.iter().enumerate() {
        for (j, v) in vectors.iter().enumerate() {
            let expected = if i == j { 1.0 } else { 0.0 };
            worst = worst.max((dot(u, v) - expected).abs());
        }
    }
    worst
}

pub fn dot(u: &[f32], v: &[f32]) -> f64 {
    u.iter()
        .zip(v)
        .map(|(&u, &v)| f64::from(u) * f64::from(v))
        .sum()
}

/// The rows of the paper's A: `rank` vectors of length d_in.
pub fn rows_of_a(adapter: &LowRank) -> Vec<Vec<f32>> {
    rows(&adapter.a.val().transpose())
}

/// The columns of the paper's B: `rank` vectors of length d_out.
pub fn columns_of_b(adapter: &LowRank) -> Vec<Vec<f32>> {
    rows(&adapter.b.val())
}

pub fn rows(matrix: &Tensor<2>) -> Vec<Vec<f32>> {
    let width = matrix.dims()[1];
    values(matrix).chunks(width).map(<[f32]>::to_vec).collect()
}
