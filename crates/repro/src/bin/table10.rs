//! Table 10: generalisation gaps.
//!
//! `cargo run -p repro --bin table10` trains what is missing of the mini scale for it and prints it
//! beside the paper's; the runs are those of `domainbed`.

use std::process::ExitCode;

fn main() -> ExitCode {
    repro::command::main(
        "domainbed",
        &["table10"],
        "Trains what the paper's Table 10 needs and prints the table beside the paper's",
    )
}
