//! A default that has to be computed.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "default-not-constant",
    Error,
    "a default that has to be computed"
);

pub(crate) fn default_not_constant(span: Span) -> Diagnostic {
    ENTRY
        .at(span, "a default must be a constant")
        .here("this has to be computed")
        .help("write a number, a text, `true`, `false`, `null`, a variant, or a list or object of them; compute other values with `let`")
}
