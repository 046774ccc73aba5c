//! A field of an object without declared fields, read as if it were sure to be there.

use scriptum_syntax::{Applicability, Diagnostic, Span};

use super::{Entry, entry, insert};

pub(crate) const ENTRY: Entry = entry!(
    "bare-object-field",
    Error,
    "a field of an object without declared fields, read as if it were sure to be there"
);

pub(crate) fn bare_object_field(name: &str, at: Span, of: Span) -> Diagnostic {
    ENTRY
        .at(at, format!("nothing is known about the fields of this object, so `{name}` may be missing"))
        .here("read it null-safely")
        .also(of, "declared as `object`, without fields")
        .help(format!(
            "read it with `?.{name}`, which gives null when it is missing, or declare the fields of the object below it"
        ))
        .fix(insert("read it null-safely", Span::empty(of.end), "?", Applicability::Machine))
}

pub(crate) fn of_index(at: Span, of: Span) -> Diagnostic {
    ENTRY
        .at(
            at,
            "nothing is known about the content of this object, so this may be missing",
        )
        .here("read it null-safely")
        .also(of, "declared as `object`, without fields")
        .help("read it with `?[…]`, which gives null when it is missing")
        .fix(insert(
            "read it null-safely",
            Span::empty(of.end),
            "?",
            Applicability::Machine,
        ))
}
