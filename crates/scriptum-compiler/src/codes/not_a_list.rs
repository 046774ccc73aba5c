//! A loop over something that is no list.

use scriptum_contract::Type;
use scriptum_syntax::{Applicability, Diagnostic, Span};

use super::{Entry, a, entry, insert};

pub(crate) const ENTRY: Entry =
    entry!("not-a-list", Error, "a loop over something that is no list");

/// The result of a tool that could have handed on items.
pub(crate) fn of_stream(verb: &str, ty: &Type, span: Span, name: &str) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("`{verb}` goes over a list, and this is {}", a(ty)),
        )
        .here(format!("this is {}", a(ty)))
        .help(format!(
            "write `->> {name}` at its step: the tool then hands on its items one by one, and `pipe` takes them"
        ))
}

pub(crate) fn not_a_list(verb: &str, ty: &Type, span: Span) -> Diagnostic {
    let diagnostic = ENTRY
        .at(
            span,
            format!("`{verb}` goes over a list, and this is {}", a(ty)),
        )
        .here(format!("this is {}", a(ty)));
    match ty {
        Type::Shape(shape) => {
            let lists = shape
                .fields
                .iter()
                .filter(|field| field.ty.as_list().is_some());
            let lists: Vec<&str> = lists.map(|field| &*field.name).collect();
            match lists.as_slice() {
                [only] => diagnostic
                    .help(format!("go over the list in its field `{only}`"))
                    .fix(insert(
                        "read the list",
                        Span::empty(span.end),
                        &format!(".{only}"),
                        Applicability::Maybe,
                    )),
                _ => diagnostic
                    .help("go over `keys(x)` or `values(x)`, or over a list in one of its fields"),
            }
        }
        Type::Integer(_) | Type::Number(_) => diagnostic.help("count with `range(n)`"),
        Type::Text(_) => diagnostic.help("cut it into a list, as with `split(text, \",\")`"),
        Type::Any
        | Type::Boolean
        | Type::Object
        | Type::Binary
        | Type::Date
        | Type::Timestamp
        | Type::List(_)
        | Type::Enum(_)
        | Type::Null
        | Type::Optional(_)
        | Type::Never => diagnostic,
    }
}
