//! `cargo xtask`: repository chores. Nothing here is needed to build the product.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command talks to its user"
)]

use std::{path::Path, process::ExitCode};

use anyhow::Context as _;
use xtask::{fuzz, tidy};

const USAGE: &str = "usage: cargo xtask COMMAND

  tidy                    check the dependency arrows between crates and the bans inside their files
  fuzz TARGET [SECONDS]   fuzz a target of fuzz/fuzz_targets, for ten minutes if not told otherwise";

/// How long a target is fuzzed.
const FUZZ_SECONDS: u32 = 600;

fn main() -> anyhow::Result<ExitCode> {
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => run_tidy(),
        Some("fuzz") => run_fuzz(),
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

fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(Path::new("."))
}

fn run_fuzz() -> anyhow::Result<ExitCode> {
    let mut args = std::env::args().skip(2);
    let target = args.next().context("which target? see fuzz/fuzz_targets")?;
    let seconds = match args.next() {
        Some(seconds) => seconds.parse().context("SECONDS is a whole number")?,
        None => FUZZ_SECONDS,
    };
    fuzz::run(root(), &target, seconds)?;
    Ok(ExitCode::SUCCESS)
}

fn run_tidy() -> anyhow::Result<ExitCode> {
    let faults = tidy::check(root())?;
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
