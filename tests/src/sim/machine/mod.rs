//! Ring 1: generated programs, generated notifications. After each of them the live thread, one
//! restored from its frames and one replayed from its journal have to be the same.

mod generate;
mod generate_flow;
mod referee;
mod world;

use std::{
    panic::{self, AssertUnwindSafe},
    sync::Mutex,
};

use libtest_mimic::{Failed, Trial};

use referee::Marks;

use crate::seed::{self, Seed};

/// Runs a test makes, in parts that run side by side.
const SEEDS: u64 = 2_400;
const PARTS: u64 = 8;

/// What must have happened at least once in all runs together.
static MARKS: Mutex<(u64, Marks)> = Mutex::new((0, Marks::NONE));

pub(crate) fn trials() -> Vec<Trial> {
    if let Some(seed) = seed::given() {
        return vec![Trial::test("machine/given_seed", move || {
            run_one(seed?.0).map(|_| ())
        })];
    }
    let part = |part: u64| {
        let seeds = (SEEDS / PARTS) * part..(SEEDS / PARTS) * (part + 1);
        Trial::test(format!("machine/part_{part}"), move || run_part(seeds))
    };
    (0..PARTS).map(part).collect()
}

fn run_part(seeds: std::ops::Range<u64>) -> Result<(), Failed> {
    let mut marks = Marks::NONE;
    for seed in seeds {
        marks = marks.with(run_one(seed)?);
    }
    let mut all = MARKS.lock().map_err(|_| "another part failed")?;
    all.0 += 1;
    all.1 = all.1.with(marks);
    if all.0 == PARTS {
        all.1.check()?;
    }
    Ok(())
}

fn run_one(seed: u64) -> Result<Marks, Failed> {
    let run = AssertUnwindSafe(|| world::run(seed));
    let what = match panic::catch_unwind(run) {
        Ok(Ok(marks)) => return Ok(marks),
        Ok(Err(what)) => what,
        Err(payload) => payload
            .downcast::<String>()
            .map_or_else(|_| "it panicked".to_owned(), |text| *text),
    };
    Err(format!("{}: {what}", Seed(seed)).into())
}
