//! An expression that nests too deep.

use scriptum_syntax::{Diagnostic, Span};
use scriptum_vm::program::EXPRESSION_DEPTH_MAX;

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "expression-too-deep",
    Error,
    "an expression that nests too deep"
);

pub(crate) fn expression_too_deep(span: Span) -> Diagnostic {
    ENTRY
        .at(
            Span::empty(span.start),
            format!("the expression is nested more than {EXPRESSION_DEPTH_MAX} levels deep"),
        )
        .here("too deep from here on")
        .help("name its parts with `let`")
}
