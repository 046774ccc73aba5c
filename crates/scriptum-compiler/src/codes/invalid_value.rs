//! A constant that breaks a rule of the place where it stands.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};
use crate::check::Target;

pub(crate) const ENTRY: Entry = entry!(
    "invalid-value",
    Error,
    "a constant that breaks a rule of the place where it stands"
);

pub(crate) fn invalid_value(why: &str, target: Target<'_>, span: Span) -> Diagnostic {
    let diagnostic = ENTRY
        .at(span, format!("{target} {why}"))
        .here("not accepted here");
    match target.declared() {
        Some(declared) => diagnostic.also(declared, "declared here"),
        None => diagnostic,
    }
}
