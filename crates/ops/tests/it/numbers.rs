//! Deterministic test numbers, and their comparison.

use burn::tensor::{Device, Tensor, TensorData};

/// The device that LORA_TEST_DEVICE names, flex by default.
pub fn device() -> Device {
    let name = std::env::var("LORA_TEST_DEVICE").unwrap_or_else(|_| "flex".into());
    ops::device(&name).unwrap()
}

/// Numbers between -2 and 2 without pattern; different for each `salt`.
pub fn numbers<const D: usize>(shape: [usize; D], salt: u64, device: &Device) -> Tensor<D> {
    let n: usize = shape.iter().product();
    let mut state = salt.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let values: Vec<f32> = (0..n)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((state >> 40) as f32 / (1u64 << 24) as f32) * 4.0 - 2.0
        })
        .collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

pub fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

pub fn bits<const D: usize>(tensor: Tensor<D>) -> Vec<u32> {
    values(tensor).into_iter().map(f32::to_bits).collect()
}

/// Fails unless the two differ by at most `tolerance` everywhere.
pub fn assert_close<const D: usize>(a: Tensor<D>, b: Tensor<D>, tolerance: f32) {
    assert_eq!(a.dims(), b.dims());
    let (a, b) = (values(a), values(b));
    let worst = a
        .iter()
        .zip(&b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0f32, f32::max);
    assert!(
        worst <= tolerance && a.iter().all(|a| a.is_finite()),
        "differ by {worst}"
    );
}

/// Runs on a pool of so many threads.
pub fn on_threads<T: Send>(n: usize, run: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build();
    pool.unwrap().install(run)
}
