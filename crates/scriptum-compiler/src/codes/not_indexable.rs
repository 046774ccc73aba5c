//! An element of something that has none, or at an impossible position.

use scriptum_contract::Type;
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, a, entry};

pub(crate) const ENTRY: Entry = entry!(
    "not-indexable",
    Error,
    "an element of something that has none, or at an impossible position"
);

pub(crate) fn not_indexable(ty: &Type, whole: Span, of: Span) -> Diagnostic {
    let diagnostic = ENTRY
        .at(whole, format!("{} has no elements", a(ty)))
        .also(of, format!("this is {}", a(ty)));
    match ty {
        Type::Text(_) => diagnostic.help("take a part of a text with `slice(text, from, to)`"),
        Type::Any
        | Type::Number(_)
        | Type::Integer(_)
        | Type::Boolean
        | Type::Object
        | Type::Binary
        | Type::Date
        | Type::Timestamp
        | Type::List(_)
        | Type::Enum(_)
        | Type::Shape(_)
        | Type::Null
        | Type::Optional(_)
        | Type::Never => diagnostic,
    }
}

pub(crate) fn with(position: &Type, wanted: &Type, at: Span) -> Diagnostic {
    let (kind, help) = if matches!(wanted, Type::Integer(_)) {
        (
            "the position in a list",
            "positions are integers from 0; negative ones count from the end",
        )
    } else {
        ("the key of an object", "keys are texts")
    };
    ENTRY
        .at(
            at,
            format!("{kind} must be {}, not {}", a(wanted), a(position)),
        )
        .here(format!("this is {}", a(position)))
        .help(help)
}
