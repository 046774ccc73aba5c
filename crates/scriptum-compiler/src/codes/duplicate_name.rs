//! A name that stands twice where names must differ.

use scriptum_contract::Value;
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry, shown};

pub(crate) const ENTRY: Entry = entry!(
    "duplicate-name",
    Error,
    "a name that stands twice where names must differ"
);

pub(crate) fn duplicate_name(what: &str, name: &str, span: Span, first: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("the {what} `{name}` stands here a second time"),
        )
        .here("the second one")
        .also(first, "the first one")
        .help("remove one of them, or give it another name")
}

pub(crate) fn of_variant(of: &str, value: &Value, span: Span, first: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("the enum `{of}` has the variant {} twice", shown(value)),
        )
        .here("the second one")
        .also(first, "the first one")
        .help("remove one of them")
}

pub(crate) fn of_type(name: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("`{name}` is the name of a type already"))
        .help("give the enum another name")
}
