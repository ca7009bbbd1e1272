//! Micro-benchmarks of the picture loader: JPEG files of PACS's size (227 x 227) read, decoded,
//! changed by chance as DomainBed does, resized and normalised, on one worker thread.
//!
//! `make microbench ARGS=pictures`; `make bench` has what the models eat.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use decoders::codecs::jpeg::JpegEncoder;
use decoders::{ExtendedColorType, ImageEncoder};
use divan::Bencher;
use divan::counter::ItemsCount;
use lab::pictures;
use tasks::domainbed::{
    Augment, DomainData, EvalOptions, ImageSet, Loading, Normalise, PictureStream, Preprocess,
    TrainOptions, View, read_folder,
};
use tempfile::TempDir;

const SIDE: usize = 227;
const PICTURES: usize = 32;
const BATCH: usize = 32;
const BATCHES: usize = 4;

/// What a model takes: DINOv2-S in the small scale, ViT-B/16 in the paper's.
const MODEL_SIDES: [usize; 2] = [112, 224];

fn main() {
    divan::main();
}

/// Drawn pictures as JPEG files, laid out as DomainBed's PACS.
fn jpegs() -> (TempDir, DomainData) {
    let folder = TempDir::new().expect("a folder for the pictures");
    let drawn = pictures::data(ImageSet::Pacs, 0, PICTURES, SIDE);
    for domain in &drawn.domains {
        for index in 0..domain.pictures.len() {
            let class = &drawn.classes[domain.pictures.label(index)];
            let path = folder.path().join(ImageSet::Pacs.folder());
            let path = path.join(&domain.name).join(class);
            let rgb = domain.pictures.stored(index).expect("drawn in memory");
            write_jpeg(&path, index, &rgb);
        }
    }
    let read = read_folder(folder.path(), ImageSet::Pacs).expect("written just now");
    (folder, read)
}

fn write_jpeg(folder: &Path, index: usize, rgb: &[u8]) {
    fs::create_dir_all(folder).expect("a folder of a class");
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90)
        .write_image(rgb, SIDE as u32, SIDE as u32, ExtendedColorType::Rgb8)
        .expect("pixels of this size");
    fs::write(folder.join(format!("{index}.jpg")), bytes).expect("a file of the class");
}

fn preprocess(side: usize) -> Preprocess {
    Preprocess {
        side,
        normalise: Normalise::ImageNet,
    }
}

#[divan::bench(args = MODEL_SIDES, sample_count = 10, sample_size = 1)]
fn pictures_for_training(bencher: Bencher, side: usize) {
    let (_folder, data) = jpegs();
    let source = &data.domains[ImageSet::SOURCE].pictures;
    bencher
        .counter(ItemsCount::new(BATCH * BATCHES))
        .bench_local(|| {
            let options = TrainOptions {
                batch: BATCH,
                steps: BATCHES,
                seed: 0,
                augment: Augment::default(),
                preprocess: preprocess(side),
                loading: Loading::default(),
            };
            let indices = (0..source.len()).collect();
            PictureStream::train(Arc::clone(source), indices, options).count()
        });
}

#[divan::bench(args = MODEL_SIDES, sample_count = 10, sample_size = 1)]
fn pictures_for_evaluation(bencher: Bencher, side: usize) {
    let (_folder, data) = jpegs();
    let source = &data.domains[ImageSet::SOURCE].pictures;
    bencher
        .counter(ItemsCount::new(source.len() * BATCHES))
        .bench_local(|| {
            let options = EvalOptions {
                batch: BATCH,
                view: View::Plain,
                preprocess: preprocess(side),
                loading: Loading::default(),
            };
            let indices: Vec<usize> = (0..source.len()).collect();
            PictureStream::evaluate(Arc::clone(source), indices.repeat(BATCHES), options).count()
        });
}
