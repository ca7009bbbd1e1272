//! Batches for training and evaluation, made ahead of the model.
//!
//! A batch depends on the options and its step, never on the threads: each picture's chance is a stream of its own,
//! addressed by seed, step and place in the batch.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::ahead::Ahead;
use super::{Augment, Error, PictureSource, PixelBatch, Preprocess, Rgb};

/// Damaged pictures drawn one after the other, for one place of a training batch, before it is given up.
const DRAWS: usize = 100;

/// What to do with a file that is no picture, truncated, or damaged. One that cannot be read is always an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnCorrupt {
    /// Leave it out and remember it: a training batch draws another one, an evaluation batch is smaller.
    Skip,
    /// End the stream with the error that names it.
    Fail,
}

/// How batches are made. None of it changes a batch but [`OnCorrupt::Skip`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loading {
    /// Threads that decode, at least one.
    pub workers: usize,
    /// Finished batches that wait for the model, for each worker; one more is in the making.
    pub waiting: usize,
    /// What to do with damaged pictures.
    pub on_corrupt: OnCorrupt,
}

impl Default for Loading {
    /// One worker, two waiting batches, damaged pictures are errors.
    fn default() -> Self {
        Loading {
            workers: 1,
            waiting: 2,
            on_corrupt: OnCorrupt::Fail,
        }
    }
}

/// The settings of a [`PictureStream::train`].
#[derive(Debug, Clone, PartialEq)]
pub struct TrainOptions {
    /// Pictures a batch; DomainBed's default is 32.
    pub batch: usize,
    /// Number of batches.
    pub steps: usize,
    /// Seed of what is drawn and of what is done to it.
    pub seed: u64,
    /// What is done by chance.
    pub augment: Augment,
    /// What is done always.
    pub preprocess: Preprocess,
    /// How it is done.
    pub loading: Loading,
}

/// How evaluated pictures are seen.
#[derive(Debug, Clone, PartialEq)]
pub enum View {
    /// Resized, nothing else.
    Plain,
    /// Changed by chance as in training, which is how DomainBed evaluates the environments that it trains on.
    Augmented {
        /// What is done by chance.
        augment: Augment,
        /// Its seed.
        seed: u64,
    },
}

/// The settings of an [`PictureStream::evaluate`].
#[derive(Debug, Clone, PartialEq)]
pub struct EvalOptions {
    /// Pictures a batch; DomainBed's is 64.
    pub batch: usize,
    /// How they are seen.
    pub view: View,
    /// What is done always.
    pub preprocess: Preprocess,
    /// How it is done.
    pub loading: Loading,
}

/// Batches of pictures, made ahead on worker threads; none is empty.
///
/// Ends after the last batch, or after the first error.
pub struct PictureStream {
    batches: Ahead<Result<PixelBatch, Error>>,
    skipped: Skipped,
}

impl PictureStream {
    /// Training batches: pictures of `source` at `indices`, drawn with replacement as DomainBed's loader draws them, and
    /// changed by chance.
    ///
    /// # Panics
    /// If there is nothing to draw from, an index is out of range, the batch is 0, or the system has no thread left.
    pub fn train(
        source: Arc<dyn PictureSource>,
        indices: Vec<usize>,
        options: TrainOptions,
    ) -> PictureStream {
        assert!(
            !indices.is_empty(),
            "a training stream has pictures to draw from"
        );
        let TrainOptions {
            batch,
            steps,
            seed,
            augment,
            preprocess,
            loading,
        } = options;
        let maker = Maker::new(source, &indices, preprocess, loading.on_corrupt);
        PictureStream::start(
            maker,
            &loading,
            batch,
            steps,
            move |maker, step, place, out| {
                let mut rng = chance(seed, step, place);
                let mut last = 0;
                for _ in 0..DRAWS {
                    last = indices[rng.random_range(0..indices.len())];
                    if let Some(picture) = maker.picture(last)? {
                        let drawn = augment.draw(picture.width(), picture.height(), &mut rng);
                        preprocess.normalised(&drawn.apply(&picture, preprocess.side), out);
                        return Ok(Some(last));
                    }
                }
                Err(Error::NothingUsable {
                    draws: DRAWS,
                    last: maker.source.name(last).into_owned(),
                })
            },
        )
    }

    /// Evaluation batches: every picture of `source` at `indices` once, in order; the last batch may be smaller.
    ///
    /// # Panics
    /// If an index is out of range, the batch is 0, or the system has no thread left.
    pub fn evaluate(
        source: Arc<dyn PictureSource>,
        indices: Vec<usize>,
        options: EvalOptions,
    ) -> PictureStream {
        let EvalOptions {
            batch,
            view,
            preprocess,
            loading,
        } = options;
        let maker = Maker::new(source, &indices, preprocess, loading.on_corrupt);
        let steps = indices.len().div_ceil(batch);
        PictureStream::start(
            maker,
            &loading,
            batch,
            steps,
            move |maker, step, place, out| {
                let Some(&index) = indices.get(step * batch + place) else {
                    return Ok(None);
                };
                let Some(picture) = maker.picture(index)? else {
                    return Ok(None);
                };
                match &view {
                    View::Plain => preprocess.plain(&picture, out),
                    View::Augmented { augment, seed } => {
                        let mut rng = chance(*seed, step, place);
                        let drawn = augment.draw(picture.width(), picture.height(), &mut rng);
                        preprocess.normalised(&drawn.apply(&picture, preprocess.side), out);
                    }
                }
                Ok(Some(index))
            },
        )
    }

    /// The damaged pictures left out so far: position in the source, and the sentence that names the file.
    pub fn skipped(&self) -> BTreeMap<usize, String> {
        let skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        skipped.clone()
    }

    fn start(
        maker: Maker,
        loading: &Loading,
        batch: usize,
        steps: usize,
        fill: impl Fn(&Maker, usize, usize, &mut [f32]) -> Result<Option<usize>, Error>
        + Send
        + Sync
        + 'static,
    ) -> PictureStream {
        assert!(batch > 0, "batch must be positive");
        let skipped = Arc::clone(&maker.skipped);
        let batches = Ahead::start(
            steps,
            loading.workers,
            loading.waiting,
            move |step, stop| maker.batch(batch, stop, |place, out| fill(&maker, step, place, out)),
        );
        PictureStream { batches, skipped }
    }
}

impl Iterator for PictureStream {
    type Item = Result<PixelBatch, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.batches.next()? {
                // All of its pictures were skipped.
                Ok(batch) if batch.is_empty() => {}
                Ok(batch) => return Some(Ok(batch)),
                Err(error) => {
                    self.batches.finish();
                    return Some(Err(error));
                }
            }
        }
    }
}

/// The generator of one place in one batch.
fn chance(seed: u64, step: usize, place: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream((step as u64) << 32 | place as u64);
    rng
}

type Skipped = Arc<Mutex<BTreeMap<usize, String>>>;

/// What the workers share.
struct Maker {
    source: Arc<dyn PictureSource>,
    preprocess: Preprocess,
    on_corrupt: OnCorrupt,
    skipped: Skipped,
}

impl Maker {
    fn new(
        source: Arc<dyn PictureSource>,
        indices: &[usize],
        preprocess: Preprocess,
        on_corrupt: OnCorrupt,
    ) -> Maker {
        assert!(
            indices.iter().all(|&index| index < source.len()),
            "indices are below the {} pictures",
            source.len()
        );
        Maker {
            source,
            preprocess,
            on_corrupt,
            skipped: Skipped::default(),
        }
    }

    /// The picture, or `None` where it is damaged and to be skipped.
    fn picture(&self, index: usize) -> Result<Option<Rgb>, Error> {
        match self.source.rgb(index) {
            Ok(picture) => Ok(Some(picture)),
            Err(error) if error.is_damage() && self.on_corrupt == OnCorrupt::Skip => {
                let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
                skipped.entry(index).or_insert_with(|| error.to_string());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// One batch, or `None` once `stop` is raised. `fill` writes the picture of a place and gives its index, or `None`
    /// where the place stays empty.
    fn batch(
        &self,
        batch: usize,
        stop: &AtomicBool,
        fill: impl Fn(usize, &mut [f32]) -> Result<Option<usize>, Error>,
    ) -> Option<Result<PixelBatch, Error>> {
        let n_floats = self.preprocess.n_floats();
        let mut made = PixelBatch {
            pixels: vec![0.0; batch * n_floats],
            labels: Vec::with_capacity(batch),
            indices: Vec::with_capacity(batch),
            side: self.preprocess.side,
        };
        for place in 0..batch {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            let start = made.len() * n_floats;
            match fill(place, &mut made.pixels[start..start + n_floats]) {
                Ok(Some(index)) => {
                    made.labels.push(self.source.label(index));
                    made.indices.push(index);
                }
                Ok(None) => {}
                Err(error) => return Some(Err(error)),
            }
        }
        made.pixels.truncate(made.len() * n_floats);
        Some(Ok(made))
    }
}
