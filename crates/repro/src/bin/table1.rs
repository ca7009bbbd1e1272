//! Table 1: adaptation methods on GLUE.
//!
//! `cargo run -p repro --bin table1` trains what is missing of the mini scale (8 arms, 7 tasks,
//! 3 seeds) and prints the table beside the paper's.

use std::process::ExitCode;

fn main() -> ExitCode {
    repro::command::main(
        "glue",
        &["table1"],
        "Trains the arms of the paper's Table 1 on GLUE and prints the table beside the paper's",
    )
}
