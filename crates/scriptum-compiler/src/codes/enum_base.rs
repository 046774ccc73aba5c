//! An enum over something that no enum is made of.

use scriptum_syntax::{Applicability, Diagnostic, Span};

use super::{Entry, entry, replace};

pub(crate) const ENTRY: Entry = entry!(
    "enum-base",
    Error,
    "an enum over something that no enum is made of"
);

/// `whole` is the base with the colon before it.
pub(crate) fn enum_base(span: Span, whole: Span) -> Diagnostic {
    ENTRY
        .at(span, "an enum is made of `text`, `integer` or `number`")
        .here("no base of an enum")
        .help("without a base it follows from the variants")
        .fix(replace(
            "leave the base out",
            whole,
            "",
            Applicability::Machine,
        ))
}
