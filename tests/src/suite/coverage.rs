//! What the suite must show: each diagnostic in some fixture, each failure at run time on its page.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use libtest_mimic::Trial;
use scriptum_compiler::codes;

/// Codes that only texts of millions of characters give, scripts without a header, which fixtures have,
/// or parts of the language that come and go; the compiler's own tests make them.
const MADE_ELSEWHERE: &[&str] = &[
    "expression-too-deep",
    "invalid-program",
    "missing-header",
    "nesting-too-deep",
    "script-too-large",
    "steps-too-deep",
    "text-too-large",
    "too-many-diagnostics",
    "too-many-errors",
];

/// Failures that need a clock, a server or a person, and cannot be played from a page.
const NOT_PLAYED: &[&str] = &[
    "ASK_INVALID",
    "CANCELLED",
    "ENV_MISSING",
    "INTERNAL_ERROR",
    "MODEL_FAILED",
    "OUTCOME_UNKNOWN",
    "PLAN_INVALID",
    "SUBTHREAD_FAILED",
    "THREAD_TIMEOUT",
    "TOOL_REFUSED",
    "TOOL_TIMEOUT",
    "TOOL_UNAVAILABLE",
];

/// A test that every code is shown.
pub(crate) fn trial(files: &[PathBuf]) -> Trial {
    let shown = shown_codes(files);
    Trial::test("every code is shown by a fixture", move || {
        let diagnostics = codes::ALL.iter().map(|entry| entry.code.0);
        let diagnostics = diagnostics.filter(|code| !MADE_ELSEWHERE.contains(code));
        let run_time = codes::RUN_TIME.iter().map(|entry| entry.code);
        let run_time = run_time.filter(|code| !NOT_PLAYED.contains(code));
        let wanted = diagnostics.chain(run_time);
        let missing: Vec<&str> = wanted.filter(|code| !shown.contains(*code)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(format!("no fixture shows {}", missing.join(", ")).into())
    })
}

/// Codes in brackets, as diagnostics are shown, and behind `fail`, as events are.
fn shown_codes(files: &[PathBuf]) -> BTreeSet<String> {
    let lines = files.iter().flat_map(|file| {
        let text = text(file);
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    lines.filter_map(|line| code_of(&line)).collect()
}

fn code_of(line: &str) -> Option<String> {
    for severity in ["error[", "warning["] {
        if let Some((code, _)) = line
            .strip_prefix(severity)
            .and_then(|it| it.split_once(']'))
        {
            return Some(code.to_owned());
        }
    }
    let failure = line
        .split_once(" fail ")
        .or(line.split_once(" failed: "))?
        .1;
    let (code, _) = failure.split_once(':')?;
    Some(code.to_owned())
}

fn text(file: &Path) -> String {
    std::fs::read_to_string(file).expect("a fixture file is readable UTF-8")
}
