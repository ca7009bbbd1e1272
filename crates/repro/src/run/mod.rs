//! A run: one arm on one task with one seed, resolved to every setting that can change its result;
//! kept in a store, and trained with others in a sweep.

mod settings;
mod store;
mod sweep;

use adapters::count::ParamCount;
use results::Arm;
use results::settings::Record;

pub use settings::{Digests, Settings};
pub use store::RunStore;
pub use sweep::{SweepReport, sweep};

/// One run of a plan.
#[derive(Clone, Debug)]
pub struct Run<O> {
    /// The arm's name in this plan.
    pub arm: Arm,
    /// Everything that can change the result.
    pub settings: Settings<O>,
    /// The settings as they are stored.
    pub record: Record,
    /// Hex SHA-256 of the record.
    pub key: String,
}

impl<O> Run<O> {
    /// What it is called on the screen.
    pub fn name(&self) -> String {
        format!("{} {} {}", self.arm, self.settings.task, self.settings.seed)
    }

    /// The trainable parameters as the paper counts them: PEFT's number for arms that go through
    /// PEFT, the plain one for the others.
    pub fn paper_count(&self, count: &ParamCount) -> usize {
        if self.settings.method.is_of_peft() {
            count.paper_trainable()
        } else {
            count.trainable
        }
    }
}
