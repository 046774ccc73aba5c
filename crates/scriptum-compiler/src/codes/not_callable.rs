//! A call of something that is no function.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "not-callable",
    Error,
    "a call of something that is no function"
);

pub(crate) fn not_callable(span: Span) -> Diagnostic {
    ENTRY
        .at(span, "only the built-in functions can be called")
        .here("no function")
        .help("functions are called by name, as in `count(xs)`; a tool is called by a `do` step")
}
