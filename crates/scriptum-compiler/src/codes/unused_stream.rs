//! A stream that nobody takes.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!("unused-stream", Warning, "a stream that nobody takes");

pub(crate) fn unused_stream(name: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("no `pipe` takes the items of `{name}`"))
        .here("they are dropped as they come")
        .help(format!(
            "take them with `pipe item from {name}`, or collect them: `-> {name}`"
        ))
}
