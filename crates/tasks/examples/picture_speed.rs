//! How fast pictures are decoded, changed by chance and resized: what a loader's worker can feed.
//!
//! `cargo run -p repro -p tasks --example picture_speed -- DIR pacs [SECONDS]` takes training batches of every
//! environment for some seconds each (3 by default) and prints pictures a second for one worker, after the number of
//! pictures, how many of them are damaged, and the set's digest. DIR holds DomainBed's folders.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tasks::domainbed::{
    Augment, Domain, Error, EvalOptions, ImageSet, Loading, Normalise, OnCorrupt, PictureStream,
    PixelBatch, Preprocess, TrainOptions, View, read_folder,
};

const PREPROCESS: Preprocess = Preprocess {
    side: 224,
    normalise: Normalise::ImageNet,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (dir, set, seconds) = match &arguments[..] {
        [dir, set] => (dir, set, 3.0),
        [dir, set, seconds] => (dir, set, seconds.parse()?),
        _ => return Err("expected a data directory, a set and perhaps seconds".into()),
    };
    let data = read_folder(Path::new(dir), set.parse::<ImageSet>()?)?;
    let start = Instant::now();
    let digest = data.digest()?;
    println!("digest {digest}, in {:.2} s", start.elapsed().as_secs_f64());
    for domain in &data.domains {
        let (trained, evaluated, damaged) = measure(domain, Duration::from_secs_f64(seconds))?;
        println!(
            "{:12} {:5} pictures, {damaged} damaged among those evaluated, {trained:.0} training and {evaluated:.0} \
             evaluation pictures a second",
            domain.name,
            domain.pictures.len()
        );
    }
    Ok(())
}

/// Pictures a second in training and in evaluation, and the number of damaged ones.
fn measure(domain: &Domain, time: Duration) -> Result<(f64, f64, usize), Error> {
    let indices: Vec<usize> = (0..domain.pictures.len()).collect();
    let loading = Loading {
        on_corrupt: OnCorrupt::Skip,
        ..Loading::default()
    };
    let train = TrainOptions {
        batch: 32,
        steps: usize::MAX,
        seed: 0,
        augment: Augment::default(),
        preprocess: PREPROCESS,
        loading: loading.clone(),
    };
    let mut stream = PictureStream::train(Arc::clone(&domain.pictures), indices.clone(), train);
    let trained = rate(&mut stream, time)?;
    drop(stream);
    let eval = EvalOptions {
        batch: 64,
        view: View::Plain,
        preprocess: PREPROCESS,
        loading,
    };
    let mut stream = PictureStream::evaluate(Arc::clone(&domain.pictures), indices, eval);
    let evaluated = rate(&mut stream, time)?;
    Ok((trained, evaluated, stream.skipped().len()))
}

/// Pictures a second over the batches of about `time`.
fn rate(
    batches: impl Iterator<Item = Result<PixelBatch, Error>>,
    time: Duration,
) -> Result<f64, Error> {
    let start = Instant::now();
    let mut n_pictures = 0;
    for batch in batches {
        n_pictures += batch?.len();
        if start.elapsed() > time {
            break;
        }
    }
    Ok(n_pictures as f64 / start.elapsed().as_secs_f64())
}
