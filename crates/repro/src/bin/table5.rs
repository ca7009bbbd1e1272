//! Table 5: image classification in and out of domain.
//!
//! `cargo run -p repro --bin table5` trains what is missing of the mini scale for it and prints it
//! beside the paper's; the runs are those of `domainbed`.

use std::process::ExitCode;

fn main() -> ExitCode {
    repro::command::main(
        "domainbed",
        &["table5"],
        "Trains what the paper's Table 5 needs and prints the table beside the paper's",
    )
}
