//! An ask for an answer of a type that nobody can answer with.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry, listed, meant_text};

pub(crate) const ENTRY: Entry = entry!(
    "unknown-answer-type",
    Error,
    "an ask whose `type` is none that can be answered"
);

pub(crate) fn unknown_answer_type(
    name: &str,
    known: &[&str],
    span: Span,
    nearest: Option<&str>,
) -> Diagnostic {
    let diagnostic = ENTRY
        .at(span, "an answer cannot be of this type")
        .here("expected the name of a type in quotes")
        .help(format!("the types of answers are {}", listed(known)));
    meant_text(diagnostic, name, span, nearest)
}
