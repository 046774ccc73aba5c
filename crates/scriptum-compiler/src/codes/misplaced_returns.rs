//! A type of a result, declared of a tool that is no model.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "misplaced-returns",
    Error,
    "a type of a result, declared of a tool that is no model"
);

pub(crate) fn misplaced_returns(tool: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("`{tool}` cannot be told what to return"))
        .here("not a language model")
        .help("remove the type: the tool's own schema gives the type of its result")
}
