//! Work done ahead of its use, on threads, in order, with a bound on what waits.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{JoinHandle, spawn};

/// The results of `make(0)`, `make(1)`, ... in order.
///
/// Worker `w` of `n` makes every `n`-th, so that the order does not depend on the threads' pace. Each keeps at most
/// `waiting` results beyond the one that it is making. Dropping it stops the workers and waits for them.
pub(super) struct Ahead<T> {
    workers: Vec<Worker<T>>,
    stop: Arc<AtomicBool>,
    next: usize,
    n: usize,
}

struct Worker<T> {
    results: Receiver<T>,
    thread: JoinHandle<()>,
}

impl<T: Send + 'static> Ahead<T> {
    /// Starts `n_workers` threads (at least one) on `n` results. `make` returns `None` once it sees the flag raised.
    pub(super) fn start(
        n: usize,
        n_workers: usize,
        waiting: usize,
        make: impl Fn(usize, &AtomicBool) -> Option<T> + Send + Sync + 'static,
    ) -> Ahead<T> {
        let stop = Arc::new(AtomicBool::new(false));
        let make = Arc::new(make);
        let n_workers = n_workers.max(1);
        let workers = (0..n_workers)
            .map(|first| {
                let (sender, results) = sync_channel(waiting);
                let (stop, make) = (Arc::clone(&stop), Arc::clone(&make));
                let thread = spawn(move || {
                    for step in (first..n).step_by(n_workers) {
                        // Nobody listens any more, or nobody will.
                        let Some(result) = make(step, &stop) else {
                            return;
                        };
                        if sender.send(result).is_err() {
                            return;
                        }
                    }
                });
                Worker { results, thread }
            })
            .collect();
        Ahead {
            workers,
            stop,
            next: 0,
            n,
        }
    }
}

impl<T> Ahead<T> {
    /// Ends the series: the workers stop, and what they made is dropped.
    pub(super) fn finish(&mut self) {
        self.next = self.n;
        self.stop.store(true, Ordering::Relaxed);
        for Worker { results, thread } in self.workers.drain(..) {
            // First, so that a worker that waits for room gives up.
            drop(results);
            // Nobody asked for the result of a worker that panicked.
            let _ = thread.join();
        }
    }
}

impl<T: Send + 'static> Iterator for Ahead<T> {
    type Item = T;

    /// # Panics
    /// With the worker's panic, where it panicked.
    fn next(&mut self) -> Option<T> {
        if self.next == self.n {
            return None;
        }
        let at = self.next % self.workers.len();
        match self.workers[at].results.recv() {
            Ok(result) => {
                self.next += 1;
                Some(result)
            }
            Err(_) => {
                let worker = self.workers.swap_remove(at);
                self.next = self.n;
                match worker.thread.join() {
                    Err(panic) => resume_unwind(panic),
                    Ok(()) => None,
                }
            }
        }
    }
}

impl<T> Drop for Ahead<T> {
    fn drop(&mut self) {
        self.finish();
    }
}
