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
        .help("take its items beside the step that makes it, or collect them there with `->`")
}

/// A jump back runs the pipe again, but not the step that makes the stream.
pub(crate) fn by_jump(name: &str, title: &str, span: Span, pipe: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("after the jump to \"{title}\" the items of `{name}` would be taken again, and they come once"),
        )
        .here("jumps back")
        .also(pipe, "taken here, behind the target")
        .help("jump to a section before the step that makes the stream, which then begins anew, or collect the values with `->`")
}

/// A retry runs the pipe again.
pub(crate) fn by_retry(name: &str, span: Span, pipe: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("the retry would take the items of `{name}` again, and they come once"),
        )
        .here("runs the step before again")
        .also(pipe, "taken here")
        .help("collect the values with `->`, or go back with `goto` to a section before the step that makes the stream")
}
