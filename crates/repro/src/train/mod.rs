//! Training: what a run learns ([`Task`]), how it fine-tunes ([`Method`]), and the one loop that does
//! it ([`fit`]).

pub mod loss;
pub mod method;
pub mod optimizer;
pub mod outcome;
pub mod precision;
pub mod progress;
pub mod resume;
pub mod schedule;
pub mod seeds;

mod fit;
mod task;

pub use fit::{Fit, Recipe, build, fit};
pub use method::Method;
pub use outcome::{Measure, Outcome};
pub use precision::Precision;
pub use task::{Length, Task};
