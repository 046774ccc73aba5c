//! The simulator: everything that can happen, in an order that one number decides.
//!
//! Ring 1 is the machine alone; ring 2 is the engine with its workers, on a store and tools that
//! misbehave. A failing run prints its seed; `SCRIPTUM_SEED=0x… cargo test -p tests --test sim` runs
//! that one again, and takes a decimal number, too.

mod engine;
mod machine;
mod random;
mod seed;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = machine::trials();
    trials.extend(engine::trials());
    trials.extend(seed::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}
