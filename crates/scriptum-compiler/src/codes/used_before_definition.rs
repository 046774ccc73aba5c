//! A name that is bound only further down.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "used-before-definition",
    Error,
    "a name that is bound only further down"
);

pub(crate) fn used_before_definition(name: &str, span: Span, bound: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("`{name}` has no value yet at this place"))
        .here("read here")
        .also(
            bound,
            "bound here, and visible only from there on, in its own loop or level",
        )
        .help(if bound.start < span.start {
            "lanes do not see each other, and what a loop binds ends with it: read it behind them, or move the \
             step that binds it before both"
        } else {
            "move the step that binds it before this one"
        })
}

/// A name in the value that it is to have for the first time.
pub(crate) fn in_own_value(name: &str, span: Span, bound: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("`{name}` has no value yet at this place"))
        .here("read here")
        .also(bound, "has its first value behind this step")
        .help(format!(
            "give it a first value before, as in `let {name} = 0`, or read another name"
        ))
}
