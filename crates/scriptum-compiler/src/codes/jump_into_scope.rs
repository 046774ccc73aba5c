//! A jump into a loop, lane or branch that it cannot enter.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "jump-into-scope",
    Error,
    "a jump into a loop, lane or branch that it cannot enter"
);

pub(crate) fn jump_into_scope(title: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("`{title}` lies inside a loop, a lane or a branch that this jump cannot enter"),
        )
        .here("cannot go there")
        .help("a jump leads to a section of its own or an enclosing level, or into a branch of a `decide` there")
}
