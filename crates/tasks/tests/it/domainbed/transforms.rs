use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest as _, Sha256};
use tasks::digest::hex;
use tasks::domainbed::colour::{from_hsv, grey, to_hsv};
use tasks::domainbed::{
    Augment, Crop, Jitter, Normalise, Preprocess, Rgb, colour, resize, resize_crop,
};

use super::{difference, fixture, picture, reference};

/// Names of fixtures that start with `prefix`, with the numbers after it.
fn cases(prefix: &str) -> Vec<(String, Vec<String>)> {
    let names = std::fs::read_dir(fixture("")).unwrap();
    let mut found: Vec<(String, Vec<String>)> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| {
            let numbers = name.strip_prefix(prefix)?.strip_suffix(".png")?;
            let numbers = numbers.split(['x', '_']).map(str::to_owned).collect();
            Some((name, numbers))
        })
        .collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

/// fast_image_resize keeps its filter's weights in 16 bits, Pillow in 22.
#[test]
fn resize_is_within_a_grey_level_of_pillows() {
    let source = picture("source.png");
    for (name, sides) in cases("resize-") {
        let [width, height] = [0, 1].map(|at| sides[at].parse().unwrap());
        let (most, mean) = difference(&resize(&source, width, height), &picture(&name));
        assert!(most <= 1 && mean < 0.1, "{name}: most {most}, mean {mean}");
    }
}

#[test]
fn resized_crop_is_within_a_grey_level_of_torchvisions() {
    let source = picture("source.png");
    for (name, numbers) in cases("crop-") {
        let numbers: Vec<usize> = numbers[0].split('-').map(|n| n.parse().unwrap()).collect();
        let [left, top, width, height, side] = numbers[..] else {
            panic!("{name}")
        };
        let crop = Crop {
            left,
            top,
            width,
            height,
        };
        let (most, mean) = difference(&resize_crop(&source, crop, side, side), &picture(&name));
        assert!(most <= 1 && mean < 0.1, "{name}: most {most}, mean {mean}");
    }
}

#[test]
fn colours_are_torchvisions_to_the_byte() {
    for (name, _) in cases("colour-") {
        let (operation, factor) = name[7..name.len() - 4].split_once('-').unwrap();
        let factor: f64 = factor.parse().unwrap();
        let mut ours = picture("source.png");
        let bytes = ours.bytes_mut();
        match operation {
            "brightness" => colour::brightness(bytes, factor as f32),
            "contrast" => colour::contrast(bytes, factor as f32),
            "saturation" => colour::saturation(bytes, factor as f32),
            "hue" => colour::hue(bytes, factor),
            "greyscale" => colour::greyscale(bytes),
            _ => panic!("{name}"),
        }
        assert_eq!(difference(&ours, &picture(&name)), (0, 0.0), "{name}");
    }
}

#[test]
fn flip_is_torchvisions() {
    let mut ours = picture("source.png");
    ours.flip_horizontally();
    assert_eq!(ours, picture("flip.png"));
    // An odd width keeps its middle column.
    let mut odd = Rgb::new(3, 1, vec![1, 2, 3, 4, 5, 6, 7, 8, 9]);
    odd.flip_horizontally();
    assert_eq!(odd.bytes(), [7, 8, 9, 4, 5, 6, 1, 2, 3]);
}

#[test]
fn every_colour_converts_as_in_pillow() {
    fn digest<const N: usize>(convert: impl Fn([u8; 3]) -> [u8; N]) -> String {
        let mut hash = Sha256::new();
        let mut row = Vec::with_capacity(N << 16);
        for first in 0..=255 {
            row.clear();
            for rest in 0..=u16::MAX {
                let [second, third] = rest.to_be_bytes();
                row.extend(convert([first, second, third]));
            }
            hash.update(&row);
        }
        hex(&hash.finalize())
    }
    let reference = reference();
    assert_eq!(reference["grey_of_every_rgb"], digest(|rgb| [grey(rgb)]));
    assert_eq!(reference["hsv_of_every_rgb"], digest(to_hsv));
    assert_eq!(reference["rgb_of_every_hsv"], digest(from_hsv));
}

#[test]
fn normalised_floats_are_torchs_to_the_bit() {
    let bytes = (0..=255).flat_map(|byte| [byte; 3]).collect();
    let every_byte = Rgb::new(16, 16, bytes);
    let reference = reference();
    for (normalise, name) in [(Normalise::ImageNet, "imagenet"), (Normalise::Half, "half")] {
        let preprocess = Preprocess {
            side: 16,
            normalise,
        };
        let mut pixels = vec![0.0_f32; preprocess.n_floats()];
        preprocess.plain(&every_byte, &mut pixels);
        let mut hash = Sha256::new();
        for pixel in pixels {
            hash.update(pixel.to_le_bytes());
        }
        let digest = hex(&hash.finalize());
        assert_eq!(reference["normalised_every_byte"][name], digest, "{name}");
    }
}

/// Deciles of 20 000 draws, ours and torchvision's; their standard error is below 0.004 of a range below 1.
#[test]
fn crops_are_distributed_as_torchvisions() {
    let augment = Augment::default();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for case in reference()["crops"].as_array().unwrap() {
        let [width, height] = [0, 1].map(|at| case["size"][at].as_u64().unwrap() as usize);
        let crops: Vec<Crop> = (0..20_000)
            .map(|_| augment.draw(width, height, &mut rng).crop)
            .collect();
        let check = |what: &str, value: &dyn Fn(&Crop) -> f64| {
            let mut values: Vec<f64> = crops.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            for tenth in 1..10 {
                let ours = values[values.len() * tenth / 10];
                let theirs = case[what][tenth - 1].as_f64().unwrap();
                // One step of a crop's side, on top of the sampling error.
                let tolerance = 0.015 + 1.0 / width.min(height) as f64;
                assert!(
                    (ours - theirs).abs() <= tolerance,
                    "{width}x{height}, {what}, decile {tenth}: {ours} and torchvision's {theirs}"
                );
            }
        };
        let area = (width * height) as f64;
        check("area", &|crop| (crop.width * crop.height) as f64 / area);
        check("aspect", &|crop| crop.width as f64 / crop.height as f64);
        check("left", &|crop| crop.left as f64 / width as f64);
        check("top", &|crop| crop.top as f64 / height as f64);
    }
}

#[test]
fn chance_is_distributed_as_the_settings_say() {
    let augment = Augment::default();
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let n = 24_000;
    let drawn: Vec<_> = (0..n).map(|_| augment.draw(50, 50, &mut rng)).collect();
    let share = |count: usize| count as f64 / f64::from(n);
    let flips = share(drawn.iter().filter(|drawn| drawn.flip).count());
    assert!((flips - 0.5).abs() < 0.015, "{flips}");
    let greys = share(drawn.iter().filter(|drawn| drawn.grey).count());
    assert!((greys - 0.1).abs() < 0.01, "{greys}");

    // Factors are even over their ranges, whichever place they have.
    let mut factors: [Vec<f64>; 4] = Default::default();
    let mut orders = std::collections::BTreeMap::new();
    for drawn in &drawn {
        let mut order = Vec::new();
        for step in &drawn.jitter {
            let (at, position) = match *step {
                Jitter::Brightness(factor) => (0, (factor - 0.7) / 0.6),
                Jitter::Contrast(factor) => (1, (factor - 0.7) / 0.6),
                Jitter::Saturation(factor) => (2, (factor - 0.7) / 0.6),
                Jitter::Hue(shift) => (3, (shift + 0.3) / 0.6),
            };
            factors[at].push(position);
            order.push(at);
        }
        *orders.entry(order).or_insert(0) += 1;
    }
    for mut positions in factors {
        assert_eq!(positions.len(), n as usize);
        positions.sort_by(f64::total_cmp);
        for (at, position) in positions.into_iter().enumerate() {
            // Kolmogorov and Smirnov's distance; 0.0126 at 0.1 %.
            assert!((position - share(at)).abs() < 0.0126);
        }
    }
    // All 24 orders, each about 1000 times.
    assert_eq!(orders.len(), 24);
    assert!(
        orders.values().all(|&count| (850..1150).contains(&count)),
        "{orders:?}"
    );
}

#[test]
fn strength_zero_leaves_a_step_out() {
    let still = Augment {
        area: (1.0, 1.0),
        aspect: (1.0, 1.0),
        flip: 0.0,
        brightness: 0.0,
        contrast: 0.0,
        saturation: 0.0,
        hue: 0.0,
        grey: 0.0,
    };
    let square = resize(&picture("source.png"), 24, 24);
    let drawn = still.draw(24, 24, &mut ChaCha8Rng::seed_from_u64(3));
    assert_eq!(drawn.jitter, []);
    assert_eq!(drawn.apply(&square, 24), square);
}

#[test]
fn the_same_chance_gives_the_same_picture() {
    let augment = Augment::default();
    let source = picture("source.png");
    let drawn = |seed| augment.draw(40, 30, &mut ChaCha8Rng::seed_from_u64(seed));
    assert_eq!(drawn(7).apply(&source, 20), drawn(7).apply(&source, 20));
    assert_ne!(drawn(7).apply(&source, 20), drawn(8).apply(&source, 20));
}
