//! A record without a field that it must have.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, are_listed, entry};

pub(crate) const ENTRY: Entry = entry!(
    "missing-field",
    Error,
    "a record without a field that it must have"
);

pub(crate) fn missing_field(missing: &[&str], span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("{} missing in this object", are_listed(missing)),
        )
        .help("add what is missing, or give it a default where it is declared")
}
