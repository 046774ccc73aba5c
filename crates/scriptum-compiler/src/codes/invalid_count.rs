//! A number of times that makes no sense.

use scriptum_syntax::{Diagnostic, Span};
use scriptum_vm::limits::{ITERATIONS_MAX, PARALLEL_MAX};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "invalid-count",
    Error,
    "a number of times that makes no sense"
);

pub(crate) fn retries(span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            "`retry` takes a whole number that is written out, from 0 on",
        )
        .help("write for example `retry 3`")
}

/// `parallel` or `batch`.
pub(crate) fn width(clause: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("`{clause}` takes a whole number from 1 to {PARALLEL_MAX}"),
        )
        .help(format!("`{clause} 1` takes one after the other"))
}

pub(crate) fn rounds(span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("`max` takes a whole number from 1 to {ITERATIONS_MAX}"),
        )
        .help("write for example `repeat max 10`")
}
