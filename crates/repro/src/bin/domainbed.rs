//! The DomainBed suite: Tables 5, 8, 9 and 10.
//!
//! `cargo run -p repro --bin domainbed` fine-tunes a vision transformer on one environment of each of
//! four data sets (mini scale: 7 arms, 3 seeds), measures it on all four environments and prints the
//! tables beside the paper's.

use std::process::ExitCode;

fn main() -> ExitCode {
    repro::command::main(
        "domainbed",
        &["table5", "table8", "table9", "table10"],
        "Trains the DomainBed suite and prints the paper's Tables 5, 8, 9 and 10",
    )
}
