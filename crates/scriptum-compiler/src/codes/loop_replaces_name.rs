//! A loop that replaces a value by the list of its iterations' values.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "loop-replaces-name",
    Warning,
    "a loop that replaces a value by the list of its iterations' values"
);

pub(crate) fn loop_replaces_name(name: &str, span: Span, before: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("after the loop `{name}` is the list of the values that its iterations gave"),
        )
        .here("each iteration binds its own, and the loop collects them")
        .also(before, "the value before the loop is not changed, but replaced")
        .help("add up with `sum(…)` or `reduce(…)`, or give the loop's list a name of its own: `-> name`")
}
