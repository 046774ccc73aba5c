//! `cargo xtask`: repository chores. Nothing here is needed to build the product.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command talks to its user"
)]

use std::{path::Path, process::ExitCode};

use xtask::tidy;

const USAGE: &str = "usage: cargo xtask COMMAND

  tidy    check the dependency arrows between crates and the bans inside their files";

fn main() -> anyhow::Result<ExitCode> {
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => run_tidy(),
        Some("help" | "--help" | "-h") => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        Some(other) => {
            eprintln!("unknown command '{other}'\n{USAGE}");
            Ok(ExitCode::from(2))
        }
        None => {
            eprintln!("{USAGE}");
            Ok(ExitCode::from(2))
        }
    }
}

fn run_tidy() -> anyhow::Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."));
    let faults = tidy::check(root)?;
    for fault in &faults {
        eprintln!("{fault}");
    }
    match faults.len() {
        0 => {
            println!("tidy: nothing to report");
            Ok(ExitCode::SUCCESS)
        }
        count => {
            eprintln!("tidy: {count} to mend");
            Ok(ExitCode::FAILURE)
        }
    }
}
