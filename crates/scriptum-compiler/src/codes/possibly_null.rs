//! A value that may be null where it must not be.

use scriptum_contract::Type;
use scriptum_syntax::{Applicability, Diagnostic, Span};

use super::{Entry, a, entry, insert};
use crate::check::Target;

pub(crate) const ENTRY: Entry = entry!(
    "possibly-null",
    Error,
    "a value that may be null where it must not be"
);

pub(crate) fn possibly_null(name: &str, inner: &Type, at: Span, of: Span) -> Diagnostic {
    ENTRY
        .at(
            at,
            format!("`{name}` is read of something that may be null"),
        )
        .here("fails when there is nothing to read it of")
        .also(of, format!("this is {} or null", a(inner)))
        .help(format!(
            "read it null-safely with `?.{name}`, or check for null before"
        ))
        .fix(insert(
            "read it null-safely",
            Span::empty(of.end),
            "?",
            Applicability::Maybe,
        ))
}

pub(crate) fn field(name: &str, at: Span, of: Span) -> Diagnostic {
    ENTRY
        .at(at, format!("`{name}` may not be there"))
        .here("fails when the object lacks it")
        .help(format!(
            "read it null-safely with `?.{name}`, which is null without it"
        ))
        .fix(insert(
            "read it null-safely",
            Span::empty(of.end),
            "?",
            Applicability::Maybe,
        ))
}

pub(crate) fn index(inner: &Type, at: Span, of: Span) -> Diagnostic {
    ENTRY
        .at(at, "an element is read of something that may be null")
        .here("fails when there is nothing to read it of")
        .also(of, format!("this is {} or null", a(inner)))
        .help("read it null-safely with `?[…]`, or check for null before")
        .fix(insert(
            "read it null-safely",
            Span::empty(of.end),
            "?",
            Applicability::Maybe,
        ))
}

pub(crate) fn value(ty: &Type, target: Target<'_>, span: Span) -> Diagnostic {
    let diagnostic = ENTRY
        .at(span, format!("{target} must not be null, and this may be"))
        .here(format!("this is {ty}"))
        .help("say what counts without it: `… ?? instead`, or check for null before");
    match target.declared() {
        Some(declared) => diagnostic.also(declared, "declared here"),
        None => diagnostic,
    }
}

pub(crate) fn argument(ty: &Type, function: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("`{function}` cannot take null, and this may be null"),
        )
        .here(format!("this is {ty}"))
        .help("say what counts without it: `… ?? instead`, or check for null before")
}

pub(crate) fn list(span: Span) -> Diagnostic {
    ENTRY
        .at(span, "`each` goes over a list, and this may be null")
        .here("a list or null")
        .help("go over an empty list instead of null: `… ?? []`")
}
