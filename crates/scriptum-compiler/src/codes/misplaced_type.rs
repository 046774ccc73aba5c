//! A type where a value is wanted.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!("misplaced-type", Error, "a type where a value is wanted");

pub(crate) fn misplaced_type(span: Span) -> Diagnostic {
    ENTRY
        .at(span, "a value is expected here, and this is a type")
        .here("a type")
}
