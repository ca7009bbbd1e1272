use std::collections::HashSet;

use lab::pictures::{
    SIDE, SheetLayout, class_names, contact_sheet, data, environment, pretraining,
    pretraining_class_names, pretraining_sheet,
};
use sha2::{Digest, Sha256};
use tasks::digest::hex;
use tasks::domainbed::{ImageSet, Pictures};

const PIXELS: f32 = (SIDE * SIDE) as f32;

fn every_environment() -> impl Iterator<Item = (ImageSet, usize)> {
    ImageSet::ALL
        .into_iter()
        .flat_map(|set| (0..4).map(move |index| (set, index)))
}

fn digest(pictures: &Pictures) -> String {
    let mut hash = Sha256::new();
    for (rgb, label) in pictures.rgb.iter().zip(&pictures.labels) {
        hash.update(rgb);
        hash.update([*label as u8]);
    }
    hex(&hash.finalize()[..8])
}

/// Published rows and the pretrained encoder rest on these pictures: a change here makes them stale.
#[test]
fn pictures_are_pinned() {
    let mut lines: Vec<String> = every_environment()
        .map(|(set, index)| {
            let digest = digest(&environment(set, index, 0, 70, SIDE));
            format!("{set} {index} {digest}")
        })
        .collect();
    lines.push(format!(
        "pretraining {}",
        digest(&pretraining(0, 120, SIDE))
    ));
    insta::assert_snapshot!("picture_digests", lines.join("\n"));
}

#[test]
fn more_pictures_begin_with_the_same_ones() {
    for (set, index) in every_environment() {
        let (few, many) = (
            environment(set, index, 5, 9, SIDE),
            environment(set, index, 5, 23, SIDE),
        );
        assert_eq!(few.rgb, many.rgb[..9], "{set} {index}");
        assert_eq!(few.labels, many.labels[..9], "{set} {index}");
    }
    assert_eq!(
        pretraining(5, 9, SIDE).rgb,
        pretraining(5, 50, SIDE).rgb[..9]
    );
}

#[test]
fn every_picture_has_the_size_asked_for() {
    for side in [16, 32, 50] {
        for (set, index) in every_environment() {
            let pictures = environment(set, index, 1, 5, side);
            assert_eq!((pictures.width, pictures.height), (side, side));
            assert!(
                pictures.rgb.iter().all(|rgb| rgb.len() == side * side * 3),
                "{set} {index}"
            );
        }
    }
}

#[test]
fn no_two_pictures_are_equal() {
    let mut seen = HashSet::new();
    let mut count = 0;
    for seed in [0, 1] {
        for (set, index) in every_environment() {
            for rgb in environment(set, index, seed, 150, SIDE).rgb {
                count += 1;
                seen.insert(rgb);
            }
        }
    }
    assert_eq!(seen.len(), count);
}

fn counts(pictures: &Pictures, classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    pictures.labels.iter().for_each(|&label| counts[label] += 1);
    counts
}

#[test]
fn classes_are_balanced_except_at_the_camera_traps() {
    for (set, index) in every_environment() {
        let classes = class_names(set).len();
        let counts = counts(&environment(set, index, 0, 803, 8), classes);
        let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
        if set == ImageSet::Terra {
            assert!(
                *least >= 10 && *most > 4 * least,
                "{set} {index}: {counts:?}"
            );
        } else {
            assert!(most - least <= 1, "{set} {index}: {counts:?}");
        }
    }
}

/// The names and the order that labels follow.
#[test]
fn class_names_are_domainbeds() {
    for set in ImageSet::ALL {
        let names = class_names(set);
        assert!(names.is_sorted(), "{names:?}");
        match set.classes() {
            Some(expected) => assert_eq!(names, expected),
            None => assert_eq!(names.len(), 16),
        }
    }
}

#[test]
fn pretraining_shares_no_class_with_the_sets() {
    let names = pretraining_class_names();
    assert_eq!(names.len(), 40);
    assert!(names.is_sorted());
    for set in ImageSet::ALL {
        let shared: Vec<_> = class_names(set)
            .into_iter()
            .filter(|name| names.contains(&name.to_lowercase().as_str()))
            .collect();
        assert!(shared.is_empty(), "{shared:?}");
    }
}

#[test]
fn a_whole_set_holds_its_four_environments() {
    let whole = data(ImageSet::Pacs, 3, 20, SIDE);
    assert_eq!(whole.classes, class_names(ImageSet::Pacs));
    for (index, domain) in whole.domains.iter().enumerate() {
        let alone = environment(ImageSet::Pacs, index, 3, 20, SIDE);
        assert_eq!(domain.name, ImageSet::Pacs.environments()[index].folder);
        assert_eq!(domain.pictures.len(), 20);
        assert_eq!(domain.pictures.rgb(7).unwrap().bytes(), alone.rgb[7]);
        assert_eq!(domain.pictures.label(7), alone.labels[7]);
    }
}

/// Means over an environment: saturation, brightness, and how far a pixel is from its right neighbour, each 0 to 1.
fn style(pictures: &Pictures) -> [f32; 3] {
    let mut sums = [0.0; 3];
    for rgb in &pictures.rgb {
        for line in rgb.chunks_exact(SIDE * 3) {
            let mut before = None;
            for pixel in line.chunks_exact(3) {
                let (high, low) = (pixel.iter().max().unwrap(), pixel.iter().min().unwrap());
                sums[0] += f32::from(high - low) / f32::from(*high).max(1.0);
                let grey = pixel.iter().map(|&channel| f32::from(channel)).sum::<f32>() / 765.0;
                sums[1] += grey;
                sums[2] += before.map_or(0.0, |before: f32| (grey - before).abs());
                before = Some(grey);
            }
        }
    }
    sums.map(|sum| sum / (PIXELS * pictures.rgb.len() as f32))
}

#[test]
fn environments_differ_in_style() {
    let of = |set, index| style(&environment(set, index, 0, 200, SIDE));
    let [art, cartoon, photo, sketch] = [0, 1, 2, 3].map(|index| of(ImageSet::Pacs, index));
    assert!(sketch[0] < 0.05 && sketch[1] > 0.75, "{sketch:?}");
    assert!(art[0] > photo[0] + 0.05, "art {art:?}, photo {photo:?}");
    assert!(
        cartoon[1] > photo[1] + 0.15,
        "cartoon {cartoon:?}, photo {photo:?}"
    );
    assert!(
        cartoon[2] > photo[2] + 0.01,
        "cartoon {cartoon:?}, photo {photo:?}"
    );
    let [_, clipart, product, real] = [0, 1, 2, 3].map(|index| of(ImageSet::OfficeHome, index));
    assert!(product[1] > real[1] + 0.2 && clipart[1] > real[1] + 0.2);
    let vlcs = [0, 1, 2, 3].map(|index| of(ImageSet::Vlcs, index));
    assert!(
        vlcs[0][1] > vlcs[3][1] + 0.1 && vlcs[2][0] > vlcs[1][0] + 0.1,
        "{vlcs:?}"
    );
}

/// Each class's mean of greys blurred to 8 x 8, and the share of `test` that is nearest to its own.
fn nearest_mean(train: &Pictures, test: &Pictures, classes: usize) -> f32 {
    let feature = |rgb: &[u8]| {
        let mut cells = vec![0.0f32; 64];
        for (index, pixel) in rgb.chunks_exact(3).enumerate() {
            let cell = index / SIDE / 4 * 8 + index % SIDE / 4;
            cells[cell] += pixel.iter().map(|&channel| f32::from(channel)).sum::<f32>();
        }
        let mean = cells.iter().sum::<f32>() / 64.0;
        cells.iter_mut().for_each(|cell| *cell -= mean);
        cells
    };
    let mut means = vec![vec![0.0f32; 64]; classes];
    for (rgb, &label) in train.rgb.iter().zip(&train.labels) {
        for (mean, cell) in means[label].iter_mut().zip(feature(rgb)) {
            *mean += cell * classes as f32 / train.rgb.len() as f32;
        }
    }
    let right = test.rgb.iter().zip(&test.labels).filter(|(rgb, label)| {
        let cells = feature(rgb);
        let distance = |class: &usize| -> f32 {
            let differences = means[*class].iter().zip(&cells);
            differences
                .map(|(mean, cell)| (mean - cell) * (mean - cell))
                .sum()
        };
        let nearest = (0..classes).min_by(|a, b| distance(a).total_cmp(&distance(b)));
        nearest == Some(**label)
    });
    right.count() as f32 / test.rgb.len() as f32
}

/// The classes must be there to be learnt, but not by a look at which pixels are dark.
#[test]
fn nearest_mean_beats_chance_and_is_far_from_solving() {
    for set in [ImageSet::Vlcs, ImageSet::Pacs, ImageSet::OfficeHome] {
        let classes = class_names(set).len();
        let source = environment(set, ImageSet::SOURCE, 0, 640, SIDE);
        let other = environment(set, ImageSet::SOURCE, 1, 320, SIDE);
        let accuracy = nearest_mean(&source, &other, classes);
        let chance = 1.0 / classes as f32;
        assert!(accuracy > 1.25 * chance, "{set}: {accuracy}");
        assert!(accuracy < 0.6, "{set}: {accuracy}");
    }
}

#[test]
fn a_contact_sheet_shows_the_first_pictures_of_each_class() {
    let layout = SheetLayout {
        side: SIDE,
        zoom: 3,
        examples: 2,
        gap: 5,
    };
    let sheet = contact_sheet(ImageSet::Pacs, 4, layout);
    let cell = SIDE * 3 + 5;
    assert_eq!(
        (sheet.width, sheet.height),
        (7 * cell + 5, 4 * (2 * cell + 10))
    );
    assert_eq!(sheet.rgb.len(), sheet.width * sheet.height * 3);

    // The second elephant among the photographs.
    let photos = environment(ImageSet::Pacs, 2, 4, 40, SIDE);
    let index = (0..40)
        .filter(|&index| photos.labels[index] == 1)
        .nth(1)
        .unwrap();
    let (left, top) = (5 + cell, 5 + 2 * (2 * cell + 10) + cell);
    for (x, y) in [(0, 0), (95, 95), (40, 17)] {
        let from = (y / 3 * SIDE + x / 3) * 3;
        let at = ((top + y) * sheet.width + left + x) * 3;
        assert_eq!(sheet.rgb[at..at + 3], photos.rgb[index][from..from + 3]);
    }
    // The gap at the corner is white.
    assert_eq!(sheet.rgb[..3], [255; 3]);

    let wide = pretraining_sheet(4, layout);
    assert_eq!(wide.width, 40 * cell + 5);
}
