//! A stream where a value is wanted.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!("stream-read", Error, "a stream where a value is wanted");

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
