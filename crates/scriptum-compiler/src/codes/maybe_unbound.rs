//! A name that only some ways to this place bind.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "maybe-unbound",
    Warning,
    "a name that only some ways to this place bind"
);

pub(crate) fn maybe_unbound(name: &str, span: Span, bound: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("`{name}` is null here when the way to this place did not bind it"),
        )
        .here("may be null")
        .also(bound, "bound here, which not every way passes")
        .help(format!(
            "bind it on every way, or say what counts without it: `{name} ?? …`"
        ))
}

/// A stream that a jump may have passed over.
pub(crate) fn stream(name: &str, span: Span, made: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("there is no stream `{name}` here when the way to this place did not make it"),
        )
        .here("the step fails then")
        .also(made, "made here, which not every way passes")
        .help("let every way pass the step that makes it")
}
