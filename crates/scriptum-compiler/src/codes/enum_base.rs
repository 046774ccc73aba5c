//! An enum over something that no enum is made of.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "enum-base",
    Error,
    "an enum over something that no enum is made of"
);

pub(crate) fn enum_base(span: Span) -> Diagnostic {
    ENTRY
        .at(span, "an enum is made of `text`, `integer` or `number`")
        .here("no base of an enum")
        .help("without a base it follows from the variants")
}
