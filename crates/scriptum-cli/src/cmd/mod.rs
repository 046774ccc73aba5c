//! One file a command.

pub(crate) mod ast;
pub(crate) mod bench;
pub(crate) mod check;
pub(crate) mod contract;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod graph;
pub(crate) mod ir;
pub(crate) mod run;
pub(crate) mod test;

use scriptum_compiler::{Compiled, Diagnostic, Severity};
use scriptum_contract::ToolCatalog;

use crate::{
    exit::{Code, Failure},
    source::Source,
};

/// How many errors a failure names by itself; the first ones explain the others.
const ERRORS_NAMED_MAX: usize = 5;

/// Compiles a script or a program for a command that needs it without errors. Diagnostics go to stderr.
pub(crate) fn compiled(source: &Source, catalog: &ToolCatalog) -> Result<Compiled, Failure> {
    let compiled = without_errors(source, catalog)?;
    check::print_to_stderr(source, &compiled.diagnostics);
    Ok(compiled)
}

/// The same for a command that says something else first: its warnings are still to be shown.
pub(crate) fn without_errors(source: &Source, catalog: &ToolCatalog) -> Result<Compiled, Failure> {
    let compiled = source.compile(catalog);
    if compiled.program.is_none() {
        check::print_to_stderr(source, &compiled.diagnostics);
        let message = format!("'{}' has errors and cannot run", source.name);
        return Err(Failure::new(Code::No, message));
    }
    Ok(compiled)
}

/// The same while something else has the terminal: the failure itself names the errors.
pub(crate) fn compiled_quietly(
    source: &Source,
    catalog: &ToolCatalog,
) -> Result<Compiled, Failure> {
    let compiled = source.compile(catalog);
    if compiled.program.is_some() {
        return Ok(compiled);
    }
    let errors = compiled
        .diagnostics
        .iter()
        .filter(|it| it.severity == Severity::Error);
    let line_of = |error: &Diagnostic| {
        let before = source.text.get(..error.primary.span.start as usize);
        1 + before.map_or(0, |before| before.matches('\n').count())
    };
    let named = errors
        .take(ERRORS_NAMED_MAX)
        .map(|it| format!("line {}: {} [{}]", line_of(it), it.message, it.code));
    let message = format!("'{}' has errors", source.name);
    Err(Failure::new(Code::No, message).details(named))
}
