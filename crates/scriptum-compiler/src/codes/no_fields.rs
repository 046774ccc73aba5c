//! A field of something that has no fields.

use scriptum_contract::Type;
use scriptum_syntax::{Applicability, Diagnostic, Edit, Fix, Span};

use super::{Entry, a, entry};

pub(crate) const ENTRY: Entry = entry!(
    "no-fields",
    Error,
    "a field of something that has no fields"
);

pub(crate) fn no_fields(name: &str, ty: &Type, at: Span, of: Span) -> Diagnostic {
    let diagnostic = ENTRY
        .at(at, format!("{} has no field `{name}`", a(ty)))
        .also(of, format!("this is {}", a(ty)));
    let whole = of.cover(at);
    match (instead(name, ty), ty) {
        (Some(function), _) => diagnostic
            .help(format!("use the function `{function}`"))
            .fix(around(function, whole, of)),
        (None, Type::List(_)) => diagnostic.help(format!(
            "read it of one element, as in `first(xs)?.{name}`, or of all: `map(xs, x => x.{name})`"
        )),
        (None, Type::Null) => diagnostic.help("this is always null here"),
        (None, _) => diagnostic,
    }
}

/// What other languages read as a field and this one computes.
fn instead(name: &str, ty: &Type) -> Option<&'static str> {
    let (is_list, is_text) = (matches!(ty, Type::List(_)), matches!(ty, Type::Text(_)));
    match name {
        "length" | "len" | "size" | "count" if is_list => Some("count"),
        "length" | "len" | "size" | "count" if is_text => Some("len"),
        "first" if is_list => Some("first"),
        "last" if is_list => Some("last"),
        "upper" if is_text => Some("upper"),
        "lower" if is_text => Some("lower"),
        _ => None,
    }
}

/// `xs.length` becomes `count(xs)`.
fn around(function: &str, whole: Span, of: Span) -> Fix {
    let edit = |span: Span, text: String| Edit { span, text };
    Fix {
        title: format!("write `{function}(…)`"),
        edits: vec![
            edit(Span::empty(of.start), format!("{function}(")),
            edit(Span::new(of.end, whole.end), ")".to_owned()),
        ],
        applicability: Applicability::Machine,
    }
}
