//! A way through the script that ends without a result.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "missing-emit",
    Warning,
    "a way through the script that ends without a result"
);

pub(crate) fn missing_emit(needed: &str, last: Option<Span>, output: Span) -> Diagnostic {
    let help = "end every way with an `emit` that gives the declared fields";
    match last {
        Some(last) => ENTRY
            .at(
                last,
                format!("the script can end without its result: nothing emits `{needed}`"),
            )
            .here("the script may end behind this step")
            .also(output, "the result is declared here")
            .help(help),
        None => ENTRY
            .at(
                output,
                format!("the script has no step that emits `{needed}`"),
            )
            .here("the result is declared here")
            .help(help),
    }
}
