//! The simulator: everything that can happen, in an order that one number decides.
//!
//! Ring 1 is the machine alone. A failing run prints its seed; `SCRIPTUM_SEED=0x… cargo test -p tests
//! --test sim` runs that one again.

mod machine;
mod random;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = machine::trials();
    libtest_mimic::run(&arguments, trials).exit_code()
}
