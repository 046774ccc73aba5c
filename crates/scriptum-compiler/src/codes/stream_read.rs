//! A stream where a value is wanted.

use scriptum_syntax::{Applicability, Diagnostic, Span};

use super::{Entry, entry, replace};

pub(crate) const ENTRY: Entry = entry!("stream-read", Error, "a stream where a value is wanted");

/// A loop would go over it.
pub(crate) fn by_each(name: &str, span: Span, made: Span, verb: Span) -> Diagnostic {
    stream_read(name, span, made).fix(replace(
        "take them with a pipe",
        verb,
        "pipe",
        Applicability::Maybe,
    ))
}

pub(crate) fn stream_read(name: &str, span: Span, made: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("`{name}` is a stream; only a `pipe` can take its items"),
        )
        .here("a value is wanted here")
        .also(made, "`->>` makes it a stream")
        .help(format!(
            "take its items with `pipe item from {name}`, or collect them: `-> {name}`"
        ))
}
