use burn::tensor::Tensor;
use ops::{DropoutConfig, MaskStream};

use crate::numbers::{device, numbers, values};

#[test]
fn drops_the_asked_share_and_keeps_the_mean() {
    let device = device().autodiff();
    let dropout = DropoutConfig { prob: 0.3 }.init(&MaskStream::new(1));
    let y = values(dropout.forward(Tensor::<1>::ones([200_000], &device)));
    let zeros = y.iter().filter(|&&y| y == 0.0).count() as f64 / y.len() as f64;
    // Five standard deviations of a binomial share.
    assert!(
        (zeros - 0.3).abs() < 5.0 * (0.21f64 / 200_000.0).sqrt(),
        "{zeros}"
    );
    assert!(y.iter().all(|&y| y == 0.0 || (y - 1.0 / 0.7).abs() < 1e-6));
}

#[test]
fn the_gradient_has_the_same_mask() {
    let device = device().autodiff();
    let dropout = DropoutConfig { prob: 0.5 }.init(&MaskStream::new(2));
    let x = Tensor::<1>::ones([100_000], &device).require_grad();
    let y = dropout.forward(x.clone());
    let grads = y.clone().sum().backward();
    assert_eq!(values(y.detach()), values(x.grad(&grads).unwrap()));
}

#[test]
fn masks_follow_the_seed_and_change_with_every_call() {
    let device = device().autodiff();
    let x = || Tensor::<1>::ones([1000], &device);
    let stream = MaskStream::new(7);
    let dropout = DropoutConfig { prob: 0.5 }.init(&stream);
    let first = values(dropout.forward(x()));
    let second = values(dropout.forward(x()));
    assert_ne!(first, second);
    stream.reseed(7);
    assert_eq!(values(dropout.forward(x())), first);
}

#[test]
fn neighbouring_elements_are_independent() {
    let device = device().autodiff();
    let dropout = DropoutConfig { prob: 0.5 }.init(&MaskStream::new(3));
    let y = values(dropout.forward(Tensor::<1>::ones([200_000], &device)));
    for lag in [1, 2, 8, 64, 384] {
        let both = (lag..y.len())
            .filter(|&i| y[i] == 0.0 && y[i - lag] == 0.0)
            .count() as f64
            / (y.len() - lag) as f64;
        assert!((both - 0.25).abs() < 0.006, "lag {lag}: {both}");
    }
}

#[test]
fn nothing_is_dropped_without_autodiff() {
    let device = device();
    let dropout = DropoutConfig { prob: 0.5 }.init(&MaskStream::new(4));
    let x = numbers([50], 1, &device);
    assert_eq!(values(dropout.forward(x.clone())), values(x));
}
