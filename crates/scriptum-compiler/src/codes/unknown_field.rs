//! A field that a record does not have.

use scriptum_contract::Shape;
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry, listed, meant, meant_text};

pub(crate) const ENTRY: Entry = entry!(
    "unknown-field",
    Error,
    "a field that a record does not have"
);

pub(crate) fn unknown_field(
    name: &str,
    shape: &Shape,
    at: Span,
    of: Span,
    nearest: Option<&str>,
) -> Diagnostic {
    meant(missing(name, shape, at, of), name, at, nearest)
}

/// As a key in quotes: `of["name"]`.
pub(crate) fn key(
    name: &str,
    shape: &Shape,
    at: Span,
    of: Span,
    nearest: Option<&str>,
) -> Diagnostic {
    meant_text(missing(name, shape, at, of), name, at, nearest)
}

fn missing(name: &str, shape: &Shape, at: Span, of: Span) -> Diagnostic {
    ENTRY
        .at(at, format!("there is no field `{name}` here"))
        .here("no such field")
        .also(of, has_fields(shape))
}

pub(crate) fn in_object(
    name: &str,
    shape: &Shape,
    span: Span,
    nearest: Option<&str>,
) -> Diagnostic {
    let diagnostic = ENTRY
        .at(
            span,
            format!("no field `{name}` is expected in this object"),
        )
        .here("not expected")
        .help(format!("the object {}", has_fields(shape)));
    meant(diagnostic, name, span, nearest)
}

fn has_fields(shape: &Shape) -> String {
    let names: Vec<&str> = shape.fields.iter().map(|field| &*field.name).collect();
    if names.is_empty() {
        return "has no fields".to_owned();
    }
    format!("has {}", listed(&names))
}
