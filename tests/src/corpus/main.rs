//! Generated programs: what is well typed compiles without a word, runs without a fault of types, and means
//! the same when it is formatted or written as YAML. Programs with one edit never stop the compiler, and
//! what it still accepts has no fault of types either.
//!
//! `SCRIPTUM_SEED` (decimal or `0x…`) begins at another seed, `SCRIPTUM_PROGRAMS` makes more of them.

mod exprs;
mod mutate;
mod open;
#[path = "../sim/random.rs"]
mod random;
mod run;
mod types;
mod write;

use std::{
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use scriptum_compiler::{Compiled, RenderOptions, Severity, render};
use scriptum_contract::{ToolCatalog, Value};
use scriptum_syntax::{format, parse};
use scriptum_vm::program::{Program, from_yaml, to_json, to_yaml};

use self::{
    mutate::mutated,
    open::has_open_types,
    random::Random,
    run::{Outcome, catalog, compiled, run},
    write::Written,
};

/// Programs of one run.
const PROGRAMS: u64 = 10_000;
/// Of so many programs one is written as YAML and read back: in debug builds that takes most of the time.
const YAML_EVERY: u64 = 20;
/// Edits of each program.
const MUTANTS: u64 = 1;

#[test]
fn well_typed_programs_compile_and_run() {
    let completed = for_each_seed(|seed, catalog| {
        let mut random = Random::new(seed);
        let written = write::program(&mut random);
        let compiled = compiled(&written.text, catalog);
        if !compiled.diagnostics.is_empty() {
            return Err(rendered(&written.text, &compiled));
        }
        let input = input(&written, &mut random);
        match run(&compiled, &input, &mut random) {
            Ok(Outcome::Completed) => Ok(true),
            Ok(outcome) => Err(format!("{outcome:?}\n{}", written.text)),
            Err(why) => Err(format!("{why}\n{}", written.text)),
        }
    });
    assert_eq!(completed, programs());
}

#[test]
fn formatting_and_yaml_keep_the_meaning() {
    let kept = for_each_seed(|seed, catalog| {
        let written = write::program(&mut Random::new(seed));
        let formatted = format(&parse(&written.text));
        let again = format(&parse(&formatted));
        if again != formatted {
            return Err(format!("formats to\n{formatted}\nand then to\n{again}"));
        }
        let before = compiled(&written.text, catalog)
            .program
            .ok_or("does not compile")?;
        let after = compiled(&formatted, catalog)
            .program
            .ok_or("does not compile when formatted")?;
        if without_lines(&before) != without_lines(&after) {
            return Err(format!(
                "means something else when formatted\n{}",
                written.text
            ));
        }
        if seed % YAML_EVERY == 0 {
            check_yaml(&before)?;
        }
        Ok(true)
    });
    assert_eq!(kept, programs());
}

#[test]
fn programs_with_an_edit_are_refused_or_well_typed() {
    let accepted = for_each_seed(|seed, catalog| {
        let mut random = Random::new(seed);
        let written = write::program(&mut random);
        let mut accepted = false;
        for _ in 0..MUTANTS {
            let text = mutated(&written.text, &mut random);
            accepted |= check_mutant(&text, &written, &mut random, catalog)
                .map_err(|why| format!("{why}\n{text}"))?;
        }
        Ok(accepted)
    });
    // Most edits break something, and some do not.
    assert!(
        programs() / 50 < accepted && accepted < programs() / 2 * MUTANTS,
        "{accepted}"
    );
}

fn check_mutant(
    text: &str,
    written: &Written,
    random: &mut Random,
    catalog: &ToolCatalog,
) -> Result<bool, String> {
    let compiling = AssertUnwindSafe(|| compiled(text, catalog));
    let compiled = catch_unwind(compiling).map_err(|_| "the compiler panics".to_owned())?;
    if compiled.has_errors() {
        return Ok(false);
    }
    let input = input(written, random);
    match run(&compiled, &input, random) {
        Ok(_) => Ok(true),
        Err(_) if has_open_types(&compiled) => Ok(true),
        Err(why) => Err(why),
    }
}

fn input(written: &Written, random: &mut Random) -> Value {
    let fields = written
        .inputs
        .iter()
        .map(|(name, ty)| (name.as_str(), ty.value(random)));
    Value::object(fields.collect::<Vec<_>>())
}

fn rendered(text: &str, compiled: &Compiled) -> String {
    let some = &compiled.diagnostics;
    let errors = some
        .iter()
        .filter(|it| it.severity == Severity::Error)
        .count();
    format!(
        "{errors} errors\n{}\n{text}",
        render(some, "generated.scriptum", text, RenderOptions::new(false))
    )
}

fn check_yaml(program: &Program) -> Result<(), String> {
    let yaml = to_yaml(program);
    let read = from_yaml(&yaml).map_err(|error| format!("{error}\n{yaml}"))?;
    if to_yaml(&read) == yaml {
        Ok(())
    } else {
        Err(format!("is something else when read from YAML\n{yaml}"))
    }
}

/// The program as JSON without the lines of its source.
fn without_lines(program: &Program) -> String {
    let json = to_json(program);
    let mut parts = json.split("\"line\":");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push_str(part.trim_start_matches(|char: char| char.is_ascii_digit()));
    }
    kept
}

fn programs() -> u64 {
    number("SCRIPTUM_PROGRAMS").unwrap_or(PROGRAMS)
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

/// Does something for every seed, on all processors, and counts how often it was true.
fn for_each_seed(check: impl Fn(u64, &ToolCatalog) -> Result<bool, String> + Sync) -> u64 {
    let first = number("SCRIPTUM_SEED").unwrap_or(0);
    let workers = thread::available_parallelism().map_or(1, NonZero::get) as u64;
    let (check, catalog) = (&check, &catalog());
    thread::scope(|scope| {
        let handles: Vec<_> = (0..workers)
            .map(|worker| {
                scope.spawn(move || {
                    let seeds =
                        (first..first + programs()).skip(usize::try_from(worker).unwrap_or(0));
                    let mut holds = 0;
                    for seed in seeds.step_by(usize::try_from(workers).unwrap_or(1)) {
                        match check(seed, catalog) {
                            Ok(true) => holds += 1,
                            Ok(false) => {}
                            Err(why) => panic!("SCRIPTUM_SEED={seed} SCRIPTUM_PROGRAMS=1: {why}"),
                        }
                    }
                    holds
                })
            })
            .collect();
        handles
            .into_iter()
            .map(|handle| {
                handle
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .sum()
    })
}
