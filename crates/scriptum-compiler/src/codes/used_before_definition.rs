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
