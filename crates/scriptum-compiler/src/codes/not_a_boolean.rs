//! A condition that is neither true nor false.

use scriptum_contract::Type;
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, a, entry};

pub(crate) const ENTRY: Entry = entry!(
    "not-a-boolean",
    Error,
    "a condition that is neither true nor false"
);

pub(crate) fn not_a_boolean(ty: &Type, span: Span) -> Diagnostic {
    let help = match ty {
        Type::Optional(inner) if matches!(**inner, Type::Boolean) => {
            "say what null counts as: `… ?? false`"
        }
        Type::List(_) => "ask for its size, as in `count(xs) > 0`",
        Type::Text(_) => "compare it, as in `name != \"\"`",
        Type::Number(_) | Type::Integer(_) => "compare it, as in `n > 0`",
        Type::Optional(_) | Type::Null | Type::Shape(_) => "compare it, as in `x != null`",
        Type::Any
        | Type::Boolean
        | Type::Object
        | Type::Binary
        | Type::Date
        | Type::Timestamp
        | Type::Enum(_)
        | Type::Never => "compare it with something",
    };
    ENTRY
        .at(
            span,
            format!("a condition must be true or false, this one is {}", a(ty)),
        )
        .here(format!("this is {}", a(ty)))
        .help(help)
}
