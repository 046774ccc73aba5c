//! A stream of something that gives its result in one piece.

use scriptum_syntax::{Diagnostic, Span, Verb};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "no-stream",
    Error,
    "a stream of something that gives its result in one piece"
);

pub(crate) fn of_verb(verb: Verb, span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!(
                "the result of `{}` comes in one piece, not as a stream",
                verb.word()
            ),
        )
        .here("`->>` hands values on as they come")
        .help("bind it with `->`; streams come from `do` with a streaming tool, `each` and `pipe`")
}

pub(crate) fn of_tool(tool: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("`{tool}` gives its result in one piece, not as a stream"),
        )
        .here("this tool hands on no items")
        .help("bind the result with `->`; a list can be gone over by `pipe`, too")
}
