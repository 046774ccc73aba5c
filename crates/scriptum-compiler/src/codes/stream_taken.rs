//! A stream whose items cannot be taken here.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "stream-taken",
    Error,
    "a stream whose items cannot be taken here"
);

/// Another pipe takes them.
pub(crate) fn twice(name: &str, span: Span, first: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("the items of `{name}` are taken already"))
        .here("a second time")
        .also(first, "this takes them")
        .help("collect the values with `->`, and go over the list as often as you like")
}

/// Each iteration of a loop would take them.
pub(crate) fn in_loop(name: &str, span: Span, made: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("each iteration would take the items of `{name}`, and they come once"),
        )
        .here("inside of a loop")
        .also(made, "the stream is made outside")
        .help("collect the values with `->`, or make the stream in the loop as well")
}

/// The body that makes it has ended.
pub(crate) fn left(name: &str, span: Span, made: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("the stream `{name}` ended with the steps that made it"),
        )
        .here("nothing comes any more")
        .also(made, "made here")
        .help("take its items in the same branch, or collect them there with `->`")
}
