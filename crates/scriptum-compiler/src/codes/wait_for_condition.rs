//! A wait until a condition.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "wait-for-condition",
    Error,
    "a `wait` until a condition is true"
);

pub(crate) fn wait_for_condition(span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            "`wait until` takes a timestamp or a date, this is a condition",
        )
        .here("either true or false when it is read, and not read again")
        .help(
            "look again and again with `repeat … until condition sleep \"30s\"`, or let somebody \
             report it and use `wait for event \"name\"`",
        )
}
