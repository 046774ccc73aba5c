//! A number that is larger than any that can be kept.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "number-too-large",
    Error,
    "a number that is larger than any that can be kept"
);

pub(crate) fn number_too_large(span: Span) -> Diagnostic {
    ENTRY
        .at(span, "an integer has at most 64 bits with sign")
        .here(format!("larger than {}", i64::MAX))
        .help("write it as a decimal, as in `1e20`, if it need not be exact")
}

pub(crate) fn decimal(span: Span) -> Diagnostic {
    ENTRY
        .at(span, "a decimal number is at most about 1.8e308")
        .here("too large for a number")
}
