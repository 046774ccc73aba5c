//! An integer that does not fit into 64 bits.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "number-too-large",
    Error,
    "an integer that does not fit into 64 bits"
);

pub(crate) fn number_too_large(span: Span) -> Diagnostic {
    ENTRY
        .at(span, "an integer has at most 64 bits with sign")
        .here(format!("larger than {}", i64::MAX))
        .help("write it as a decimal, as in `1e20`, if it need not be exact")
}
