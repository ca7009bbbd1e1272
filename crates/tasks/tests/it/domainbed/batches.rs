use std::borrow::Cow;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tasks::domainbed::{
    Augment, Error, EvalOptions, ImageSet, Loading, Normalise, OnCorrupt, PictureSource,
    PictureStream, Pictures, PixelBatch, Preprocess, Rgb, TrainOptions, View, read_folder,
};

use super::folders::{pacs, write};

const PREPROCESS: Preprocess = Preprocess {
    side: 8,
    normalise: Normalise::Half,
};

/// `n` pictures of one grey each, picture `i` of grey `i`, classes in turn.
fn greys(n: usize) -> Arc<dyn PictureSource> {
    Arc::new(Pictures {
        width: 8,
        height: 8,
        rgb: (0..n).map(|grey| vec![grey as u8; 192]).collect(),
        labels: (0..n).map(|index| index % 3).collect(),
    })
}

fn train(steps: usize, seed: u64, workers: usize) -> TrainOptions {
    TrainOptions {
        batch: 32,
        steps,
        seed,
        augment: Augment::default(),
        preprocess: PREPROCESS,
        loading: Loading {
            workers,
            ..Loading::default()
        },
    }
}

fn eval(view: View, on_corrupt: OnCorrupt) -> EvalOptions {
    EvalOptions {
        batch: 64,
        view,
        preprocess: PREPROCESS,
        loading: Loading {
            on_corrupt,
            ..Loading::default()
        },
    }
}

fn all(stream: impl Iterator<Item = Result<PixelBatch, Error>>) -> Vec<PixelBatch> {
    stream.map(Result::unwrap).collect()
}

/// The byte that a float of [`PREPROCESS`] was.
fn byte(pixel: f32) -> f32 {
    (pixel * 0.5 + 0.5) * 255.0
}

#[test]
fn evaluation_sees_every_picture_once_in_order() {
    let indices: Vec<usize> = (0..150).rev().collect();
    let options = eval(View::Plain, OnCorrupt::Fail);
    let batches = all(PictureStream::evaluate(
        greys(200),
        indices.clone(),
        options,
    ));
    let sizes: Vec<usize> = batches.iter().map(PixelBatch::len).collect();
    assert_eq!(sizes, [64, 64, 22]);
    let seen: Vec<usize> = batches
        .iter()
        .flat_map(|batch| batch.indices.clone())
        .collect();
    assert_eq!(seen, indices);
    for batch in &batches {
        assert_eq!(batch.pixels.len(), batch.len() * 3 * 8 * 8);
        for (at, picture) in batch.pixels.chunks(192).enumerate() {
            assert_eq!(batch.labels[at], batch.indices[at] % 3);
            for &pixel in picture {
                assert!((byte(pixel) - batch.indices[at] as f32).abs() < 1e-4);
            }
        }
    }
    assert_eq!(
        all(PictureStream::evaluate(
            greys(3),
            vec![],
            eval(View::Plain, OnCorrupt::Fail)
        )),
        []
    );
}

#[test]
fn channels_are_planes_and_rows_go_downwards() {
    // Red counts columns, green rows, blue is constant.
    let bytes = (0..64).flat_map(|at| [at % 8, at / 8, 200]).collect();
    let source = Pictures {
        width: 8,
        height: 8,
        rgb: vec![bytes],
        labels: vec![0],
    };
    let options = eval(View::Plain, OnCorrupt::Fail);
    let batch = &all(PictureStream::evaluate(Arc::new(source), vec![0], options))[0];
    let at = |channel: usize, row: usize, column: usize| {
        byte(batch.pixels[(channel * 8 + row) * 8 + column]).round() as usize
    };
    assert_eq!([at(0, 2, 5), at(1, 2, 5), at(2, 2, 5)], [5, 2, 200]);
}

#[test]
fn training_draws_with_replacement_from_its_indices() {
    let indices: Vec<usize> = (50..100).collect();
    let batches = all(PictureStream::train(greys(200), indices, train(100, 4, 1)));
    assert_eq!(batches.len(), 100);
    let mut counts = [0_usize; 200];
    for batch in &batches {
        assert_eq!(batch.len(), 32);
        for &index in &batch.indices {
            counts[index] += 1;
        }
    }
    assert!(
        counts[..50]
            .iter()
            .chain(&counts[100..])
            .all(|&count| count == 0)
    );
    // 3200 draws over 50 pictures: 64 each, deviation 7.9; without replacement all would be 64.
    assert!(
        counts[50..100]
            .iter()
            .all(|&count| (30..100).contains(&count))
    );
    let variance: f64 = counts[50..100]
        .iter()
        .map(|&c| (c as f64 - 64.0).powi(2))
        .sum::<f64>()
        / 50.0;
    assert!((25.0..125.0).contains(&variance), "{variance}");
    let repeats = batches.iter().filter(|batch| {
        let mut sorted = batch.indices.clone();
        sorted.sort_unstable();
        sorted.dedup();
        sorted.len() < 32
    });
    assert!(repeats.count() > 90, "a picture may be twice in a batch");
}

#[test]
fn threads_do_not_change_batches() {
    let run = |seed, workers, waiting| {
        let mut options = train(7, seed, workers);
        options.loading.waiting = waiting;
        all(PictureStream::train(
            greys(200),
            (0..200).collect(),
            options,
        ))
    };
    let one = run(5, 1, 2);
    assert_eq!(one, run(5, 1, 0));
    assert_eq!(one, run(5, 3, 1));
    assert_eq!(one, run(5, 9, 2));
    assert_ne!(one, run(6, 1, 2));
    // A longer stream begins as a shorter one.
    let options = train(3, 5, 2);
    assert_eq!(
        one[..3],
        all(PictureStream::train(
            greys(200),
            (0..200).collect(),
            options
        ))
    );
}

#[test]
fn augmented_evaluation_is_seeded() {
    let run = |seed| {
        let view = View::Augmented {
            augment: Augment::default(),
            seed,
        };
        all(PictureStream::evaluate(
            greys(100),
            (0..100).collect(),
            eval(view, OnCorrupt::Fail),
        ))
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    assert_eq!(run(1)[1].indices, run(2)[1].indices);
}

/// `PACS` in which two dogs of the photographs are damaged: 7 good pictures, and the positions of the two.
fn damaged() -> (tempfile::TempDir, Arc<dyn PictureSource>, [usize; 2]) {
    let dir = pacs();
    let photo = dir.path().join("PACS/photo/dog");
    fs::write(photo.join("letter.jpg"), "Dear Sir or Madam").unwrap();
    write(dir.path(), "PACS/photo/dog/torn.jpg", "halved.jpg");
    let torn = fs::read(photo.join("torn.jpg")).unwrap();
    fs::write(photo.join("torn.jpg"), &torn[..torn.len() / 2]).unwrap();
    let data = read_folder(dir.path(), ImageSet::Pacs).unwrap();
    let pictures = Arc::clone(&data.domains[2].pictures);
    let at = |name| {
        (0..pictures.len())
            .find(|&index| pictures.name(index) == name)
            .unwrap()
    };
    let positions = [at("dog/letter.jpg"), at("dog/torn.jpg")];
    (dir, pictures, positions)
}

#[test]
fn damaged_pictures_end_the_stream_when_they_are_fatal() {
    let (_dir, pictures, _) = damaged();
    let indices: Vec<usize> = (0..pictures.len()).collect();
    let mut stream = PictureStream::evaluate(
        Arc::clone(&pictures),
        indices,
        eval(View::Plain, OnCorrupt::Fail),
    );
    let text = stream.next().unwrap().unwrap_err().to_string();
    assert!(text.contains("letter.jpg"), "{text}");
    assert!(stream.next().is_none());

    let mut stream = PictureStream::train(pictures, vec![2], train(3, 0, 2));
    let text = stream.next().unwrap().unwrap_err().to_string();
    assert!(text.contains("torn.jpg: a truncated JPEG"), "{text}");
    assert!(stream.next().is_none());
}

#[test]
fn damaged_pictures_are_skipped_and_counted_when_asked() {
    let (_dir, pictures, positions) = damaged();
    let indices: Vec<usize> = (0..pictures.len()).collect();
    let good: Vec<usize> = indices
        .iter()
        .copied()
        .filter(|at| !positions.contains(at))
        .collect();

    let options = eval(View::Plain, OnCorrupt::Skip);
    let mut stream = PictureStream::evaluate(Arc::clone(&pictures), indices.clone(), options);
    let batches = all(&mut stream);
    assert_eq!(batches.len(), 1);
    assert_eq!(batches[0].indices, good);
    assert_eq!(batches[0].pixels.len(), good.len() * 192);
    let skipped = stream.skipped();
    assert!(skipped.keys().copied().eq(positions));
    assert!(skipped[&positions[0]].contains("letter.jpg"));

    // Training batches stay whole, whoever of the workers meets the damage.
    let run = |workers| {
        let mut options = train(4, 3, workers);
        options.loading.on_corrupt = OnCorrupt::Skip;
        let mut stream = PictureStream::train(Arc::clone(&pictures), indices.clone(), options);
        let batches = all(&mut stream);
        assert!(stream.skipped().keys().copied().eq(positions));
        batches
    };
    let batches = run(1);
    assert!(batches.iter().all(|batch| batch.len() == 32));
    assert!(
        batches
            .iter()
            .flat_map(|batch| &batch.indices)
            .all(|at| good.contains(at))
    );
    assert_eq!(batches, run(3));

    // Nothing but damage: no empty batch, and an end of the drawing.
    let options = eval(View::Plain, OnCorrupt::Skip);
    assert_eq!(
        all(PictureStream::evaluate(
            Arc::clone(&pictures),
            positions.to_vec(),
            options
        )),
        []
    );
    let mut options = train(4, 3, 1);
    options.loading.on_corrupt = OnCorrupt::Skip;
    let mut stream = PictureStream::train(pictures, positions.to_vec(), options);
    let text = stream.next().unwrap().unwrap_err().to_string();
    assert!(
        text.starts_with("100 pictures drawn in a row are damaged"),
        "{text}"
    );
}

#[test]
fn vanished_files_are_fatal_even_when_damage_is_skipped() {
    let (dir, pictures, _) = damaged();
    fs::remove_file(dir.path().join("PACS/photo/horse/one.png")).unwrap();
    let indices = (0..pictures.len()).collect();
    let stream = PictureStream::evaluate(pictures, indices, eval(View::Plain, OnCorrupt::Skip));
    let text = stream.last().unwrap().unwrap_err().to_string();
    assert!(text.contains("horse/one.png: cannot be read"), "{text}");
}

/// A source that counts what is asked of it.
struct Counting(AtomicUsize);

impl PictureSource for Counting {
    fn len(&self) -> usize {
        1000
    }

    fn label(&self, _: usize) -> usize {
        0
    }

    fn name(&self, index: usize) -> Cow<'_, str> {
        Path::new(&index.to_string()).display().to_string().into()
    }

    fn stored(&self, _: usize) -> Result<Cow<'_, [u8]>, Error> {
        Ok(Cow::Borrowed(&[]))
    }

    fn rgb(&self, _: usize) -> Result<Rgb, Error> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(Rgb::new(1, 1, vec![0; 3]))
    }
}

#[test]
fn workers_stay_a_bounded_way_ahead_and_stop_when_dropped() {
    let source = Arc::new(Counting(AtomicUsize::new(0)));
    let mut options = train(usize::MAX, 0, 2);
    options.loading.waiting = 3;
    let mut stream = PictureStream::train(
        Arc::clone(&source) as Arc<dyn PictureSource>,
        vec![0],
        options,
    );
    stream.next().unwrap().unwrap();
    // Until the workers have filled their queues and wait.
    let most = 32 * (1 + 2 * (3 + 1));
    let mut before = 0;
    loop {
        std::thread::sleep(Duration::from_millis(100));
        let now = source.0.load(Ordering::SeqCst);
        if now == before {
            break;
        }
        before = now;
    }
    assert!(before > 32, "nothing was made ahead");
    assert!(
        before <= most,
        "{before} pictures made, at most {most} may be"
    );
    drop(stream);
    // The workers are gone, and with them their hold on the source.
    assert_eq!(Arc::strong_count(&source), 1);
    assert_eq!(source.0.load(Ordering::SeqCst), before);
}

/// A source whose pictures cannot be had.
struct Broken;

impl PictureSource for Broken {
    fn len(&self) -> usize {
        1
    }

    fn label(&self, _: usize) -> usize {
        0
    }

    fn name(&self, _: usize) -> Cow<'_, str> {
        "broken".into()
    }

    fn stored(&self, _: usize) -> Result<Cow<'_, [u8]>, Error> {
        Ok(Cow::Borrowed(&[]))
    }

    fn rgb(&self, _: usize) -> Result<Rgb, Error> {
        panic!("the source broke")
    }
}

#[test]
#[should_panic(expected = "the source broke")]
fn a_workers_panic_reaches_the_reader() {
    PictureStream::train(Arc::new(Broken), vec![0], train(2, 0, 1)).next();
}
