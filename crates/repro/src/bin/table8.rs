//! Table 8: image classification by environment.
//!
//! `cargo run -p repro --bin table8` trains what is missing of the mini scale for it and prints it
//! beside the paper's; the runs are those of `domainbed`.

use std::process::ExitCode;

fn main() -> ExitCode {
    repro::command::main(
        "domainbed",
        &["table8"],
        "Trains what the paper's Table 8 needs and prints the table beside the paper's",
    )
}
