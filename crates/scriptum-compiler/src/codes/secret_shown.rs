//! A secret on its way to where it is stored and shown.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "secret-shown",
    Error,
    "a secret on its way to where it is stored and shown"
);

/// `place` is where it would be shown: ``output `token` ``, `the title of a step`.
pub(crate) fn secret_shown(place: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("a secret would be shown in {place}"))
        .here("holds the value of a secret")
        .help("a secret goes into the inputs of tools, and of scripts that are run")
}
