//! Progress of a sweep: bars on a terminal, a line every few seconds elsewhere.

use std::io::IsTerminal;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Seconds between lines when standard error is not a terminal.
const EVERY: Duration = Duration::from_secs(10);

/// Steps between two lines about the loss of a long training.
const LOSS_EVERY: usize = 500;

/// Progress of all runs of a sweep.
pub struct SweepProgress {
    bars: Option<MultiProgress>,
    total: ProgressBar,
    started: Instant,
    last_line: Mutex<Instant>,
}

/// Progress of one run.
pub struct RunProgress<'a> {
    bar: Option<ProgressBar>,
    sweep: &'a SweepProgress,
    losses: Option<Mutex<Losses>>,
}

/// The running loss of a long training.
struct Losses {
    started: Instant,
    first: usize,
    step: usize,
    steps: usize,
    recent: f64,
}

impl SweepProgress {
    /// Progress over `n_runs` runs.
    pub fn new(n_runs: usize) -> Self {
        let now = Instant::now();
        let (bars, total) = if std::io::stderr().is_terminal() {
            let bars = MultiProgress::new();
            let total = bars.add(ProgressBar::new(n_runs as u64));
            total.set_style(style(
                "{msg:32} {bar:24} {pos}/{len} runs  {elapsed_precise} eta {eta}",
            ));
            total.set_message("sweep");
            total.enable_steady_tick(Duration::from_millis(500));
            (Some(bars), total)
        } else {
            (None, ProgressBar::hidden())
        };
        if bars.is_none() {
            total.set_length(n_runs as u64);
        }
        Self {
            bars,
            total,
            started: now,
            last_line: Mutex::new(now),
        }
    }

    /// A bar for a run of `n_steps` steps.
    pub fn run(&self, name: String) -> RunProgress<'_> {
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.insert_before(&self.total, ProgressBar::new(0));
            bar.set_style(style(
                "{msg:32} {bar:24} {pos}/{len} steps {per_sec} eta {eta}",
            ));
            bar.set_message(name);
            bar
        });
        RunProgress {
            bar,
            sweep: self,
            losses: None,
        }
    }

    /// The same for a training long enough for its loss to be told on the way.
    pub fn long_run(&self, name: String) -> RunProgress<'_> {
        let losses = Losses {
            started: Instant::now(),
            first: 0,
            step: 0,
            steps: 0,
            recent: f64::NAN,
        };
        let mut progress = self.run(name);
        progress.losses = Some(Mutex::new(losses));
        progress
    }

    /// Prints a line above the bars.
    pub fn line(&self, line: &str) {
        match &self.bars {
            Some(bars) => {
                // A closed terminal is no reason to stop training.
                let _ = bars.println(line);
            }
            None => eprintln!("{line}"),
        }
    }

    /// Marks a run as done.
    pub fn finish_run(&self, line: &str) {
        self.total.inc(1);
        match &self.bars {
            Some(_) => self.line(line),
            None => {
                let (done, all) = (self.total.position(), self.total.length().unwrap_or(0));
                eprintln!("[{done}/{all}] {line}");
            }
        }
    }

    fn tick(&self) {
        if self.bars.is_some() {
            return;
        }
        let Ok(mut last) = self.last_line.lock() else {
            return;
        };
        if last.elapsed() >= EVERY {
            *last = Instant::now();
            let (done, all) = (self.total.position(), self.total.length().unwrap_or(0));
            let elapsed = self.started.elapsed().as_secs();
            eprintln!("{done} of {all} runs done after {elapsed} s");
        }
    }
}

impl RunProgress<'_> {
    /// A run of `steps` steps begins, of which an earlier process took `done`.
    pub fn start(&self, done: usize, steps: usize) {
        if let Some(bar) = &self.bar {
            bar.set_length(steps as u64);
            bar.inc(done as u64);
        }
        if let Some(mut losses) = self.losses() {
            losses.started = Instant::now();
            (losses.first, losses.step, losses.steps) = (done, done, steps);
        }
    }

    /// One step with this loss is done.
    pub fn step(&self, loss: f64) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
        match self.losses() {
            Some(mut losses) => {
                if let Some(line) = losses.step(loss) {
                    self.sweep.line(&line);
                }
            }
            None => self.sweep.tick(),
        }
    }

    fn losses(&self) -> Option<MutexGuard<'_, Losses>> {
        let losses = self.losses.as_ref()?;
        Some(losses.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Losses {
    /// Notes a step; a line about it now and then.
    fn step(&mut self, loss: f64) -> Option<String> {
        self.step += 1;
        self.recent = if self.recent.is_nan() {
            loss
        } else {
            0.98 * self.recent + 0.02 * loss
        };
        let Self {
            step,
            steps,
            recent,
            ..
        } = self;
        let rate = (*step - self.first) as f64 / self.started.elapsed().as_secs_f64();
        step.is_multiple_of(LOSS_EVERY)
            .then(|| format!("step {step} of {steps}: loss {recent:.3}, {rate:.1} steps/s"))
    }
}

impl Drop for RunProgress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is a constant of this file")
}
